"""The form of answer a question asks for: a span, a list, a deciding sentence, or a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from index.sentences import Offsets, sentence_at
from qa.english import AUXILIARIES, CAPITALISED, LINK, NUMBERS, PREPOSITIONS, any_of

Form = Literal["span", "list", "yes_no", "reason"]
WHOLE_SENTENCE = frozenset[Form]({"yes_no", "reason"})  # forms that a whole sentence answers

YES_NO = re.compile(
    rf"^(?:and |so |but )?{any_of(AUXILIARIES)}(?:n't|n’t)?\b(?!(?!.*\beither\b).*\bor\b)",
    re.I,
)
REASON = re.compile(
    r"^(?:and |so |but )?(?:why\b|for what reason|what (?:is|was) the reason|in what way"
    rf"|how {any_of(['come', *AUXILIARIES])}\b)",
    re.I,
)
NUMBER_WORD = any_of([*NUMBERS, "both", "several"])
NOT_PLURAL = r"(?!(?:is|was|does|has|us|this|its|his|as|across|news|status|crisis|business|process|series)\b)"
PLURAL = NOT_PLURAL + r"(?:\w+(?:[^su\W]s|ies|ches)|\w*(?:people|men|women|children))\b(?!['’])"
LEAD = (
    r"(?:(?:and |so )?(?:(?:in|on|to|from|of|with|between|among|for|at|over) )?(?:which|what|whose)"
    r"|(?:name|list|enumerate)(?: all)?(?: of)?(?: the)?)"
)
ADJECTIVE = r"(?:\w+(?:an|ish|ese|al|ic|ern|ous|ive|ign|ent)|main|major|other|big)"
ONE_OF = r"which (?:one )?of\b.*?\b(?:is|was|does|has)\b"  # "Which of the two mills is older?" asks for one of them
LIST = re.compile(
    rf"^(?!{ONE_OF})(?:{LEAD}\s+(?:{NUMBER_WORD}\s+(?:[\w-]+\s+){{0,3}}?|(?:{ADJECTIVE}\s+){{0,2}})(?!years\b|kinds? of\b){PLURAL}"
    rf"|(?:which|what|who|where)\b.*\b(?:the|are)\s+{NUMBER_WORD}\s+(?:[\w-]+\s+){{0,3}}?{PLURAL}"
    r"|(?:who|what) are the\b)",
    re.I,
)

WORD = rf"(?:(?:[A-Z]\.)+|{CAPITALISED}(?:\.[\w’'-]+)*|\d[\w.,-]*)"  # of a name, initials and figures among them
# Capitalised at the start of a sentence, and no part of a name: "For China and Russia".
_OPENS = any_of(
    word.capitalize() for word in (*PREPOSITIONS, *"and but or so while when if as among between both".split())
)
ITEM = rf"(?:(?:the |a |an )?(?!{_OPENS}\s){WORD}(?:\s+(?:for |{LINK}){WORD})*)"
SEPARATOR = re.compile(r",\s*(?:and|or|as well as)?\s+|\s+(?:and|or|as well as)\s+", re.I)
# The end is optional so that a match never fails: failing at every word of a long run would take time by its square.
NAMES_RUN = re.compile(rf"{ITEM}(?:,\s+{ITEM})*(?P<end>,?\s+(?:and|as well as)\s+{ITEM})?")


_NUMBERED = re.compile(
    rf"^(?!{ONE_OF}).*?\b(?:the|are|which|what) (?P<number>{any_of(NUMBERS)}) (?:[\w-]+ ){{0,2}}?{PLURAL}", re.I
)
_TIMES = "(?!(?:years|months|weeks|days|hours|minutes|times|miles|met(?:res|ers)|kilomet(?:res|ers))\\b)"
_HOW_MANY = re.compile(
    rf"^(?:and |so )?how many (?P<things>(?:[\w-]+ ){{0,3}}?{_TIMES}(?P<noun>{PLURAL})) (?P<rest>.+)$", re.I
)


@dataclass(frozen=True, slots=True)
class Counting:
    """The question for the things that another asks the number of, and the noun that has to stand by them; "" for people."""

    listing: str
    noun: str


def counting(question: str) -> Counting | None:
    """ "Which towns lie there?" and "towns" for "How many towns lie there?"; None for other questions."""
    asked = _HOW_MANY.match(question.strip())
    if asked is None:
        return None
    if asked["things"].lower() in ("people", "persons"):
        return Counting(f"Who {asked['rest']}", "")
    return Counting(f"Which {asked['things']} {asked['rest']}", asked["noun"])


def number_asked(question: str) -> int | None:
    """How many things a question asks for, as in "Who were the three mayors?"; None if it does not say."""
    found = _NUMBERED.search(question)
    return NUMBERS.index(found["number"].lower()) + 2 if found else None


def form_of(question: str) -> Form:
    """The form the question's own words ask for; a plain span unless they clearly ask for another."""
    asked = question.strip()
    if YES_NO.match(asked):
        return "yes_no"
    if REASON.match(asked):
        return "reason"
    return "list" if LIST.search(asked) else "span"


