"""Reads XML: feeds (RSS, Atom) entry by entry, and any other by the text of its elements."""

from __future__ import annotations

import email.utils
import re
from typing import Any

from index.loaders.draft import Draft, drafted
from index.loaders.office.archives import name_of, own, parse_xml
from index.loaders.paragraphs import structure_of
from index.loaders.text import Content, UnreadableContent, iso_date
from index.loaders.web.html import load_page

_ENTRIES = ("item", "entry")
_TEXTS = ("encoded", "content", "description", "summary")  # the fullest first
_LONE_SIGN = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)")
_TITLES, _ROWS = ("title", "article-title"), ("tr", "row")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_AUTHORS = ("creator", "author", "managingEditor")
_DATES = ("published", "pubDate", "date", "updated", "lastBuildDate")


def load_xml(data: bytes) -> Content:
    """Read a feed, an XHTML page, or the text of whatever the elements are; raises UnreadableContent if it is not XML."""
    from lxml import etree

    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        root = _with_signs_escaped(data)
        if root is None:
            raise UnreadableContent(f"damaged: it is not XML ({error.msg})") from None
    if name_of(root).lower() == "html":
        return load_page(etree.tostring(root, encoding="unicode"))
    return _feed(root) if name_of(root) in ("rss", "feed", "RDF") else _elements(root)


def _with_signs_escaped(data: bytes) -> Any:
    """The root of XML in which "&" stands for itself or for HTML's characters, as in many feeds; None if that is not all."""
    from lxml import etree

    try:
        return None if b"<!ENTITY" in data else parse_xml(_LONE_SIGN.sub(b"&amp;", data))
    except etree.XMLSyntaxError:
        return None


def _feed(root: Any) -> Content:
    """Each entry below its title; the feed's own title, date and language."""
    channel = own(root, "channel")
    channel = root if channel is None else channel
    draft = Draft()
    draft.add(_words(own(channel, "title")), "heading", level=1)
    draft.add(_words(next(filter(_is_element, (own(channel, name) for name in ("description", "subtitle"))), None)))
    entries = list(root.iter(*(f"{{*}}{name}" for name in _ENTRIES)))
    for entry in entries:
        draft.add(_words(own(entry, "title")), "heading", level=2)
        draft.add(", ".join(filter(None, (_date(entry), _author(entry)))))
        text = next(filter(_is_element, (own(entry, name) for name in _TEXTS)), None)
        if text is not None:
            _put_html(draft, text)
    return drafted(
        draft,
        title=_words(own(channel, "title")),
        date=_date(channel),
        authors=(_author(channel),),
        language=_words(own(channel, "language")) or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
    )


def _put_html(draft: Draft, element: Any) -> None:
    """Put what an element holds: HTML, as text or as elements."""
    from lxml import etree

    inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
    try:
        page = load_page((element.text or "") + inner)
    except UnreadableContent:
        return
    draft.append(page.text, structure_of(page))


def _elements(root: Any) -> Content:
    """A paragraph for each element whose own text is more than white space."""
    draft, title, header = Draft(), "", None
    pending = [root]
    while pending:
        element = pending.pop()
        children = list(element)
        if (element.text or "").strip() or any((child.tail or "").strip() for child in children):
            titled = name_of(element) in _TITLES
            title = title or (_words(element) if titled else "")
            for words in _PARAGRAPHS.split("".join(element.itertext())):
                draft.add(" ".join(words.split()), "heading" if titled else "paragraph", level=int(titled))
        elif name_of(element) in _ROWS:
            header = _put_row(draft, element, header)
        else:
            pending += reversed(children)
    return drafted(draft, title=title)


def _put_row(draft: Draft, row: Any, header: int | None) -> int | None:
    """Put a row of a table; return the offset of the one that names its columns."""
    cells = [_words(cell) for cell in row]
    around = next(map(name_of, row.iterancestors()), "")
    start = draft.add_row(cells, header=header if around == "tbody" else None, names=around == "thead")
    return start if around == "thead" else header


def _date(element: Any) -> str | None:
    """The first date that an element states, as ISO 8601."""
    for said in filter(None, (_words(own(element, name)) for name in _DATES)):
        if iso_date(said):
            return said
        try:
            return email.utils.parsedate_to_datetime(said).isoformat()
        except (ValueError, OverflowError):
            continue
    return None


def _author(element: Any) -> str:
    """The name of who wrote a feed or an entry; RSS puts it in brackets behind an address."""
    author = next(filter(_is_element, (own(element, name) for name in _AUTHORS)), None)
    name = own(author, "name")
    words = _words(author if name is None else name)
    return (email.utils.parseaddr(words)[0] if "@" in words else "") or words


def _is_element(element: Any) -> bool:
    return element is not None


def _words(element: Any) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())
