"""``pincite train``: from data files to a finished reader folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from index.encoder.checkpoint import read_weights, write_weights
from index.encoder.mean import mean_of
from index.files import digest_of, replace_file, replace_folder
from qa.answering.confidence import FILE, Confidence
from qa.commands.own_questions import OLD_SHARES, Figures, measured, set_apart
from qa.reader.network import SpanNetwork
from qa.reader.reader import fingerprint
from qa.reader.windows import PairEncoder
from qa.training.examples import Loaded, read_gold, read_squad
from qa.training.mixture import BUNDLED, SCREEN, Mixture, Proportions, mix
from qa.training.sources import bundled_sources
from qa.training.trainer import TOKENIZER_FILES, Recipe, Trainer, features

DEV_QUESTIONS = 200  # at most, scored at each checkpoint of the recipe's own runs
OWN_EPOCHS = 3.0  # over a user's own questions, which are few; over the recipe's data one is enough


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was asked for; another run in the same folder must be asked for the same.

    ``data`` and ``start`` are fingerprints, ``teacher`` too if there is one.
    """

    data: str
    start: str
    layers: int | None
    epochs: float
    learning_rate: float
    seed: int
    screen: bool
    teacher: str | None

    def claim(self, out: Path) -> None:
        """Check what ``out`` was begun with. Raises ValueError if it holds another run, or one of an older version."""
        path = out / "settings.json"
        if not path.exists():
            if (out / "checkpoint").exists() or (out / "examples.json").exists():
                raise ValueError(f"{out}: holds a run of an older version; give another folder, or remove this one")
            return
        try:
            before: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            other = [name for name, value in asdict(self).items() if before[name] != value]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: damaged; remove {out} to begin again") from error
        if other:
            named = " and ".join(name.replace("_", " ").replace("start", "--from") for name in other)
            raise ValueError(f"{out}: holds a run with other {named}; give another folder, or remove this one")

    def write(self, out: Path) -> None:
        """Write them to ``out``."""
        out.mkdir(parents=True, exist_ok=True)
        replace_file(out / "settings.json", (json.dumps(asdict(self), indent=2) + "\n").encode())


