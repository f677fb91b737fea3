"""Libraries of any size for the benchmarks: the bundled articles among passages that only fill up."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain, islice
from pathlib import Path

import numpy as np

from eval.bench.peers.worker import LibraryFolders, PeerPassage
from eval.bench.plain_model import write_plain
from eval.corpus_run import CORPUS
from eval.datasets.examples import load
from index.builder import build
from index.chunker import WORDS, chunk
from index.documents import find_files, read_document
from index.encoder.embedder import SentenceEmbedder
from index.files import digest_of
from index.folder_index import Index
from index.sentences import sentences
from index.storage.generations import FORMAT
from qa.squad_scores import normalise

PASSAGES_EACH = 100  # of a document that fills up


def library(work: Path, passages: int, filler: Path | None = None, answers: Sequence[str] = ()) -> LibraryFolders:
    """So many passages, indexed and written out for peers; made at the first call and kept in the work folder.

    No sentence in random order holds one of ``answers``. Raises OSError or ValueError if the filler cannot be read.
    """
    embedder = SentenceEmbedder.open()
    files = [*find_files([CORPUS]), *([filler] if filler else [])]
    key = json.dumps([FORMAT, passages, filler is None, *map(digest_of, files), *answers, embedder.fingerprint])
    folder = work / f"library-{passages}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    finished = LibraryFolders(str(folder), str(folder / "embedder"))
    if (folder / "done").exists():
        return finished
    own = sum(len(chunk(read_document(path))) for path in find_files([CORPUS]))
    write_filling(folder / "articles", passages - own, filler, answers)
    write_plain(embedder.folder, Path(finished.embedder))
    build([CORPUS, folder / "articles"], Path(finished.index), embedder)
    index = Index.open(Path(finished.index))
    with (folder / "passages.jsonl").open("w", encoding="utf-8") as lines:
        for passage in index.passages:
            lines.write(json.dumps(asdict(PeerPassage(passage.document, passage.in_context))) + "\n")
    np.save(finished.vectors, index.contents.vectors)
    (folder / "done").touch()
    return finished


def write_filling(folder: Path, passages: int, filler: Path | None, answers: Sequence[str]) -> None:
    """Write documents that are cut into about so many passages: one a heading."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = islice(filling(filler, answers), max(0, passages))
    number = 0
    while some := list(islice(texts, PASSAGES_EACH)):
        number += 1
        parts = (f"## Part {place}\n\n{text}\n" for place, text in enumerate(some, 1))
        (folder / f"filler-{number:05}.md").write_text(f"# Filler {number}\n\n" + "\n".join(parts), encoding="utf-8")


def filling(filler: Path | None, answers: Sequence[str] = ()) -> Iterator[str]:
    """The paragraphs of a SQuAD file, or none; then, without end, its sentences, or the articles', in random order."""
    if filler is None:
        texts = [document.text[document.body :] for document in map(read_document, find_files([CORPUS]))]
        return shuffled(texts, answers)
    texts = list(load(filler).paragraphs.values())
    return chain((" ".join(text.split()[:WORDS]) for text in texts), shuffled(texts, answers))


def shuffled(texts: Sequence[str], answers: Sequence[str] = ()) -> Iterator[str]:
    """Passages of the texts' sentences in random order, always the same, leaving out those that hold an answer."""
    kept = [sentence for sentence in _sentences(texts) if not _holds(sentence, answers)]
    if not kept:
        raise ValueError("every sentence to fill up with holds an answer")
    pick = random.Random(0)
    while True:
        words: list[str] = []
        for sentence in pick.sample(kept, min(len(kept), WORDS)):
            more = sentence.split()
            if words and len(words) + len(more) > WORDS:
                break
            words += more
        yield " ".join(words[:WORDS])


def _sentences(texts: Sequence[str]) -> list[str]:
    """Every sentence, on one line and without the marks of headings."""
    return [" ".join(text[found.start : found.end].lstrip("#").split()) for text in texts for found in sentences(text)]


def _holds(sentence: str, answers: Sequence[str]) -> bool:
    """Whether an answer stands in a sentence, as SQuAD compares them."""
    words = f" {normalise(sentence)} "
    return any(f" {normalise(answer)} " in words for answer in answers)
