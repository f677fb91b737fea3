"""Follow-up questions: completed from the turns before, without a language model.

Each possible meaning is written out as a full question: a pronoun stands for the last answer or for what was asked about;
"And X?" puts X in place of a word of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from qa.english import (
    AUXILIARIES,
    BE,
    FUNCTION_WORDS,
    MONTHS,
    NAME,
    PEOPLE,
    PREPOSITIONS,
    QUESTION_WORDS,
    THINGS,
    WEEKDAYS,
    any_of,
)
from qa.question.content_words import content
from qa.question.corrections import Correction, correction_in

MOST = 5  # readings, chosen and not fitted: all of them are asked, so each costs time
SHORT = 8  # words, chosen and not fitted: a longer answer is a sentence and cannot replace a pronoun

OPENING = re.compile(r"^(?:and|but|so|then|also|ok|okay)\b[\s,]*", re.I)
ABOUT = re.compile(r"^(?:(?:and|but|so)\s+)?(?:what|how)\s+about\s+(?P<other>.+?)\s*\??$", re.I)
ELLIPSIS = re.compile(  # "And May?" asks about a month
    rf"^(?:and|but|or)\s+(?P<other>(?!(?!may\b){any_of([*QUESTION_WORDS, *AUXILIARIES])}\b).+?)\s*\??$", re.I
)
BARE = re.compile(
    r"^(?:(?:and|but|so)\s+)?(?P<wh>when|where|why|how|who|by whom|how much|how many|how long|since when|what for"
    r"|on (?:which|what) (?:day|date)|in (?:which|what) (?:year|month|city|country))(?: exactly)?\s*\??$",
    re.I,
)
PERSON = re.compile(rf"\b{any_of(PEOPLE)}\b", re.I)
THING = re.compile(
    rf"\b{any_of(THINGS)}\b|(?:(?<=^)|(?<=\b(?:is|of|in|on|do|by|at|to|as) )|(?<=\b(?:was|are|for|did) )"
    r"|(?<=\b(?:were|does|from|with) )|(?<=\b(?:after|about) )|(?<=\bbefore ))(that)\b",
    re.I,
)
PLACE = re.compile(r"(?<!is )(?<!are )(?<!was )(?<!were )\b(there)\b(?!\s+(?:is|are|was|were|a|an|any|be)\b)", re.I)
POSSESSIVE = frozenset(("his", "her", "hers", "its", "their"))
DEMONSTRATIVE = re.compile(r"\b(?:that|this|these|those|the same)\s+(?P<noun>[a-z]+)\b", re.I)
NUMBERED = rf"{NAME}(?: \d[\w.-]*)?"  # "Apollo 12": the number belongs to the name
NAMES = re.compile(rf"\b{NUMBERED}")
NAMED = re.compile(rf"(?:the )?{NUMBERED}(?:['’]s?)?")  # nothing but a name: it takes the place of another
ARTICLE = re.compile(r"\bthe $", re.I)
YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
WH = re.compile(
    rf"^(?:{any_of(PREPOSITIONS)}\s+)?{any_of(QUESTION_WORDS)}(?:(?<=how)\s+(?:much|many|long|often|far|old|big"
    rf"|large))?\b\s*",
    re.I,
)
AUXILIARY = re.compile(rf"^{any_of(AUXILIARIES)}\s+", re.I)
ITS = re.compile(r"(?:its|his|her|their) (?P<part>[\w’'-]+(?: [\w’'-]+)?)", re.I)
PARTICIPLE = r"\w+(?:ed|en|ilt|ught|ade|old|ent|ound|ut)"
# A noun phrase up to a preposition, an auxiliary, a participle or the end, as in "What is | the longest river | in Dravia?".
PHRASE = re.compile(
    rf"\b(?:an?|the) (?:[\w’'-]+ ){{0,3}}?[\w’'-]+(?= (?:{any_of([*PREPOSITIONS, *AUXILIARIES])})\b"
    rf"| {PARTICIPLE}\W*$|\W*$)",
    re.I,
)
NOUN_PHRASE = re.compile(r"\b(?:a|an|the)\s+[^,?]*$")
# How a phrase begins that is not a verb.
THING_NAMED = re.compile(r"(?:the|an?|its|his|her|their|this|that|these|those)\b|[A-Z0-9]")
HEAD = re.compile(rf"^(?:[\w’'-]+\s+){{0,3}}?{any_of(AUXILIARIES)}\s+", re.I)
_CAPITALISED_AT_TIMES = (*MONTHS, *WEEKDAYS, *QUESTION_WORDS, *AUXILIARIES, *PREPOSITIONS, *FUNCTION_WORDS)
_OPENERS = "tell describe explain name list give show compare summarise summarize besides aside along despite according apart then"
NOT_NAMES = frozenset(map(str.lower, (*_CAPITALISED_AT_TIMES, *_OPENERS.split())))

# What a question is about, by its form; the first that fits.
COMMAND = re.compile(
    r"^(?:please )?(?:(?:tell|teach) me (?:more |something )?(?:about|of)|describe|explain|compare"
    r"|give me .*? (?:about|on|of)"
    r"|(?:what|how) about|i(?:'d| would)? (?:want|like) to know (?:more )?about) ",
    re.I,
)
_PRONOUN = rf"\b(?:{any_of([*PEOPLE, *THINGS, 'one', 'ones', 'that'])})\b"
FOCUS = (
    re.compile(
        r"\b(?:of|about|between|called) (?P<focus>(?:the |an? )?[\w’'-]+(?: (?!(?:in|on|at|by|to|for|from"
        r"|with)\b)[\w’'-]+){0,4})$",
        re.I,
    ),
    re.compile(
        rf"^(?:what|who)(?:'s| {any_of(BE)}) (?P<focus>(?:the |an? )?[\w’'-]+(?: (?!(?:in|on|at|by|to|for|from|with"
        rf"|about|like|and)\b)"
        r"[\w’'-]+){0,4})",
        re.I,
    ),
    re.compile(
        rf"^(?:(?:how|why|when|where|what)(?: [\w-]+)? )?{any_of(AUXILIARIES)} (?P<focus>(?:the "
        rf"|an? )?[\w’'-]+(?: [\w’'-]+){{0,2}}?)"
        r" (?:[\w-]+ed|made|known|be|become|important|good|bad|safe|used|worth|work|have|get|affect|help|cause"
        r"|differ|differ from|from)\b",
        re.I,
    ),
    re.compile(r"\b(?:do|does|did) (?P<focus>(?:the|an?) [\w’'-]+(?: [\w’'-]+){0,2}?) [\w’'-]+$", re.I),
    re.compile(
        rf"\b{any_of(BE)} (?P<focus>(?:the|an?) [\w’'-]+(?: [\w’'-]+){{0,2}}?) {PARTICIPLE}$",
        re.I,
    ),
    re.compile(r"\b(?:for|in|on|with) (?P<focus>(?:the |an? )?[\w’'-]+(?: [\w’'-]+){0,3})$", re.I),
)
# "What are the main themes?": a part of something that was named before.
PART = re.compile(r"^(?:what|who|which|how many|are there|is there|what kinds? of)\b(?:\s[\w’'-]+){1,6}$", re.I)
OF_WHAT = re.compile(r"\b(?:the|any|its|some|other|most|main)\b", re.I)
COMPLETE = re.compile(r"\b(?:of|for|about|between|called|than|in|from)\b|\d", re.I)


class Asked(Protocol):
    """A question that was asked before, as it was understood, and its answer, None if there was none."""

    @property
    def question(self) -> str:
        """The question."""
        ...

    @property
    def answer(self) -> str | None:
        """The answer's words."""
        ...


