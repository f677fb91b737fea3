"""Overviews: how a document opens, its headings, and its central sentences, each a quotation with its place."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index.arrays import Floats
from index.search.bm25 import terms
from index.store import Store
from qa.answering.candidates import cited
from qa.answers import Answer, Citation, ListedDocument
from qa.messages.notices import counted
from qa.messages.sources import Sentence, Source
from qa.question.content_words import STOP

# Chosen and not fitted.
OPENING = 2  # sentences
CENTRAL = 3  # sentences of one document; of several, one each
HEADINGS = 12
MOST_DOCUMENTS = 12  # of which an overview quotes; the others are listed
LEAST_WORDS, MOST_WORDS = 6, 60  # of a central sentence: fewer are captions, more are lists
MOST_SENTENCES = 800  # compared with each other, spread evenly over a longer document: 800 take 50 ms

# LexRank (Erkan and Radev 2004): sentences are alike if their cosine reaches THRESHOLD; DAMPING and both values are the paper's.
THRESHOLD, DAMPING = 0.1, 0.85
ROUNDS = 30  # of the power iteration: ranks change by less than 1 in 100 after it

_HEADING_MARKS = re.compile(r"^[#=\-*\s]+|[#=\-*\s]+$")


def overview(question: str, store: Store, sources: Sequence[Source]) -> Answer:
    """What documents are about; ``items`` are the headings, ``text`` the opening of the first document."""
    quoted = sources[:MOST_DOCUMENTS]
    alone = len(sources) == 1
    citations, headings = [], []
    for source in quoted:
        title = _words(source.record.title)
        every = [one for one in source.sentences() if _words(one.text) != title]
        opening = _joined(every[: OPENING if alone else 1])
        after = [one for one in every if opening and one.start >= opening.end]
        best = central(after, CENTRAL) if alone else []
        citations += [*([opening] if opening else []), *(sentence.cited(1.0) for sentence in best)]
        headings += headings_of(store, source) if alone else []
    text = citations[0].quote if citations else None
    return Answer(
        question,
        text,
        1.0,
        tuple(replace(one, confidence=1.0) for one in citations),
        kind="overview",
        certainty="sure",
        notice=_said(sources, len(headings)),
        items=tuple(headings),
        documents=tuple(ListedDocument(one.record.name, one.record.title, one.record.date) for one in sources),
    )


def _said(sources: Sequence[Source], headings: int) -> str:
    """What the overview shows, in one line."""
    if len(sources) == 1:
        between = ", its headings" if headings else ""
        return f"“{sources[0].record.title}”: its opening{between} and its central sentences."
    shown = f" of the first {MOST_DOCUMENTS}" if len(sources) > MOST_DOCUMENTS else ""
    return f"{counted(len(sources))}; the first sentence{shown or ' of each'}."


def _words(text: str) -> list[str]:
    """The words of a text, without marks and capitals."""
    return re.findall(r"\w+", text.casefold())


def _joined(sentences: Sequence[Sentence]) -> Citation | None:
    """The sentences as one citation, as far as one passage holds them; None without sentences."""
    if not sentences:
        return None
    passage = sentences[0].passage
    held = [one for one in sentences if one.end <= passage.end]
    return cited(passage, sentences[0].start, held[-1].end, 0.0)


def headings_of(store: Store, source: Source) -> list[Citation]:
    """The headings of the main content, without mark-up at their start; the title itself is left out."""
    text, found = store.document_text(source.record.name), []
    title, first = _words(source.record.title), source.passages[0]
    for block in store.structure(source.record.name).blocks:
        if block.kind != "heading" or not block.main:
            continue
        words = _HEADING_MARKS.sub("", text[block.start : block.end])
        start = text.index(words, block.start)
        if _words(words) not in ([], title):
            whole = replace(first, start=start, end=start + len(words), text=words, page=source.record.page_at(start))
            found.append(cited(whole, start, start + len(words), 0.0, 1.0))
    return found[:HEADINGS]


def central(sentences: Sequence[Sentence], most: int) -> list[Sentence]:
    """The sentences that are most like the others, in their order; none repeats another."""
    fit = [one for one in sentences if LEAST_WORDS <= len(one.text.split()) <= MOST_WORDS]
    fit = fit[:: -(-len(fit) // MOST_SENTENCES) or 1]
    if len(fit) <= most:
        return fit
    alike = _cosines([[term for term in terms(one.text) if term not in STOP] for one in fit])
    ranks = _ranks((alike >= THRESHOLD).astype(np.float32))
    chosen: list[int] = []
    for place in np.argsort(-ranks, kind="stable"):
        if len(chosen) == most:
            break
        if all(alike[place, other] < 0.5 for other in chosen):  # half of its words again: it says the same
            chosen.append(int(place))
    return [fit[place] for place in sorted(chosen)]


def _ranks(graph: Floats) -> Floats:
    """PageRank of a symmetric graph [n, n] with loops: [n], summing to 1."""
    steps = graph / graph.sum(axis=1, keepdims=True)
    ranks = np.full(len(graph), 1 / len(graph), dtype=np.float32)
    for _ in range(ROUNDS):
        ranks = (1 - DAMPING) / len(graph) + DAMPING * (ranks @ steps)
    return ranks


def _cosines(rows: Sequence[Sequence[str]]) -> Floats:
    """Cosines [n, n] of the sentences' terms, weighted by their inverse frequency over sentences; 1 on the diagonal."""
    holding = Counter(term for row in rows for term in set(row))
    places = {term: place for place, term in enumerate(holding)}
    weights = np.zeros((len(rows), max(1, len(places))), dtype=np.float32)
    for place, row in enumerate(rows):
        for term, count in Counter(row).items():
            weights[place, places[term]] = count * math.log(len(rows) / holding[term] + 1)
    weights /= np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    cosines: Floats = weights @ weights.T
    np.fill_diagonal(cosines, 1.0)
    return cosines
