"""BEIR folders (Thakur et al. 2021): documents, queries and relevance judgements; retrieval alone is measured."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import metrics
from eval.datasets.questions import Complaint, UnreadableDataset

if TYPE_CHECKING:
    from qa.retrieval.hybrid import Hit

CUTS = (1, 5, 10, 100)
DEPTH = 200


@dataclass(frozen=True, slots=True)
class Query:
    """A query and the gain of each document that is relevant to it, by the document's file name."""

    id: str
    text: str
    gains: dict[str, float]


@dataclass(frozen=True, slots=True)
class Collection:
    """A BEIR folder; ``texts`` are its documents under file names made here."""

    name: str
    texts: dict[str, str]
    queries: tuple[Query, ...]
    complaints: tuple[Complaint, ...] = ()


@dataclass(frozen=True, slots=True)
class QueryRanking:
    """What a search returned for a query: the gain of each document, best first, and every relevant gain."""

    id: str
    gains: tuple[float, ...]
    all_gains: tuple[float, ...]

    def scores(self) -> dict[str, float]:
        """The figures of this query: recall at the cuts, the reciprocal rank of the first ten, nDCG@10."""
        relevance = [gain > 0 for gain in self.gains]
        found = {f"recall_at_{k}": metrics.recall(relevance, len(self.all_gains), k) for k in CUTS}
        return found | {
            "mrr_at_10": metrics.reciprocal_rank(relevance[:10]),
            "ndcg_at_10": metrics.ndcg(self.gains, self.all_gains, 10),
        }


def read_collection(folder: Path) -> Collection:
    """Read corpus.jsonl, queries.jsonl and qrels/test.tsv; UnreadableDataset names the one that cannot be used.

    Documents of the same text share a file.
    """
    complaints: list[Complaint] = []
    rows = list(_rows(folder / "corpus.jsonl", complaints))
    files: dict[str, str] = {}
    names = {str(row["_id"]): files.setdefault(_with_title(row), f"document-{len(files):07d}.txt") for row in rows}
    texts = {name: text for text, name in files.items()}
    judged = _judgements(folder / "qrels" / "test.tsv", names, complaints)
    asked = ((str(row["_id"]), str(row["text"])) for row in _rows(folder / "queries.jsonl", complaints))
    queries = tuple(Query(id, text, judged[id]) for id, text in asked if judged.get(id))
    if not queries:
        raise UnreadableDataset(f"{folder}: no query of queries.jsonl has a relevant document in qrels/test.tsv")
    return Collection(folder.name, texts, queries, tuple(complaints))


def _with_title(row: dict[str, Any]) -> str:
    """A document's title and text, as BEIR's own searches read them."""
    return "\n\n".join(part for part in (str(row.get("title") or ""), str(row["text"])) if part)


def _text_of(path: Path) -> str:
    """A file as text; UnreadableDataset says why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableDataset(f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})") from None


def _rows(path: Path, complaints: list[Complaint]) -> Iterator[dict[str, Any]]:
    """The well-formed rows of a JSON-lines file; what is wrong with the others goes to ``complaints``."""
    for number, line in enumerate(_text_of(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield {**row, "_id": row["_id"], "text": row["text"]}
        except (ValueError, KeyError, TypeError) as error:
            reason = f"not a JSON object with _id and text ({error})"
            complaints.append(Complaint(f"{path.name} line {number}", reason))


def _judgements(path: Path, names: dict[str, str], complaints: list[Complaint]) -> dict[str, dict[str, float]]:
    """Gains above 0 by query and document name."""
    lines = list(csv.reader(_text_of(path).splitlines(), delimiter="\t"))
    judged: dict[str, dict[str, float]] = {}
    for number, row in enumerate(lines[1:], start=2):
        try:
            query, document, gain = row[0], row[1], float(row[2])
        except (IndexError, ValueError):
            complaints.append(Complaint(f"{path.name} line {number}", "not query, document and score"))
            continue
        if document not in names:
            complaints.append(Complaint(f"{path.name} line {number}", f"no document {document!r}", misleading=True))
        elif gain > 0:
            judged.setdefault(query, {})[names[document]] = gain
    return judged


def rank(query: Query, hits: Sequence[Hit]) -> QueryRanking:
    """The ranking of documents: each has the rank of its best passage."""
    ranked = dict.fromkeys(Path(hit.passage.document).name for hit in hits)
    return QueryRanking(query.id, tuple(query.gains.get(name, 0.0) for name in ranked), tuple(query.gains.values()))
