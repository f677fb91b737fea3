"""The Evaluation tab: the corrections, the last report, and buttons that start an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from ui.app.ask import QUIET, Outputs
from ui.html.conversation import note
from ui.html.documents_table import job_note
from ui.html.evaluation import gold_page
from ui.session.evaluation_job import EVALUATING, Measuring


def evaluation_tab(page: gr.Blocks, measuring: Measuring) -> None:
    """Lay out the tab and wire it."""

    def show() -> str:
        return gold_page(measuring.corrections, measuring.report)

    with gr.Row(elem_id="measure"):
        bundled = gr.Button("Ask the bundled questions", size="sm", elem_id="measure-bundled")
        corrected = gr.Button("Ask the corrected questions", size="sm", elem_id="measure-corrected")
        stop = gr.Button("Stop the evaluation", size="sm", elem_id="measure-stop", visible=False)
    job = gr.Markdown(elem_id="measuring", latex_delimiters=[])
    shown = gr.Markdown(show(), elem_id="gold", latex_delimiters=[])
    again = gr.Button("Refresh", size="sm", elem_id="refresh-gold")
    timer = gr.Timer(1.0)
    seen = gr.State("")

    def tick(before: str) -> Outputs:
        now = measuring.job
        state = now.state if now is not None else ""
        if state == before != "running":
            return (gr.skip(),) * 4
        return state, job_note(now, EVALUATING), gr.update(visible=state == "running"), show()

    def begin(work: Callable[[], None]) -> Any:
        try:
            work()
        except ValueError as error:
            return note(str(error))
        return job_note(measuring.job, EVALUATING)

    page.load(show, None, shown, **QUIET)
    again.click(show, None, shown, **QUIET)
    timer.tick(tick, seen, [seen, job, stop, shown], **QUIET)
    bundled.click(lambda: begin(measuring.bundled), None, job, **QUIET)
    corrected.click(lambda: begin(measuring.corrected), None, job, **QUIET)
    stop.click(measuring.stop, None, None, **QUIET)
