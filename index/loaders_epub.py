"""EPUB: the chapters in reading order, each read as the page of HTML that it is."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from index.archives import check_archive
from index.loaders import Content, Heading, UnreadableContent, iso_date
from index.loaders_html import load_html

_CONTAINER = "META-INF/container.xml"
_ENCRYPTED = "META-INF/rights.xml"


def load_epub(data: bytes) -> Content:
    """The text of the chapters of the spine; title and date are those of the package."""
    check_archive(data, "an EPUB book")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _ENCRYPTED in archive.namelist():
            raise UnreadableContent("encrypted")
        package_name = _package_name(archive)
        package = _xml(archive, package_name)
        chapters, missing = [], 0
        for name in _spine(package, posixpath.dirname(package_name)):
            try:
                chapters.append(load_html(archive.read(name)))
            except (KeyError, UnreadableContent):
                missing += 1
    warnings = (f"{missing} of its chapters could not be read",) if missing else ()
    title, date = _field(package, "title"), _field(package, "date")
    return replace(_joined(chapters), title=title, date=iso_date(date), warnings=warnings)


def _joined(chapters: list[Content]) -> Content:
    """The chapters as one text, their headings moved along."""
    parts: list[str] = []
    headings: list[Heading] = []
    length = 0
    for chapter in chapters:
        headings += [
            Heading(length + heading.start, heading.level, heading.text, length + heading.end)
            for heading in chapter.headings
        ]
        parts.append(chapter.text + "\n\n")
        length += len(chapter.text) + 2
    return Content("".join(parts)[:-2], headings=tuple(headings))


def _package_name(archive: zipfile.ZipFile) -> str:
    names = _xml(archive, _CONTAINER).xpath("//*[local-name()='rootfile']/@full-path")
    if not names:
        raise UnreadableContent("damaged: it names no package")
    return str(names[0])


def _spine(package: Any, folder: str) -> Iterator[str]:
    """The names of the chapters in reading order."""
    items = {
        item.get("id"): item.get("href") for item in package.xpath("//*[local-name()='manifest']/*") if item.get("href")
    }
    for reference in package.xpath("//*[local-name()='spine']/*/@idref"):
        if reference in items:
            yield posixpath.normpath(posixpath.join(folder, unquote(items[reference])))


def _field(package: Any, name: str) -> str | None:
    found = package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']/text()")
    return " ".join(str(found[0]).split()) or None if found else None


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    """A member as XML, without entities and without the network."""
    from lxml import etree

    try:
        return etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, no_network=True))
    except (KeyError, etree.XMLSyntaxError):
        raise UnreadableContent(f"damaged: its {name} is missing or not XML") from None
