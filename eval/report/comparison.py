"""Two runs of the same questions: each score in both, whether they differ by more than chance, and the report's section on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape

from eval.bootstrap import Difference, paired_difference
from eval.records import Record, Run
from eval.report.questions import badge
from eval.summary import SCORES, Score

# The same question in the new run and in the old one.
RecordPair = tuple[Record, Record]


@dataclass(frozen=True, slots=True)
class Change:
    """One score on the questions that have it in both runs; its means and their difference."""

    score: Score
    before: float
    now: float
    difference: Difference

    @property
    def better(self) -> bool:
        """Whether it improved by more than chance explains (95 %)."""
        return self.difference.better if self.score.higher_is_better else self.difference.worse

    @property
    def worse(self) -> bool:
        """Whether it got worse by more than chance explains (95 %)."""
        return self.difference.worse if self.score.higher_is_better else self.difference.better

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """Title, mean before, mean now, difference and its 95 % interval, in percent."""
        d = self.difference
        means = f"{100 * self.before:.1f}", f"{100 * self.now:.1f}"
        return self.score.title, *means, f"{100 * d.value:+.1f}", f"{100 * d.low:+.1f} to {100 * d.high:+.1f}"

    def as_dict(self) -> dict[str, float]:
        """JSON values."""
        return {"before": self.before, "now": self.now, **asdict(self.difference)}

    def __str__(self) -> str:
        title, before, now, _, span = self.cells
        return f"{title} {before} -> {now} (95 % interval {span}, {self.difference.count} questions)"


def paired(new: Run, old: Run) -> list[RecordPair]:
    """The questions that both runs asked, in the order of the new one."""
    before = {record.id: record for record in old.records}
    return [(record, before[record.id]) for record in new.records if record.id in before]


def changes(pairs: Sequence[RecordPair]) -> list[Change]:
    """Every score that some question has in both runs."""
    found = (change(score, [(score.of(new), score.of(old)) for new, old in pairs]) for score in SCORES)
    return [one for one in found if one is not None]


def change(score: Score, values: Sequence[tuple[float | None, float | None]]) -> Change | None:
    """A score from its values (new, old) by question; None if no question has both."""
    both = [(now, before) for now, before in values if now is not None and before is not None]
    if not both:
        return None
    new, old = [now for now, _ in both], [before for _, before in both]
    return Change(score, sum(old) / len(old), sum(new) / len(new), paired_difference(new, old))


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
