"""HTML that is safe by construction: a string becomes markup only through this module.

The browser gets the result as a value and parses it as HTML; no template and no Markdown sees it, so escaping HTML is
enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

VOID = frozenset({"br", "hr", "wbr", "img", "input"})

_NEWLINE = re.compile(r"\r\n?")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")


class Html(str):
    """Markup made by this module: the only strings that ``tag`` does not escape."""

    __slots__ = ()


EMPTY = Html("")


def text(value: str) -> Html:
    """``value`` as inert text. What cannot be shown or turns words around becomes U+FFFD; line breaks become line feeds."""
    return Html(escape(_UNSHOWABLE.sub("\ufffd", _NEWLINE.sub("\n", value))))


def join(parts: Iterable[str]) -> Html:
    """Concatenate the parts, escaping all that are not ``Html``."""
    return Html("".join(part if isinstance(part, Html) else text(part) for part in parts))


def tag(name: str, /, *children: str, **attributes: str | None) -> Html:
    """An element. Escapes attribute values and children that are not ``Html``; skips attributes that are None.

    ``class_`` and ``for_`` stand for the attributes whose names are Python keywords, ``aria_label`` for ``aria-label``.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{join(children)}</{name}>")


def button(name: str, *children: str, class_: str = "pc-tool", **attributes: str | None) -> Html:
    """A button whose name says what it does: ``verb:argument:argument``."""
    return tag("button", *children, type="button", name=name, class_=class_, **attributes)
