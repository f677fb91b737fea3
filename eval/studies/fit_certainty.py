"""Fit ``certainty.json``: ``python -m eval.studies.fit_certainty POPULATION READINGS LOOKS [--reader FOLDER] [--write]``.

POPULATION is of ``eval.studies.population``, READINGS and LOOKS are what the reader and its small one said of it
(``eval.studies.recorded``), so no network runs; questions that were not read are left out. What is fitted, on fold 0 of every
kind together, kinds weighing alike but for ``KIND_WEIGHTS``:

- which answer is right, over the best candidates of each question, and then the scale of the one that comes first;
- which sentence answers, and then the scale of those shown;
- whether the articles answer at all, over the questions to which no short answer is given.

Right means an exact match as SQuAD counts it, or an answer that holds an accepted one or is part of it and shares half of its words
("President Kennedy", "Kennedy"); for an answer as long as a sentence, half of its words. A sentence answers if it holds an answer,
in the document that the question is about.
Three quarters of the weight of a kind are answerable; of the rest, the article is missing from the index (70 %), the articles do
not say (20 %), or the question was written to look answerable (10 %), as far as the kind has them.
A cut of a word is the lowest probability from which on enough of the answers are right, as far as ``SURE_OF_IT`` can tell; those
called likely are counted without those called sure, and over the kinds ``OWN``.
Each kind is left out in turn to see that the numbers carry over to kinds that were not seen.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import typer
from scipy.stats import beta
from sklearn.linear_model import LogisticRegression

from eval.corpus_run import ROOT
from eval.metrics import aurc, ece
from eval.report.markdown import fill, table
from eval.studies.population import Absence, Asked, read_population
from eval.studies.recorded import RecordedReader
from index.arrays import Doubles
from qa.answering.cascade import UNREAD, read_enough
from qa.answering.confidence import NEVER, Confidence, Known, Scale, unfitted
from qa.answering.features import Features, FoundFeatures, SentenceFeatures
from qa.answering.outcomes import found_features, outcome, shown
from qa.answering.ranking import considered, ranking
from qa.answering.sentences import ranked_sentences
from qa.console import err
from qa.reader.reader import BUNDLED, Reader, Reading
from qa.squad_scores import exact_match, f1, normalise

RIVALS = 3  # candidates of each question that the weights are fitted on
SHOWN = 3  # sentences that the scale of sentences is fitted on
NEAR = 0.5  # F1 from which an answer is not wrong: a word more or less
LONG = 6  # words from which nobody expects the same first and last word
PRIOR = 1.0  # of the L2 penalty; the features are all within -3..3
KIND_WEIGHTS = {
    "qed": 0.5,  # searches, as nq's
    "timeqa": 0.5,  # written to be hard
    "quoref": 0.25,  # asked of a paragraph before one's eyes
    "quac": 0.25,  # asked in a conversation
}  # 1 for the others
ANSWERABLE = 0.75
ABSENT: dict[Absence, float] = {"article": 0.7, "topical": 0.2, "adversarial": 0.1}
COST = 0.006  # of F1: what leaving passages unread may cost; most of it comes from ENOUGH in qa.answering.cascade
LEADS = np.arange(0.0, 6.25, 0.25)
SURE, LIKELY = 0.95, 0.80  # of those called so are right
OWN = ("gold", "squad2", "tables")  # people know these articles: they say from which probability an answer is likely
LOST = 0.0175  # of the right answers look too unlikely to be given; a lower line would answer more of what the articles do not say
SURE_OF_IT = 0.5  # the true share is as likely above as below
BINS = 10


Readings = Sequence[Sequence[Reading]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Examples of one question: features [n, features], whether each is right [n]."""

    features: Doubles
    right: Doubles


@dataclass(frozen=True, slots=True)
class Judged:
    """What is given first for one question: its probability, and whether it is right."""

    probability: float
    right: float


def names_of(kind: type[Known]) -> tuple[str, ...]:
    """The names of features."""
    return tuple(field.name for field in fields(kind))


