"""HTML that is safe by construction: a string becomes markup only through this module.

The page passes its text through several languages (HTML, Markdown, templates, TeX), so escaping HTML is not enough:
every ASCII character that one of them could read as syntax becomes a numeric reference, line breaks included. The
result is one line of letters, digits, spaces and references, which mean nothing to any of them.
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
    """Markup made by this module: the only strings that ``tag`` does not escape."""

    __slots__ = ()


EMPTY = Html("")


def text(value: str) -> Html:
    """``value`` as inert text. Control characters and lone surrogates become U+FFFD; line breaks become line feeds."""
    shown = _UNSHOWABLE.sub("\ufffd", _NEWLINE.sub("\n", value))
    return Html(_SYNTAX.sub(lambda match: f"&#{ord(match.group())};", shown))


def join(parts: Iterable[str]) -> Html:
    """Concatenate the parts, escaping all that are not ``Html``."""
    return Html("".join(part if isinstance(part, Html) else text(part) for part in parts))


def tag(name: str, /, *children: str, **attributes: str | None) -> Html:
    """An element. Escapes attribute values and children that are not ``Html``; skips attributes that are None.

    ``class_`` and ``for_`` stand for the attributes whose names are Python keywords.
    """
    written = "".join(f' {key.rstrip("_")}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    return Html(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{join(children)}</{name}>")


def _value(value: str) -> str:
    """An attribute's value. Inside quotes fewer characters are syntax, so our own names stay readable."""
    return _QUOTED.sub(lambda match: f"&#{ord(match.group())};", _UNSHOWABLE.sub("\ufffd", value))