def named_instead(question: str) -> str | None:
    """The name X in "And X?" or "What about X?"; None for other questions."""
    other = _other(question)
    return _bare(other) if other and NAMED.fullmatch(other) else None


def _other(question: str) -> str | None:
    """The X in "And X?" or "What about X?"; None for other questions."""
    about = ABOUT.match(question) or ELLIPSIS.match(question)
    return about["other"] if about else None


def _bare_of_article(name: str) -> str:
    """A name without the article before it."""
    return re.sub(r"^the ", "", name, flags=re.I)


def _bare(name: str) -> str:
    """A name without its possessive ending."""
    return re.sub(r"['’]s?$", "", name)


def leans(question: str) -> bool:
    """Whether a question cannot be understood without the turns before it."""
    if _other(question) or BARE.match(question.strip()) or correction_in(question):
        return True
    body = OPENING.sub("", question)
    opened = body != question and not question.lower().startswith(("so ",))
    return (
        opened
        or _is_part(body)
        or _is_short(body)
        or any(_unbound(pattern, body) for pattern in (PERSON, THING, PLACE))
    )


def _corrected(correction: Correction, last: Asked) -> list[str]:
    """The last question with what was meant in the place of what was said."""
    new, old = correction.new, correction.old
    if correction.whole:
        return [f"{new[:1].upper()}{new[1:]}?"]
    if old and (found := re.search(re.escape(_bare(old)), last.question, re.I)):
        return [last.question[: found.start()] + new + last.question[found.end() :]]
    phrases = [*PHRASE.finditer(last.question)]
    instead = [last.question[: one.start()] + new + last.question[one.end() :] for one in phrases[-1:]]
    exchanged = _with_other(last.question, new)
    if exchanged and (NAMED.fullmatch(new) or YEAR.fullmatch(new)):
        return exchanged
    return [*exchanged, *([] if exchanged else instead), f"{_strip(last.question)} {new}?"]


