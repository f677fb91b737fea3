"""What a conversation is about: the names and the subjects of its questions, by their form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from qa.english import (
    AUXILIARIES,
    BE,
    CAPITALISED,
    DO,
    FUNCTION_WORDS,
    LINK,
    MODALS,
    MONTHS,
    PEOPLE,
    PREPOSITIONS,
    QUESTION_WORDS,
    THINGS,
    WEEKDAYS,
    any_of,
)
from qa.question.content_words import content

FADING = 0.5  # of a topic with each question since, chosen and not fitted: topics change

OPENING = re.compile(r"^(?:and|but|so|then|also|ok|okay)\b[\s,]*", re.I)
_PART_OF_NAME = rf"(?:(?:[A-Z]\.)+|{CAPITALISED})"
# "J. R. Hale", "Apollo 12": initials and a number belong to the name
NUMBERED = rf"{_PART_OF_NAME}(?:\s+{LINK}{_PART_OF_NAME})*(?: \d[\w.-]*)?"
NAMES = re.compile(rf"\b{NUMBERED}")
NAMED = re.compile(rf"(?:the )?{NUMBERED}(?:['’]s?)?")  # nothing but a name: it takes the place of another
PARTICIPLE = r"\w+(?:ed|en|ilt|ught|ade|old|ent|ound|ut)"
_CAPITALISED_AT_TIMES = (*MONTHS, *WEEKDAYS, *QUESTION_WORDS, *AUXILIARIES, *PREPOSITIONS, *FUNCTION_WORDS)
_OPENERS = "tell describe explain name list give show compare summarise summarize besides aside along despite according apart then"
NOT_NAMES = frozenset(map(str.lower, (*_CAPITALISED_AT_TIMES, *_OPENERS.split())))

# What a question is about, by its form; the first that fits.
COMMAND = re.compile(
    r"^(?:please )?(?:(?:tell|teach) me (?:more |something )?(?:about|of)|describe|explain|compare"
    r"|give me .*? (?:about|on|of)"
    r"|(?:what|how) about|i(?:'d| would)? (?:want|like) to know (?:more )?about) (?:some of )?(?P<focus>.+)",
    re.I,
)
OWNED = re.compile(r"(?:['’]s|(?<=s)['’])(?: .*)?$")  # of "the mill's wheel", what the mill has
_PRONOUN = rf"\b(?:{any_of([*PEOPLE, *THINGS, 'one', 'ones', 'that'])})\b"
# A noun phrase by its words alone: none of them holds a sentence together.
_LEFT_OUT = {
    *AUXILIARIES,
    *PREPOSITIONS,
    *QUESTION_WORDS,
    *FUNCTION_WORDS,
    *"still like used known called best".split(),
}
_NOUN = rf"(?!{any_of(_LEFT_OUT - {'and', 'no'})}\b)[\w’'-]+"
_PHRASE = rf"(?P<focus>(?:the |an? )?{_NOUN}(?: {_NOUN}){{0,4}})"
_SUBJECT = rf"(?P<focus>(?:the |an? )?{_NOUN}(?: {_NOUN}){{0,2}}?)"
# "What is a mill?" asks for nothing but the meaning of a word.
DEFINED = re.compile(rf"(?:what|who) is (?:an? )?{_NOUN}(?: {_NOUN}){{0,3}}\W*", re.I)
FOCUS = (
    re.compile(r" \((?P<focus>[^()]+)\)$"),  # a topic carried over to a question that says little
    COMMAND,
    re.compile(rf"\b(?:of|about|between|called) {_PHRASE}$", re.I),
    re.compile(rf"^(?:what|who)(?:'s| {any_of(BE)}) {_PHRASE}", re.I),
    re.compile(
        rf"^(?:(?:how|why|when|where|what)(?: [\w-]+)? )?{any_of(AUXILIARIES)} {_SUBJECT}"
        r" (?:[\w-]+ed|made|known|be|become|important|good|bad|safe|used|worth|work|have|get|affect|help|cause|differ|from)\b",
        re.I,
    ),
    re.compile(rf"\b{any_of((*DO, *MODALS))} (?=the |an? ){_SUBJECT} (?:(?:first|finally|ever) )?[\w’'-]+$", re.I),
    re.compile(rf"\b{any_of(BE)} (?=the |an? ){_SUBJECT} {PARTICIPLE}$", re.I),
    re.compile(rf"\b(?:for|in|on|with) {_PHRASE}$", re.I),
)


class Asked(Protocol):
    """A question that was asked before, as it was understood, and its answer, None if there was none."""

    @property
    def question(self) -> str:
        """The question."""

    @property
    def answer(self) -> str | None:
        """The answer's words."""


def topics_of(turns: Sequence[Asked]) -> list[str]:
    """What the conversation is about, likeliest first: subjects and names of its questions.

    A topic counts each time that it is named, by half with every question since.
    """
    weights: dict[frozenset[str], float] = {}
    words: dict[frozenset[str], str] = {}
    for age, turn in enumerate(reversed(turns)):
        focus = _focus(turn.question)
        names = [name for name in names_in(turn.question) if not any(name in topic for topic in focus)]
        for topic in [*focus, *dict.fromkeys(names)]:
            if (stems := content(topic)) and topic.lower() not in NOT_NAMES:
                weights[stems] = weights.get(stems, 0) + FADING**age
                words.setdefault(stems, topic)
    return [words[stems] for stems in sorted(weights, key=lambda stems: -weights[stems])]


def _focus(question: str) -> list[str]:
    """The subject of a question by its form, if it shows."""
    asked = unmarked(OPENING.sub("", question))
    found = [one["focus"] for pattern in FOCUS if (one := pattern.search(asked))]
    subjects = [OWNED.sub("", focus) for focus in found if not re.search(_PRONOUN, focus, re.I)]
    return [name[0] if (name := NAMES.match(subject)) else subject for subject in subjects[:1]]


def has_name(question: str) -> bool:
    """Whether a question holds a name."""
    return any(name.group().lower() not in NOT_NAMES for name in NAMES.finditer(question))


def names_of(turns: Sequence[Asked]) -> list[str]:
    """Names in the questions and answers so far, latest first."""
    found = [name for turn in reversed(turns) for text in (turn.question, turn.answer or "") for name in names_in(text)]
    return list(dict.fromkeys(found))


def names_in(text: str) -> list[str]:
    """The names of a text, without the word that opens it and is capitalised only therefore, and without possessive endings."""
    names = [_without_lead(found.group()) for found in NAMES.finditer(text)]
    return [
        re.sub(r"['’]s$", "", name) for name in names if name.lower() not in NOT_NAMES and not name.isdigit() and name
    ]


def _without_lead(name: str) -> str:
    """A name without a leading question word or preposition, which is capitalised only because it opens the sentence."""
    words = name.split()
    return " ".join(words[1:] if words and words[0].lower() in NOT_NAMES else words)


def unmarked(question: str) -> str:
    """The question without its mark."""
    return question.rstrip(" ?!.")