def values(known: Known, names: Sequence[str]) -> list[float]:
    """Features as numbers."""
    return [float(getattr(known, name)) for name in names]


OF_ALL = ("margin", "margin_squared", "similarity", "term_score", "rank")  # known, or guessed, of unread passages too
NOT_WEIGHED = {"unfit", "outside"}  # facts about an answer: qa.answering.features says why
ANSWER = tuple(name for name in names_of(Features) if name not in NOT_WEIGHED)
SENTENCE, FOUND = names_of(SentenceFeatures), names_of(FoundFeatures)


def weights_of(population: Sequence[Asked]) -> Doubles:
    """The weight of each question: kinds by ``KIND_WEIGHTS``, in each the shares of the answerable and of each absence."""
    made = np.zeros(len(population))
    for kind in sorted({one.kind for one in population}):
        of_kind = [place for place, one in enumerate(population) if one.kind == kind]
        present = [place for place in of_kind if not population[place].absence]
        made[present] = ANSWERABLE / max(1, len(present))
        absent = {
            absence: places
            for absence in ABSENT
            if (places := [place for place in of_kind if population[place].absence == absence])
        }
        shares = sum(ABSENT[absence] for absence in absent)
        for absence, places in absent.items():
            made[places] = (1 - ANSWERABLE) * ABSENT[absence] / shares / len(places)
        made[of_kind] *= 1000 * KIND_WEIGHTS.get(kind, 1.0) / made[of_kind].sum()
    return made


# ---- what is right


def is_right(asked: Asked, text: str) -> float:
    """Whether people would take it for an answer of the question: the same words, or a longer or shorter form of them."""
    if asked.answers and min(len(answer.split()) for answer in asked.answers) >= LONG:
        return is_near(asked, text)
    form = any(_overlap(text, answer) and f1(text, [answer]) >= NEAR for answer in asked.answers)
    return float(form or (bool(asked.answers) and bool(exact_match(text, asked.answers))))


def _overlap(text: str, answer: str) -> bool:
    """Whether one of the two holds all words of the other in a row; false for an answer without words."""
    words, wanted = (f" {normalise(one)} " for one in (text, answer))
    return bool(wanted.strip()) and (wanted in words or words in wanted)


def is_near(asked: Asked, text: str) -> float:
    """Whether it shares at least half of its words with an answer."""
    return float(bool(asked.answers) and f1(text, asked.answers) >= NEAR)


def answers_in(asked: Asked, document: str, sentence: str) -> float:
    """Whether a sentence holds an answer, or is part of one, in the document that the question is about."""
    if asked.absence or (asked.holder and document != asked.holder):
        return 0.0
    return float(any(_overlap(sentence, answer) for answer in asked.answers))


# ---- fitting


def answer_rows(asked: Asked, readings: Sequence[Reading]) -> Rows:
    """The best candidates of a question by the reader's score."""
    found = considered(asked.question, asked.hits, readings)[:RIVALS]
    texts = [shown(asked.question, candidate)[0].quote for candidate, _ in found]
    return Rows(
        np.array([values(known, ANSWER) for _, known in found]).reshape(-1, len(ANSWER)),
        np.array([is_right(asked, text) for text in texts]),
    )


def sentence_rows(asked: Asked, readings: Sequence[Reading], confidence: Confidence) -> Rows:
    """Every sentence of the passages."""
    found = ranked_sentences(asked.question, asked.hits, _read(readings), confidence)
    return Rows(
        np.array([values(one.known, SENTENCE) for one in found]).reshape(-1, len(SENTENCE)),
        np.array([answers_in(asked, one.hit.passage.document, one.text) for one in found]),
    )


def _read(readings: Sequence[Reading]) -> list[Reading | None]:
    return [None if one is UNREAD else one for one in readings]