def _of_the_subject(part: str, turns: Sequence[Asked]) -> list[str]:
    """Questions for a part of what the conversation is about: "And its lake?" after a question on a country's river."""
    last = turns[-1]
    wholes = dict.fromkeys([*_names(turns[-1:]), *filter(None, [focus_of(turns)])])
    instead = [
        last.question[: one.start()] + f"the {part}" + last.question[one.end() :]
        for one in PHRASE.finditer(last.question)
    ]
    return [*instead[:1], *(f"What is the {part} of {whole}?" for whole in wholes)]


def _is_part(question: str) -> bool:
    """Whether a short question asks for a part of something that it does not name, as in "What are the main themes?"."""
    asked = _strip(question)
    return bool(PART.match(asked) and OF_WHAT.search(asked)) and not _named(asked) and not COMPLETE.search(asked)


def _is_short(question: str) -> bool:
    """Whether a question holds one word that says something at most, and no name: "Who won?", "How many years?"."""
    words = _strip(question).split()
    return bool(WH.match(question)) and 1 < len(words) <= 3 and len(content(question)) <= 1 and not _named(question)


def _named(question: str) -> bool:
    """Whether a question holds a name."""
    return any(name.group().lower() not in NOT_NAMES for name in NAMES.finditer(question))


def focus_of(turns: Sequence[Asked]) -> str | None:
    """What the conversation is about: the subject of the latest question that names one."""
    for turn in reversed(turns):
        asked = _strip(OPENING.sub("", turn.question))
        if command := COMMAND.match(asked):
            return re.sub(r"^some of ", "", asked[command.end() :])
        for pattern in FOCUS:
            found = pattern.search(asked)
            if found and not re.search(_PRONOUN, found["focus"], re.I):
                return found["focus"]
        if names := _names([turn]):
            return names[0]
    return None


def _unbound(pattern: re.Pattern[str], question: str) -> bool:
    """Whether a pronoun has no name before it in the question that it could refer to."""
    found = pattern.search(question)
    if found is None:
        return False
    return not any(
        name.start() < found.start() for name in NAMES.finditer(question) if name.group().lower() not in NOT_NAMES
    )


def readings(question: str, turns: Sequence[Asked]) -> list[str]:
    """The ways to complete ``question`` from ``turns``, likeliest first; only itself if it is complete."""
    question = question.strip()
    if not turns or not leans(question):
        return [question]
    last = turns[-1]
    if correction := correction_in(question):
        return _distinct(_corrected(correction, last))
    if other := _other(question):
        if of_it := ITS.match(other):
            return _distinct(_of_the_subject(of_it["part"], turns))
        exchanged = _with_other(last.question, other)
        beside = [] if exchanged and NAMED.fullmatch(other) else [f"{_strip(last.question)} {other}?"]
        return _distinct([*exchanged, *beside])
    if bare := BARE.match(question.strip()):
        return _distinct([f"{bare['wh'].capitalize()} {statement}?" for statement in _statements(last)])
    body = OPENING.sub("", question)
    body = body[:1].upper() + body[1:]
    return _distinct(_substituted(body, turns)[:4] or [body])


