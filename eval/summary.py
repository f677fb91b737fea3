"""From records to figures: means over the questions they apply to and statistics of confidence, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval import metrics
from eval.bootstrap import Interval, interval, mean_interval
from eval.records import Record, Run
from eval.waterfall import count
from index.arrays import Doubles
from qa.answers import Certainty

STAGES = ("retrieve", "read", "total")


@dataclass(frozen=True, slots=True)
class Score:
    """A score that each question has, or None if it does not apply; the figure is its mean."""

    key: str
    title: str
    meaning: str
    of: Callable[[Record], float | None]
    higher_is_better: bool = True

    def interval(self, records: Sequence[Record]) -> Interval:
        """The mean over records, with its interval."""
        return mean_interval(self.values(records))

    def values(self, records: Sequence[Record]) -> list[float]:
        """The scores of the records that have one."""
        return [value for value in map(self.of, records) if value is not None]


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline number, 0..1, with its interval; its ``meaning`` in words."""

    key: str
    title: str
    meaning: str
    interval: Interval
    higher_is_better: bool = True


def _hit(k: int) -> Callable[[Record], float | None]:
    return lambda record: None if record.relevance is None else metrics.hit(record.relevance, k)


def _mrr(record: Record) -> float | None:
    return None if record.relevance is None else metrics.reciprocal_rank(record.relevance)


def _called(record: Record, word: Certainty) -> bool:
    """Whether an answer is given and called sure, likely or unsure."""
    return not record.refused and record.certainty == word


def _ndcg(record: Record) -> float | None:
    """nDCG@10 with a gain of one for each passage that holds the answer."""
    return None if record.relevance is None else metrics.ndcg(record.relevance, [1.0] * record.relevant)