def fit_scale(rows: Sequence[Rows], weights: Doubles, names: Sequence[str], first: int) -> Scale:
    """Weights over all rows, and then the slope and the intercept of the ``first`` of each question by those weights."""
    kept = [(one, weight) for one, weight in zip(rows, weights, strict=True) if len(one.right)]
    each = np.repeat([weight for _, weight in kept], [len(one.right) for one, _ in kept])
    features, right = np.concatenate([one.features for one, _ in kept]), np.concatenate([one.right for one, _ in kept])
    order = LogisticRegression(C=PRIOR, max_iter=2000).fit(features, right, sample_weight=each / each.mean())
    best, judged, told = [], [], []
    for one, weight in kept:
        logits = order.decision_function(one.features)
        for place in np.argsort(-logits, kind="stable")[:first]:
            best.append([logits[place]])
            judged.append(one.right[place])
            told.append(weight)
    scale = LogisticRegression(C=1e6).fit(best, judged, sample_weight=np.array(told) / np.mean(told))
    slope = float(scale.coef_[0, 0])
    bias = slope * float(order.intercept_[0]) + float(scale.intercept_[0])
    return Scale(
        round(bias, 4), {n: round(slope * float(w), 4) for n, w in zip(names, order.coef_[0], strict=True) if w}
    )


def cut(probabilities: Doubles, right: Doubles, weights: Doubles, share: float) -> float:
    """The lowest probability of a right one from which on at least ``share`` are right; 1.0 if there is none.

    Of that one can be ``SURE_OF_IT``: what counts is the bound of Clopper and Pearson (1934) over the effective number of
    examples (Kish 1965), not the share that came out, which the lowest of many makes look better than it is (Geifman and
    El-Yaniv 2017).
    """
    if not len(probabilities):
        return 1.0
    order = np.argsort(-probabilities, kind="stable")
    weight, good = weights[order], right[order]
    total = np.cumsum(weight)
    effective = total**2 / np.cumsum(weight**2)
    held = np.cumsum(weight * good) / total * effective
    bound = beta.ppf(1 - SURE_OF_IT, np.maximum(held, 1e-9), effective - held + 1)
    ends = np.flatnonzero((bound >= share) & (good > 0))
    return round(float(probabilities[order[ends[-1]]]), 4) if len(ends) else 1.0


@dataclass(frozen=True, slots=True)
class Material:
    """A population with the readings of all its passages and their readers."""

    population: Sequence[Asked]
    reader: Reader
    screen: Reader | None

    def whole(self) -> list[list[Reading]]:
        """The readings of every passage."""
        return [self.reader.read(one.pairs()) for one in self.population]

    def as_read(self, confidence: Confidence) -> list[list[Reading]]:
        """What the assistant reads before it stops."""
        found = [one.hits for one in self.population]
        return read_enough([one.question for one in self.population], found, self.reader, self.screen, confidence)

    def chosen(self, takes: Callable[[Asked], bool]) -> Material:
        """The questions that ``takes`` accepts."""
        return replace(self, population=[one for one in self.population if takes(one)])


def fit_answer(population: Sequence[Asked], readings: Readings, plain: Confidence) -> Confidence:
    """The scale of answers, its words, and from where on an answer is given; the rest is that of ``plain``."""
    weights = weights_of(population)
    rows = [answer_rows(*one) for one in zip(population, readings, strict=True)]
    answer = fit_scale(rows, weights, ANSWER, 1)
    known = [ANSWER.index(name) for name in OF_ALL]
    reading = fit_scale([replace(one, features=one.features[:, known]) for one in rows], weights, OF_ALL, 1)
    fitted = replace(plain, answer=answer, reading=reading)
    first = [first_answer(asked, few, fitted) for asked, few in zip(population, readings, strict=True)]
    own = weights * np.array([one.kind in OWN for one in population])
    cuts = _with_cuts(answer, first, weights, own if own.any() else weights)
    return replace(fitted, answer=cuts, threshold=line(first, weights))


