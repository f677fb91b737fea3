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
from qa.english import MONTHS, NAME, NUMBERS, PEOPLE, PREPOSITIONS, QUESTION_WORDS, THINGS, any_of

LOOKS, AT_ONCE = 40, 10  # runs of passages that are looked through, and passages in each: all over a large index
TRIED = 12  # questions asked to offer four; each takes a moment of the reader

_NO_NAME = (*PEOPLE, *THINGS, *QUESTION_WORDS, *PREPOSITIONS, *NUMBERS, *"we i you there and but a an all both".split())
_NAME = rf"(?!{any_of(word.capitalize() for word in _NO_NAME)}\b){NAME}(?: and {NAME})?"
_WHAT = rf"(?:^|[,;:] |\bthat |\bbecause )(?P<what>(?:[Tt]he )?{_NAME})"  # a whole subject
_MANY = rf"(?:\d+(?:,\d{{3}})*|{any_of(NUMBERS)})"
_DID = r"(?:are|were|was|had|have|live|lived|work|worked|died|voted|took|came|met|joined|visited|attended|fought)"
_DATE = rf"(?:{any_of(MONTHS)}(?: \d{{1,2}})?(?:, \d{{4}}| \d{{4}})?|\d{{4}})"
_ROLE = (
    r"(?:president|prime minister|chair(?:wo)?man|chair|head|director|secretary|minister|leader|founder|king|queen"
    r"|author|governor|mayor|ambassador|chief executive)"
)
_DONE = r"(?P<be>was|were) (?P<verb>[a-z]+ed|built|held|sold|made|written|born|found|broken|shot|led|begun)"
_BY = r"(?P<verb>founded|established|created|built|designed|launched|directed|invented|discovered|composed|published)"
_WENT = r"(?:visited|arrived in|travelled to|traveled to|flew to)"
_ABOUT = r"(?:about |around |some |nearly |over |more than )?"
_LONG = r"(?:[A-Z][\w-]+ (?:(?:of|the|for|and) )*){1,6}[A-Z][\w-]+"
_MOST = r"(?:world’s |world's |second |second-)?(?:[a-z]+est|most [a-z]+)"


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence pattern and the question that such a sentence answers."""

    pattern: re.Pattern[str]
    question: Callable[[re.Match[str]], str]


def _template(pattern: str, question: str) -> Template:
    """A template whose question is a format string over the pattern's groups."""
    return Template(re.compile(pattern), lambda match: question.format(**match.groupdict()).replace(" The ", " the "))


TEMPLATES = (
    _template(
        rf"{_NAME}(?: \([^)]*\))?, (?:the )?(?:\w+ )?(?P<role>{_ROLE}) of (?P<what>(?:the )?{_NAME})[,.]",
        "Who is the {role} of {what}?",
    ),
    _template(rf"{_WHAT} (?:was|were) {_BY} by [A-Z]", "Who {verb} {what}?"),
    _template(rf"\b{_NAME} (?:won|received) the (?P<what>{_NAME})", "Who won the {what}?"),
    _template(rf"{_WHAT} {_DONE} (?:[a-z]+ ){{0,3}}(?:in|on) {_DATE}", "When {be} {what} {verb}?"),
    _template(
        rf"(?:In|On) {_DATE},? (?P<what>(?:the )?{_NAME}) {_DONE}(?=[,.;]| (?:by|in|at|from|to) )",
        "When {be} {what} {verb}?",
    ),
    _template(rf"\b(?P<who>{_NAME}) {_WENT} (?P<where>{_NAME}) (?:in|on) {_DATE}", "When did {who} visit {where}?"),
    _template(rf"{_WHAT} {_DONE} (?:in|at) (?:the )?(?!{any_of(MONTHS)})[A-Z]", "Where {be} {what} {verb}?"),
    _template(rf"{_WHAT} (?:costs?|is worth|was worth) {_ABOUT}[$€£\d]", "How much does {what} cost?"),
    _template(
        rf"{_WHAT} (?:has|contains|comprises|consists of) {_ABOUT}{_MANY} (?P<things>(?:[a-z]+ )?[a-z]+s)\b",
        "How many {things} does {what} have?",
    ),
    _template(
        rf"^(?i:{_ABOUT}{_MANY}) (?P<things>(?:[a-z]+ )?(?:[a-z]{{3,}}s|people|men|women) {_DID} [^,.;:]{{5,60}})[,.]",
        "How many {things}?",
    ),
    _template(rf"\b(?P<who>{_NAME}) agreed to (?P<verb>[a-z]+) {_ABOUT}[$€£]", "How much did {who} agree to {verb}?"),
    _template(rf"{_WHAT} (?P<be>is|are|was|were) (?P<so>[^,.;:]{{3,60}}) because ", "Why {be} {what} {so}?"),
    _template(rf"{_WHAT} (?P<be>is|was) the (?P<most>{_MOST} [^,.;:]{{3,40}})[,.]", "What {be} the {most}?"),
    _template(rf"\b(?P<long>{_LONG}) \((?P<short>[A-Z]{{3,8}})\)", "What does {short} stand for?"),
    _template(rf"^(?P<what>[A-Z]{{3,}}[A-Z0-9-]*|{_NAME}) is an? [a-z]", "What is {what}?"),
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
    """Questions that sentences of the articles answer, of different kinds and from different documents first."""
    found: dict[str, Suggestion] = {}
    passages = index.passages
    for first in range(0, len(passages), max(AT_ONCE, len(passages) // LOOKS)):
        for passage in passages[first : first + AT_ONCE]:
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
    """Order questions so that every kind, by its first word, and every document comes once before any comes twice."""
    chosen: list[Suggestion] = []
    kinds: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    while found and len(chosen) < TRIED:
        best = min(
            found.values(), key=lambda one: (kinds[one.question.split()[0]], documents[one.document], len(one.question))
        )
        chosen.append(found.pop(best.question))
        kinds[best.question.split()[0]] += 1
        documents[best.document] += 1
    return chosen
