"""Training from a file of questions to a reader."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from training_fakes import EXAMPLES, asked, base, one_thread, squad, trainer

from qa.commands.train import finish, run
from qa.reader.checkpoint import read_weights
from qa.reader.reader import ExtractiveReader
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
    options = {"documents": None, "layers": 1, "epochs": 1.0, "learning_rate": 1e-3, "seed": 0, "keep": 0.0}
    run(tmp_path / "out", data=data, start=start, say=said.append, **options)
    assert any(re.search("towns.json: question off: its answer does not stand at its offset", line) for line in said)
    reader = ExtractiveReader.open(tmp_path / "out" / "reader", format="fp32")
    [reading] = reader.read([Pair(EXAMPLES[0].question, EXAMPLES[0].passage)])
    assert reading.spans
    with pytest.raises(ValueError, match="no reader yet"):
        run(tmp_path / "other", data=data, start=start, say=said.append, **options | {"keep": 0.5})


def test_of_a_screen_every_layer_is_trained(tmp_path: Path):
    start = base(tmp_path / "base", EXAMPLES)
    rows = [
        {"context": e.passage, "qas": [asked(e.id, (e.answer, e.start)) | {"question": e.question}]} for e in EXAMPLES
    ]
    data = tmp_path / "towns.json"
    data.write_text(json.dumps({"data": [{"paragraphs": rows}]}), encoding="utf-8")
    options = {"documents": None, "layers": 1, "epochs": 1.0, "learning_rate": 1e-3, "seed": 0, "keep": 0.0}
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
    options = {"documents": None, "epochs": 1.0, "learning_rate": 1e-3, "seed": 0, "keep": 0.0}
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
            keep=0.0, say=print)  # fmt: skip
