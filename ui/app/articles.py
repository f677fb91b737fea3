"""The Articles tab: the indexed files, their exact text, and the controls that add and remove articles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from index.documents import KINDS
from index.folder_index import DocumentRecord
from index.storage.generations import IndexProblem
from qa.answerer import Answerer
from ui.app.ask import QUIET, Outputs, head_of
from ui.html.conversation import note
from ui.html.document import document, empty
from ui.html.documents_table import job_note, matching, pages, rows_of, table
from ui.session.lazy_assistant import Loading, status_of
from ui.session.library import Library
from ui.state.background import Job
from ui.state.incoming import Incoming
from ui.state.source_files import key_of, link


@dataclass(frozen=True, slots=True)
class View:
    """What one open page shows: the page of the table, and the document open beside it."""

    page: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the timer last told one open page: the generation of the index, and the state of the job."""

    generation: str | None = None
    job: Job | None = None


SHARED = "The articles are in a database. To add, update or remove some, run “pincite index --store”."


def articles_tab(
    page: gr.Blocks,
    assistant: Answerer,
    head: gr.Markdown,
    library: Library | None,
    incoming: Incoming,
    *,
    shared: bool,
    remark: str = "",
) -> None:
    """Lay out the tab and wire it. ``remark`` says who may use the page."""
    view, seen = gr.State(None), gr.State(None)
    with gr.Row(elem_id="shelf"):
        with gr.Column(scale=6, min_width=320):
            search = gr.Textbox(label="Search the articles", placeholder="Title, file, type, reason", elem_id="seek")
            listed = gr.Markdown(note("Loading."), elem_id="listed", latex_delimiters=[])
            with gr.Row(elem_id="pages"):
                back = gr.Button("Previous page", size="sm")
                on = gr.Button("Next page", size="sm")
            job = gr.Markdown(elem_id="job", latex_delimiters=[])
            changing = _changing(library)
            if shared:
                gr.Markdown(note(SHARED), elem_id="shared", latex_delimiters=[])
            if remark:
                gr.Markdown(note(remark), elem_id="remark", latex_delimiters=[])
        with gr.Column(scale=5, min_width=320, elem_id="reading"):
            text = gr.Markdown(empty(), elem_id="article", latex_delimiters=[])
            remove = gr.Button("Remove from the index", size="sm", elem_id="remove", visible=False)
    pick = gr.Textbox(label="Pick", elem_id="pick", visible="hidden")
    timer = gr.Timer(1.0, active=isinstance(assistant, Loading))

    def show(words: str | None, now: View | None, by: int = 0) -> Outputs:
        now = now or View()
        if status_of(assistant) != "ready":
            return now, note("The index is not open; the top of this page says why."), gr.skip(), gr.skip()
        taken_out = library.roots.out if library is not None else ()
        try:
            found = matching(rows_of(assistant.index, taken_out), words or "")
        except IndexProblem as error:
            return now, note(str(error)), gr.skip(), gr.skip()
        last = pages(found) - 1
        now = replace(now, page=min(max(now.page + by, 0), last))
        return now, table(found, now.page), gr.update(interactive=now.page > 0), gr.update(interactive=now.page < last)

    def picked(key: str, now: View | None) -> Outputs:
        verb, _, wanted = key.partition("#")[0].partition(":")
        if verb == "back" and library is not None:
            return now, gr.skip(), gr.skip(), attempt(library, library.put_back, wanted)
        record = next((one for one in assistant.index.documents if key_of(one.name) == wanted), None)
        if record is None:
            return now, gr.skip(), gr.skip(), gr.skip()
        opened = _text(assistant, record)
        return replace(now or View(), name=record.name), opened, gr.update(visible=library is not None), gr.skip()

    def first(words: str | None, now: View | None) -> Outputs:
        return Seen(generation()), *show(words, now)

    def tick(words: str | None, now: View | None, seen: Seen | None) -> Outputs:
        seen, found = seen or Seen(), Seen(generation(), library.job if library is not None else None)
        # What a button said stays until the job has news.
        said = gr.skip() if found.job == seen.job else job_note(found.job)
        if found.generation == seen.generation:
            return said, gr.skip(), found, *(gr.skip(),) * 4
        return said, head_of(assistant), found, *show(words, now)

    def generation() -> str | None:
        try:
            return assistant.index.generation if status_of(assistant) == "ready" else None
        except IndexProblem:
            return None

    wanted, shown = [search, view], [view, listed, back, on]
    page.load(first, wanted, [seen, *shown], **QUIET)
    search.change(show, wanted, shown, **QUIET)
    back.click(lambda words, now: show(words, now, -1), wanted, shown, **QUIET)
    on.click(lambda words, now: show(words, now, 1), wanted, shown, **QUIET)
    pick.change(picked, [pick, view], [view, text, remove, job], **QUIET)
    timer.tick(tick, [*wanted, seen], [job, head, seen, *shown], **QUIET)
    if library is not None:
        _wire(library, incoming, changing, job)
        remove.click(lambda now: _removed(library, now), view, [job, text, remove], **QUIET)
        job.change(show, wanted, shown, **QUIET)


def _changing(library: Library | None) -> dict[str, Any]:
    """The controls that change the library; none without a library."""
    if library is None:
        return {}
    with gr.Accordion("Add or update articles", open=False, elem_id="adding"):
        upload = gr.UploadButton(
            "Upload files", file_count="multiple", file_types=[*KINDS], size="sm", variant="secondary", elem_id="upload"
        )
        where = gr.Textbox(
            label="Folder or file on this computer",
            visible=library.by_path,
            elem_id="folder",
            placeholder="/home/you/articles",
        )
        with gr.Row():
            add = gr.Button("Add folder", size="sm", visible=library.by_path)
            update = gr.Button("Update: index what has changed", size="sm", elem_id="update")
    return {"upload": upload, "where": where, "add": add, "update": update}


def _wire(library: Library, incoming: Incoming, changing: dict[str, Any], job: gr.Markdown) -> None:
    """Connect the controls to the library; problems are shown in the job's place."""

    def uploaded(files: list[str] | None) -> str:
        with incoming.taking(files or []) as arrived:
            return attempt(library, library.add_uploads, arrived)

    changing["upload"].upload(uploaded, changing["upload"], job, **QUIET)
    changing["add"].click(lambda words: attempt(library, library.add_path, words), changing["where"], job, **QUIET)
    changing["update"].click(lambda: attempt(library, library.update), None, job, **QUIET)


def attempt(library: Library, work: Callable[..., object], *values: Any) -> str:
    """Start a job. Returns its state as HTML, or the reason why it cannot start."""
    try:
        work(*values)
    except (ValueError, OSError) as error:
        return note(str(error))
    return job_note(library.job)


def _removed(library: Library, now: View) -> Outputs:
    """Remove the open document from the index, and close its text if a job has started."""
    before = library.job
    said = attempt(library, library.remove, now.name)
    if library.job is before:
        return said, gr.skip(), gr.skip()
    return said, empty(), gr.update(visible=False)


def _text(assistant: Answerer, record: DocumentRecord) -> str:
    index = assistant.index
    passages = index.passages[record.first_passage : record.first_passage + record.passages]
    return document(record.title, index.document_text(record.name), passages, link(record.name))
