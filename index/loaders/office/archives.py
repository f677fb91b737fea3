"""Opens zip archives of XML: refuses those that would unpack to more than a document can be, and parses their members."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from index.loaders.metadata import title
from index.loaders.text import Content, UnreadableContent

LARGEST_UNPACKED = (
    200 * 1024 * 1024
)  # bytes: four times the largest file that is read, and a fifth of the sandbox's memory
HIGHEST_RATIO = 200  # deflate reaches at most 1,032, as bombs do; lower values would refuse very repetitive documents
ENCRYPTED = "encrypted: save it without a password"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# When the templates of python-docx and python-pptx were made, which these copy.
_TEMPLATES = ("2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z", "2013-01-27T09:15:58Z")
_ENCRYPTED_OLE = "EncryptedPackage".encode("utf-16-le")


def check_archive(data: bytes, what: str) -> None:
    """Raise UnreadableContent for a zip bomb, or for bytes that are no zip archive; ``what`` names what they should be."""
    if data.startswith(_OLE):
        raise UnreadableContent(ENCRYPTED if _ENCRYPTED_OLE in data else f"an old Office file: save it as {what}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise UnreadableContent(f"damaged: it is not {what}") from None
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableContent(ENCRYPTED)
    size = sum(member.file_size for member in members)
    if size > LARGEST_UNPACKED or size > HIGHEST_RATIO * max(len(data), 1):
        raise UnreadableContent("zip bomb: it unpacks to far more than a document holds")


def parse_xml(data: bytes) -> Any:
    """Parse bytes as XML, without entities or network; raises lxml's XMLSyntaxError."""
    from lxml import etree  # type: ignore[import-untyped,unused-ignore]

    return etree.fromstring(
        data,
        etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True),
    )


def unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack a member; raises UnreadableContent if it is missing or damaged."""
    try:
        return archive.read(name)
    except (KeyError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, RuntimeError):
        raise UnreadableContent(f"damaged: its {name} is missing or cannot be unpacked") from None


def member_xml(archive: zipfile.ZipFile, name: str) -> Any:
    """Parse a member as XML; raises UnreadableContent if it is missing or not XML."""
    from lxml import etree

    try:
        return parse_xml(unpacked(archive, name))
    except etree.XMLSyntaxError:
        raise UnreadableContent(f"damaged: its {name} is not XML") from None


@dataclass(frozen=True, slots=True)
class Relationship:
    """A part that another part names: its id there, the last word of its type, and its name in the archive."""

    id: str
    kind: str
    part: str


def relationships(archive: zipfile.ZipFile, part: str) -> Iterator[Relationship]:
    """Yield what a part of an Office file ("" for the file itself) names, in both editions of the standard."""
    folder, name = posixpath.split(part)
    try:
        root = member_xml(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    except UnreadableContent:
        return
    for one in root.iter("{*}Relationship"):
        if one.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, unquote(one.get("Target", ""))))
            yield Relationship(one.get("Id", ""), one.get("Type", "").rpartition("/")[2], target.lstrip("/"))


def name_of(element: Any) -> str:
    """The name of an element without its namespace; "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def own(element: Any, name: str) -> Any:
    """The first child of this name, whatever its namespace; None if there is none, or no element."""
    return None if element is None else next(element.iterchildren(f"{{*}}{name}"), None)


def attribute(element: Any, name: str) -> str:
    """An attribute, whatever its namespace; one that has a namespace comes first. "" if there is none, or no element."""
    if element is None:
        return ""
    found = {key for key in element.attrib if key.rpartition("}")[2] == name}
    return str(element.attrib[max(found)]) if found else ""


def counted(element: Any, name: str, most: int) -> int:
    """An attribute that says how often something stands there, 1 to ``most``; 1 if it is no number."""
    said = attribute(element, name)
    return min(max(int(said), 1), most) if said.isascii() and said.isdigit() and len(said) < 10 else 1


def main_part(archive: zipfile.ZipFile, usual: str) -> str:
    """The name of the part that holds the document."""
    return next((one.part for one in relationships(archive, "") if one.kind == "officeDocument"), usual)


def core_properties(archive: zipfile.ZipFile, content: Content) -> Content:
    """The content with the title, date, authors and language that an Office file states; it keeps its title otherwise."""
    part = next((one.part for one in relationships(archive, "") if one.kind == "core-properties"), None)
    try:
        root = member_xml(archive, part) if part else ()
    except UnreadableContent:
        root = ()
    said = {name_of(one): " ".join("".join(one.itertext()).split()) for one in root}
    moments = (said.get(name, "") for name in ("created", "modified"))
    written = _DATE.match(next((moment for moment in moments if moment and moment not in _TEMPLATES), ""))
    return replace(
        content,
        title=title(said.get("title")) or content.title,
        date=written[0] if written else None,
        authors=(said["creator"],) if said.get("creator") else (),
        language=said.get("language"),
    )
