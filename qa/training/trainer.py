"""The training loop: length-sorted batches of limited size, bf16 autocast, checkpoints written atomically."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from index.encoder.cpu import multiplies_bf16
from index.files import replace_folder
from qa.reader.network import SpanNetwork
from qa.reader.spans import best_spans
from qa.reader.windows import Pair, PairEncoder, Window, padded
from qa.squad_scores import exact_match, f1
from qa.training.examples import TrainingExample

PAD_TO = 32  # tokens
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a run; stored with every checkpoint.

    ``teacher_weight`` is the share of the loss against a teacher's distributions at ``temperature``, 0..1; none without one.
    """

    layers: int = 10
    frozen_layers: int = 4
    learning_rate: float = 4e-5
    warmup: int = 100
    weight_decay: float = 0.01
    batch_tokens: int = 3072
    window: int = 288
    shared_weight: float = 0.5
    dropout: float = 0.0
    teacher_weight: float = 0.6
    temperature: float = 1.5
    seed: int = 0

    def on_a_gpu(self) -> Recipe:
        """The same with every layer trained, large batches and dropout, for which a processor is too slow."""
        return replace(self, frozen_layers=0, batch_tokens=16_384, dropout=0.1, warmup=300)

    def warmed_up(self, steps: int) -> int:
        """The number of warm-up steps of a run of ``steps``: ``warmup``, but at most a tenth of the run."""
        return max(1, min(self.warmup, steps // 10))


@dataclass(frozen=True, slots=True)
class Feature:
    """A window of token ids; ``spans`` holds each annotator's first and last token, (0, 0) without an answer."""

    group: int
    ids: list[int]
    context: int
    spans: list[tuple[int, int]]


def features(encoder: PairEncoder, examples: Sequence[TrainingExample]) -> list[Feature]:
    """Per example, the window that holds its answer (the first if it has none); skipped if no window does."""
    groups: dict[str, int] = {}
    windows: dict[int, list[Window]] = {}
    for window in encoder.encode([Pair(example.question, example.passage) for example in examples]):
        windows.setdefault(window.pair, []).append(window)
    found = (
        _feature(windows.get(number, []), example, groups.setdefault(example.group, len(groups)))
        for number, example in enumerate(examples)
    )
    return [feature for feature in found if feature is not None]


def _feature(windows: Sequence[Window], example: TrainingExample, group: int) -> Feature | None:
    for window in windows:
        first_context = int(window.context.argmax())
        if example.start is None or example.end is None:
            return Feature(group, window.ids, first_context, [(0, 0)])
        if _tokens(window, example.start, example.end):
            votes = [_tokens(window, *vote) for vote in example.votes or [(example.start, example.end)]]
            return Feature(group, window.ids, first_context, [vote for vote in votes if vote])
    return None


def _tokens(window: Window, start: int, end: int) -> tuple[int, int] | None:
    """First and last token of the characters [start, end); None if the window does not hold all of them."""
    inside = np.flatnonzero(window.context & (window.offsets[:, 0] < end) & (window.offsets[:, 1] > start))
    whole = len(inside) and window.offsets[inside[0], 0] <= start and window.offsets[inside[-1], 1] >= end
    return (int(inside[0]), int(inside[-1])) if whole else None


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded windows. ``target`` [B, L, 2] is the share of annotators that begin and end at each token (null: token 0).

    ``group`` [B] is the number of each window's question.
    """

    ids: Tensor
    mask: Tensor
    allowed: Tensor
    target: Tensor
    group: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device; a GPU goes on with earlier work meanwhile."""
        if device.type == "cpu":
            return self
        tensors = (getattr(self, name) for name in self.__dataclass_fields__)
        return Batch(*(tensor.pin_memory().to(device, non_blocking=True) for tensor in tensors))


def collate(features: Sequence[Feature], pad: int) -> Batch:
    """Pad to a multiple of ``PAD_TO``: few distinct shapes keep the caches of allocator and kernels small."""
    width = padded(max(len(feature.ids) for feature in features), PAD_TO)
    ids = torch.full((len(features), width), pad)
    allowed = torch.zeros(len(features), width, dtype=torch.bool)
    for row, feature in enumerate(features):
        ids[row, : len(feature.ids)] = torch.tensor(feature.ids)
        allowed[row, feature.context : len(feature.ids) - 1] = True
    lengths = torch.tensor([len(feature.ids) for feature in features])
    target = torch.zeros(len(features), width, 2)
    for row, feature in enumerate(features):
        for span in feature.spans:
            target[row, list(span), [0, 1]] += 1 / len(feature.spans)
    group = torch.tensor([feature.group for feature in features])
    return Batch(ids, torch.arange(width) < lengths[:, None], allowed, target, group)


def batches(features: Sequence[Feature], budget: int, seed: int) -> Iterator[list[Feature]]:
    """One epoch in random order; windows of similar length, and all windows of one question, share a batch."""
    rng = random.Random(seed)
    groups: dict[int, list[Feature]] = {}
    for feature in features:
        groups.setdefault(feature.group, []).append(feature)
    order = list(groups.values())
    rng.shuffle(order)
    made: list[list[Feature]] = []
    for pool in (order[at : at + 1024] for at in range(0, len(order), 1024)):
        current: list[Feature] = []
        for group in sorted(pool, key=lambda group: max(len(feature.ids) for feature in group)):
            width = padded(max(len(feature.ids) for feature in [*current, *group]), PAD_TO)
            if current and width * (len(current) + len(group)) > budget:
                made.append(current)
                current = []
            current = [*current, *group]
        made.append(current)
    rng.shuffle(made)
    yield from made


def loss(logits: Tensor, batch: Batch, shared_weight: float) -> Tensor:
    """Mean cross-entropy of start and end per window (null at token 0), plus the same over a question's windows.

    The target is the annotators' shares, so the reader also learns how much they differ. The second term, with weight
    ``shared_weight``, is the shared normalisation of Clark and Gardner (2018), on margins to each window's null.
    """
    open_ = batch.allowed.clone()
    open_[:, 0] = True
    masked = logits.masked_fill(~open_[:, :, None], -1e4)
    single = F.cross_entropy(masked, batch.target)
    if not shared_weight:
        return single
    margins = (logits - logits[:, :1]).masked_fill(~batch.allowed[:, :, None], -1e4)
    per_window = torch.logsumexp(margins, dim=1)
    answered = batch.target[:, 0, 0] == 0
    same = batch.group[:, None] == batch.group[None, :]
    shared = torch.logsumexp(per_window[None].masked_fill(~same[:, :, None], -1e4), dim=1)
    picked = (margins * batch.target).sum(1)
    wanted = answered & (same.sum(1) > 1)
    # a sum over a mask, because choosing rows would make a GPU wait for the answer
    return single + shared_weight * ((shared - picked) * wanted[:, None]).sum() / (2 * wanted.sum()).clamp(min=1)


def distilled(logits: Tensor, taught: Tensor, batch: Batch, temperature: float) -> Tensor:
    """Cross-entropy of start and end against a teacher's distributions at ``temperature`` (Hinton et al. 2015), times its square.

    ``logits`` and ``taught`` are [B, L, 2], both over null and passage.
    """
    closed = ~batch.allowed.clone()
    closed[:, 0] = False
    ours, theirs = (one.masked_fill(closed[:, :, None], -1e4) / temperature for one in (logits, taught))
    return F.cross_entropy(ours, theirs.softmax(1)) * temperature**2


class Trainer:
    """A network, its optimiser, and the folder of its checkpoints."""

    def __init__(
        self,
        network: SpanNetwork,
        encoder: PairEncoder,
        recipe: Recipe,
        base: Path,
        out: Path,
        teacher: SpanNetwork | None = None,
    ) -> None:
        self.network, self.encoder, self.recipe, self.base, self.out = network, encoder, recipe, base, out
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.teacher = teacher.to(self.device).eval().requires_grad_(False) if teacher else None
        network.to(self.device).train()
        network.dropout = recipe.dropout
        for part in [network.words, network.positions, network.norm, *network.layers[: recipe.frozen_layers]]:
            part.requires_grad_(False)
        trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW(
            trained, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
        )

    def run(
        self, features: Sequence[Feature], dev: Sequence[TrainingExample], *, epochs: float, every: float = 600.0
    ) -> None:
        """Train for ``epochs``, resuming the last checkpoint in ``out``; save a checkpoint every ``every`` seconds."""
        whole = int(epochs) + 1
        plan = [
            batch
            for epoch in range(whole)
            for batch in batches(features, self.recipe.batch_tokens, self.recipe.seed + epoch)
        ]
        plan = plan[: int(len(plan) * epochs / whole)]
        done = self.resume()
        self.log({"event": "start", "step": done, "steps": len(plan), "features": len(features), **asdict(self.recipe)})
        saved = shown = time.monotonic()
        losses: list[Tensor] = []
        tokens = 0
        for step in range(done, len(plan)):
            batch = collate(plan[step], self.encoder.pad)
            tokens += batch.ids.numel()
            losses.append(self.step(batch, step, len(plan)))
            if (step + 1) % 25 == 0:
                now = time.monotonic()
                self.log(
                    {
                        "step": step + 1,
                        "of": len(plan),
                        "loss": round(float(torch.stack(losses).mean()), 4),
                        "tokens_per_s": round(tokens / (now - shown)),
                    }
                )
                shown, tokens, losses = now, 0, []
            if time.monotonic() - saved > every or step + 1 == len(plan):
                self.save(step + 1)
                self.log({"step": step + 1, **self.score(dev)})
                saved = shown = time.monotonic()

    def step(self, batch: Batch, step: int, steps: int) -> Tensor:
        """One update; the loss, which a GPU may still be computing. The rate rises during warm-up, then falls linearly to zero."""
        warmup = self.recipe.warmed_up(steps)
        rate = min((step + 1) / warmup, (steps - step) / max(1, steps - warmup))
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.learning_rate * rate
        moved = batch.to(self.device)
        with self._autocast():
            logits = self.network(moved.ids, moved.mask)
        value = loss(logits, moved, self.recipe.shared_weight)
        if self.teacher is not None:
            with torch.no_grad(), self._autocast():
                taught = self.teacher(moved.ids, moved.mask)
            share = self.recipe.teacher_weight
            value = (1 - share) * value + share * distilled(logits, taught, moved, self.recipe.temperature)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([p for group in self.optimizer.param_groups for p in group["params"]], 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return value.detach()

    @torch.no_grad()
    def score(self, dev: Sequence[TrainingExample]) -> dict[str, float]:
        """EM and F1 in percent on answerable examples, and the percentage of the others with a negative score."""
        self.network.eval()
        exact: list[float] = []
        overlap: list[float] = []
        refused: list[float] = []
        windows = self.encoder.encode([Pair(example.question, example.passage) for example in dev])
        best = {window.pair: self._best(window) for window in reversed(windows)}
        for number, example in enumerate(dev):
            span, start, end = best[number]
            if example.answer is None:
                refused.append(float(span < 0))
                continue
            exact.append(exact_match(example.passage[start:end], [example.answer]))
            overlap.append(f1(example.passage[start:end], [example.answer]))
        self.network.train()
        means = {"dev_em": exact, "dev_f1": overlap, "dev_refused": refused}
        return {name: round(100 * float(np.mean(values)), 2) for name, values in means.items() if values}

    def _best(self, window: Window) -> tuple[float, int, int]:
        """Score, start and end of the best span of one window, in characters."""
        ids = torch.tensor([window.ids], device=self.device)
        with self._autocast():
            logits = self.network(ids, torch.ones_like(ids, dtype=torch.bool))[0].cpu().numpy()
        best = best_spans(logits[:, 0], logits[:, 1], window.context, n=1)[0]
        return best.score, int(window.offsets[best.first, 0]), int(window.offsets[best.last, 1])

    def _autocast(self) -> torch.autocast:
        """bf16 products where there are units for them; without, a processor takes three times as long as in fp32."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type != "cpu" or multiplies_bf16())

    def save(self, step: int) -> None:
        """Write a checkpoint beside the last one, then replace it: a checkpoint is complete or absent."""
        fresh, place = self.out / "checkpoint.new", self.out / "checkpoint"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        save_file(
            self.network.to_hugging_face(), fresh / "model.safetensors", metadata={"format": "pt", "step": str(step)}
        )
        names = {id(parameter): name for name, parameter in self.network.named_parameters()}
        state = {
            f"{names[id(parameter)]}|{key}": value
            for parameter, slots in self.optimizer.state.items()
            for key, value in slots.items()
        }
        save_file(state, fresh / "optimizer.safetensors", metadata={"step": str(step)})
        config = json.loads((self.base / "config.json").read_text(encoding="utf-8"))
        ours = self.network.config
        config |= {
            "num_hidden_layers": ours.num_hidden_layers,
            "architectures": [f"{'MPNet' if ours.model_type == 'mpnet' else 'Bert'}ForQuestionAnswering"],
            "token_types": "zero",
        }
        config.pop("_name_or_path", None)
        (fresh / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
        (fresh / "training.json").write_text(json.dumps({"step": step, **asdict(self.recipe)}), encoding="utf-8")
        for name in TOKENIZER_FILES:
            shutil.copy(self.base / name, fresh / name)
        replace_folder(fresh, place)

    def resume(self) -> int:
        """Load the last checkpoint; returns its number of steps, 0 if there is none. Raises ValueError if it is damaged."""
        place = next(
            (p for p in (self.out / "checkpoint", self.out / "checkpoint.old") if (p / "training.json").exists()), None
        )
        if place is None:
            return 0
        try:
            step = int(json.loads((place / "training.json").read_text(encoding="utf-8"))["step"])
            loaded = SpanNetwork.load(place, load_file(place / "model.safetensors"))
            self.network.load_state_dict(loaded.state_dict())
            parameters = dict(self.network.named_parameters())
            for name, value in load_file(place / "optimizer.safetensors").items():
                owner, _, key = name.partition("|")
                self.optimizer.state[parameters[owner]][key] = value
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
            raise ValueError(f"{place}: damaged, or of another network; remove it to train from the start") from error
        return step

    def log(self, row: dict[str, object]) -> None:
        """Append a line to ``log.jsonl``."""
        self.out.mkdir(parents=True, exist_ok=True)
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
