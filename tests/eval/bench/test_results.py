"""The parts of benchmarks that others rest on: passages that fill up, questions chosen, memory of processes."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from eval.bench.filling import filling, shuffled, write_filling
from eval.bench.speed.end_to_end import spread
from eval.bench.speed.memory import below
from eval.corpus_run import QUESTIONS
from eval.datasets.examples import load
from index.chunker import WORDS, chunk
from index.documents import find_files, read_document

TEXTS = ["# Rivers\n\nThe Ural is long. The Irtysh is longer. It rises in the Altai.", "Wheat grows in the north."]


def test_filling_is_cut_into_as_many_passages_as_were_wanted(tmp_path: Path):
    write_filling(tmp_path, 118, None, ())
    documents = [read_document(path) for path in find_files([tmp_path])]
    assert [len(chunk(document)) for document in documents] == [100, 18]


def test_filling_is_always_the_same_and_without_the_answers():
    texts = list(islice(shuffled(TEXTS, ["irtysh", "the Altai"]), 20))
    assert texts == list(islice(shuffled(TEXTS, ["irtysh", "the Altai"]), 20)) and len(set(texts)) > 1
    words = {word for text in texts for word in text.replace(".", "").split()}
    assert words == set("Rivers The Ural is long Wheat grows in the north".split())
    assert all(len(text.split()) <= WORDS for text in islice(filling(None), 50))


def test_filling_that_would_hold_nothing_but_answers_is_refused():
    with pytest.raises(ValueError, match="every sentence"):
        next(shuffled(["Wheat grows."], ["wheat"]))


def test_the_questions_asked_have_answers_and_come_from_the_whole_file():
    questions = load(QUESTIONS).questions
    chosen = spread(questions, 10)
    assert len(chosen) == 10 and all(question.answers and question.document for question in chosen)
    assert [questions.index(question) // (len(questions) // 10) for question in chosen] == sorted(
        questions.index(question) // (len(questions) // 10) for question in chosen
    )
    assert len({question.document for question in chosen}) > 3


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_is_that_of_the_processes_below():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert below(child.pid, "none").processes == 0
        found = below(os.getpid(), "one")
        assert found.processes >= 1 and found.resident > found.anonymous > 0
        child.communicate(b"\n")
    assert child.returncode == 0
