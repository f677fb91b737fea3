"""Which files a run looks at, and which documents stay as they are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.documents import find_files, holds_index
from index.folder_index import Index
from index.update.away import Away, away, below, unlisted


@dataclass(frozen=True, slots=True)
class Chosen:
    """The files to index and the roots and folders of ``away``; the names of all excluded files, and of those found.

    ``kept`` holds the digests of the files that nobody looks at, by name.
    """

    files: Sequence[Path]
    without: tuple[str, ...]
    left_out: tuple[str, ...]
    away: tuple[Away, ...]
    kept: Mapping[str, str]


def choose(
    paths: Sequence[Path], before: Index | None, without: Sequence[Path] | None = None, only: Path | None = None
) -> Chosen:
    """Choose the files in ``paths``, or those in one of them and the documents of the others; ``without`` as in ``begin``."""
    names = [record.name for record in before.documents] if before else []
    looked = [only] if only is not None else paths
    gone = away(looked, names)
    missing = {one.name for one in gone}
    found = find_files([path for path in looked if str(path.resolve()) not in missing])
    kept: dict[str, str] = {}
    if before is not None and only is not None:
        root = str(only.resolve())
        digests = {one.name: one.sha256 for one in before.documents}
        doubles = {one.name: digests[one.same_as] for one in before.duplicates if one.same_as in digests}
        kept = {name: sha256 for name, sha256 in (digests | doubles).items() if not below(name, root)}
        left = [one.name for one in before.unreadable if not below(one.name, root) and os.path.exists(one.name)]
        found = [*found, *map(Path, (*kept, *left))]
    gone += unlisted((path for path in found if os.path.isdir(path) and not holds_index(path)), names)
    if without is None:
        named = {str(path.resolve()) for path in paths}
        out = set(before.settings.without if before else ()) - named
    else:
        out = {str(path.resolve()) for path in without}
    files = sorted({path for path in found if str(path) not in out} | {Path(one.name) for one in gone})
    left_out = tuple(str(path) for path in found if str(path) in out)
    return Chosen(files, tuple(sorted(out)), left_out, gone, kept)
