"""The articles behind the page: add, remove and update them in a background job that outlives the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from index.documents import find_files
from index.files import digest, digest_of, replace_file
from index.update.report import BuildReport
from ui.html.conversation import counted
from ui.session.lazy_assistant import Loading
from ui.state.background import Background, Job, Progress
from ui.state.roots import Roots
from ui.state.source_files import key_of

MOST_UPLOADED = 1024**3  # bytes for all uploads together; folders have no limit
Rebuild = Callable[[Roots, Progress], BuildReport]


class Library:
    """The indexed files. ``rebuild`` updates the index to match the roots and reports what it did.

    If ``by_path`` is false, visitors cannot name folders of the server, because whoever names one can read it. Uploads
    are stored in ``home``; the choice of files is stored in the index itself.
    """

    def __init__(
        self, assistant: Loading, rebuild: Rebuild, home: Path, *, by_path: bool, most_uploaded: int = MOST_UPLOADED
    ) -> None:
        self.assistant, self.rebuild, self.by_path = assistant, rebuild, by_path
        self.uploads, self.most_uploaded = home / "uploads", most_uploaded
        self._background = Background("index", "Indexing is already running; wait until it is done.")

    @property
    def job(self) -> Job | None:
        """The current or latest indexing run."""
        return self._background.job

    @property
    def roots(self) -> Roots:
        """The files and folders that the index is made from."""
        return Roots.of(self.assistant.index.settings)

    def update(self) -> None:
        """Index all changes."""
        self._start(self.roots.present())

    def add_uploads(self, files: Sequence[Path]) -> int:
        """Store uploaded files under names made of their content, and index them; returns how many are new.

        Raises ValueError if all uploads together would be too large.
        """
        self._background.check_idle()
        self.uploads.mkdir(parents=True, exist_ok=True, mode=0o700)
        together = sum(file.stat().st_size for file in (*self.uploads.iterdir(), *files))
        if together > self.most_uploaded:
            raise ValueError(
                f"All uploads together would take {together / 1024**2:,.1f} MB, and at most "
                f"{self.most_uploaded / 1024**2:,.0f} MB are kept: remove some of them, or index a folder."
            )
        new = sum(self._keep(file) for file in files)
        self._start(self.roots.present().added(self.uploads.resolve()))
        return new

    def add_path(self, words: str) -> None:
        """Index a file or folder of this computer. Raises ValueError if that is not allowed or it does not exist."""
        if not self.by_path:
            raise ValueError(
                "Naming a folder needs --folders or a page for this computer only. Upload the files instead."
            )
        path = Path(words.strip()).expanduser()
        if not words.strip() or not path.exists():
            raise ValueError(
                f"{words.strip() or 'An empty path'}: there is no such file or folder. Type its full path."
            )
        self._start(self.roots.present().added(path.resolve()))

    def remove(self, name: str) -> None:
        """Remove a document from the index; its file stays, unless it was uploaded.

        Raises ValueError if it is the only document.
        """
        path, uploads = Path(name), self.uploads.resolve()
        roots, uploaded = self.roots.present(), path.parent == uploads
        if uploaded and not any(other != path for other in find_files([uploads])):
            roots = roots.without([uploads])
        elif not uploaded:
            roots = roots.taken_out(path)
        if not roots.paths or (not uploaded and not roots.hold_files()):
            raise ValueError(f"{path.name} is the only document, and an index needs at least one. Add another first.")
        self._background.check_idle()
        if uploaded:
            path.unlink(missing_ok=True)
        self._start(roots, f"{path.name} stays out until you put it back." if path in roots.out else "")

    def put_back(self, key: str) -> None:
        """Index a removed file again. ``key`` is its address; an unknown key does nothing."""
        roots = self.roots
        path = next((one for one in roots.out if key_of(str(one)) == key), None)
        if path is not None:
            self._start(roots.present().added(path))

    def _keep(self, file: Path) -> bool:
        """Store an upload. Returns False if a file with its content is already there."""
        data = file.read_bytes()
        sha256 = digest(data)
        safe = re.sub(r"[^\w.-]+", "_", file.name).lstrip(".") or "upload"
        place = next(self.uploads.glob(f"{sha256[:16]}-*"), self.uploads / f"{sha256[:16]}-{safe[-80:]}")
        if place.is_file() and digest_of(place) == sha256:
            return False
        replace_file(place, data)
        return True

    def _start(self, roots: Roots, remark: str = "") -> None:
        """Rebuild in the background, then switch over; until then the old index answers."""

        def work(progress: Progress) -> str:
            report = self.rebuild(roots, lambda done, total, name: progress(done, total, Path(name).name))
            self.assistant.reopen()
            return f"{told(report)} {remark}".rstrip()

        self._background.start(work)


def told(report: BuildReport) -> str:
    """A report in words."""
    parts = [(len(getattr(report, name)), name) for name in ("added", "changed", "renamed", "removed")]
    parts += [(len(report.duplicates), "duplicate"), (len(report.unreadable), "not readable")]
    changes = ", ".join(f"{count:,} {name}" for count, name in parts if count) or "nothing has changed"
    return f"{counted(report.documents, 'document')}, {counted(report.passages, 'passage')}: {changes}."
