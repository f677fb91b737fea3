"""Follow-up questions: completed from the turns before, without a language model.

Each possible meaning is written out as a full question: a pronoun stands for the last answer or for what was asked about;
"And X?" puts X in place of a word of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.english import AUXILIARIES, BE, PEOPLE, PREPOSITIONS, QUESTION_WORDS, THINGS, any_of
from qa.question.content_words import content
from qa.question.corrections import Correction, correction_in
from qa.question.spoken_of import (
    DEFINED,
    NAMED,
    NAMES,
    NOT_NAMES,
    OPENING,
    PARTICIPLE,
    Asked,
    has_name,
    names_of,
    topics_of,
    unmarked,
)

MOST = 5  # readings, chosen and not fitted: all of them are asked, so each costs time
MOST_TOPICS = 2  # beside a question that may stand alone, chosen and not fitted
FEW = 3  # words that say something, chosen and not fitted: questions that are asked by themselves mostly have more, or a name
SHORT = 8  # words, chosen and not fitted: a longer answer is a sentence and cannot replace a pronoun

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
MANY = frozenset(("they", "them", "their", "these", "those"))
PLURAL = re.compile(r"[^su]s$| and ")
POSSESSIVE = frozenset(("his", "her", "hers", "its", "their"))
DEMONSTRATIVE = re.compile(
    rf"\b(?:that|this|these|those)\s+(?!{any_of([*AUXILIARIES, *PREPOSITIONS])}\b)[a-z]+\b", re.I
)
LED_IN = re.compile(rf"^{any_of(PREPOSITIONS)} ", re.I)  # "in Tashkent"
ARTICLE = re.compile(r"\bthe $", re.I)
YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
WH = re.compile(
    rf"^(?:{any_of(PREPOSITIONS)}\s+)?{any_of(QUESTION_WORDS)}(?:(?<=how)\s+(?:much|many|long|often|far|old|big"
    rf"|large))?\b\s*",
    re.I,
)
AUXILIARY = re.compile(rf"^{any_of(AUXILIARIES)}\s+", re.I)
ITS = re.compile(r"(?:its|his|her|their) (?P<part>[\w’'-]+(?: [\w’'-]+)?)", re.I)
# A noun phrase up to a preposition, an auxiliary, a participle or the end, as in "What is | the longest river | in Dravia?".
PHRASE = re.compile(
    rf"\b(?:an?|the) (?:[\w’'-]+ ){{0,3}}?[\w’'-]+(?= (?:{any_of([*PREPOSITIONS, *AUXILIARIES])})\b"
    rf"| {PARTICIPLE}\W*$|\W*$)",
    re.I,
)
NOUN_PHRASE = re.compile(r"\b(?:a|an|the)\s+[^,?]*$")
# How a phrase begins that is not a verb.
THING_NAMED = re.compile(r"(?:the|an?|its|his|her|their|this|that|these|those)\b|[A-Z0-9]")
DEFINITE = re.compile(r"(?:the|an?) ", re.I)
JOINED = re.compile(rf" and (?={any_of(QUESTION_WORDS)}\b)", re.I)
# How a question begins, or a command about what is known already.
ASKS = re.compile(
    r"(?P<command>(?:tell me (?:more )?about|describe|explain) (?=the ))"
    rf"|(?:{any_of(PREPOSITIONS)}\s+)?{any_of([*QUESTION_WORDS, *AUXILIARIES])}\b",
    re.I,
)
NAME_ASKED = re.compile(r"(?:who|whom|which|where|in|to|name)\b", re.I)
DESCRIBED = re.compile(rf"(?:who|what) {any_of(BE)} (?-i:[A-Z])", re.I)  # what is answered only describes the name
HEAD = re.compile(rf"^(?:[\w’'-]+\s+){{0,3}}?{any_of(AUXILIARIES)}\s+", re.I)


def named_instead(question: str) -> str | None:
    """The few words X in "And X?" or "What about X?" if they are no pronoun; None for other questions."""
    other = _bare_of_article(LED_IN.sub("", _other(question) or ""))
    return _bare(other) if len(content(other)) == len(other.split()) else None


def _other(question: str) -> str | None:
    """The X in "And X?" or "What about X?"; None for other questions."""
    about = ABOUT.match(question) or ELLIPSIS.match(question)
    return about["other"] if about else None


def _bare_of_article(name: str) -> str:
    """A name without the article before it."""
    return re.sub(r"^(?:the|an?) ", "", name, flags=re.I)


def _bare(name: str) -> str:
    """A name without its possessive ending."""
    return re.sub(r"['’]s?$", "", name)


def leans(question: str) -> bool:
    """Whether a question cannot be understood without the turns before it."""
    if _other(question) or BARE.match(question.strip()) or correction_in(question):
        return True
    body = OPENING.sub("", question)
    opened = body != question and not question.lower().startswith(("so ",))
    first = JOINED.split(body)[0]  # what is asked after it may lean on it: "What is X and why is it so?"
    return opened or _says_little(first) or any(_unbound(pattern, first) for pattern in (PERSON, THING, PLACE))


def _says_little(question: str) -> bool:
    """Whether a question names nothing and holds no more than FEW words that say something: "Are there any festivals?"."""
    asked = ASKS.match(question)
    few = asked is not None and len(content(question[asked.end("command") :] if asked["command"] else question)) <= FEW
    return few and not has_name(question) and not DEFINED.fullmatch(question)


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
    return [*exchanged, *([] if exchanged else instead), f"{unmarked(last.question)} {new}?"]


def _of_the_subject(part: str, turns: Sequence[Asked]) -> list[str]:
    """Questions for a part of what the conversation is about: "And its lake?" after a question on a country's river."""
    last = turns[-1]
    wholes = dict.fromkeys([*names_of(turns[-1:]), *topics_of(turns)[:1]])
    instead = [
        last.question[: one.start()] + f"the {part}" + last.question[one.end() :]
        for one in PHRASE.finditer(last.question)
    ]
    return [*instead[:1], *(f"What is the {part} of {whole}?" for whole in wholes)]


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
        beside = [] if exchanged and NAMED.fullmatch(other) else [f"{unmarked(last.question)} {other}?"]
        return _distinct([*_phrase_instead(last.question, other), *exchanged, *beside])
    if bare := BARE.match(question.strip()):
        return _distinct([f"{bare['wh'].capitalize()} {statement}?" for statement in _statements(last)])
    body = OPENING.sub("", question)
    body = body[:1].upper() + body[1:]
    return _distinct(_substituted(body, turns) or [body])


