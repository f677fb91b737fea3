"""Two runs of the same questions: each score in both, and whether the difference is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from eval.bootstrap import Difference, paired_difference
from eval.records import Record, Run
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
