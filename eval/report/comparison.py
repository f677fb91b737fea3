"""The report's comparison of two runs: each score in both, and every question that came out differently."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from eval.records import Record, Run
from eval.report.comparing import Change, RecordPair, changes, paired
from eval.report.questions import badge


def comparison(run: Run, other: Run) -> str:
    """The section that sets ``run`` beside ``other``, on the questions that both asked."""
    pairs = paired(run, other)
    head = f"<h2>Compared with {escape(other.dataset)} ({len(other.records)} questions)</h2>"
    if not pairs:
        return f'<section>{head}<div class="notice">The two runs have no question in common.</div></section>'
    note = f"On the {len(pairs)} questions that both runs asked; coloured if the difference is more than chance (95 %)."
    return f'<section>{head}<p class="note">{note}</p>{_table(pairs)}</section>'


def _table(pairs: Sequence[RecordPair]) -> str:
    rows = "".join(_line(change) for change in changes(pairs))
    head = (
        "<tr><th>score</th><th>other run</th><th>this run</th><th>difference</th><th>95 % interval</th><th>p</th></tr>"
    )
    return f'<div class="panel scroll" tabindex="0"><table>{head}{rows}</table></div>'


def _line(change: Change) -> str:
    title, before, now, difference, span = change.cells
    tone = "better" if change.better else "worse" if change.worse else ""
    return (
        f"<tr><td>{escape(title)}</td><td>{before}</td><td>{now}</td>"
        f'<td class="{tone}">{difference}</td><td>{span}</td><td>{change.difference.p:.3f}</td></tr>'
    )


def changed_questions(run: Run, other: Run) -> str:
    """The questions whose outcome or answer differs between the two runs: what got worse first."""
    changed = [(new, old) for new, old in paired(run, other) if new.outcome != old.outcome or new.given != old.given]
    changed.sort(key=lambda pair: (_gain(pair), pair[0].id))
    gained, lost = sum(_gain(pair) > 0 for pair in changed), sum(_gain(pair) < 0 for pair in changed)
    rows = "".join(_change(new, old) for new, old in changed)
    words = f"{len(changed)} questions came out differently: {gained} better, {lost} worse by F1 or refusal."
    return f'<section><h2>What changed</h2><p class="note">{words}</p>{rows}</section>'


def _gain(pair: RecordPair) -> float:
    """How much better the question came out; f1 counts a right refusal as 1."""
    return pair[0].f1 - pair[1].f1


def _change(new: Record, old: Record) -> str:
    expected = " | ".join(new.expected) or "no answer in the articles"
    return (
        f'<details class="question"><summary>{badge(old.outcome)}<span aria-label="became">→</span>{badge(new.outcome)}'
        f'<span class="asked">{escape(new.question)}</span></summary>'
        f"<dl><dt>expected</dt><dd>{escape(expected)}</dd></dl>"
        f'<div class="sides">{_side("other run", old)}{_side("this run", new)}</div></details>'
    )


def _side(title: str, record: Record) -> str:
    given = record.given if record.given is not None else "refused"
    return (
        f"<div><small>{title}, confidence {record.confidence:.2f}, F1 {record.f1:.2f}</small>{escape(given)}"
        f"<small>{escape(record.document or '')}</small></div>"
    )
