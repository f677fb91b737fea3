"""The articles behind the page: add, remove and index them anew, as one background job that outlives a page."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ui.desk import Asks
from ui.loading import Loading

Progress = Callable[[int, int, str], None]
Rebuild = Callable[[Sequence[Path], Progress], tuple[Asks, Any]]


@dataclass(frozen=True, slots=True)
class Job:
    """An indexing run as it stands: files done of all, the last one's name, how long it has taken, what came of it."""

    state: Literal["running", "done", "failed"]
    began: float
    done: int = 0
    total: int = 0
    name: str = ""
    seconds: float = 0.0
    said: str = ""

    @property
    def left(self) -> float | None:
        """Seconds left at the pace so far, None before there is one."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None


class Library:
    """The files that are indexed. ``rebuild`` brings the index in step with paths and opens an assistant over it.

    Folders of the server can be named only where ``by_path`` is true: whoever may name one may read it.
    """

    def __init__(self, assistant: Loading, rebuild: Rebuild, uploads: Path, *, by_path: bool) -> None:
        self.assistant, self.rebuild, self.uploads, self.by_path = assistant, rebuild, uploads, by_path
        self.job: Job | None = None
        self._starting = threading.Lock()

    @property
    def roots(self) -> list[Path]:
        """The files and folders that the index was built from."""
        return [Path(root) for root in self.assistant.index.settings.roots]

    def update(self) -> None:
        """Index everything anew that has changed."""
        self._start(self._present(self.roots))

    def add_uploads(self, files: Sequence[Path]) -> int:
        """Keep uploaded files under names made of their content, and index them; returns how many are new."""
        self._check_idle()
        self.uploads.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = sum(self._keep(file) for file in files)
        self._start(self._with(self.uploads))
        return new

    def add_path(self, words: str) -> None:
        """Index a file or folder of this machine; ValueError where that is not possible."""
        if not self.by_path:
            raise ValueError("Folders can be added only where the page is served to this machine alone.")
        path = Path(words.strip()).expanduser()
        if not words.strip() or not path.exists():
            raise ValueError(f"{words.strip() or 'An empty path'}: there is no such file or folder.")
        self._start(self._with(path.resolve()))

    def remove(self, name: str) -> None:
        """Take a document out of the index; ValueError where it belongs to a folder that is indexed whole."""
        path = Path(name)
        roots = self._present(self.roots)
        uploaded = path.parent == self.uploads
        if uploaded and all(other == path for other in self.uploads.iterdir()):
            roots = [root for root in roots if root != self.uploads]
        elif uploaded:
            pass
        elif path in roots:
            roots.remove(path)
        else:
            whole = next((root for root in roots if root in path.parents), path.parent)
            raise ValueError(f"{path.name} belongs to the folder {whole}: move it out of there and press Update.")
        if not roots:
            raise ValueError(f"{path.name} is the only document, and an index holds at least one.")
        self._check_idle()
        if uploaded:
            path.unlink(missing_ok=True)
        self._start(roots)

    def _with(self, path: Path) -> list[Path]:
        """The roots and one more."""
        roots = self._present(self.roots)
        return roots if path in roots else [*roots, path]

    def _present(self, roots: Sequence[Path]) -> list[Path]:
        """Those that still exist: one that is gone must not stop the others."""
        return [root for root in roots if root.exists()]

    def _keep(self, file: Path) -> bool:
        """Copy an upload into the library; False where its content is there already."""
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()[:16]
        if any(self.uploads.glob(f"{digest}-*")):
            return False
        safe = re.sub(r"[^\w.-]+", "_", file.name).lstrip(".") or "upload"
        (self.uploads / f"{digest}-{safe[-80:]}").write_bytes(data)
        return True

    def _check_idle(self) -> None:
        """Raise ValueError while a job runs."""
        if self.job is not None and self.job.state == "running":
            raise ValueError("Indexing is already under way; wait until it is done.")

    def _start(self, paths: Sequence[Path]) -> None:
        """Run the job in a thread of its own."""
        with self._starting:
            self._check_idle()
            self.job = Job("running", time.monotonic())
        threading.Thread(target=self._run, args=(list(paths),), name="index", daemon=True).start()

    def _run(self, paths: Sequence[Path]) -> None:
        """Rebuild and change over; the old index answers until then."""
        try:
            assistant, report = self.rebuild(paths, self._note)
            self.assistant.replace(assistant)
            self._set(state="done", said=told(report))
        except BaseException as error:
            self._set(state="failed", said=f"{error or type(error).__name__}")

    def _note(self, done: int, total: int, name: str) -> None:
        """Progress."""
        self._set(done=done, total=total, name=Path(name).name)

    def _set(self, **changes: Any) -> None:
        """Change the job's fields."""
        if self.job is not None:
            self.job = replace(self.job, seconds=time.monotonic() - self.job.began, **changes)


def told(report: Any) -> str:
    """What an indexing run did, in words."""
    parts = [(len(getattr(report, name)), name) for name in ("added", "changed", "removed")]
    parts += [(len(report.duplicates), "duplicate"), (len(report.unreadable), "not readable")]
    changes = ", ".join(f"{count:,} {name}" for count, name in parts if count) or "nothing has changed"
    return f"{report.documents:,} documents, {report.passages:,} passages: {changes}."
