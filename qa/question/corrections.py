"""Corrections of the last question: "No, I meant X", "not X but Y", "sorry, X", "X, not Y"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.english import AUXILIARIES, QUESTION_WORDS, any_of

_NO = r"(?:(?:no|nope|nah|sorry|wait|actually|oops|wrong|pardon|excuse me|i mean)[ ,.!:;–-]+)+"
_MEANT = r"(?:i (?:meant?|was asking about|asked about|wanted)|make (?:it|that)|(?:that|it) (?:should be|was)|rather)"
_FORMS = (
    re.compile(rf"^(?:{_NO})?(?:{_MEANT} )?not (?P<old>[^,;]+?)(?:,? but (?:rather )?|, )(?P<new>.+)$", re.I),
    re.compile(rf"^(?:{_NO})?{_MEANT} (?P<new>[^,;]+?),? (?:and )?not (?P<old>.+)$", re.I),
    re.compile(rf"^(?:{_NO})?{_MEANT} (?P<new>.+)$", re.I),
    re.compile(rf"^{_NO}(?:the one (?:in|of|from|with) )?(?P<new>.+?)(?:,? (?:and )?not (?P<old>.+))?$", re.I),
    re.compile(r"^(?P<new>[A-Z][^,;]*?), not (?P<old>.+)$"),
)
_QUESTION = re.compile(rf"^(?:{any_of([*QUESTION_WORDS, *AUXILIARIES])})\b.* .+", re.I)


@dataclass(frozen=True, slots=True)
class Correction:
    """What was meant, what it replaces if that was said, and whether it is a question of its own."""

    new: str
    old: str | None = None

    @property
    def whole(self) -> bool:
        """Whether it is a whole question and not a part of one."""
        return bool(_QUESTION.match(self.new))


def correction_in(message: str) -> Correction | None:
    """The correction that a message makes of the question before it; None if it makes none."""
    words = message.strip().rstrip(" ?!.")
    for form in _FORMS:
        if found := form.match(words):
            return Correction(found["new"].strip(), found.groupdict().get("old"))
    return None
