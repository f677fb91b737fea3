"""What the index is made from: chosen files and folders, minus the files removed from them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from index.documents import find_files
from index.folder_index import Settings
from index.update.away import below


@dataclass(frozen=True, slots=True)
class Roots:
    """Absolute paths of the files and folders to index, and of the files in them that stay ``out``; ``only`` is the one whose
    files are looked at, None all of them.
    """

    paths: tuple[Path, ...]
    out: frozenset[Path] = frozenset()
    only: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The roots stored in an index's settings."""
        return cls(tuple(map(Path, settings.roots)), frozenset(map(Path, settings.without)))

    def restored(self, before: Roots) -> Roots:
        """A copy with what has been removed since these were the roots, and with what was added since."""
        return Roots((*before.paths, *(path for path in self.paths if path not in before.paths)), self.out & before.out)

    def known(self, names: Sequence[str]) -> Roots:
        """A copy without missing paths from which no document of these names comes, so that they do not stop the others."""
        known = (path for path in self.paths if os.path.exists(path) or any(below(name, str(path)) for name in names))
        return Roots(tuple(known), self.out)

    def hold_files(self) -> bool:
        """Whether there is any file to index."""
        return any(file not in self.out for file in find_files([path for path in self.paths if os.path.exists(path)]))

    def added(self, path: Path) -> Roots:
        """A copy with one more file or folder, which also brings back files removed from it."""
        within = self._holds(path)
        paths = self.paths if path in self.paths or within else (*self.paths, path)
        return Roots(paths, frozenset(one for one in self.out if one != path and path not in one.parents))

    def taken_out(self, path: Path) -> Roots:
        """A copy without one file, which stays out until it is added again."""
        rest = Roots(tuple(one for one in self.paths if one != path), self.out)
        return Roots(rest.paths, self.out | {path}) if rest._holds(path) else rest

    def without(self, paths: Iterable[Path]) -> Roots:
        """A copy without the given files or folders, if they were chosen themselves."""
        gone = set(paths)
        return Roots(tuple(path for path in self.paths if path not in gone), self.out)

    def _holds(self, path: Path) -> bool:
        """Whether a file comes from one of the folders: lies in it, or is linked from it."""
        return any(folder in path.parents for folder in self.paths) or any(
            path in find_files([folder]) for folder in self.paths if folder.is_dir()
        )