def line(first: Sequence[Judged], weights: Doubles) -> float:
    """The probability from which an answer is given: ``LOST`` of the right answers lie below it.

    Below it the nearest sentences are shown. What is given says how sure it is, so that a low line misleads nobody.
    """
    probability = np.array([one.probability for one in first])
    right = weights * np.array([one.right for one in first])
    order = np.argsort(probability, kind="stable")
    place = int(np.searchsorted(np.cumsum(right[order]), LOST * right.sum()))
    return round(float(probability[order[min(place, len(order) - 1)]]), 4)


def fit(material: Material, *, reader: str, screen: str, fitted_on: str) -> Confidence:
    """Everything, from the questions of a population: answers with every passage read, the rest with what is then read."""
    population, weights = material.population, weights_of(material.population)
    fitted = fit_answer(population, material.whole(), replace(unfitted(reader), fitted_on=fitted_on, screen=screen))
    fitted = replace(fitted, settles_at=settles_at(fitted, material))
    readings = material.as_read(fitted)
    sentences = [sentence_rows(asked, few, fitted) for asked, few in zip(population, readings, strict=True)]
    sentence = fit_scale(sentences, weights, SENTENCE, SHOWN)
    best = [_best(rows, sentence, SENTENCE) for rows in sentences]
    fitted = replace(fitted, sentence=_with_cuts(sentence, best, weights))
    return replace(fitted, none=_fit_none(population, readings, fitted, weights))


def _best(rows: Rows, scale: Scale, names: Sequence[str]) -> Judged:
    if not len(rows.right):
        return Judged(0.0, 0.0)
    logits = rows.features @ np.array([scale.weights.get(name, 0.0) for name in names]) + scale.bias
    place = int(np.argmax(logits))
    return Judged(float(1 / (1 + np.exp(-logits[place]))), float(rows.right[place]))


def _with_cuts(scale: Scale, judged: Sequence[Judged], weights: Doubles, own: Doubles | None = None) -> Scale:
    """The scale with the cuts of its words, those called likely counted without those called sure, by the weights ``own``."""
    probability, right = np.array([one.probability for one in judged]), np.array([one.right for one in judged])
    sure = cut(probability, right, weights, SURE)
    counted = weights if own is None else own
    rest = (probability < sure) & (counted > 0)
    return replace(scale, sure=sure, likely=min(sure, cut(probability[rest], right[rest], counted[rest], LIKELY)))


def _fit_none(population: Sequence[Asked], readings: Readings, fitted: Confidence, weights: Doubles) -> Scale:
    """Whether the articles do not answer, over the questions to which no short answer is given."""
    rows, told = [], []
    for asked, few, weight in zip(population, readings, weights, strict=True):
        ranked = ranking(asked.question, asked.hits, few, fitted)
        if ranked and ranked[0].probability >= fitted.threshold:
            continue
        sentences = ranked_sentences(asked.question, asked.hits, _read(few), fitted)
        known = found_features(asked.hits, ranked, sentences)
        rows.append(Rows(np.array([values(known, FOUND)]), np.array([float(bool(asked.absence))])))
        told.append(weight)
    if len({float(row.right[0]) for row in rows}) < 2:
        return fitted.none
    scale = fit_scale(rows, np.array(told), FOUND, 1)
    judged = [_best(row, scale, FOUND) for row in rows]
    return _with_cuts(scale, judged, np.array(told))


def first_answer(asked: Asked, readings: Sequence[Reading], confidence: Confidence) -> Judged:
    """The answer that comes first, given or not."""
    ranked = ranking(asked.question, asked.hits, readings, confidence)
    if not ranked:
        return Judged(0.0, 0.0)
    text = shown(asked.question, ranked[0].candidate)[0].quote
    return Judged(ranked[0].probability, is_right(asked, text))


def settles_at(confidence: Confidence, material: Material) -> float:
    """The smallest of ``LEADS`` with which what is not read costs at most ``COST`` of F1, of what is given or refused."""
    best, weights = _scores(confidence, material.population, material.whole()), weights_of(material.population)

    def cheap(lead: float) -> bool:
        few = material.as_read(replace(confidence, settles_at=lead))
        return bool(np.average(best - _scores(confidence, material.population, few), weights=weights) <= COST)

    return next((float(lead) for lead in LEADS if cheap(float(lead))), NEVER)


