"""The evaluation as HTML: the reports, the latest first, and the users' corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ui.html.conversation import note, shown_date
from ui.html.markup import EMPTY, Html, button, join, tag
from ui.state.reports import Report
from ui.state.source_files import REPORT_ROUTE


def evaluation(reports: Sequence[Report], corrections: Sequence[Mapping[str, Any]], *, bundled: bool) -> Html:
    """Buttons that ask questions of known answers, what came out, and the corrections."""
    own = button("measure-corrected", "Ask the corrected questions", class_="pc-strong") if corrections else EMPTY
    ours = button("measure-bundled", "Ask the bundled questions", class_="pc-strong") if bundled else EMPTY
    return join([tag("div", ours, own, class_="pc-tools"), _reports(reports), _corrections(corrections)])


def _reports(reports: Sequence[Report]) -> Html:
    """The figures of each run, with a link to all of it."""
    title = tag("h2", "How often the answers are right")
    if not reports:
        said = "Nothing has been measured yet. Mark answers as right or wrong, then ask the corrected questions here."
        return tag("section", title, note(said))
    rows = [
        tag(
            "li",
            tag("p", one.said, dir="auto"),
            tag("span", f"{shown_date(one.made)}, {one.made[11:16]} UTC", class_="pc-where"),
            " ",
            tag(
                "a",
                "Open the report",
                class_="pc-open",
                href=f"{REPORT_ROUTE}/{one.id}",
                target="_blank",
                rel="noopener",
            ),
        )
        for one in reports
    ]
    return tag("section", title, tag("ul", *rows, class_="pc-rows"))


def _corrections(rows: Sequence[Mapping[str, Any]]) -> Html:
    """The corrected questions, latest first."""
    title = tag("h2", f"Corrections ({len(rows):,})")
    if not rows:
        said = "Mark an answer as wrong and paste the right words: the question is then part of the next evaluation."
        return tag("section", title, note(said))
    items = [
        tag(
            "li",
            tag("strong", str(row["question"]), dir="auto"),
            " ",
            tag("q", str(row["answers"][0]), class_="pc-words", dir="auto")
            if row.get("answers")
            else "not in the articles",
            tag("span", f" {Path(str(row['document'])).name} ", class_="pc-where") if row.get("document") else " ",
            button(f"withdraw:{row['id']}", "Remove"),
        )
        for row in reversed(rows)
    ]
    return tag("section", title, tag("ul", *items, class_="pc-rows"))
