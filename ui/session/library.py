"""The articles behind the page: add, remove and index them anew, as one background job that outlives a page."""

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

MOST_UPLOADED = 1024**3  # bytes that all uploads together may take; a folder of one's own has no such limit
Rebuild = Callable[[Roots, Progress], BuildReport]


class Library:
    """The files that are indexed. ``rebuild`` brings the index in step with roots and reports what it did.

    Folders of the server can be named only where ``by_path`` is true: whoever may name one may read it. Uploaded files are
    kept in ``home``; what was chosen and taken out is kept in the index itself.
    """

    def __init__(
        self, assistant: Loading, rebuild: Rebuild, home: Path, *, by_path: bool, most_uploaded: int = MOST_UPLOADED
    ) -> None:
        self.assistant, self.rebuild, self.by_path = assistant, rebuild, by_path
        self.uploads, self.most_uploaded = home / "uploads", most_uploaded
        self._background = Background("index", "Indexing is already under way; wait until it is done.")

    @property
    def job(self) -> Job | None:
        """The indexing run that is under way or was last."""
        return self._background.job

    @property
    def roots(self) -> Roots:
        """What the index is made from."""
        return Roots.of(self.assistant.index.settings)

    def update(self) -> None:
        """Index everything anew that has changed."""
        self._start(self.roots.present())

    def add_uploads(self, files: Sequence[Path]) -> int:
        """Keep uploaded files under names made of their content, and index them; returns how many are new.

        ValueError if the uploads would take too much room together.
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
        """Index a file or folder of this machine; ValueError where that is not possible."""
        if not self.by_path:
            raise ValueError("Folders can be named only on a page for this machine alone, or with --folders.")
        path = Path(words.strip()).expanduser()
        if not words.strip() or not path.exists():
            raise ValueError(f"{words.strip() or 'An empty path'}: there is no such file or folder.")
        self._start(self.roots.present().added(path.resolve()))

    def remove(self, name: str) -> None:
        """Take a document out of the index; its file stays where it is, but for one that was uploaded.

        ValueError where nothing would be left.
        """
        path, uploads = Path(name), self.uploads.resolve()
        roots, uploaded = self.roots.present(), path.parent == uploads
        if uploaded and not any(other != path for other in find_files([uploads])):
            roots = roots.without([uploads])
        elif not uploaded:
            roots = roots.taken_out(path)
        if not roots.paths or (not uploaded and not roots.hold_files()):
            raise ValueError(f"{path.name} is the only document, and an index holds at least one.")
        self._background.check_idle()
        if uploaded:
            path.unlink(missing_ok=True)
        self._start(roots, f"{path.name} stays out until you put it back." if path in roots.out else "")

    def put_back(self, key: str) -> None:
        """Index a file again that was taken out; ``key`` is its address, and nothing happens where none has it."""
        roots = self.roots
        path = next((one for one in roots.out if key_of(str(one)) == key), None)
        if path is not None:
            self._start(roots.present().added(path))

    def _keep(self, file: Path) -> bool:
        """Copy an upload into the library; False if its content is there already, and what its name says."""
        data = file.read_bytes()
        sha256 = digest(data)
        safe = re.sub(r"[^\w.-]+", "_", file.name).lstrip(".") or "upload"
        place = next(self.uploads.glob(f"{sha256[:16]}-*"), self.uploads / f"{sha256[:16]}-{safe[-80:]}")
        if place.is_file() and digest_of(place) == sha256:
            return False
        replace_file(place, data)
        return True

    def _start(self, roots: Roots, remark: str = "") -> None:
        """Rebuild and change over; the old index answers until then."""

        def work(progress: Progress) -> str:
            report = self.rebuild(roots, lambda done, total, name: progress(done, total, Path(name).name))
            self.assistant.reopen()
            return f"{told(report)} {remark}".rstrip()

        self._background.start(work)


def told(report: BuildReport) -> str:
    """What an indexing run did, in words."""
    parts = [(len(getattr(report, name)), name) for name in ("added", "changed", "renamed", "removed")]
    parts += [(len(report.duplicates), "duplicate"), (len(report.unreadable), "not readable")]
    changes = ", ".join(f"{count:,} {name}" for count, name in parts if count) or "nothing has changed"
    return f"{counted(report.documents, 'document')}, {counted(report.passages, 'passage')}: {changes}."
