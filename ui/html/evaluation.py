"""The Evaluation tab as HTML: the last report and the users' corrections."""

from __future__ import annotations

import datetime
from pathlib import Path

from ui.html.markup import Html, tag
from ui.state.corrections import Corrections
from ui.state.source_files import REPORT_ROUTE


def gold_page(corrections: Corrections, report: Path) -> Html:
    """The last report, if there is one, and the corrections with the command that evaluates them."""
    return tag("div", _report(report), _corrections(corrections), class_="pc-gold")


def _report(report: Path) -> Html:
    """A link to the last report, or how to make one."""
    title = tag("h2", "Last evaluation")
    if not report.is_file():
        how = "No report yet. Start an evaluation above, or run your own questions with: pincite eval DATASET --report "
        return tag("section", title, tag("p", how, tag("code", str(report)), class_="pc-note"))
    when = datetime.datetime.fromtimestamp(report.stat().st_mtime).strftime("%-d %B %Y, %H:%M")
    link = tag("a", "Open the report", href=REPORT_ROUTE, target="_blank", rel="noopener", class_="pc-link")
    return tag("section", title, tag("p", link, f" of {when}"))


def _corrections(corrections: Corrections) -> Html:
    """The corrected questions, latest first."""
    rows = corrections.rows()
    title = tag("h2", f"Corrections ({len(rows):,})")
    if not rows:
        how = "Mark an answer as wrong and paste the right words: the question is then part of the next evaluation."
        return tag("section", title, tag("p", how, class_="pc-note"))
    use = tag("p", "Evaluate them with: ", tag("code", f"pincite eval {corrections.path}"), class_="pc-note")
    items = [
        tag(
            "li",
            tag("strong", str(row["question"]), dir="auto"),
            " ",
            tag("q", str(row["answers"][0]), class_="pc-words")
            if row.get("answers")
            else tag("em", "not in the articles"),
            tag("span", f" {Path(str(row['document'])).name}" if row.get("document") else "", class_="pc-where"),
        )
        for row in reversed(rows)
    ]
    return tag("section", title, use, tag("ul", *items, class_="pc-corrections"))
