"""The Articles tab: what is indexed, its exact text, and ways to add to it and take from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from ui.app_ask import QUIET, Values, head_of
from ui.desk import Asks
from ui.library import Library
from ui.loading import status_of
from ui.originals import key_of, link
from ui.render import note
from ui.shelf import job_note, matching, pages, rows_of, table
from ui.viewer import document, empty

KINDS = [".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf", ".docx"]


@dataclass(frozen=True, slots=True)
class View:
    """What one open page shows of the table: the words sought, the page of rows, the document open beside it."""

    words: str = ""
    page: int = 0
    name: str = ""


def articles_tab(page: gr.Blocks, assistant: Asks, head: gr.Markdown, library: Library | None) -> None:
    """Lay the tab out and wire it."""
    view = gr.State(None)
    with gr.Row(elem_id="shelf"):
        with gr.Column(scale=6, min_width=320):
            search = gr.Textbox(label="Search the articles", placeholder="Title, file, type, reason", elem_id="seek")
            listed = gr.Markdown(note("Loading."), elem_id="listed", latex_delimiters=[])
            with gr.Row(elem_id="pages"):
                back = gr.Button("Previous page", size="sm")
                on = gr.Button("Next page", size="sm")
            job = gr.Markdown(elem_id="job", latex_delimiters=[])
            changing = _changing(library)
        with gr.Column(scale=5, min_width=320, elem_id="reading"):
            text = gr.Markdown(empty(), elem_id="article", latex_delimiters=[])
            remove = gr.Button("Remove from the index", size="sm", elem_id="remove", visible=False)
    pick = gr.Textbox(label="Pick", elem_id="pick", visible="hidden")
    timer = gr.Timer(1.0, active=library is not None)

    def show(now: View | None, **changes: Any) -> Values:
        now = replace(now or View(), **changes)
        if status_of(assistant) != "ready":
            return now, note("The index is not open yet."), gr.skip(), gr.skip()
        found = matching(rows_of(assistant.index), now.words)
        now = replace(now, page=min(max(now.page, 0), pages(found) - 1))
        more = gr.update(interactive=now.page > 0), gr.update(interactive=now.page < pages(found) - 1)
        return now, table(found, now.page), *more

    def picked(key: str, now: View | None) -> Values:
        wanted = key.partition("#")[0].removeprefix("show:")
        record = next((one for one in assistant.index.documents if key_of(one.name) == wanted), None)
        if record is None:
            return now, gr.skip(), gr.skip()
        return (
            replace(now or View(), name=record.name),
            _text(assistant, record),
            gr.update(visible=library is not None),
        )

    def tick() -> Values:
        state = library.job if library is not None else None
        return job_note(state), head_of(assistant) if state is not None and state.state == "done" else gr.skip()

    shown = [view, listed, back, on]
    page.load(show, view, shown, **QUIET)
    search.change(lambda words, now: show(now, words=words, page=0), [search, view], shown, **QUIET)
    back.click(lambda now: show(now, page=now.page - 1), view, shown, **QUIET)
    on.click(lambda now: show(now, page=now.page + 1), view, shown, **QUIET)
    pick.change(picked, [pick, view], [view, text, remove], **QUIET)
    timer.tick(tick, None, [job, head], **QUIET)
    if library is not None:
        _wire(library, changing, remove, view, job)
        job.change(show, view, shown, **QUIET)


def _changing(library: Library | None) -> dict[str, Any]:
    """The controls that change the library, where there is one."""
    if library is None:
        return {}
    with gr.Accordion("Add or update articles", open=False, elem_id="adding"):
        upload = gr.UploadButton(
            "Upload files", file_count="multiple", file_types=KINDS, size="sm", variant="secondary", elem_id="upload"
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


def _wire(library: Library, changing: dict[str, Any], remove: gr.Button, view: gr.State, job: gr.Markdown) -> None:
    """Connect the controls to the library; what cannot be done is said where the job reports."""

    def attempt(work: Any, *values: Any) -> str:
        try:
            work(*values)
        except (ValueError, OSError) as error:
            return note(str(error))
        return job_note(library.job)

    changing["upload"].upload(
        lambda files: attempt(library.add_uploads, [Path(file) for file in files or []]),
        changing["upload"],
        job,
        **QUIET,
    )
    changing["add"].click(lambda words: attempt(library.add_path, words), changing["where"], job, **QUIET)
    changing["update"].click(lambda: attempt(library.update), None, job, **QUIET)
    remove.click(lambda now: attempt(library.remove, now.name), view, job, **QUIET)


def _text(assistant: Asks, record: Any) -> str:
    """A document's exact text with its passages."""
    index = assistant.index
    passages = index.passages[record.first_passage : record.first_passage + record.passages]
    return document(record.title, index.document_text(record.name), passages, link(record.name))
