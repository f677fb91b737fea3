"""The form of answer a question asks for: a span, a list, a deciding sentence, or a reason."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from index.sentences import Offsets
from qa.english import AUXILIARIES, CAPITALISED, LINK, NUMBERS, any_of

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
PLURAL = NOT_PLURAL + r"\w+(?:[^su\W]s|ies|ches|people|men|women)\b(?!['’])"
LEAD = (
    r"(?:(?:and |so )?(?:(?:in|on|to|from|of|with|between|among|for|at|over) )?(?:which|what|whose)"
    r"|(?:name|list|enumerate)(?: the)?)"
)
ADJECTIVE = r"(?:\w+(?:an|ish|ese|al|ic|ern|ous|ive|ign|ent)|main|major|other|big)"
LIST = re.compile(
    rf"^{LEAD}\s+(?:{NUMBER_WORD}\s+(?:[\w-]+\s+){{0,3}}?|(?:{ADJECTIVE}\s+)?)(?!years\b|kinds? of\b){PLURAL}"
    rf"|^(?:which|what|who|where)\b.*\b(?:the|are)\s+{NUMBER_WORD}\s+(?:[\w-]+\s+){{0,3}}?{PLURAL}"
    r"|^(?:who|what) are the\b",
    re.I,
)

WORD = rf"(?:(?:[A-Z]\.)+|{CAPITALISED}(?:\.[\w’'-]+)*|\d[\w.,-]*)"  # of a name, initials and figures among them
ITEM = rf"(?:(?:the |a |an )?{WORD}(?:\s+(?:for |{LINK}){WORD})*)"
SEPARATOR = re.compile(r",\s*(?:and|or|as well as)?\s+|\s+(?:and|or|as well as)\s+", re.I)
NAMES_RUN = re.compile(rf"{ITEM}(?:,\s+{ITEM})*(?:,?\s+(?:and|as well as)\s+{ITEM})")


def form_of(question: str) -> Form:
    """The form the question's own words ask for; a plain span unless they clearly ask for another."""
    asked = question.strip()
    if YES_NO.match(asked):
        return "yes_no"
    if REASON.match(asked):
        return "reason"
    return "list" if LIST.search(asked) else "span"


def whole_list(text: str, start: int, end: int) -> Offsets:
    """[start, end) widened to the run of names ("A, B and C") around it, if there is one."""
    for run in NAMES_RUN.finditer(text):
        if run.start() < end and run.end() > start and run.start() <= start + 4 and run.end() >= end - 1:
            return Offsets(min(start, run.start()), max(end, run.end()))
    return Offsets(start, end)


def items(text: str, start: int, end: int) -> list[Offsets]:
    """The offsets of the parts of "A, B and C", without conjunctions; of the whole if it has no parts."""
    cuts = [
        (start, start),
        *((start + m.start(), start + m.end()) for m in SEPARATOR.finditer(text[start:end])),
        (end, end),
    ]
    places = [Offsets(left[1], right[0]) for left, right in pairwise(cuts)]
    return [place for place in places if text[place.start : place.end].strip()]
