"""The report's list of every question: expected, given, and the passage with the quote marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from eval.records import Record
from eval.waterfall import Outcome

TONES = {Outcome.RIGHT: "good", Outcome.INEXACT: "fair"}


def question_list(records: Sequence[Record]) -> str:
    """Filters and one fold-out row per question."""
    rows = "\n".join(_row(record) for record in records)
    return f"""<section><h2>Every question</h2>
<div class="filters">
<label class="wide">Search <input id="search" type="search" placeholder="words of question, answer or passage"></label>
{_choice("Outcome", "outcome", (outcome for outcome in Outcome if any(r.outcome == outcome for r in records)))}
{_choice("Kind", "kind", sorted({record.kind for record in records}))}
{_choice("Half", "split", sorted({record.split for record in records}))}
</div>
<p id="shown" role="status">{len(records)} questions</p>
<div id="questions">
{rows}
</div></section>"""


def _choice(label: str, name: str, values: Iterable[str]) -> str:
    options = "".join(f'<option value="{escape(value)}">{escape(value.replace("_", " "))}</option>' for value in values)
    return f'<label>{label} <select name="{name}"><option value="">all</option>{options}</select></label>'


def badge(outcome: Outcome) -> str:
    """The outcome as a coloured word."""
    return f'<span class="badge {TONES.get(outcome, "bad")}">{escape(outcome.replace("_", " "))}</span>'


def _row(record: Record) -> str:
    facts = (
        ("expected", " | ".join(record.expected) or "no answer in the articles"),
        ("given", record.given if record.given is not None else "refused"),
        ("confidence", f"{record.certainty}, {record.confidence:.2f}; EM {record.em:.0f}, F1 {record.f1:.2f}"),
        ("other candidates", " | ".join(record.alternatives)),
        ("gold document", record.expected_document or ""),
        ("cited document", record.document or ""),
        ("found at rank", _rank(record)),
    )
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts if value)
    passage = f'<dt>passage</dt><dd class="passage">{_marked(record)}</dd>' if record.passage else ""
    return (
        f'<details class="question" data-outcome="{record.outcome}" data-kind="{escape(record.kind)}" '
        f'data-split="{escape(record.split)}"><summary>{badge(record.outcome)}'
        f'<span class="asked">{escape(record.question)}</span><span class="kind">{escape(record.kind)} · '
        f"{escape(record.id)}</span></summary><dl>{listed}{passage}</dl></details>"
    )


def _rank(record: Record) -> str:
    """The rank of the first passage that holds the gold answer, in words; empty if that does not apply."""
    if record.relevance is None:
        return ""
    return str(record.relevance.index(True) + 1) if any(record.relevance) else f"not among {len(record.relevance)}"


def _marked(record: Record) -> str:
    if record.highlight is None:
        return escape(record.passage)
    start, end = record.highlight
    text = record.passage
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"
