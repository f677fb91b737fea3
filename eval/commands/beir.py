"""``pincite eval`` on a BEIR folder: its documents are indexed and searched, and the rankings are measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.bootstrap import Interval, mean_interval
from eval.commands.evaluate import INTERRUPTED, MISLEADING, SOUND, Options, complain
from eval.datasets.beir import DEPTH, Collection, Query, QueryRanking, rank, read_collection
from eval.datasets.own_passages import index_of
from eval.datasets.questions import UnreadableDataset, sample
from eval.evaluation import Choice, check_writable
from eval.harness import BATCH, Progress, silent
from eval.report.tables import headline
from eval.summary import Figure
from index.files import replace_file
from qa.console import out, print_json, progress

if TYPE_CHECKING:
    from qa.retrieval.hybrid import Retriever

MEANINGS = {
    "recall_at": "of the relevant documents, those among the first {}",
    "mrr_at": "one over the rank of the first relevant document, of the first {}",
    "ndcg_at": "discounted gain of the first {} documents over the best possible",
}
NAMES = {"recall_at": "Recall", "mrr_at": "MRR", "ndcg_at": "nDCG"}


def evaluate_collection(folder: Path, choice: Choice, options: Options) -> int:
    """Index and search a BEIR folder, print and write the figures."""
    if options.report is not None:
        check_writable(options.report)
    if options.compare is not None or options.save is not None:
        raise UnreadableDataset(
            f"{folder}: a BEIR folder is measured for retrieval alone, without --compare and --save"
        )
    collection = read_collection(folder)
    complain([str(complaint) for complaint in collection.complaints])
    queries = _chosen(collection, choice)
    retriever = _searched(collection, options)
    with progress("Searching") as step:
        rankings = rank_all(queries, retriever, step)
    if not rankings:
        raise UnreadableDataset(f"{folder}: stopped before the first query")
    _publish(collection, len(queries), rankings, options)
    if len(rankings) < len(queries):
        complain([f"stopped after {len(rankings)} of {len(queries)} queries; the figures are of those alone"])
        return INTERRUPTED
    return MISLEADING if any(complaint.misleading for complaint in collection.complaints) else SOUND


def _chosen(collection: Collection, choice: Choice) -> Sequence[Query]:
    queries = [query for query in collection.queries if choice.takes(query.id)]
    if not queries:
        raise UnreadableDataset(f"{collection.name}: no query is left to ask")
    return sample(queries, choice.size, choice.seed) if choice.size is not None else queries


def _searched(collection: Collection, options: Options) -> Retriever:
    from index.encoder.embedder import SentenceEmbedder
    from qa.retrieval.hybrid import HybridRetriever

    embedder = SentenceEmbedder.open(options.embedder)
    with progress("Indexing") as step:
        index = index_of(collection.texts, embedder, progress=step)
    return HybridRetriever(index, embedder)


def rank_all(queries: Sequence[Query], retriever: Retriever, progress: Progress = silent) -> list[QueryRanking]:
    """Every query's ranking; Ctrl-C keeps those that are done."""
    done: list[QueryRanking] = []
    try:
        for at in range(0, len(queries), BATCH):
            some = queries[at : at + BATCH]
            found = retriever.retrieve_many([query.text for query in some], DEPTH)
            done += [rank(query, hits) for query, hits in zip(some, found, strict=True)]
            progress(len(done), len(queries))
    except KeyboardInterrupt:
        pass
    return done


def ranking_figures(rankings: Sequence[QueryRanking]) -> list[Figure]:
    """The mean of each retrieval figure with its interval."""
    rows = [ranking.scores() for ranking in rankings]
    return [_figure(key, mean_interval([row[key] for row in rows])) for key in rows[0]]


def _figure(key: str, found: Interval) -> Figure:
    name, cut = key.rsplit("_", 1)
    return Figure(key, f"{NAMES[name]}@{cut}", MEANINGS[name].format(cut), found)


def as_json(
    collection: Collection, planned: int, rankings: Sequence[QueryRanking], *, full: bool = False
) -> dict[str, Any]:
    """The retrieval figures as JSON values, with ``full`` those of each query too."""
    head = {
        "dataset": collection.name,
        "asked": len(rankings),
        "planned": planned,
        "interrupted": len(rankings) < planned,
        "complaints": [str(complaint) for complaint in collection.complaints],
        "figures": {figure.key: asdict(figure.interval) for figure in ranking_figures(rankings)},
    }
    return head | {"queries": [{"id": one.id} | one.scores() for one in rankings]} if full else head


def _publish(collection: Collection, planned: int, rankings: Sequence[QueryRanking], options: Options) -> None:
    figures = ranking_figures(rankings)
    lead = f"Retrieval over {len(collection.texts)} documents, {len(rankings)} queries"
    if options.report is not None:
        from eval.report.page import cards, document

        page = document(f"Evaluation of {collection.name}", f"{lead}. Intervals are 95 %.", [cards(figures)])
        replace_file(options.report, page.encode())
    if options.as_json:
        print_json(as_json(collection, planned, rankings, full=options.full))
        return
    out.print(f"{collection.name}: {lead}")
    out.print(headline({figure.title: figure.interval for figure in figures}))
