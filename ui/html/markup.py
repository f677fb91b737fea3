"""HTML that cannot be broken into: a string becomes markup only by passing through here.

The page's sinks are several languages at once (HTML, Markdown, templates, TeX), so text is not merely HTML-escaped:
every ASCII character that any of them could read as syntax becomes a numeric character reference, line breaks included.
What comes out is one line of letters, digits, spaces and references, which none of those languages has a use for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

VOID = frozenset({"br", "hr", "wbr"})

_NEWLINE = re.compile(r"\r\n?")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SYNTAX = re.compile(r"[\t\n!-+\--/:-@\[-`{-~]")
_QUOTED = re.compile(r"[\t\n\r!-'*+<->@\[-`{-~]")


class Html(str):
    """Markup that this module made: the only strings that ``tag`` does not escape."""

    __slots__ = ()


EMPTY = Html("")


def text(value: str) -> Html:
    """``value`` as inert text. Control characters and lone surrogates show as U+FFFD, line breaks as line feeds."""
    shown = _UNSHOWABLE.sub("\ufffd", _NEWLINE.sub("\n", value))
    return Html(_SYNTAX.sub(lambda match: f"&#{ord(match.group())};", shown))


def join(parts: Iterable[str]) -> Html:
    """The parts one after the other; those that are not ``Html`` are escaped."""
    return Html("".join(part if isinstance(part, Html) else text(part) for part in parts))


def tag(name: str, /, *children: str, **attributes: str | None) -> Html:
    """An element. Children that are not ``Html`` and all attribute values are escaped; None leaves an attribute out.

    ``class_`` and ``for_`` name the attributes that are Python keywords.
    """
    written = "".join(f' {key.rstrip("_")}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    return Html(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{join(children)}</{name}>")


def _value(value: str) -> str:
    """An attribute's value: within quotes fewer characters mean anything, and our own names stay readable."""
    return _QUOTED.sub(lambda match: f"&#{ord(match.group())};", _UNSHOWABLE.sub("\ufffd", value))
