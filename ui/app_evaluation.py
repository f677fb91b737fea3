"""The Evaluation tab: the corrections so far, and the last evaluation's report."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from ui.app_ask import QUIET
from ui.corrections import Corrections
from ui.gold import gold_page


def evaluation_tab(page: gr.Blocks, corrections: Corrections, report: Path) -> None:
    """Lay the tab out and wire it."""

    def show() -> str:
        return gold_page(corrections, report)

    shown = gr.Markdown(show(), elem_id="gold", latex_delimiters=[])
    again = gr.Button("Refresh", size="sm", elem_id="refresh-gold")
    page.load(show, None, shown, **QUIET)
    again.click(show, None, shown, **QUIET)