def _substituted(question: str, turns: Sequence[Asked]) -> list[str]:
    """The question with its pronoun replaced by each possible referent; without a pronoun, with each topic beside it."""
    found = next((m for m in (PERSON.search(question), PLACE.search(question), THING.search(question)) if m), None)
    if found is None or DEMONSTRATIVE.match(question, found.start()):
        return [*(f"{unmarked(question)} ({topic})?" for topic in topics_of(turns)[:MOST_TOPICS]), question]
    word, before = found.group().lower(), question[: found.start()]
    preposition = "in " if word == "there" and not re.search(r"\b(?:to|from|in|go|went)\s*$", before) else ""
    completed = []
    for referent in _referents(question, found, turns):
        ending = "'s" if word in POSSESSIVE and not referent.endswith("'s") else ""
        completed.append(_placed(before + preposition + referent + ending + question[found.end() :], turns))
    return completed


def _placed(question: str, turns: Sequence[Asked]) -> str:
    """The question with "there" as the latest name that it does not hold, where another pronoun was replaced already."""
    place = next((name for name in names_of(turns) if name not in question), None)
    return PLACE.sub(f"in {place}", question) if place else question


def _referents(question: str, pronoun: re.Match[str], turns: Sequence[Asked]) -> list[str]:
    """What a pronoun may stand for, likeliest first: topics, and the last answer before them where a name was asked for."""
    last = turns[-1]
    said = "" if DESCRIBED.match(last.question) else LED_IN.sub("", last.answer or "")
    answer = [said] if said and len(said.split()) <= SHORT else []
    topics = topics_of(turns)
    if PERSON.fullmatch(pronoun.group()) or PLACE.fullmatch(pronoun.group()):
        names = [*filter(NAMED.fullmatch, topics), *names_of(turns)]
        every = answer + names if NAME_ASKED.match(last.question) else names + answer
        return [*dict.fromkeys(every)][:3]
    phrase = NOUN_PHRASE.search(unmarked(last.question))
    about = [thing for thing in [_about(last)] if THING_NAMED.match(thing)]
    share = re.search(r"\bof $", question[: pronoun.start()])
    every = [*answer, *topics] if share else [*topics[:2], *answer, *topics[2:]]
    more = [*([phrase.group()] if phrase else []), *about]
    every += [*(one for one in more if not _with_verb(one, topics)), *names_of(turns)]
    many = pronoun.group().lower() in MANY
    return sorted([*dict.fromkeys(every)][:MOST], key=lambda thing: bool(PLURAL.search(thing)) != many)


def _with_verb(phrase: str, topics: Sequence[str]) -> bool:
    """Whether a phrase is a thing with the verb of its question, as "the cable car open" of "When did the cable car open?"."""
    things = [re.escape(topic) for topic in topics if DEFINITE.match(topic)]
    return bool(things) and bool(re.match(rf"{any_of(things)} (?!{any_of(PREPOSITIONS)}\b)[a-z]", phrase))


def _about(turn: Asked) -> str:
    """The topic of a question: its words without the question word and its verb."""
    return HEAD.sub("", WH.sub("", OPENING.sub("", unmarked(turn.question)), count=1), count=1)


def _statements(turn: Asked) -> list[str]:
    """A question and its answer as rough statements, with the answer in place of the question word."""
    rest = WH.sub("", unmarked(turn.question), count=1)
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


def _phrase_instead(question: str, other: str) -> list[str]:
    """The question with ``other`` in place of a phrase that the same word leads: "the ferry" of "the canoe", "for a day" of "for a
    week"; the last such phrase first, none for a name or a single word. It goes on to the next preposition, or
    has as many words."""
    lead, _, rest = other.partition(" ")
    if not rest or NAMED.fullmatch(other):
        return []
    as_long = re.compile(rf"\b{re.escape(lead)}(?: [\w’'-]+){{{len(rest.split())}}}(?![\w’'-])", re.I)
    led = re.compile(rf"\b{re.escape(lead)} .+?(?= {any_of([*PREPOSITIONS, *AUXILIARIES])}\b|\W*$)", re.I)
    whole = led if lead.lower() in PREPOSITIONS else PHRASE
    places = [
        one
        for pattern in (whole, as_long)
        for one in reversed([*pattern.finditer(question)])
        if one[0].lower().startswith(f"{lead.lower()} ")
    ]
    return [question[: one.start()] + other + question[one.end() :] for one in places][:3]


def _distinct(texts: Sequence[str]) -> list[str]:
    """Without repetitions, at most five."""
    return list(dict.fromkeys(" ".join(text.split()) for text in texts))[:MOST]
