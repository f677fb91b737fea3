"""First questions to offer, made from sentences of the articles that answer them.

A template matches only a sentence that states something outright (who holds an office, when something happened, what
something costs), so the articles do answer every offered question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from index.sentences import sentences
from index.store import Store
from qa.english import MONTHS, NAME, any_of

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


def first_questions(index: Store, most: int = 4) -> list[str]:
    """Up to ``most`` questions, from different documents and of different kinds if there are enough."""
    found: dict[str, str] = {}
    for passage in index.passages[:400]:
        for question in _asked(passage.text):
            found.setdefault(question, passage.document)
    return _varied(found, most)


def _asked(text: str) -> Iterable[str]:
    for sentence in sentences(text):
        for template in TEMPLATES:
            for match in template.pattern.finditer(text[sentence.start : sentence.end]):
                question = template.question(match)
                yield question[0].upper() + question[1:]


def _varied(found: dict[str, str], most: int) -> list[str]:
    """Choose questions so that every document and every kind comes once before any comes twice."""
    chosen: list[str] = []
    kinds: list[str] = []
    documents: list[str] = []
    while found and len(chosen) < most:
        best = min(found, key=lambda one: (documents.count(found[one]), kinds.count(one.split()[0]), len(one)))
        chosen.append(best)
        kinds.append(best.split()[0])
        documents.append(found.pop(best))
    return chosen
