"""The page answers before the vectors are there, makes them in the background, and can be told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from embedder_fakes import FakeEmbedder

from index import builder
from index.arrays import Floats
from index.documents import load
from index.folder_index import Index
from index.store import vectors_there
from index.update import embedding
from ui.app.page import build_app
from ui.html.library import job_note
from ui.jobs.lazy_assistant import Loading
from ui.jobs.library import Library
from ui.jobs.vectors_job import EMBEDDING
from ui.state.background import Progress
from ui.state.roots import Roots


class Patient(FakeEmbedder):
    """Waits before each passage until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.may = threading.Semaphore(0)

    def embed(self, texts: Sequence[str]) -> Floats:
        if len(texts) == 1:
            assert self.may.acquire(timeout=20)
        return super().embed(texts)


class Opened:
    """What the page has open."""

    def __init__(self, index: Index) -> None:
        self.index = index


class Page:
    """A library over three articles, whose vectors are made one at a time."""

    def __init__(self, folder: Path) -> None:
        self.index, self.articles, self.embedder = folder / "index", folder / "articles", Patient()
        self.articles.mkdir()
        for name in "abc":
            (self.articles / f"{name}.txt").write_text(f"About {name}.")
        self.loading = Loading(lambda: Opened(Index.open(self.index)))  # type: ignore[arg-type]
        self.library = Library(
            self.loading, self.rebuild, folder / "home" / "uploads", by_path=True, embed_rest=self.embed_rest
        )

    def rebuild(self, roots: Roots, progress: Progress) -> builder.BuildReport:
        return builder.begin(roots.paths, self.index, self.embedder, load=load, progress=progress)

    def embed_rest(self, step: Callable[[int, int], None]) -> None:
        embedding.embed_rest(self.index, self.embedder, embedding=step)

    def wait(self, name: str = "index") -> None:
        """Wait for a job."""
        for thread in threading.enumerate():
            if thread.name == name:
                thread.join(20)

    def there(self) -> str:
        return vectors_there(Index.open(self.index))


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    for module, name, value in ((builder, "FEW", 0), (embedding, "AT_ONCE", 1), (embedding, "FIRST_COPY", 1)):
        monkeypatch.setattr(module, name, value)
    return Page(tmp_path)


def test_vectors_follow_what_was_added(page: Page) -> None:
    page.library.add_path(str(page.articles))
    page.wait()
    assert page.library.job is not None and page.library.job.said == "3 articles: 3 added."
    assert page.loading.index.without_vector == 3 and page.there() == "vectors for 0 of 3 passages"
    assert "You can ask already. Search by meaning is being prepared." in job_note(page.library.vectors, EMBEDDING)
    page.embedder.may.release(3)
    page.wait("vectors")
    assert (
        "Search by meaning: ready for all passages." in job_note(page.library.vectors, EMBEDDING) and page.there() == ""
    )


def test_a_stop_keeps_what_was_made_and_the_next_update_makes_the_others(page: Page) -> None:
    page.library.add_path(str(page.articles))
    page.wait()
    page.library.stop()
    page.embedder.may.release(1)
    page.wait("vectors")
    said = job_note(page.library.vectors, EMBEDDING)
    assert "questions prepare what they need, and the next update the rest: stopped." in said
    page.embedder.may.release(2)  # the first is in the log
    page.library.update()
    page.wait()
    page.wait("vectors")
    assert page.there() == "" and page.embedder.may.acquire(blocking=False) is False


def test_a_change_of_the_articles_need_not_wait_for_the_vectors(page: Page) -> None:
    page.library.add_path(str(page.articles))
    page.wait()
    (page.articles / "d.txt").write_text("About d.")
    page.library.update()
    page.embedder.may.release(1)  # what is being embedded is finished first
    page.wait()
    assert page.library.job is not None and page.library.job.said == "4 articles: 1 added."
    page.embedder.may.release(3)
    page.wait("vectors")
    assert page.there() == ""


def test_a_page_that_starts_goes_on_with_what_was_interrupted(page: Page) -> None:
    builder.begin([page.articles], page.index, page.embedder, load=load)
    page.loading.reopen()
    page.embedder.may.release(3)
    page.library.resume()
    page.wait("look for vectors")
    page.wait("vectors")
    assert page.there() == ""
    before = page.library.vectors
    page.loading.reopen()
    page.library.resume()
    page.wait("look for vectors")
    assert page.library.vectors is before  # nothing is missing any more


def test_a_page_that_makes_no_vectors_says_how_far_they_are(page: Page, tmp_path: Path) -> None:
    builder.begin([page.articles], page.index, page.embedder, load=load)
    page.loading.reopen()
    reading = build_app(page.loading, folder=tmp_path / "home")  # and changes nothing
    said = reading.act("news", {})["parts"]["job"]
    assert "So far vectors for 0 of 3 passages; questions make those that they need." in said
    page.embedder.may.release(3)
    page.embed_rest(lambda there, passages: None)
    page.loading.reopen()
    assert reading.act("news", {})["parts"]["job"] == ""
