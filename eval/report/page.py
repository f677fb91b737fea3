"""One self-contained HTML page about a run, or two runs side by side: it fetches nothing and shows text as text.

Everything that comes from documents and questions passes through ``html.escape``, and the page's own policy lets no
script run but the one filter script, named by its digest.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from eval.bootstrap import Interval, mean_interval
from eval.records import Record, Run
from eval.report import plots
from eval.report.comparison import changed_questions, comparison
from eval.report.questions import TONES, question_list
from eval.summary import BY_KEY, Figure, by_kind, figures, latency
from eval.waterfall import EXPLANATIONS, count

STYLE = Path(__file__).with_name("report.css")
SCRIPT = Path(__file__).with_name("report.js")


def page(run: Run, other: Run | None = None) -> str:
    """The whole page; with ``other``, what changed against it."""
    sections = [
        _notices(run),
        cards(figures(run.records)),
        comparison(run, other) if other is not None else "",
        _kinds(run.records),
        _waterfall(run.records),
        _confidence(run, other),
        _latency(run.records),
        changed_questions(run, other) if other is not None else "",
        question_list(run.records),
    ]
    title = f"Evaluation of {run.dataset}" if other is None else f"{run.dataset}: two runs compared"
    lead = (
        f"{len(run.records)} questions, {run.k} passages read for each. Intervals are 95 %, from resampled questions."
    )
    return document(title, lead, sections)


def document(title: str, lead: str, sections: Iterable[str]) -> str:
    """A page of finished sections; ``title`` and ``lead`` are plain text."""
    style, script = STYLE.read_text(encoding="utf-8"), SCRIPT.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; base-uri 'none'"
    )
    body = "\n".join(section for section in sections if section)
    filtering = f"<script>{script}</script>" if 'id="questions"' in body else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p class="lead">{escape(lead)}</p>
{body}
</main>
{filtering}
</body>
</html>
"""


def cards(shown: Sequence[Figure]) -> str:
    """The headline numbers with their intervals."""
    return (
        f'<section class="cards" aria-label="Headline numbers">{"".join(_card(figure) for figure in shown)}</section>'
    )


def _card(figure: Figure) -> str:
    """One headline number. Areas and errors are told in thousandths, shares in percent."""
    found = figure.interval
    if figure.key in ("aurc", "ece"):
        value, span = f"{found.value:.3f}", f"{found.low:.3f} to {found.high:.3f}"
    else:
        value, span = f"{100 * found.value:.1f} %", f"{100 * found.low:.1f} to {100 * found.high:.1f}"
    return (
        f'<div class="card"><h3>{escape(figure.title)}</h3><div class="value">{value}</div>'
        f'<div class="interval">{span}, n = {found.count}</div><p class="meaning">{escape(figure.meaning)}</p></div>'
    )


def _notices(run: Run) -> str:
    """That the run was stopped, and what was wrong with the data."""
    parts = []
    if run.interrupted:
        stopped = f"Stopped after {len(run.records)} of {run.planned} questions: the figures are of those alone."
        parts.append(f'<div class="notice" role="note">{stopped}</div>')
    if run.complaints:
        items = "".join(f"<li>{escape(complaint)}</li>" for complaint in run.complaints[:50])
        more = f"<li>and {len(run.complaints) - 50} more</li>" if len(run.complaints) > 50 else ""
        parts.append(f'<div class="notice" role="note">About the data:<ul>{items}{more}</ul></div>')
    return "".join(parts)


def _kinds(records: Sequence[Record]) -> str:
    """A bar for each kind of question: exact match or right refusals, F1 faint behind it, the interval on it."""
    rows = "".join(_kind(kind, some) for kind, some in by_kind(records).items())
    note = "Exact match, its interval as a line, F1 behind it; for questions without an answer, the share refused."
    return f'<section><h2>By kind of question</h2><p class="note">{note}</p><div class="panel">{rows}</div></section>'


def _kind(kind: str, records: Sequence[Record]) -> str:
    exact = BY_KEY["em"].values(records)
    main = mean_interval(exact or BY_KEY["unanswerable_refused"].values(records))
    words = BY_KEY["f1"].values(records)
    behind = sum(words) / len(words) if words else main.value
    figure = f"{100 * main.value:.0f} % EM, {100 * behind:.0f} % F1" if exact else f"{100 * main.value:.0f} % refused"
    return (
        f'<div class="row"><span class="name">{escape(kind.replace("_", " "))} <small>{len(records)}</small></span>'
        f'<span class="track">{bar(0, behind, "faint")}{bar(0, main.value)}{_whisker(main)}</span>'
        f'<span class="figure">{figure}</span></div>'
    )


def bar(start: float, end: float, tone: str = "") -> str:
    """A bar from ``start`` to ``end``, both 0..1 of its track."""
    return f'<i class="{tone}" style="left:{100 * start:.2f}%;width:{100 * (end - start):.2f}%"></i>'


def _whisker(found: Interval) -> str:
    """The interval as a thin line."""
    return "" if math.isnan(found.value) else bar(found.low, found.high, "whisker")


def _waterfall(records: Sequence[Record]) -> str:
    """What is left after each stage: every bar begins where the one before it ended."""
    left, rows = 0.0, []
    for stage, number in count(record.outcome for record in records).items():
        share = number / len(records)
        rows.append(
            f'<div class="row"><span class="name">{escape(stage.replace("_", " "))}</span>'
            f'<span class="track">{bar(left, left + share, TONES.get(stage, "bad"))}</span>'
            f'<span class="figure">{number} ({100 * share:.1f} %)</span>'
            f'<span class="why">{escape(EXPLANATIONS[stage])}</span></div>'
        )
        left += share
    note = "Each question that was missed is counted at the first stage that lost it."
    panel = f'<div class="panel">{"".join(rows)}</div>'
    return f'<section><h2>Where questions are lost</h2><p class="note">{note}</p>{panel}</section>'


def _confidence(run: Run, other: Run | None) -> str:
    runs = [run] if other is None else [run, other]
    columns = [([r.guess_confidence for r in one.records], [r.guess_right for r in one.records]) for one in runs]
    legend = "" if other is None else " This run in blue, the other in orange."
    drawn = (
        ("Wrong answers against questions answered", plots.risk_coverage(columns)),
        ("Confidence against accuracy", plots.reliability(columns)),
    )
    panels = "".join(f'<figure class="panel"><figcaption>{title}</figcaption>{svg}</figure>' for title, svg in drawn)
    note = f"Of each question's best candidate, given or not. Dashed: 10 % wrong; perfect calibration.{legend}"
    return f'<section><h2>Confidence</h2><p class="note">{note}</p><div class="plots">{panels}</div></section>'


def _latency(records: Sequence[Record]) -> str:
    stages = latency(records).items()
    rows = "".join(f"<tr><td>{stage}</td><td>{at['p50']:.1f}</td><td>{at['p95']:.1f}</td></tr>" for stage, at in stages)
    head = "<tr><th>stage</th><th>median (ms)</th><th>95th percentile (ms)</th></tr>"
    note = "Each question's share of the batch it was asked in."
    table = f'<div class="panel scroll" tabindex="0"><table>{head}{rows}</table></div>'
    return f'<section><h2>Time a question</h2><p class="note">{note}</p>{table}</section>'