SCORES = (
    Score("em", "Exact match", "answerable questions answered in the gold words (SQuAD's EM); a refusal counts 0",
          lambda r: r.em if r.answerable else None),
    Score("f1", "F1", "words shared with the gold answer (SQuAD's F1), over answerable questions",
          lambda r: r.f1 if r.answerable else None),
    Score("recall_at_1", "Recall@1", "the first passage holds the whole gold answer", _hit(1)),
    Score("recall_at_5", "Recall@5", "one of the first 5 passages holds the whole gold answer", _hit(5)),
    Score("recall_at_10", "Recall@10", "one of the first 10 passages holds the whole gold answer", _hit(10)),
    Score("mrr", "MRR", "one over the rank of the first passage that holds the answer", _mrr),
    Score("ndcg_at_10", "nDCG@10", "discounted gain of the first 10 passages", _ndcg),
    Score("right_document", "Right document", "of the answers given, those cited from the gold document",
          lambda r: r.right_document),
    Score("right_document_of_right", "… of right ones", "of the answers that are right, those cited from the gold document",
          lambda r: r.right_document if r.em else None),
    Score("citation_precision", "Citation precision", "of the characters cited, those that are gold",
          lambda r: r.citation_precision),
    Score("citation_recall", "Citation recall", "of the gold characters, those that are cited",
          lambda r: r.citation_recall),
    Score("items_found", "List items found", "of the items a list question asks for, those given",
          lambda r: r.items_found),
    Score("unanswerable_refused", "Unanswerable refused", "of the questions without an answer, those refused",
          lambda r: None if r.answerable else float(r.refused)),
    Score("answerable_refused", "Answerable refused", "of the questions with an answer, those refused; lower is better",
          lambda r: float(r.refused) if r.answerable else None, higher_is_better=False),
    Score("refusals_right", "Refusals right", "of the refusals, those of questions without an answer",
          lambda r: float(not r.answerable) if r.refused else None),
    Score("sure_right", "Sure and right", "of the answers called sure, those that are right (exact match)",
          lambda r: r.em if _called(r, "sure") else None),
    Score("likely_right", "Likely and right", "of the answers called likely, those that are right (exact match)",
          lambda r: r.em if _called(r, "likely") else None),
    Score("right_sure", "Right and sure", "of the right answers, those called sure",
          lambda r: float(r.certainty == "sure") if not r.refused and r.answerable and r.em else None),
    Score("nothing_near_right", "Nothing near, rightly", "of the refusals called sure, those of questions without an answer",
          lambda r: float(not r.answerable) if r.refused and r.certainty == "sure" else None),
    Score("quotes_hold", "Quotes hold it", "of the questions with an answer that were refused, those for which a quoted sentence "
          "holds it", lambda r: r.quotes_hold),
    Score("conflicts_named", "Conflicts named", "of all questions, those for which articles are said to disagree",
          lambda r: float(r.conflict), higher_is_better=False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statistic:
    """A figure of the best candidates' probabilities and whether each is right, given or not."""

    key: str
    title: str
    meaning: str
    of: Callable[[Doubles, Doubles], float]
    higher_is_better: bool = False

    def interval(self, records: Sequence[Record]) -> Interval:
        """The figure over records, with its interval."""
        return interval([r.guess_confidence for r in records], [r.guess_right for r in records], self.of)


STATISTICS = (
    Statistic("coverage_at_90", "Coverage at 90 %", "questions that can be answered with 90 % of the answers right",
              lambda sure, right: metrics.coverage_at(sure, right, 0.9), higher_is_better=True),
    Statistic("aurc", "AURC", "area under the risk-coverage curve; lower is better", metrics.aurc),
    Statistic("ece", "ECE", "mean gap between confidence and accuracy, 10 bins of equal size; lower is better",
              lambda sure, right: metrics.ece(sure, right, 10)),
)  # fmt: skip
BY_KEY = {score.key: score for score in SCORES}
AT_5_PERCENT = (
    "refused_at_5",
    "Refused, 5 % wrongly",
    "of the questions without an answer, those refused by a threshold that refuses at most 5 % of those with one",
)


def figures(records: Sequence[Record]) -> list[Figure]:
    """Every headline number that applies to at least one of the records."""
    means = [Figure(s.key, s.title, s.meaning, s.interval(records), s.higher_is_better) for s in SCORES]
    rest = [Figure(s.key, s.title, s.meaning, s.interval(records), s.higher_is_better) for s in STATISTICS]
    sure = [record.guess_confidence for record in records]
    answerable = [float(record.answerable) for record in records]
    told_apart = (
        [Figure(*AT_5_PERCENT, interval(sure, answerable, metrics.refused_at))] if len({*answerable}) == 2 else []
    )
    return [figure for figure in means + told_apart + rest if figure.interval.count]


def by_kind(records: Sequence[Record]) -> dict[str, list[Record]]:
    """The records of each kind of question, kinds by name."""
    return {kind: [r for r in records if r.kind == kind] for kind in sorted({r.kind for r in records})}


def latency(records: Sequence[Record]) -> dict[str, dict[str, float]]:
    """Milliseconds per question at the median and the 95th percentile, by stage."""
    return {stage: metrics.percentiles([r.milliseconds[stage] for r in records]) for stage in STAGES}


def as_json(run: Run, *, full: bool = False) -> dict[str, Any]:
    """The figures of a run as JSON values, and with ``full`` every record, from which the run can be read back."""
    kinds = by_kind(run.records)
    head = {
        "dataset": run.dataset,
        "k": run.k,
        "asked": len(run.records),
        "planned": run.planned,
        "interrupted": run.interrupted,
        "complaints": list(run.complaints),
        "figures": {figure.key: asdict(figure.interval) for figure in figures(run.records)},
        "kinds": {kind: _kind(records) for kind, records in kinds.items()},
        "waterfall": {str(stage): number for stage, number in count(r.outcome for r in run.records).items()},
        "milliseconds": latency(run.records),
    }
    return head | run.as_dict() if full else head


def _kind(records: Sequence[Record]) -> Mapping[str, float]:
    scored = {score.key: score.values(records) for score in SCORES}
    means = {key: sum(values) / len(values) for key, values in scored.items() if values}
    return {"count": len(records)} | means
