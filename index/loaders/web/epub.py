"""Reads EPUB books: the chapters in reading order, each as HTML."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from index.loaders.draft import Draft, drafted
from index.loaders.office.archives import attribute, check_archive, member_xml, unpacked
from index.loaders.paragraphs import structure_of
from index.loaders.text import Content, UnreadableContent, iso_date
from index.loaders.web.html import decode_html, read_html

_CONTAINER = "META-INF/container.xml"
_ENCRYPTED = "META-INF/rights.xml"


def load_epub(data: bytes) -> Content:
    """Read the chapters of the spine; title, date, authors and language come from the package."""
    check_archive(data, "an EPUB book")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _ENCRYPTED in archive.namelist():
            raise UnreadableContent("encrypted by its publisher")
        package_name = _package_name(archive)
        package = member_xml(archive, package_name)
        chapters, missing = [], 0
        for name in _spine(package, posixpath.dirname(package_name)):
            try:
                chapters.append(read_html(decode_html(unpacked(archive, name))[0]))
            except UnreadableContent:
                missing += 1
    warnings = (f"{missing} of its chapters could not be read",) if missing else ()
    return replace(
        _joined(chapters),
        title=next(_fields(package, "title"), None),
        date=iso_date(next(_fields(package, "date"), None)),
        warnings=warnings,
        authors=tuple(_authors(package)),
        publisher=next(_fields(package, "publisher"), None),
        language=next(_fields(package, "language"), None),
    )


def _joined(chapters: list[Content]) -> Content:
    """Join the chapters into one text."""
    draft = Draft()
    for chapter in chapters:
        draft.append(chapter.text, structure_of(chapter))
    return drafted(draft)


def _package_name(archive: zipfile.ZipFile) -> str:
    names = member_xml(archive, _CONTAINER).xpath("//*[local-name()='rootfile']/@full-path")
    if not names:
        raise UnreadableContent("damaged: it names no package")
    return str(names[0])


def _spine(package: Any, folder: str) -> Iterator[str]:
    """Yield the file names of the chapters in reading order."""
    items = {
        item.get("id"): item.get("href") for item in package.xpath("//*[local-name()='manifest']/*") if item.get("href")
    }
    for reference in package.xpath("//*[local-name()='spine']/*/@idref"):
        if reference in items:
            yield posixpath.normpath(posixpath.join(folder, unquote(items[reference])))


def _authors(package: Any) -> Iterator[str]:
    """Yield who wrote the book: those whose role is that of an author, or all who made it if no role is."""
    made = package.xpath("//*[local-name()='metadata']/*[local-name()='creator']")
    said = package.xpath("//*[local-name()='meta'][@property='role']")
    roles = {one.get("refines", "").lstrip("#"): "".join(one.itertext()).strip() for one in said}
    wrote = [one for one in made if (attribute(one, "role") or roles.get(one.get("id"), "aut")) == "aut"]
    for one in wrote or made:
        yield " ".join("".join(one.itertext()).split())


def _fields(package: Any, name: str) -> Iterator[str]:
    """Yield the metadata values under a name."""
    for found in package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']/text()"):
        if words := " ".join(str(found).split()):
            yield words
