"""A hostile folder given as a reader or embedder is refused in one line; nothing in it is run, and nothing waits for ever."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from reader_fakes import tiny_shape, write_config, write_tokenizer
from safetensors.torch import save_file

from index.encoder.embedder import SentenceEmbedder
from qa.reader.reader import ExtractiveReader
from qa.reader.windows import Pair

ST = "sentence_transformers.models."


class Bomb:
    """Leaves a file where it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.place / "ran",)


def modules(folder: Path, *modules: tuple[str, str]) -> None:
    listed = [{"idx": at, "name": str(at), "path": path, "type": kind} for at, (path, kind) in enumerate(modules)]
    (folder / "modules.json").write_text(json.dumps(listed))


def own_code(folder: Path) -> None:
    (folder / "evil.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\nclass Evil: pass\n")
    named = {"auto_map": {f"Auto{kind}": "evil.Evil" for kind in ("Config", "Model", "ModelForQuestionAnswering")}}
    (folder / "config.json").write_text(json.dumps(tiny_shape("bert") | named | {"model_type": "evil"}))


def own_module(folder: Path) -> None:
    own_code(folder)
    write_config(folder, "bert")
    modules(folder, ("", ST + "Transformer"), ("", "evil.Evil"))


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink(missing_ok=True)
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(folder)))


def pickled_layer(folder: Path) -> None:
    (folder / "1").mkdir()
    (folder / "1" / "config.json").write_text(json.dumps({"in_features": 32, "out_features": 8}))
    (folder / "1" / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(folder)))
    modules(folder, ("", ST + "Transformer"), ("1", ST + "Dense"))


def weights(header: bytes, length: int | None = None) -> Callable[[Path], object]:
    size = (len(header) if length is None else length).to_bytes(8, "little")
    return lambda folder: (folder / "model.safetensors").write_bytes(size + header)


def pipe(folder: Path) -> None:
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")


def backtracking(folder: Path) -> None:
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["pre_tokenizer"] = {
        "type": "Split",
        "pattern": {"Regex": "(a|aa)+$"},
        "behavior": "Isolated",
        "invert": False,
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))


HUGE = json.dumps({"x": {"dtype": "F32", "shape": [2**40, 2**20], "data_offsets": [0, 2**62]}}).encode()
HOSTILE: dict[str, Callable[[Path], object]] = {
    "code of its own": own_code,
    "pickled weights": pickled,
    "a header without end": weights(b"{}", 2**62),
    "weights larger than any memory": weights(HUGE),
    "a header nested deeply": weights(b'{"x":' + b"[" * 1_000_000),
    "a configuration nested deeply": lambda folder: (folder / "config.json").write_text("[" * 200_000),
    "a tokenizer nested deeply": lambda folder: (folder / "tokenizer.json").write_text("[" * 200_000),
    "a pipe": pipe,
    "a link to a device": lambda folder: (folder / "vocab.txt").symlink_to("/dev/zero"),
}
OF_EMBEDDERS: dict[str, Callable[[Path], object]] = {
    "a module of its own": own_module,
    "a module of the system": lambda folder: modules(folder, ("", ST + "Transformer"), ("", "os.system")),
    "a module outside": lambda folder: modules(folder, ("../..", ST + "Transformer")),
    "a module anywhere": lambda folder: modules(folder, ("/etc", ST + "Transformer")),
    "a pickled layer": pickled_layer,
    "modules nested deeply": lambda folder: (folder / "modules.json").write_text("[" * 200_000),
    "modules that are none": lambda folder: (folder / "modules.json").write_text('{"a": 1}'),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny model that can be read with and makes vectors."""
    from transformers import BertConfig, BertForQuestionAnswering

    place = tmp_path / "model"
    torch.manual_seed(0)
    shape = tiny_shape("bert")
    BertForQuestionAnswering(BertConfig(**shape)).save_pretrained(place)
    write_tokenizer(write_config(place, "bert"), ["mill", "a"])
    modules(place, ("", ST + "Transformer"), ("pool", ST + "Pooling"))
    (place / "pool").mkdir()
    (place / "pool" / "config.json").write_text('{"word_embedding_dimension": 32, "pooling_mode_mean_tokens": true}')
    return place


def refused(folder: Path, use: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=f"^{folder}") as caught:
        use()
    assert "\n" not in str(caught.value) and not (folder / "ran").exists()


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_reader_is_refused(folder: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    HOSTILE[kind](folder)
    refused(folder, lambda: ExtractiveReader.open(folder))
    assert "[y/N]" not in capsys.readouterr().out  # whether to run its code is no question


@pytest.mark.parametrize("kind", HOSTILE | OF_EMBEDDERS)
def test_a_hostile_embedder_is_refused(folder: Path, kind: str) -> None:
    (HOSTILE | OF_EMBEDDERS)[kind](folder)
    refused(folder, lambda: SentenceEmbedder.open(str(folder)).embed(["a mill"]))


def test_a_tokenizer_that_backtracks_without_end_ends(folder: Path) -> None:
    assert SentenceEmbedder.open(str(folder)).embed(["a mill"]).shape == (1, 32)
    assert ExtractiveReader.open(folder).read([Pair("a?", "a mill")])
    backtracking(folder)
    with pytest.raises(ValueError, match=r"^the reader: cannot be used \(.*; choose another"):
        ExtractiveReader.open(folder).read([Pair("a?", "a" * 60 + "b")])


def test_the_activation_of_a_layer_is_no_function_of_the_system(folder: Path) -> None:
    place = folder / "1"
    place.mkdir()
    named = {"in_features": 32, "out_features": 8, "activation_function": "os.getcwd"}
    (place / "config.json").write_text(json.dumps(named))
    save_file({"linear.weight": torch.zeros(8, 32), "linear.bias": torch.zeros(8)}, place / "model.safetensors")
    modules(folder, ("", ST + "Transformer"), ("pool", ST + "Pooling"), ("1", ST + "Dense"))
    assert SentenceEmbedder.open(str(folder)).embed(["a mill"]).shape == (1, 8)