def _scores(confidence: Confidence, population: Sequence[Asked], readings: Sequence[Sequence[Reading]]) -> Doubles:
    """The F1 of each answer that is given; of a refusal 1 if nothing answers, else 0."""
    scores = []
    for asked, few in zip(population, readings, strict=True):
        ranked = ranking(asked.question, asked.hits, few, confidence)
        if not ranked or ranked[0].probability < confidence.threshold:
            scores.append(float(bool(asked.absence)))
        else:
            text = shown(asked.question, ranked[0].candidate)[0].quote
            scores.append(f1(text, asked.answers) if asked.answers else 0.0)
    return np.array(scores)


# ---- measuring


def measured(population: Sequence[Asked], readings: Readings, confidence: Confidence) -> dict[str, Any]:
    """Figures of a population, as its weights make it: calibration, risk and coverage, the words, the three outcomes."""
    weights = weights_of(population)
    first = [first_answer(asked, few, confidence) for asked, few in zip(population, readings, strict=True)]
    sampled = resampled(weights)
    probability, right = np.array([one.probability for one in first]), np.array([one.right for one in first])
    given = [
        outcome(
            asked.question,
            asked.hits,
            _read(few),
            ranking(asked.question, asked.hits, few, confidence),
            confidence,
        )
        for asked, few in zip(population, readings, strict=True)
    ]
    rows = list(zip(population, given, weights, strict=True))
    held = [(asked, answer, weight) for asked, answer, weight in rows if answer.text is None and not asked.absence]
    return {
        "questions": len(population),
        "passages_read": float(np.mean([sum(one is not UNREAD for one in few) for few in readings])),
        "ece": ece(probability[sampled], right[sampled], BINS),
        "ece_by_chance": ece_by_chance(probability, sampled),
        "aurc": aurc(probability[sampled], right[sampled]),
        "exact_match": _share((weight, is_right(a, x.text or "")) for a, x, weight in rows if not a.absence),
        "answerable_refused": _share((weight, x.text is None) for a, x, weight in rows if not a.absence),
        "absent_refused": _share((weight, x.text is None) for a, x, weight in rows if a.absence),
        "words": {
            word: _told(
                [(w, is_right(a, x.text or "")) for a, x, w in rows if x.text is not None and x.certainty == word]
            )
            for word in ("sure", "likely", "unsure")
        },
        "none": {
            word: _told([(w, bool(a.absence)) for a, x, w in rows if x.kind == "none" and x.certainty == word])
            for word in ("sure", "likely", "unsure")
        },
        "sentences_hold_it": _share(
            (w, any(answers_in(a, c.document, c.quote) for c in x.citations)) for a, x, w in held
        ),
        "reliability": reliability(probability[sampled], right[sampled]),
    }


def resampled(weights: Doubles, size: int = 20_000) -> Any:
    """Places drawn by weight, evenly, so that plain statistics can be taken of a weighted population."""
    edges = np.cumsum(weights) / weights.sum()
    return np.searchsorted(edges, (np.arange(size) + 0.5) / size)


def ece_by_chance(probability: Doubles, sampled: Any, draws: int = 200) -> float:
    """The mean calibration error if the probabilities were true, which is not 0 because the questions are few."""
    pick = np.random.default_rng(0)
    drawn = (pick.random((draws, len(probability))) < probability).astype(float)
    return float(np.mean([ece(probability[sampled], right[sampled], BINS) for right in drawn]))


def reliability(probability: Doubles, right: Doubles) -> list[list[float]]:
    """Mean probability and share of right ones in bins of equal size."""
    order = np.argsort(probability, kind="stable")
    bins = [part for part in np.array_split(order, BINS) if len(part)]
    return [[round(float(probability[b].mean()), 3), round(float(right[b].mean()), 3)] for b in bins]


