"""Conversations: later questions may refer to earlier ones.

Every reading of a question is asked, and the one the articles answer best is kept. What was understood is shown, so that
it can be corrected.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Protocol

from qa.answering.candidates import in_its_sentence
from qa.answers import Answer, Citation
from qa.question.follow_ups import named_instead, readings
from qa.question.message_kind import message_of
from qa.question.spoken_of import NOT_NAMES

LAST_WORDS = 12  # of a citation, by which it is found again; chosen and not fitted
SPEAKER_WITHIN = 200  # characters around the cited sentence, chosen and not fitted: the sentence before or after it
WHO_SAID = re.compile(
    r"^(?:and )?(?P<who>who (?:said|says|claimed|claims|wrote|thinks|stated|told|believes))(?: (?:that|this|so|it))?\W*$"
    r"|^says who\W*$",
    re.I,
)
# A sentence that says whose words something is: by one of these verbs, or by quotation marks.
SAYING = re.compile(
    r"\b(?:said|say|tell|told|claim|wr[io]t|state[sd]?\b|stating|argu|explain|announc|warn|call|believ|think|thought|report|describ"
    r"|suggest|declar|insist|according to|author)|[\"“”«»]",
    re.I,
)
_CAPITALISED = re.compile(r"(?<=[a-z,] )[A-Z]\w+|\b[A-Z]\w+(?= [A-Z])")  # and not only because a sentence begins
_SMALL = re.compile(r"\b[a-z]\w+")
_IT = re.compile(
    r"(?:(?:the )?rest (?:of )?)?(?:all )?(?:it|this|that|(?:the|this|that) (?:article|document|text|file|piece|story|page))?",
    re.I,
)
TURNS_KEPT = 3  # chosen and not fitted: each turn adds names that a pronoun could refer to


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was understood, and its answer."""

    question: str
    answer: str | None
    cited: Citation | None = None

    @classmethod
    def of(cls, question: str, answer: Answer) -> Turn:
        """A turn with the answer and its first citation."""
        given = answer.citations[:1] if answer.text is not None else ()
        return cls(_with_capitals(question, answer.citations), answer.text, *given)


class Asks(Protocol):
    """What a conversation needs of an assistant."""

    def ask_many(self, questions: Sequence[str], *, as_written: bool = False) -> list[Answer]:
        """Answer independent questions."""


class Conversation:
    """Asks one question after another; later ones may refer to earlier ones."""

    def __init__(self, assistant: Asks) -> None:
        self._assistant = assistant
        self.turns: list[Turn] = []

    def ask(self, question: str) -> Answer:
        """Answer a question; if it refers to earlier turns, ``understood`` is the completed question."""
        question = " ".join(question.split()) or question
        asked = completed(question, self.turns)
        answers = self._assistant.ask_many(asked)
        if other := named_instead(question):
            answers = [one.unsaid() if self._said_of_another(one, other) else one for one in answers]
        elif WHO_SAID.match(question):
            answers = [one if self._beside_the_last(one) else one.unsaid() for one in answers]
        best = max(answers, key=_worth)
        likeliest = next(place for place, one in enumerate(answers) if one is best or _as_good(one, best))
        chosen = answers[likeliest]
        understood = chosen.understood or asked[likeliest]
        if chosen.kind != "notice" or chosen.documents:  # after "Thanks" one may go on from what was before
            self.turns = [*self.turns[1 - TURNS_KEPT :], Turn.of(understood, chosen)]
        return replace(chosen, question=question, understood=understood if understood != question else None)

    def correct(self, question: str) -> Answer:
        """Ask the last question again in the user's own words, and replace its turn."""
        self.turns = self.turns[:-1]
        answer = self._assistant.ask_many([question], as_written=True)[0]
        self.turns.append(Turn.of(question, answer))
        return answer

    def _beside_the_last(self, answer: Answer) -> bool:
        """Whether this stands in a sentence of somebody's words: the one that was cited last, or one next to it."""
        last = self.turns[-1].cited if self.turns else None
        if last is None or answer.text is None or not answer.citations:
            return answer.text is None
        cited, around = answer.citations[0], in_its_sentence(last)
        near = cited.start < around.end + SPEAKER_WITHIN and around.start - SPEAKER_WITHIN < cited.end
        return cited.document == last.document and near and bool(SAYING.search(in_its_sentence(cited).quote))

    def _said_of_another(self, answer: Answer, name: str) -> bool:
        """Whether this repeats the last answer, from a sentence that does not mention ``name``."""
        last = self.turns[-1].cited if self.turns else None
        if last is None or answer.text is None or not answer.citations:
            return False
        cited = answer.citations[0]
        return _overlap(cited, last) and name.lower() not in in_its_sentence(cited).quote.lower()


def completed(question: str, turns: Sequence[Turn]) -> list[str]:
    """The ways to complete a message from the turns before, likeliest first; only itself if it is complete.

    Messages that go on from the last citation become messages that name its words or its document.
    """
    last = next((turn.cited for turn in reversed(turns) if turn.cited), None)
    message = message_of(question)
    if message.kind == "more" and not message.topic and last is not None:
        return [f"What comes after “{_last_words(in_its_sentence(last).quote)}”?"]
    if message.kind == "overview" and _IT.fullmatch(message.topic) and last is not None:
        return [f"Summarise “{PurePath(last.document).name}”"]
    if message.kind == "topic" and question.endswith("?") and message.topic == question.rstrip(" ?"):
        return readings(f"And {question}", turns) if turns else [question]
    if message.kind not in ("question", "overview of a document", "topic"):
        return [question]
    if turns and (who := WHO_SAID.match(question)):
        asked = (who["who"] or "who said").capitalize()
        return [f"{asked} {turns[-1].answer or turns[-1].question.rstrip(' ?')}?"]
    return readings(question, turns)


def _with_capitals(question: str, citations: Sequence[Citation]) -> str:
    """The question with names as the quoted passages write them: many people type them in small letters."""
    text = " ".join(cited.passage.text for cited in citations)
    small = NOT_NAMES.union(_SMALL.findall(text))
    names = {name.lower(): name for name in _CAPITALISED.findall(text) if name.lower() not in small}
    return _SMALL.sub(lambda word: names.get(word[0], word[0]), question)


def _last_words(sentence: str) -> str:
    """The end of a sentence, long enough to be found again."""
    words = sentence.replace("“", '"').replace("”", '"').split()
    kept = " ".join(words[-LAST_WORDS:])
    return kept if '"' not in kept else kept.rpartition('"')[2].strip() or kept.replace('"', "")


def _overlap(one: Citation, other: Citation) -> bool:
    """Whether two quotations share words of a document."""
    return one.document == other.document and one.start < other.end and other.start < one.end


def _as_good(one: Answer, best: Answer) -> bool:
    """Whether an answer is quoted from the same words as the best one and is as sure in a word."""
    given = one.text is not None and best.text is not None and one.citations and best.citations
    return bool(given) and one.certainty == best.certainty and _overlap(one.citations[0], best.citations[0])


def _worth(answer: Answer) -> float:
    """How well the articles answer: the confidence of an answer, negative for an abstention."""
    return answer.confidence if answer.text is not None else -answer.confidence
