"""First questions to offer, made from sentences of the articles that answer them, and asked before they are offered.

A template matches only a sentence that states something outright: who holds an office, when something happened, what
something costs. A question is offered if it is answered from that very sentence, and not unsurely.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from index.folder_index import Passage
from index.sentences import sentences
from index.store import Store
from qa.answers import Answer
from qa.english import MONTHS, NAME, any_of

PASSAGES_TRIED = 400  # so that a large index offers questions as soon as a small one
TRIED = 12  # questions asked to offer four; each takes a moment of the reader

_NAME = rf"{NAME}(?: and {NAME})?"
_DATE = rf"(?:{any_of(MONTHS)}(?: \d{{1,2}})?(?:, \d{{4}}| \d{{4}})?|\d{{4}})"
_ROLE = (
    r"(?:president|prime minister|chair(?:wo)?man|chair|head|director|secretary|minister|leader|founder|king|queen"
    r"|author|governor|mayor|ambassador|chief executive)"
)
_DONE = r"(?:founded|established|created|built|opened|launched|signed|completed|published)"
_WENT = r"(?:visited|arrived in|travelled to|traveled to|flew to)"
_ABOUT = r"(?:about |around |some |nearly |over |more than )?"
_LONG = r"(?:[A-Z][\w-]+ (?:(?:of|the|for|and) )*){1,6}[A-Z][\w-]+"


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence pattern and the question that such a sentence answers."""

    pattern: re.Pattern[str]
    question: Callable[[re.Match[str]], str]


def _template(pattern: str, question: str) -> Template:
    """A template whose question is a format string over the pattern's groups."""
    return Template(re.compile(pattern), lambda match: question.format(**match.groupdict()))


TEMPLATES = (
    _template(
        rf"{_NAME}(?: \([^)]*\))?, (?:the )?(?:\w+ )?(?P<role>{_ROLE}) of (?P<what>(?:the )?{_NAME})[,.]",
        "Who is the {role} of {what}?",
    ),
    _template(
        rf"\b(?P<what>(?:[Tt]he )?{_NAME}) was (?P<verb>{_DONE}) (?:by [^.,]+ )?(?:in|on) {_DATE}",
        "When was {what} {verb}?",
    ),
    _template(
        rf"\b(?P<what>(?:[Tt]he )?{_NAME}) (?:costs?|is worth|was worth) {_ABOUT}[$€£\d]", "How much does {what} cost?"
    ),
    _template(rf"\b(?P<what>(?:[Tt]he )?{_NAME}) (?:is|was) born in [A-Z]", "Where was {what} born?"),
    _template(rf"\b(?P<who>{_NAME}) {_WENT} (?P<where>{_NAME}) (?:in|on) {_DATE}", "When did {who} visit {where}?"),
    _template(rf"\b(?P<long>{_LONG}) \((?P<short>[A-Z]{{3,8}})\)", "What does {short} stand for?"),
    _template(rf"^(?P<what>[A-Z]{{3,}}[A-Z0-9-]*|{_NAME}) is an? [a-z]", "What is {what}?"),
    _template(rf"\b{_NAME} (?:won|received) the (?P<what>{_NAME})", "Who won the {what}?"),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question, and the characters [start, end) of the document that state its answer."""

    question: str
    document: str
    start: int
    end: int

    def answered_by(self, answer: Answer) -> bool:
        """Whether an answer comes from those characters and is not unsure."""
        if answer.text is None or answer.certainty == "unsure" or not answer.citations:
            return False
        one = answer.citations[0]
        return one.document == self.document and one.start < self.end and self.start < one.end


def first_questions(index: Store) -> list[Suggestion]:
    """Questions that sentences of the articles answer, from different documents and of different kinds first."""
    found: dict[str, Suggestion] = {}
    for passage in index.passages[:PASSAGES_TRIED]:
        for one in _asked(passage):
            found.setdefault(one.question, one)
    return _varied(found)


def checked(suggestions: Iterable[Suggestion], ask: Callable[[str], Answer], most: int = 4) -> Iterator[str]:
    """Up to ``most`` questions whose answers come from the sentences that they were made from."""
    for one in islice((one for one in islice(suggestions, TRIED) if one.answered_by(ask(one.question))), most):
        yield one.question


def _asked(passage: Passage) -> Iterator[Suggestion]:
    for sentence in sentences(passage.text):
        for template in TEMPLATES:
            for match in template.pattern.finditer(passage.text[sentence.start : sentence.end]):
                question = template.question(match)
                place = passage.start + sentence.start, passage.start + sentence.end
                yield Suggestion(question[0].upper() + question[1:], passage.document, *place)


def _varied(found: dict[str, Suggestion]) -> list[Suggestion]:
    """Order questions so that every document and every kind comes once before any comes twice."""
    chosen: list[Suggestion] = []
    kinds: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    while found and len(chosen) < TRIED:
        best = min(
            found.values(), key=lambda one: (documents[one.document], kinds[one.question.split()[0]], len(one.question))
        )
        chosen.append(found.pop(best.question))
        kinds[best.question.split()[0]] += 1
        documents[best.document] += 1
    return chosen
