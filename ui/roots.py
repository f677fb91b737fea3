"""What the index is made from, as its users chose it: files and folders, and files inside those that they took out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.documents import find_files


@dataclass(frozen=True, slots=True)
class Roots:
    """Files and folders to index, all of them absolute, and the files among and inside them that stay out."""

    paths: tuple[Path, ...]
    out: frozenset[Path] = frozenset()

    def present(self) -> Roots:
        """Without the paths that are gone: one that is must not stop the others."""
        return Roots(tuple(path for path in self.paths if path.exists()), self.out)

    def to_index(self) -> list[Path]:
        """The paths to hand to the indexer: a folder that a file was taken out of is named file by file."""
        found: list[Path] = []
        for path in self.paths:
            files = find_files([path]) if self.out else []
            found += [file for file in files if file not in self.out] if self.out.intersection(files) else [path]
        return list(dict.fromkeys(found))

    def added(self, path: Path) -> Roots:
        """With one more file or folder; what was taken out of it before is in again."""
        within = self._holds(path)
        paths = self.paths if path in self.paths or within else (*self.paths, path)
        return Roots(paths, frozenset(one for one in self.out if one != path and path not in one.parents))

    def taken_out(self, path: Path) -> Roots:
        """Without one file, which stays out until it is added again."""
        rest = Roots(tuple(one for one in self.paths if one != path), self.out)
        return Roots(rest.paths, self.out | {path}) if rest._holds(path) else rest

    def without(self, paths: Iterable[Path]) -> Roots:
        """Without files or folders that were named themselves."""
        gone = set(paths)
        return Roots(tuple(path for path in self.paths if path not in gone), self.out)

    def _holds(self, path: Path) -> bool:
        """Whether a file lies in one of the folders."""
        return any(path in find_files([folder]) for folder in self.paths if folder.is_dir())


class KeptRoots:
    """The roots of one index in a JSON file. They count as long as the index is the one they were kept with: after it was
    made anew from the shell, what it says itself counts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, settings: Any) -> Roots:
        """The roots of the index with these settings."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            if kept["built"] == settings.built:
                return Roots(tuple(map(Path, kept["paths"])), frozenset(map(Path, kept["out"])))
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return Roots(tuple(map(Path, settings.roots)))

    def save(self, roots: Roots, settings: Any) -> None:
        """Keep the roots that the index with these settings was made from."""
        kept = {
            "built": settings.built,
            "paths": list(map(str, roots.paths)),
            "out": sorted(map(str, roots.out)),
        }
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_suffix(".tmp")
        draft.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        draft.replace(self.path)
