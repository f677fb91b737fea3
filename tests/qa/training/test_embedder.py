"""Distilling the embedder: what a lesson holds, what its loss is, and that a student comes nearer to its teacher."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch
import transformers
from reader_fakes import tiny_shape, words_of, write_config, write_tokenizer
from torch.nn import functional as F
from training_fakes import example, one_thread

from index.encoder.sentence import LightEncoder
from qa.training.embedder import Lesson, Texts, Vectors, lessons, loss, train, write

_one_thread = pytest.fixture(autouse=True, scope="module")(one_thread)

PARTS = [f"Sentence {number} tells of wheat and rail." for number in range(9)]


def texts() -> Texts:
    towns = [[f"Town{n} lies by the river.", f"King Olaf{n} was born there."] for n in range(12)]
    pairs = [(f"Where was King Olaf{number} born?", number, 1) for number in range(12)]
    return Texts([(f"Town{n}", parts) for n, parts in enumerate(towns)], [one for one, _, _ in pairs], pairs)


def teacher(folder: Path) -> Path:
    words = words_of(*(" ".join([title, *parts]) for title, parts in texts().documents), *texts().short)
    torch.manual_seed(0)
    shape = tiny_shape("bert", len(set(words)) + 4) | {"max_position_embeddings": 300, "initializer_range": 0.3}
    transformers.BertModel(transformers.AutoConfig.for_model(**shape)).save_pretrained(folder)
    return write_tokenizer(
        write_config(folder, "bert", **{k: shape[k] for k in ("vocab_size", "max_position_embeddings")}), words
    )


def test_texts_are_the_passages_the_questions_and_the_paragraphs_of_other_files(tmp_path: Path):
    long = "The railway opened in spring. " * 6
    (tmp_path / "Notes.txt").write_text(f"{long}\n\na bridge\n\n", encoding="utf-8")
    gathered = Texts.gather([example(0), example(0), example(1)], tmp_path)
    assert [(title, len(parts)) for title, parts in gathered.documents] == [("", 3), ("", 3), ("Notes", 6)]
    born = [f"Where was King Olaf{number} born?" for number in (0, 0, 1)]
    assert gathered.short == [*born, "a bridge"]
    assert gathered.pairs == [(born[0], 0, 1), (born[0], 0, 1), (born[2], 1, 1)]


def test_a_passage_is_consecutive_sentences_around_the_one_that_answers():
    document = Texts([("Trade", PARTS)])
    for seed in range(40):
        heading, _, body = document.passage(0, random.Random(seed), 4).partition("\n")
        assert heading in ("", "Trade") and PARTS[4] in body and body in " ".join(PARTS)


def test_a_lesson_says_which_passages_are_of_a_questions_document():
    lesson = next(lessons(texts(), 16, 8))
    assert (len(lesson.passages), len(lesson.questions), lesson.own.shape) == (16, 8, (4, 16))
    for place, question in enumerate(lesson.questions[:4]):
        number = question.removeprefix("Where was King Olaf").removesuffix(" born?")
        assert f"Olaf{number} was" in lesson.passages[place] and lesson.own[place, place]
        shown = [f"Olaf{number} " in passage or f"Town{number} " in passage for passage in lesson.passages]
        assert lesson.own[place].tolist() == shown


def test_a_student_that_gives_its_teachers_vectors_is_only_told_which_passage_answers():
    passages, questions = torch.eye(3), F.normalize(torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]))
    lesson = Lesson([], [], torch.tensor([[True, True, False]]))  # the second passage is of its document too
    expected = F.cross_entropy(torch.tensor([[0.5**0.5, -1e4, 0.0]]) / torch.tensor([0.05, 1, 1]), torch.tensor([0]))
    same = loss(lesson, (passages, questions), (passages, questions), 0.5)
    assert float(same) == pytest.approx(0.5 * float(expected), abs=1e-4)
    assert float(loss(lesson, (passages, questions), (passages.roll(1, 0), questions), 0.0)) > 10


@pytest.mark.slow
def test_a_student_comes_near_to_its_teacher_and_opens_as_an_embedder(tmp_path: Path):
    folder = teacher(tmp_path / "teacher")
    asked = [document[1][0] for document in texts().documents]
    cpu = torch.device("cpu")
    student = train(folder, texts(), [1], 60, 0.5, passages=16, questions=8)
    with torch.no_grad():
        taught, made = Vectors(folder, [0, 1], cpu)(asked), student(asked)
        before = (taught * Vectors(folder, [1], cpu)(asked)).sum(1).mean()
    assert (taught * made).sum(1).mean() > 1 - (1 - before) / 2
    write(student, folder, tmp_path / "student")
    opened = LightEncoder(tmp_path / "student")
    assert opened.dimension == 32
    assert (torch.tensor(opened.embed(asked)) * made).sum(1).min() > 0.999