def _substituted(question: str, turns: Sequence[Asked]) -> list[str]:
    """The question with its pronoun replaced by each possible referent; without a pronoun, with the topic added."""
    last = turns[-1]
    found = next((m for m in (PERSON.search(question), PLACE.search(question), THING.search(question)) if m), None)
    if found is None:
        focus = focus_of(turns)
        if _is_part(question):
            return [f"{_strip(question)} of {focus}?", question] if focus else [question]
        topics = [*([focus] if focus else []), _about(last), *_names(turns)[:1]]
        return [*(f"{_strip(question)} {topic}?" for topic in topics), *([question] if _is_short(question) else [])]
    completed = []
    for referent in _referents(
        turns, person=PERSON.search(question) is not None, place=PLACE.search(question) is not None
    ):
        word = found.group().lower()
        demonstrative = DEMONSTRATIVE.search(question)
        if demonstrative and demonstrative.start() == found.start():
            completed.append(f"{_strip(question)} {_about(last)}?")
            completed.append(
                question[: found.start()] + referent + " " + demonstrative["noun"] + question[demonstrative.end() :]
            )
            continue
        preposition = (
            "in "
            if word == "there" and not re.search(r"\b(?:to|from|in|go|went)\s*$", question[: found.start()])
            else ""
        )
        ending = "'s" if word in POSSESSIVE and not referent.endswith("'s") else ""
        completed.append(question[: found.start()] + preposition + referent + ending + question[found.end() :])
    return completed


def _referents(turns: Sequence[Asked], *, person: bool, place: bool) -> list[str]:
    """Possible referents of a pronoun, likeliest first."""
    last = turns[-1]
    names = sorted(
        _names(turns), key=lambda name: not re.search(rf"\b{any_of(AUXILIARIES)} {re.escape(name)}\b", last.question)
    )
    answer = [last.answer] if last.answer and len(last.answer.split()) <= SHORT else []
    if person or place:
        asked = re.match(r"(?:who|whom|which|where|in|to|name)", last.question, re.I)
        return (answer + names if asked else names + answer)[:3]
    phrase = NOUN_PHRASE.search(_strip(last.question))
    about = [thing for thing in [_about(last)] if THING_NAMED.match(thing)]
    focus = [thing for thing in [focus_of(turns)] if thing]
    return [*dict.fromkeys([*answer, *focus, *([phrase.group()] if phrase else []), *about, *names])][:4]


def _names(turns: Sequence[Asked]) -> list[str]:
    """Names in the questions and answers so far, latest first."""
    found = []
    for turn in reversed(turns):
        for text in (turn.question, turn.answer or ""):
            found += [
                name
                for m in NAMES.finditer(text)
                if (name := _without_lead(m.group())) and name.lower() not in NOT_NAMES
            ]
    return list(dict.fromkeys(re.sub(r"['’]s$", "", name) for name in found))


def _without_lead(name: str) -> str:
    """A name without a leading question word or preposition, which is capitalised only because it opens the sentence."""
    words = name.split()
    return " ".join(words[1:] if words and words[0].lower() in NOT_NAMES else words)


def _strip(question: str) -> str:
    """The question without its mark."""
    return question.rstrip(" ?!.")


def _about(turn: Asked) -> str:
    """The topic of a question: its words without the question word and its verb."""
    return HEAD.sub("", WH.sub("", OPENING.sub("", _strip(turn.question)), count=1), count=1)


def _statements(turn: Asked) -> list[str]:
    """A question and its answer as rough statements, with the answer in place of the question word."""
    rest = WH.sub("", _strip(turn.question), count=1)
    subject = turn.answer if turn.answer and len(turn.answer.split()) <= SHORT else ""
    with_answer = f"did {subject} {rest}" if subject and not AUXILIARY.match(rest) else f"{rest} {subject}"
    return [" ".join(with_answer.split()), rest]


def _with_other(question: str, other: str) -> list[str]:
    """The question with ``other`` in place of a word of its kind: a year for a year, a name for a name."""
    trimmed = re.sub(r"^(?:in|on|at|for|to|from|with|by|of|the one in)\s+", "", other, flags=re.I)
    if YEAR.fullmatch(trimmed) and (found := YEAR.search(question)):
        return [question[: found.start()] + trimmed + question[found.end() :]]
    trimmed_name = _bare(trimmed)
    return [
        question[: m.start()]
        + (_bare_of_article(trimmed_name) if ARTICLE.search(question[: m.start()]) else trimmed_name)
        + ("'s" if m.group().endswith(("'s", "’s")) else "")
        + question[m.end() :]
        for m in reversed(list(NAMES.finditer(question)))
        if m.group().lower() not in NOT_NAMES
    ][:3]


def _distinct(texts: Sequence[str]) -> list[str]:
    """Without repetitions, at most five."""
    return list(dict.fromkeys(" ".join(text.split()) for text in texts))[:MOST]
