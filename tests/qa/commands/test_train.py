"""Training from a file of questions to a reader."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training_fakes import EXAMPLES, asked, base, example, one_thread, squad, trainer

from index.encoder.checkpoint import read_weights
from qa.answering.confidence import Confidence, unfitted
from qa.commands.train import finish, run
from qa.reader.reader import ExtractiveReader, fingerprint
from qa.reader.windows import Pair

_one_thread = pytest.fixture(autouse=True, scope="module")(one_thread)


def test_a_reader_is_trained_from_a_squad_file(tmp_path: Path):
    start = base(tmp_path / "base", EXAMPLES)
    rows = [
        {"context": e.passage, "qas": [asked(e.id, (e.answer, e.start)) | {"question": e.question}]} for e in EXAMPLES
    ]
    rows.append({"context": "Text.", "qas": [asked("off", ("Nothing", 2))]})
    data = tmp_path / "towns.json"
    data.write_text(json.dumps({"data": [{"paragraphs": rows}]}), encoding="utf-8")
    said: list[str] = []
    options = {"documents": None, "layers": 1, "epochs": 1.0, "learning_rate": 1e-3, "seed": 0}
    run(tmp_path / "out", data=data, start=start, say=said.append, **options)
    assert any(re.search("towns.json: question off: its answer does not stand at its offset", line) for line in said)
    reader = ExtractiveReader.open(tmp_path / "out" / "reader", format="fp32")
    [reading] = reader.read([Pair(EXAMPLES[0].question, EXAMPLES[0].passage)])
    assert reading.spans


def test_of_a_screen_every_layer_is_trained(tmp_path: Path):
    start = base(tmp_path / "base", EXAMPLES)
    rows = [
        {"context": e.passage, "qas": [asked(e.id, (e.answer, e.start)) | {"question": e.question}]} for e in EXAMPLES
    ]
    data = tmp_path / "towns.json"
    data.write_text(json.dumps({"data": [{"paragraphs": rows}]}), encoding="utf-8")
    options = {"documents": None, "layers": 1, "epochs": 1.0, "learning_rate": 1e-3, "seed": 0}
    for name, screen in (("large", False), ("small", True)):
        run(tmp_path / name, data=data, start=start, say=print, screen=screen, **options)
    lowest = "encoder.layer.0.attention.LayerNorm.bias"
    before = read_weights(start)[lowest]
    after = [read_weights(tmp_path / name / "reader")[f"mpnet.{lowest}"] for name in ("large", "small")]
    assert [torch.equal(one, before) for one in after] == [True, False]


def test_a_teacher_changes_what_is_learnt_and_must_see_the_same_tokens(tmp_path: Path):
    start = base(tmp_path / "base", EXAMPLES)
    data = tmp_path / "towns.json"
    rows = [
        {"context": e.passage, "qas": [asked(e.id, (e.answer, e.start)) | {"question": e.question}]} for e in EXAMPLES
    ]
    data.write_text(json.dumps({"data": [{"paragraphs": rows}]}), encoding="utf-8")
    options = {"documents": None, "epochs": 1.0, "learning_rate": 1e-3, "seed": 0}
    run(tmp_path / "large", data=data, start=start, layers=2, say=print, **options)
    teacher = tmp_path / "large" / "reader"
    for name, taught in (("alone", None), ("taught", teacher)):
        run(tmp_path / name, data=data, start=start, layers=1, say=print, teacher=taught, **options)
    alone, taught = (read_weights(tmp_path / name / "reader")["qa_outputs.weight"] for name in ("alone", "taught"))
    assert not torch.equal(alone, taught)
    (teacher / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="their tokenizers differ"):
        run(tmp_path / "other", data=data, start=start, layers=1, say=print, teacher=teacher, **options)


def test_a_share_of_the_weights_before_is_kept(tmp_path: Path):
    start, out = base(tmp_path / "base", EXAMPLES), tmp_path / "out"
    training = trainer(start, out)
    training.save(1)
    finish(out / "checkpoint", tmp_path / "before")
    with torch.no_grad():
        training.network.span.bias += torch.tensor([2.0, 4.0])
    training.save(2)
    finish(out / "checkpoint", tmp_path / "after", tmp_path / "before", 0.25)
    moved = read_weights(tmp_path / "after")["qa_outputs.bias"] - read_weights(tmp_path / "before")["qa_outputs.bias"]
    assert moved.tolist() == pytest.approx([1.5, 3.0])


def test_data_without_any_usable_question_is_named(tmp_path: Path):
    start = base(tmp_path / "base", EXAMPLES)
    data = squad(tmp_path, asked("off", ("2001", 22)))
    with pytest.raises(ValueError, match="no question to train on"):
        run(tmp_path / "out", data=data, start=start, documents=None, layers=None, epochs=1.0, learning_rate=1e-3, seed=0,
            say=print)  # fmt: skip


OPTIONS = {"documents": None, "layers": None, "epochs": 2.0, "learning_rate": 5e-3, "seed": 0}
TOWNS = [example(number) for number in range(30)]


def towns(folder: Path) -> Path:
    """Thirty questions, each with a passage and a document of its own."""
    rows = [
        {
            "title": e.id,
            "paragraphs": [
                {"context": e.passage, "qas": [asked(e.id, (e.answer or "", e.start or 0)) | {"question": e.question}]}
            ],
        }
        for e in TOWNS
    ]
    path = folder / "towns.json"
    path.write_text(json.dumps({"data": rows}), encoding="utf-8")
    return path


def a_reader(folder: Path) -> Path:
    """A tiny reader that has learnt nothing."""
    training = trainer(base(folder / "base", TOWNS), folder / "made")
    training.save(1)
    finish(folder / "made" / "checkpoint", folder / "reader")
    return folder / "reader"


def test_a_users_questions_are_kept_only_if_they_help_and_before_and_after_are_said(tmp_path: Path):
    start, data = a_reader(tmp_path), towns(tmp_path)
    old = unfitted(fingerprint(start))
    replace(old, answer=replace(old.answer, likely=0.7), fitted_on="towns").write(start)
    for name, rate, helped in (("learnt", 5e-3, True), ("idle", 0.0, False)):
        said: list[str] = []
        out = tmp_path / name
        epochs = 8.0 if helped else 1.0
        run(out, data=data, start=start, say=said.append, **OPTIONS | {"learning_rate": rate, "epochs": epochs})
        assert [line.split(":")[0] for line in said if " in all" in line] == [
            "before", "after, 50% of the old weights kept", "after, as trained"]  # fmt: skip
        assert (out / "reader").exists() is helped, said
        assert ("your questions helped" if helped else "your questions did not help") in said[-1]
        assert not list(out.glob("candidate*"))
    reader = tmp_path / "learnt" / "reader"
    sure = Confidence.beside(reader, fingerprint(reader))
    assert sure.fitted and sure.fitted_on == "towns; for the reader that this one was trained from"


def test_a_run_of_a_users_questions_is_only_continued_as_it_was_begun(tmp_path: Path):
    start, data, out = a_reader(tmp_path), towns(tmp_path), tmp_path / "out"
    said: list[str] = []
    for _ in range(2):
        run(out, data=data, start=start, say=said.append, **OPTIONS | {"epochs": 1.0})
    assert said[: len(said) // 2] == said[len(said) // 2 :]
    with pytest.raises(ValueError, match="other seed; give another folder"):
        run(out, data=data, start=start, say=print, **OPTIONS | {"epochs": 1.0, "seed": 1})
    (out / "checkpoint" / "optimizer.safetensors").write_bytes(b"cut")
    with pytest.raises(ValueError, match="checkpoint: damaged, or of another network"):
        run(out, data=data, start=start, say=print, **OPTIONS | {"epochs": 1.0})
    (out / "settings.json").unlink()
    with pytest.raises(ValueError, match="a run of an older version"):
        run(out, data=data, start=start, say=print, **OPTIONS | {"epochs": 1.0})


@pytest.mark.parametrize(
    "name, text, reason",
    [
        ("empty.json", "", "not a SQuAD-format file"),
        ("empty.jsonl", "", "no question to train on"),
        ("gold.json", '{"question": "Who?"}\n{"question": "When?"}', "not a SQuAD-format file"),
        ("squad.jsonl", '{"data": [{"paragraphs": []}]}', "give it a name that ends in .json"),
        ("few.json", "", "16 questions are too few"),
    ],
)
def test_data_that_cannot_be_used_are_named_and_nothing_is_written(tmp_path: Path, name: str, text: str, reason: str):
    start, data = a_reader(tmp_path), tmp_path / name
    if name == "few.json":
        whole = json.loads(towns(tmp_path).read_text(encoding="utf-8"))
        text = json.dumps({"data": whole["data"][:16]})
    data.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=reason) as caught:
        run(tmp_path / "out", data=data, start=start, say=print, **OPTIONS)
    assert name in str(caught.value) and not (tmp_path / "out").exists()


def test_too_little_memory_is_said_in_a_sentence(tmp_path: Path):
    def short(line: str) -> None:
        raise MemoryError

    with pytest.raises(ValueError, match="not enough memory to train"):
        run(tmp_path / "out", data=towns(tmp_path), start=a_reader(tmp_path), say=short, **OPTIONS)