LONGEST_ITEM = 7  # words, chosen and not fitted: what is longer holds a clause
DESCRIBING = 2  # words before a name that still describe it, chosen and not fitted: "the ferry"
LEAST_ITEMS = 3  # two things that "and" joins, other than names, are as often no list
# What leads to the first item and is no part of it: "with their seat in Oskerby are".
LEADS_IN = re.compile(
    r".*\b(?:are|were|is|was|includes?|included|including|by|namely|like|such as|has|have|had|between|among|of|with)\s",
    re.I | re.S,
)
LEADS_OUT = re.compile(r"\b(?:that|which|who|whose|where|when|while|said|after|before|because|as|if)\b|[;:.!?]", re.I)


_MARK = r"(?:[-*•–]|\d{1,2}[.)])[ \t]"
ITEM_MARK = re.compile(rf"[ \t]*{_MARK}[ \t]*")
BULLET = re.compile(  # an item may go on in lines that are set in
    rf"^[ \t]*{_MARK}[ \t]*(?P<item>\S.*?(?:[ \t]*\n[ \t]+(?!{_MARK})\S.*?)*)[ \t]*$", re.M
)


def bullets(text: str, start: int, end: int) -> list[Offsets]:
    """The items of the bulleted or numbered list that holds [start, end); none if it is in no list of two or more."""
    group: list[Offsets] = []
    reached = 0
    for line in BULLET.finditer(text):
        if text[reached : line.start()].strip():
            if group and group[-1].end >= end:
                break
            group = []
        group.append(Offsets(line.start("item"), line.end("item")))
        reached = line.end()
    inside = group and text.rfind("\n", 0, group[0].start) < start and end <= group[-1].end
    return group if inside and len(group) > 1 else []


def whole_list(text: str, start: int, end: int) -> Offsets:
    """[start, end) widened to the bullets around it, or to the list ("A, the town B and C") in its sentence, if there is one."""
    if lines := bullets(text, start, end):
        return Offsets(lines[0].start, lines[-1].end)
    for run in NAMES_RUN.finditer(text):
        if run["end"] and run.start() < end and run.end() > start and run.start() <= start + 4 and run.end() >= end - 1:
            return Offsets(min(start, run.start()), max(end, run.end()))
    return _described_list(text, start, end) or Offsets(start, end)


def _described_list(text: str, start: int, end: int) -> Offsets | None:
    """The list of at least LEAST_ITEMS items, none longer than LONGEST_ITEM words, that holds [start, end); None without one."""
    sentence = sentence_at(text, start, end)
    parts = items(text, sentence.start, sentence.end)
    holding = [place for place, part in enumerate(parts) if part.start < end and part.end > start]
    if not holding or len(parts) < LEAST_ITEMS:
        return None
    first, last = holding[0], holding[-1]
    described = _describe(text, parts[first].start, start)  # else the list begins with the answer
    while (
        described
        and first > 0
        and _short(text, parts[first - 1], start, first=True)
        and _short(text, parts[first], start, first=False)
    ):
        first -= 1
    while (
        last + 1 < len(parts)
        and _short(text, parts[last], start, first=last == first)
        and _begins_short(text, parts[last + 1])
    ):
        last += 1
    if last - first + 1 < LEAST_ITEMS or not re.search(
        r"\b(?:and|or|as well as)\s+$", text[parts[last - 1].end : parts[last].start]
    ):
        return None
    return Offsets(_first_item(text, parts[first], start), _end_of_item(text, parts[last], end))


def _short(text: str, part: Offsets, start: int, *, first: bool) -> bool:
    """Whether a part can be an item; the first one may have words before it that lead to the list."""
    begin = _first_item(text, part, start) if first else part.start
    words = text[begin : part.end].split()
    return 0 < len(words) <= LONGEST_ITEM and not LEADS_OUT.search(text[begin : part.end])


def _begins_short(text: str, part: Offsets) -> bool:
    """Whether a part begins with an item, whatever follows."""
    return 0 < len(text[part.start : _end_of_item(text, part, part.start)].split()) <= LONGEST_ITEM


def _first_item(text: str, part: Offsets, start: int) -> int:
    """Where the first item of a list begins: after the words that lead to it; without such words where the answer begins."""
    leads = LEADS_IN.match(text, part.start, part.end)
    if not part.start <= start < part.end:
        return leads.end() if leads else part.start
    return leads.end() if leads and _describe(text, leads.end(), start) else start


def _describe(text: str, begin: int, start: int) -> bool:
    """Whether the words before an answer are few enough to describe it."""
    return begin <= start and len(text[begin:start].split()) <= DESCRIBING


def _end_of_item(text: str, part: Offsets, end: int) -> int:
    """Where the last item of a list ends: before a clause or the end of the sentence."""
    found = LEADS_OUT.search(text, max(part.start, end), part.end)
    return found.start() if found else part.end


def items(text: str, start: int, end: int) -> list[Offsets]:
    """The offsets of the bullets, or of the parts of "A, B and C" without conjunctions; of the whole if it has no parts."""
    lines = [line for line in bullets(text, start, end) if start <= line.start and line.end <= end]
    if len(lines) > 1:
        return lines
    cuts = [
        (start, start),
        *((start + m.start(), start + m.end()) for m in SEPARATOR.finditer(text[start:end])),
        (end, end),
    ]
    places = [Offsets(left[1], right[0]) for left, right in pairwise(cuts)]
    return [place for place in places if text[place.start : place.end].strip()]
