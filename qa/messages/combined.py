"""Answers made of several: two questions in one message, two things side by side, and the nearest sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from index.search.bm25 import terms
from qa.answering.candidates import in_its_sentence, item_citations, widened
from qa.answers import Answer, Certainty
from qa.english import FIGURE
from qa.messages.notices import notice
from qa.messages.sources import in_passage
from qa.question.answer_form import Counting
from qa.question.content_words import content
from qa.question.message_kind import Message
from qa.question.named_documents import ORDINALS
from qa.question.parts import Parts
from qa.retrieval.hybrid import Hit

NEAREST = 3  # sentences, chosen and not fitted
_LESS = ("fewer", "less", "smaller", "shorter", "lower", "younger", "newer", "cheaper", "lighter", "slower", "poorer")
_WHICH = tuple(ORDINALS)


def in_parts(question: str, parts: Sequence[Answer], left: int = 0) -> Answer:
    """The answers to several questions, of which ``left`` more were not read; the first that is answered stands for the whole."""
    missing = [_WHICH[place] for place, one in enumerate(parts) if one.text is None]
    if not missing:
        said = f"{len(parts)} questions, answered one by one."
    elif len(missing) == len(parts):
        said = "None of the questions has an answer here."
    else:
        said = f"The {' and the '.join(missing)} question {'has' if len(missing) == 1 else 'have'} no answer here."
    if left:
        said += f" {left} more {'was' if left == 1 else 'were'} not read; ask the rest in a message of its own."
    return _whole(question, parts, said)


def counted_items(asked: Answer, listed: Answer, things: Counting) -> Answer:
    """The items of a list in answer to how many they are, said to be a count of what was found; ``asked`` if it is no list of them.

    The noun that is counted, or for people all words of the question, have to stand in the sentence of the list or the title.
    """
    if listed.text is None:
        return asked
    whole = widened(listed.citations[0])
    items = listed.items or item_citations(whole)
    beside = content(f"{whole.title}\n{in_its_sentence(whole).quote}")
    if len(items) < 2 or not content(things.noun or things.listing) <= beside:
        return asked
    said = f"{len(items)} are named here; the number itself was not found."
    return replace(
        listed,
        question=asked.question,
        understood=asked.understood,
        text=whole.quote,
        citations=(whole, *listed.citations[1:]),
        kind="list",
        items=items,
        notice=said,
    )


def compared(question: str, parts: Parts, sides: Sequence[Answer], whole: Answer | None = None) -> Answer:
    """What the articles say of each of two things; what is more is only said if both figures have one unit.

    ``whole``: the answer to the question as it stands, which goes first if it is given and not unsure.
    """
    if whole is not None and whole.text is not None and whole.certainty != "unsure":
        return _with_parts(whole, sides)
    return _whole(question, sides, _verdict(parts, sides))


def _verdict(parts: Parts, sides: Sequence[Answer]) -> str:
    """Both facts in one line, and which is more if that can be seen."""
    if any(one.text is None for one in sides):
        without = [thing for thing, one in zip(parts.things, sides, strict=True) if one.text is None]
        return f"Side by side; nothing was found for {' and '.join(without)}."
    if not parts.more:
        return "Side by side, as the articles describe them."
    said = "; ".join(f"{thing}: {one.text}" for thing, one in zip(parts.things, sides, strict=True))
    numbers = [_figure(one.text or "") for one in sides]
    units = [_unit(one.text or "") for one in sides]
    if None in numbers or numbers[0] == numbers[1] or (units[0] != units[1] and all(units)):
        return f"{said}."
    fewer = parts.more.split()[0] in _LESS
    first = (numbers[0] or 0) < (numbers[1] or 0) if fewer else (numbers[0] or 0) > (numbers[1] or 0)
    return f"{said}. By these figures it is {parts.things[0 if first else 1]}."


def _figure(text: str) -> float | None:
    """The only figure of a text; None if there is none or more than one."""
    found = FIGURE.findall(text)
    return float(found[0].replace(",", "")) if len(found) == 1 and found[0].count(".") < 2 else None


def _unit(text: str) -> str:
    """The stems of the words around a figure, which have to be the same for two figures to be compared."""
    return " ".join(
        terms(FIGURE.sub(" ", re.sub(r"\b(?:about|around|some|nearly|over|only|more than|at least)\b", " ", text)))
    )


def _whole(question: str, parts: Sequence[Answer], said: str) -> Answer:
    """An answer with parts: the first given one is its text, and it is as sure as the least sure part."""
    given = [one for one in parts if one.text is not None]
    if not given:
        return Answer(
            question, None, min(one.confidence for one in parts), tuple(one.citations[0] for one in parts if one.citations),
            kind="none", certainty=_least(parts), notice=said, parts=tuple(parts),
        )  # fmt: skip
    first = given[0]
    return Answer(
        question, first.text, min(one.confidence for one in given), tuple(cited for one in given for cited in one.citations),
        kind=first.kind, certainty=_least(given), notice=said, items=first.items, parts=tuple(parts),
    )  # fmt: skip


def _with_parts(whole: Answer, parts: Sequence[Answer]) -> Answer:
    """An answer with what is said of each of two things beside it."""
    return replace(whole, parts=tuple(parts))


def _least(answers: Sequence[Answer]) -> Certainty:
    """The least sure word of several answers."""
    return max((one.certainty for one in answers), key=get_args(Certainty).index)


def nearest_to(message: Message, words: str, hits: Sequence[Hit]) -> Answer:
    """Pincite's own words with the sentences that share most with the message."""
    wanted = content(message.topic or message.text)
    ranked = sorted(
        (
            (len(wanted & content(one.text)), -rank, one)
            for rank, hit in enumerate(hits)
            for one in in_passage(hit.passage)
        ),
        key=lambda scored: scored[:2],
        reverse=True,
    )
    chosen = {(one.passage.document, one.start): one for shared, _, one in ranked if shared}
    citations = [one.cited() for one in list(chosen.values())[:NEAREST]]
    said = words if citations else re.sub(r" ?(?:: )?These sentences.*", "", words).rstrip(".:") + "."
    return notice(message.text, said, citations=citations)
