"""What a build found in files and folders, and what it did to the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.blocks import Omission
from index.documents import Document
from index.folder_index import Duplicate, Unreadable
from index.update.away import Away


class NothingToIndex(ValueError):
    """The files and folders hold no readable document; the message gives reasons."""

    def __init__(self, unreadable: Sequence[Unreadable], left_out: Sequence[str] = ()) -> None:
        super().__init__(f"no document can be read: {_reasons(unreadable, left_out)}")


@dataclass(frozen=True, slots=True)
class Renamed:
    """A document whose file has a new name and the same bytes."""

    name: str
    was: str


@dataclass(frozen=True, slots=True)
class Losses:
    """What the documents that were read hold and their texts do not, by plural nouns, and the warnings about them."""

    omitted: Counter[str] = field(default_factory=Counter)
    warned: list[Unreadable] = field(default_factory=list)

    def note(self, document: Document) -> None:
        """Add those of a document."""
        self.omitted.update({one.what: one.count for one in document.omitted})
        self.warned.extend(Unreadable(document.name, warning) for warning in document.warnings)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, or would do: names of documents, and the size of the resulting index."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    duplicates: tuple[Duplicate, ...]
    unreadable: tuple[Unreadable, ...]
    documents: int
    passages: int
    left_out: tuple[str, ...] = ()  # found, but excluded by the user
    away: tuple[Away, ...] = ()  # not to be seen, but their documents are kept
    without_vector: int = 0  # passages whose vectors are still to be made
    omitted: tuple[Omission, ...] = ()  # what the documents that were read hold and their texts do not
    warned: tuple[Unreadable, ...] = ()  # documents that were read, and what may be wrong with them

    @classmethod
    def comparing(
        cls,
        old: Mapping[str, str],
        new: Mapping[str, str],
        *,
        duplicates: Sequence[Duplicate],
        unreadable: Sequence[Unreadable],
        documents: int,
        passages: int,
        left_out: tuple[str, ...] = (),
        away: tuple[Away, ...] = (),
        losses: Losses | None = None,
    ) -> BuildReport:
        """Compare documents before and now, each given as name to SHA-256; the other arguments are kept as they are."""
        gone = {sha256: name for name, sha256 in old.items() if name not in new}
        renamed = {name: gone[sha256] for name, sha256 in new.items() if name not in old and sha256 in gone}
        left = set(renamed.values())
        return cls(
            added=tuple(name for name in new if name not in old and name not in renamed),
            changed=tuple(name for name, sha256 in new.items() if name in old and old[name] != sha256),
            renamed=tuple(Renamed(name, was) for name, was in renamed.items()),
            removed=tuple(name for name in old if name not in new and name not in left),
            unchanged=tuple(name for name, sha256 in new.items() if old.get(name) == sha256),
            duplicates=tuple(duplicates),
            unreadable=tuple(unreadable),
            documents=documents,
            passages=passages,
            left_out=left_out,
            away=away,
            omitted=tuple(Omission(what, count) for what, count in sorted(losses.omitted.items())) if losses else (),
            warned=tuple(losses.warned) if losses else (),
        )

    @property
    def differs(self) -> bool:
        """Whether any document was added, changed, renamed or removed."""
        return bool(self.added or self.changed or self.renamed or self.removed)


def _reasons(unreadable: Sequence[Unreadable], left_out: Sequence[str]) -> str:
    if not unreadable and left_out:
        return f"all were removed on the page, {left_out[0]} for one; name one to put it back"
    if not unreadable:
        return "there are no files"
    reasons = "; ".join(f"{file.name}: {file.reason}" for file in unreadable[:3])
    return reasons + (f"; and {len(unreadable) - 3} more" if len(unreadable) > 3 else "")