def _share(values: Iterator[tuple[float, bool | float]]) -> float | None:
    """A weighted share; None of nothing."""
    found = list(values)
    total = sum(weight for weight, _ in found)
    return sum(weight * value for weight, value in found) / total if total else None


def _told(rows: Sequence[tuple[float, bool | float]]) -> dict[str, float | int | None]:
    """How many have a word, and which share of them is right."""
    return {"count": len(rows), "right": _share(iter(rows))}


def report(material: Material, fitted: Confidence) -> dict[str, Any]:
    """Each kind's fold that nothing was fitted on, and the calibration of each kind left out of the fit in turn."""
    every = list(zip(material.population, material.as_read(fitted), strict=True))
    made: dict[str, Any] = {}
    for kind in sorted({one.kind for one in material.population}):
        held = [row for row in every if row[0].kind == kind and row[0].fold == 1]
        rest = [row for row in every if row[0].kind != kind and row[0].fold == 0]
        made[kind] = measured(*_columns(held), fitted)
        if rest:
            made[kind]["left_out_ece"] = _ece(*_columns(held), fit_answer(*_columns(rest), fitted))
        err.say(f"{kind}: {json.dumps(made[kind])}")
    return made


def _columns(rows: Sequence[tuple[Asked, list[Reading]]]) -> tuple[list[Asked], list[list[Reading]]]:
    return [asked for asked, _ in rows], [few for _, few in rows]


def _ece(population: Sequence[Asked], readings: Readings, confidence: Confidence) -> float:
    first = [first_answer(asked, few, confidence) for asked, few in zip(population, readings, strict=True)]
    drawn = resampled(weights_of(population))
    return ece(np.array([one.probability for one in first])[drawn], np.array([one.right for one in first])[drawn], BINS)


def certainty_table(made: dict[str, Any]) -> str:
    """The report as Markdown, one row per kind; shares in percent."""
    header = (
        "kind", "questions", "passages read", "ECE", "by chance", "left out", "AURC", "EM", "refused: answerable", "absent",
        "sure: right", "likely: right", "unsure: right", "nothing near: right", "quotes hold it",
    )  # fmt: skip
    rows = [
        (
            kind,
            str(one["questions"]),
            f"{one['passages_read']:.1f}",
            f"{one['ece']:.3f}",
            f"{one['ece_by_chance']:.3f}",
            f"{one['left_out_ece']:.3f}" if "left_out_ece" in one else "",
            f"{one['aurc']:.3f}",
            *(_percent(one[name]) for name in ("exact_match", "answerable_refused", "absent_refused")),
            *(_of(told) for told in (*one["words"].values(), one["none"]["sure"])),
            _percent(one["sentences_hold_it"]),
        )
        for kind, one in made.items()
    ]
    return table(header, rows, right=len(header) - 1)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"


def _of(told: dict[str, Any]) -> str:
    return f"{_percent(told['right'])} of {told['count']}" if told["count"] else ""


def main(population: Path, readings: Path, looks: Path, reader: Path = BUNDLED, write: bool = False) -> None:
    """Fit, say how it measures, and with ``--write`` store it beside the reader and the table in docs/accuracy.md."""
    large, small = RecordedReader.open(readings), RecordedReader.open(looks)
    read = [one for one in read_population(population) if large.knows(one.pairs()) and small.knows(one.pairs())]
    material = Material(read, large, small)

    first = material.chosen(lambda one: one.fold == 0)
    kinds = ", ".join(sorted({one.kind for one in first.population}))
    fitted = fit(
        first,
        reader=large.fingerprint,
        screen=small.fingerprint,
        fitted_on=f"{len(first.population)} questions of {kinds}, each asked of an index with its article and without",
    )
    err.say(f"{fitted}")
    told = certainty_table(report(material, fitted))
    sys.stdout.write(told + "\n")
    if write:
        fitted.write(reader)
        fill(ROOT / "docs" / "accuracy.md", "certainty", told)


if __name__ == "__main__":
    typer.run(main)