def run(
    out: Path,
    *,
    data: Path,
    start: Path,
    documents: Path | None,
    layers: int | None,
    epochs: float | None,
    learning_rate: float,
    seed: int,
    say: Callable[[str], None],
    screen: bool = False,
    teacher: Path | None = None,
) -> None:
    """Train from ``start`` on ``data`` and write the reader to ``out / "reader"``.

    ``teacher`` is the folder of a larger reader, whose distributions the new one learns besides the answers (distillation).
    With ``screen`` it is a small reader for the cascade: all its layers are trained, on retrieved passages.

    One file and a finished reader to start from are a user's own questions: part of them is held out, the reader that they
    start from is the teacher, and a new reader is written only if it answers what was held out better. Raises ValueError
    naming the file and reason if the data, the encoder, the memory or an earlier run in ``out`` will not do; an interrupted
    run leaves its last whole checkpoint in ``out`` and continues from there.
    """
    with _enough_memory(out, start):
        torch.manual_seed(seed)
        tensors = read_weights(start)
        own = data.is_file() and "qa_outputs.weight" in tensors and not screen
        taught_by = teacher or (start if own else None)
        epochs = epochs if epochs is not None else OWN_EPOCHS if own else 1.0
        settings = Settings(
            _digest(data), fingerprint(start), layers, epochs, learning_rate, seed, screen,
            fingerprint(teacher) if teacher else None,
        )  # fmt: skip
        settings.claim(out)
        network = SpanNetwork.load(start, tensors, layers=layers)
        taught = _teacher(taught_by, start) if taught_by else None
        mixture = _mixture(out, data, documents, seed, SCREEN if screen else BUNDLED, own=own)
        for sentence in mixture.skipped:
            say(f"skipped: {sentence}")
        recipe = replace(
            _recipe(screen=screen), layers=network.config.num_hidden_layers, learning_rate=learning_rate, seed=seed
        )
        encoder = PairEncoder.open(start, recipe.window, recipe.window // 4)
        made = features(encoder, mixture.train)
        if not made:
            raise ValueError(f"{data}: no question to train on ({len(mixture.skipped)} skipped)")
        settings.write(out)
        mixture.write(out / "examples.json")
        say(
            f"{len(made)} windows of {len(mixture.train)} examples, {len(mixture.skipped)} questions skipped, "
            f"{len(mixture.dev)} held back"
        )
        before = measured(start, mixture.dev) if own else None
        if before:
            say(f"before: {before}")
        trainer = Trainer(network, encoder, recipe, start, out, taught)
        trainer.run(made, [] if own else mixture.dev[:DEV_QUESTIONS], epochs=epochs)
        if before:
            _choose(out, start, mixture, before, say)
            return
        finish(out / "checkpoint", out / "reader")
        say(f"the reader is in {out / 'reader'}; ask with --reader {out / 'reader'}")


def _choose(out: Path, start: Path, mixture: Mixture, before: Figures, say: Callable[[str], None]) -> None:
    """Write the best of the trained reader and its means with the old one, if it is better than the old one."""
    best, chosen = before, None
    for share in OLD_SHARES:
        candidate = out / f"candidate-{share}"
        finish(out / "checkpoint", candidate, start, share)
        after = measured(candidate, mixture.dev)
        say(f"after, {f'{share:.0%} of the old weights kept' if share else 'as trained'}: {after}")
        if after.total > best.total:
            best, chosen = after, candidate
    if chosen:
        _with_the_rest(chosen, start)
        replace_folder(chosen, out / "reader")
    for share in OLD_SHARES:
        shutil.rmtree(out / f"candidate-{share}", ignore_errors=True)
    if not chosen:
        say(f"your questions did not help: no new reader is written, and {start} stays the better one")
        return
    say(
        f"your questions helped: {before.total:.1f} before, {best.total:.1f} after; "
        f"the reader is in {out / 'reader'}; ask with --reader {out / 'reader'}"
    )


def _with_the_rest(reader: Path, start: Path) -> None:
    """Add the small reader of ``start``, and how sure it is: fitted to a reader near enough to be of more use than none."""
    if (start / "screen").is_dir():
        shutil.copytree(start / "screen", reader / "screen", dirs_exist_ok=True)
    if not (start / FILE).exists():
        return
    old = Confidence.beside(start, fingerprint(start))
    if old.fitted:
        origin = f"{old.fitted_on}; for the reader that this one was trained from"
        replace(old, reader=fingerprint(reader), fitted_on=origin).write(reader)


def _recipe(*, screen: bool) -> Recipe:
    common = Recipe(frozen_layers=0, warmup=150, shared_weight=1.0) if screen else Recipe()
    return common.on_a_gpu() if torch.cuda.is_available() else common


@contextmanager
def _enough_memory(out: Path, start: Path) -> Iterator[None]:
    """Say in one sentence that memory does not suffice."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if "alloc" not in str(error) and not isinstance(error, MemoryError):
            raise
        raise ValueError(f"{out}: not enough memory to train {start}; the last checkpoint, if any, is kept") from error


def _digest(data: Path) -> str:
    """The fingerprint of a file, or of the names and sizes of a folder's files."""
    if data.is_file():
        return digest_of(data)
    return " ".join(sorted(f"{path.name}:{path.stat().st_size}" for path in data.glob("*") if path.is_file()))


def _teacher(folder: Path, start: Path) -> SpanNetwork:
    """The reader in a folder; ValueError if it sees other tokens than the one in ``start``."""
    if (folder / "tokenizer.json").read_bytes() != (start / "tokenizer.json").read_bytes():
        raise ValueError(f"{folder}: cannot teach {start}, since their tokenizers differ")
    return SpanNetwork.load(folder, read_weights(folder), require_span=True)


def _mixture(out: Path, data: Path, documents: Path | None, seed: int, bundled: Proportions, *, own: bool) -> Mixture:
    """The examples of the run; after an interruption the same ones, so that none is seen twice."""
    kept = out / "examples.json"
    if kept.exists():
        return Mixture.read(kept)
    sources = _sources(data, documents)
    if not own:
        return mix(sources, bundled if data.is_dir() else Proportions(), seed)
    [(name, loaded)] = sources.items()
    apart = set_apart(loaded.examples, data, seed)
    return mix({name: Loaded(apart.train, loaded.skipped)}, Proportions(), seed, dev=apart.held_out)


def _sources(data: Path, documents: Path | None) -> dict[str, Loaded]:
    """The sources in a folder of the recipe's files, or the one file given."""
    if data.is_dir():
        return bundled_sources(data)
    return {data.stem: read_gold(data, documents or data.parent) if data.suffix == ".jsonl" else read_squad(data)}


def finish(checkpoint: Path, reader: Path, start: Path | None = None, keep: float = 0.0) -> None:
    """Turn a checkpoint into a reader folder: weights, configuration, tokenizer.

    The weights are in 8 bits, or in fp16 after ``start``: a short run moves weights by less than a step of 8 bits, so that
    rounding would give back those of ``start``.

    ``keep`` is the share of the weights of ``start`` in it, 0..1.
    """
    weights = read_weights(checkpoint)
    if start is not None and keep:
        weights = mean_of(weights, read_weights(start), keep)
    fresh = reader.with_name(f"{reader.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    if reader.exists():
        shutil.copytree(reader, fresh)  # keeps other files, such as a small reader
    write_weights(fresh, weights, rounded=start is None)
    for name in ("config.json", *TOKENIZER_FILES):
        shutil.copy(checkpoint / name, fresh)
    training = json.loads((checkpoint / "training.json").read_text(encoding="utf-8")) | {"keep": keep}
    (fresh / "training.json").write_text(json.dumps(training, indent=2) + "\n", encoding="utf-8")
    replace_folder(fresh, reader)
