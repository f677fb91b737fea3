"""Reads PowerPoint presentations by walking their XML: each slide is a page, its title a heading; speaker notes are notes."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from index.loaders.draft import Draft, drafted, page_starts
from index.loaders.office.archives import (
    attribute,
    check_archive,
    core_properties,
    main_part,
    member_xml,
    name_of,
    own,
    relationships,
)
from index.loaders.text import Content, UnreadableContent

_TITLES = {"title", "ctrTitle"}
_FURNITURE = {"dt", "ftr", "hdr", "sldNum"}  # date, footer, header, number
_SIGNS = {"br": "\n", "tab": "\t"}


def load_pptx(data: bytes) -> Content:
    """Read the slides in order, each with its notes and comments; title and date only if the file states them."""
    check_archive(data, "a PowerPoint presentation")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        main = main_part(archive, "ppt/presentation.xml")
        parts = {one.id: one.part for one in relationships(archive, main)}
        slides = [parts.get(attribute(one, "id"), "") for one in member_xml(archive, main).iter("{*}sldId")]
        deck = _Deck(archive)
        lengths = [deck.put_slide(part) for part in slides]
        content = drafted(deck.draft, deck.left_out, pages=page_starts(lengths, deck.draft.length))
        return core_properties(archive, content)


class _Deck:
    """The slides put so far, and what is left out."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.draft = Draft()
        self.left_out: Counter[str] = Counter()
        self._archive = archive

    def put_slide(self, part: str) -> int:
        """Put a slide with what belongs to it; return how long the text was before."""
        before = self.draft.length
        slide = self._read(part)
        if slide is not None:
            linked = list(relationships(self._archive, part))
            self._put_shapes(slide, {one.id: one.part for one in linked})
            for one in linked:
                if one.kind in ("notesSlide", "comments"):
                    self._put_notes(self._read(one.part))
        return before

    def _read(self, part: str) -> Any:
        try:
            return member_xml(self._archive, part)
        except UnreadableContent:
            self.left_out["damaged parts"] += 1
            return None

    def _put_shapes(self, parent: Any, parts: dict[str, str]) -> None:
        for child in parent:
            name = name_of(child)
            if name == "txBody":
                self._put_text(child, _placeholder(parent))
            elif name == "tbl":
                rows = child.iterchildren("{*}tr")
                self.draft.add_table([_words(cell) for cell in row.iterchildren("{*}tc")] for row in rows)
            elif name == "relIds":
                self._put_diagram(parts.get(attribute(child, "dm"), ""))
            elif name == "chart":
                self.left_out["charts"] += 1
            elif name == "cNvPr" and child.get("descr"):
                self.draft.add(child.get("descr"), "caption")
            elif name == "AlternateContent":
                self._put_shapes(next(iter(child), ()), parts)
            else:
                self._put_shapes(child, parts)

    def _put_text(self, body: Any, placeholder: str | None) -> None:
        """Put the paragraphs of a shape; ``placeholder`` is the kind of place it fills in, None for a text box."""
        if placeholder in _TITLES:
            self.draft.add(" ".join(_words(body).split()), "heading", level=1)
            return
        for paragraph in body.iterchildren("{*}p"):
            depth = int(attribute(own(paragraph, "pPr"), "lvl") or 0) + 1
            if placeholder in _FURNITURE:
                self.draft.add(_words(paragraph), "furniture", main=False)
            elif placeholder is None or placeholder == "subTitle":
                self.draft.add(_words(paragraph))
            else:
                self.draft.add(_words(paragraph), "list_item", level=depth)

    def _put_diagram(self, part: str) -> None:
        drawn = self._read(part)
        for point in () if drawn is None else drawn.iter("{*}pt"):
            self.draft.add(_words(point))

    def _put_notes(self, notes: Any) -> None:
        """Put speaker notes or comments, without what repeats the slide."""
        for shape in () if notes is None else notes.iter("{*}sp"):
            if _placeholder(shape) not in _FURNITURE:
                for paragraph in shape.iter("{*}p"):
                    self.draft.add(_words(paragraph), "note")
        for comment in () if notes is None else notes.iter("{*}cm"):
            self.draft.add(" ".join("".join(one.itertext()) for one in comment.iter("{*}text", "{*}t")), "note")


def _placeholder(shape: Any) -> str | None:
    """The kind of place that a shape fills in, such as "title"; None if it is no placeholder."""
    found = next(shape.iter("{*}ph"), None)
    return None if found is None else found.get("type", "obj")


def _words(element: Any) -> str:
    return "".join(_pieces(element)).strip()


def _pieces(parent: Any) -> Iterator[str]:
    for child in parent:
        name = name_of(child)
        if name == "t":
            yield child.text or ""
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name == "AlternateContent":
            yield from _pieces(next(iter(child), ()))
        else:
            yield from _pieces(child)
            yield "\n" if name == "p" else ""
