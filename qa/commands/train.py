"""``pincite train``: from data files to a finished reader folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from index.files import replace_folder
from qa.reader.checkpoint import read_weights, write_weights
from qa.reader.network import SpanNetwork
from qa.reader.windows import PairEncoder
from qa.training.examples import Loaded, read_gold, read_squad
from qa.training.mixture import BUNDLED, SCREEN, Mixture, Proportions, mix
from qa.training.sources import bundled_sources
from qa.training.trainer import TOKENIZER_FILES, Recipe, Trainer, features

DEV_QUESTIONS = 200  # at most, scored at each checkpoint


def run(
    out: Path,
    *,
    data: Path,
    start: Path,
    documents: Path | None,
    layers: int | None,
    epochs: float,
    learning_rate: float,
    seed: int,
    keep: float,
    say: Callable[[str], None],
    screen: bool = False,
    teacher: Path | None = None,
) -> None:
    """Train from ``start`` on ``data`` and write the reader to ``out / "reader"``.

    ``keep`` is the share of the weights of ``start`` in the reader's, 0..1: the mean of a reader before and after training
    on other data is often better than both (WiSE-FT, Wortsman et al. 2022). An encoder without span layer has none to keep.
    ``teacher`` is the folder of a larger reader, whose distributions the new one learns besides the answers (distillation).
    With ``screen`` it is a small reader for the cascade: all its layers are trained, on retrieved passages. Raises ValueError
    naming the file and reason if the data, the encoder or the memory does not suffice; an interrupted run leaves its last
    whole checkpoint in ``out`` and continues from there.
    """
    torch.manual_seed(seed)
    tensors = read_weights(start)
    if keep and "qa_outputs.weight" not in tensors:
        raise ValueError(f"{start}: no reader yet, so that nothing of it can be kept")
    network = SpanNetwork.load(start, tensors, layers=layers)
    taught = _teacher(teacher, start) if teacher else None
    common = Recipe(frozen_layers=0, warmup=150, shared_weight=1.0) if screen else Recipe()
    common = common.on_a_gpu() if torch.cuda.is_available() else common
    recipe = replace(common, layers=network.config.num_hidden_layers, learning_rate=learning_rate, seed=seed)
    mixture = _mixture(out / "examples.json", data, documents, seed, SCREEN if screen else BUNDLED)
    for sentence in mixture.skipped:
        say(f"skipped: {sentence}")
    encoder = PairEncoder.open(start, recipe.window, recipe.window // 4)
    made = features(encoder, mixture.train)
    if not made:
        raise ValueError(f"{data}: no question to train on ({len(mixture.skipped)} skipped)")
    say(
        f"{len(made)} windows of {len(mixture.train)} examples, {len(mixture.skipped)} questions skipped, "
        f"{len(mixture.dev)} held back"
    )
    trainer = Trainer(network, encoder, recipe, start, out, taught)
    try:
        trainer.run(made, mixture.dev[:DEV_QUESTIONS], epochs=epochs)
    except (MemoryError, RuntimeError) as error:
        if "alloc" not in str(error) and not isinstance(error, MemoryError):
            raise
        raise ValueError(f"{out}: not enough memory to train {start}; the last checkpoint is kept") from error
    finish(out / "checkpoint", out / "reader", start, keep)
    say(f"the reader is in {out / 'reader'}; ask with --reader {out / 'reader'}")


def _teacher(folder: Path, start: Path) -> SpanNetwork:
    """The reader in a folder; ValueError if it sees other tokens than the one in ``start``."""
    if (folder / "tokenizer.json").read_bytes() != (start / "tokenizer.json").read_bytes():
        raise ValueError(f"{folder}: cannot teach {start}, since their tokenizers differ")
    return SpanNetwork.load(folder, read_weights(folder), require_span=True)


def _mixture(kept: Path, data: Path, documents: Path | None, seed: int, bundled: Proportions) -> Mixture:
    """The examples of the run; after an interruption the same ones, so that none is seen twice."""
    if kept.exists():
        return Mixture.read(kept)
    mixture = mix(_sources(data, documents), bundled if data.is_dir() else Proportions(), seed)
    mixture.write(kept)
    return mixture


def _sources(data: Path, documents: Path | None) -> dict[str, Loaded]:
    """The sources in a folder of the recipe's files, or the one file given."""
    if data.is_dir():
        return bundled_sources(data)
    return {data.stem: read_gold(data, documents or data.parent) if data.suffix == ".jsonl" else read_squad(data)}


def finish(checkpoint: Path, reader: Path, start: Path | None = None, keep: float = 0.0) -> None:
    """Turn a checkpoint, with a share of the weights of ``start``, into a reader folder: 8-bit, configuration, tokenizer."""
    weights = read_weights(checkpoint)
    if start is not None and keep:
        before = read_weights(start)
        weights = {name: (1 - keep) * value + keep * before[name] for name, value in weights.items()}
    fresh = reader.with_name(f"{reader.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    if reader.exists():
        shutil.copytree(reader, fresh)  # keeps other files, such as a small reader
    write_weights(fresh, weights)
    for name in ("config.json", *TOKENIZER_FILES):
        shutil.copy(checkpoint / name, fresh)
    training = json.loads((checkpoint / "training.json").read_text(encoding="utf-8")) | {"keep": keep}
    (fresh / "training.json").write_text(json.dumps(training, indent=2) + "\n", encoding="utf-8")
    replace_folder(fresh, reader)
