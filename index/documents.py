"""Finds files and reads each into a ``Document``: its text with title, headings and pages."""

from __future__ import annotations

import bisect
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.blocks import Omission, Structure
from index.file_types import KINDS, TYPES, what_to_do
from index.files import digest, read_regular
from index.loaders.metadata import authors, language, url, words
from index.loaders.paragraphs import structure_of
from index.loaders.text import Content, Overtaxed, UnreadableContent

LARGEST_FILE = 50 * 1024 * 1024
LONGEST_TITLE = 300
LONGEST_REASON = 300  # a reason may name parts of the file
_AN_INDEX = "an index, which holds no articles"

Load = Callable[[str, bytes], Content]


class UnreadableDocument(ValueError):
    """A file that cannot be indexed, and why; ``lasting`` if the same bytes will always fail."""

    def __init__(self, name: str, reason: str, *, lasting: bool = False) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read. All offsets count code points of ``text``.

    For ``txt`` and ``md``, ``text`` is the file decoded as UTF-8 without newline translation; for other kinds it is what was
    extracted. Prose begins at ``body``. ``pages`` holds the offset at which each page begins, () if the format has no pages.
    ``date`` is ISO 8601. ``authors``, ``language`` (a primary tag such as "en"), ``publisher`` and ``url`` are what the
    document states. ``omitted`` counts what the file holds and the text does not.
    """

    name: str
    title: str
    text: str
    sha256: str
    kind: str
    date: str | None
    body: int
    structure: Structure
    pages: tuple[int, ...]
    warnings: tuple[str, ...]
    authors: tuple[str, ...] = ()
    language: str | None = None
    publisher: str | None = None
    url: str | None = None
    omitted: tuple[Omission, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the page (from 1) that holds a character offset; None if the format has no pages."""
        return page_at(self.pages, offset)


def page_at(pages: Sequence[int], offset: int) -> int | None:
    """Return the page (from 1) that holds an offset, given the offsets at which pages begin; None if there are none."""
    return max(1, bisect.bisect_right(pages, offset)) if pages else None


def read_document(path: Path) -> Document:
    """Read one file in this process; raises UnreadableDocument with the reason if it cannot be indexed."""
    return parse_document(path, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """Read the bytes of a file; raises UnreadableDocument if it is empty, too large or of an unknown type."""
    name = _name(path)
    if os.path.isdir(path):
        raise UnreadableDocument(name, _AN_INDEX if holds_index(path) else "a folder that cannot be listed")
    if path.suffix.lower() not in KINDS:
        raise UnreadableDocument(name, what_to_do(path.suffix.lower()))
    try:
        if not path.is_file():
            gone = "a link to a file that is gone" if path.is_symlink() else "no longer there"
            raise UnreadableDocument(name, "not a regular file" if path.exists() else gone)
        if path.stat().st_size > LARGEST_FILE:
            raise UnreadableDocument(name, f"larger than {LARGEST_FILE // 1024**2} MB")
        data = read_regular(path)
    except OSError as error:
        raise UnreadableDocument(name, error.strerror or str(error)) from error
    if not data:
        raise UnreadableDocument(name, "empty")
    return data


def _name(path: Path) -> str:
    """The absolute path; raises UnreadableDocument if it is not UTF-8, as it could be neither shown nor stored."""
    try:
        name = str(path.resolve())
    except (OSError, RuntimeError):  # links in a circle
        name = str(path.absolute())
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableDocument(ascii(name)[1:-1], "its name is not UTF-8") from None
    return name


def load(kind: str, data: bytes) -> Content:
    """Parse the bytes of a file of this kind, in this process; raises UnreadableContent, or whatever a parser raises."""
    return TYPES[kind].load(data)


def parse_document(path: Path, data: bytes, load: Load = load) -> Document:
    """Parse the bytes of a file with the loader for its name; raises UnreadableDocument."""
    path = path.resolve()
    kind = KINDS[path.suffix.lower()]
    try:
        content = load(kind, data)
    except UnreadableContent as error:
        reason = _one_line(str(error))[:LONGEST_REASON]
        raise UnreadableDocument(str(path), reason, lasting=not isinstance(error, Overtaxed)) from error
    except Exception as error:  # a parser may raise anything on a malformed file; one bad file never stops the others
        reason = f"damaged: {type(error).__name__} while reading it"
        raise UnreadableDocument(str(path), reason, lasting=True) from error
    if not content.text[content.body :].strip():
        raise UnreadableDocument(str(path), "empty: it holds no text", lasting=True)
    return Document(
        name=str(path),
        title=_one_line(content.title or path.stem)[:LONGEST_TITLE],
        text=content.text,
        sha256=digest(data),
        kind=kind,
        date=content.date,
        body=content.body,
        structure=structure_of(content),
        pages=content.pages,
        warnings=content.warnings,
        authors=authors(content.authors),
        language=language(content.language),
        publisher=words(content.publisher),
        url=url(content.url),
        omitted=content.omitted,
    )


def _one_line(title: str) -> str:
    """A title on one line, with lone surrogates (which YAML can spell) replaced, as they cannot be stored."""
    return " ".join(title.split()).encode("utf-8", "replace").decode("utf-8")


def find_files(paths: Sequence[Path]) -> list[Path]:
    """List the given files and all files below the given folders, sorted and without repeats.

    Skips hidden entries and README.md inside folders, and follows each linked folder once. A folder that cannot be listed or
    that holds an index is listed itself. Raises FileNotFoundError naming a missing path.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not os.path.exists(path):  # Path.exists raises the error of what may not be looked at
            raise FileNotFoundError(f"{path}: no such file or folder")
        for file in _walk(path) if path.is_dir() else (path,):
            found.setdefault(file.resolve() if os.path.exists(file) else file.absolute())
    return sorted(found)


def shows_nothing(folder: Path) -> bool:
    """Whether there is no file to see below a folder, as where no disk is mounted."""
    return next(_walk(folder), None) is None


def holds_index(folder: Path) -> bool:
    """Whether a folder is an index, whose files are no articles."""
    return os.path.isfile(folder / "CURRENT") and any(folder.glob("gen-????????"))


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, and each folder that cannot be listed or holds an index, so that it is reported."""
    unlisted: list[str] = []
    seen: set[str] = set()
    for root, folders, files in os.walk(
        folder, followlinks=True, onerror=lambda error: unlisted.append(error.filename)
    ):
        seen.add(os.path.realpath(root))
        if "CURRENT" in files and holds_index(Path(root)):
            folders.clear()
            unlisted.append(root)
            continue
        folders[:] = [
            name for name in sorted(folders)
            if not name.startswith(".") and os.path.realpath(os.path.join(root, name)) not in seen
        ]  # fmt: skip
        yield from (Path(root, name) for name in files if not name.startswith(".") and name.lower() != "readme.md")
    yield from map(Path, unlisted)
