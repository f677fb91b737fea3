"""Reading: question and passage in, likeliest answer spans out, with scores that compare across passages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.arrays import Floats
from index.encoder.cpu import cores
from index.encoder.models import model_folder, usable
from index.encoder.number_format import Format, Shape, fastest_format
from index.environment import set_environment
from index.files import digest, digest_of
from qa.reader.batching import SharedBatches
from qa.reader.span_boundaries import tidy
from qa.reader.spans import best_spans
from qa.reader.windows import Pair, PairEncoder, Window, padded

if TYPE_CHECKING:
    import torch

BUNDLED = Path(__file__).parents[1] / "model"
BATCH_TOKENS = 4096  # padded tokens per batch; more take more memory
PAIRS_TOGETHER = 32  # of several callers; more would make each of them wait longer
PAD_TO = 16  # tokens; coarser steps waste work on padding, finer ones give more distinct shapes
SPANS_PER_WINDOW = 5  # candidates for the ranking; more take longer to rank


@dataclass(frozen=True, slots=True)
class Span:
    """The passage's characters [start, end); ``score`` is the log odds against "this passage does not say"."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The spans of one passage, best first, without overlaps; empty if the passage is empty."""

    spans: tuple[Span, ...]


class Reader(Protocol):
    """Reads pairs of question and passage, in batches."""

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading per pair, in order."""


class Network(Protocol):
    """Maps padded token ids, token types and mask, each [B, L], to start and end logits [B, L, 2]."""

    def __call__(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Run the network."""


class ExtractiveReader:
    """Any extractive question-answering model of the BERT family.

    Safe to share between threads; simultaneous calls share batches.
    """

    def __init__(self, network: Network, encoder: PairEncoder, *, fingerprint: str, device: str = "cpu") -> None:
        self._encoder, self.fingerprint = encoder, fingerprint
        # no bound method: the reference cycle would delay the release of the weights' memory
        self._shared = SharedBatches(partial(_read, network, encoder, device), PAIRS_TOGETHER)

    @classmethod
    def open(cls, model: str | Path | None = None, *, format: Format | None = None) -> ExtractiveReader:
        """Open the bundled reader, a folder, or a Hugging Face model stored on this computer.

        ``format`` is the number format of weights and products; default: bf16 on a GPU, else the fastest here according
        to ``index.encoder.number_format``. Models that our own network cannot run use fp32 instead of int8. Raises
        ValueError saying what is wrong with the model.
        """
        set_environment()
        folder = BUNDLED if model is None else model_folder(model)
        with usable(folder):
            found, encoder = fingerprint(folder), PairEncoder.open(folder)  # while another thread may import torch
            device = _device()
            return cls(_load(folder, format, device, encoder), encoder, fingerprint=found, device=device)

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading per pair, in order; the windows of all pairs share batches."""
        return self._shared(pairs)

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary holds a word whole, not only in pieces."""
        return self._encoder.holds(word)


def _read(network: Network, encoder: PairEncoder, device: str, pairs: Sequence[Pair]) -> list[Reading]:
    found: list[list[Span]] = [[] for _ in pairs]
    with usable("the reader"):
        windows = encoder.encode(pairs)
    for batch in _batches(windows):
        for window, logits in zip(batch, _logits(network, encoder.pad, device, batch), strict=True):
            found[window.pair].extend(_spans(pairs[window.pair].passage, window, logits))
    return [Reading(tuple(without_overlap(spans))) for spans in found]


def _logits(network: Network, pad: int, device: str, batch: Sequence[Window]) -> list[Floats]:
    """Logits [L, 2] per window, without padding."""
    import torch

    width = padded(max(len(window.ids) for window in batch), PAD_TO)
    ids = torch.full((len(batch), width), pad)
    types = torch.zeros(len(batch), width, dtype=torch.long)
    lengths = torch.tensor([len(window.ids) for window in batch])
    for row, window in enumerate(batch):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        types[row, : len(window.ids)] = torch.tensor(window.types)
    mask = torch.arange(width) < lengths[:, None]
    with torch.inference_mode():
        logits = network(ids.to(device), types.to(device), mask.to(device)).float().cpu().numpy()
    return [row[: len(window.ids)] for row, window in zip(logits, batch, strict=True)]


def without_overlap(spans: Sequence[Span]) -> list[Span]:
    """Best first, without spans that overlap a better one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.score, span.start)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return kept


def _batches(windows: Sequence[Window]) -> list[list[Window]]:
    """Windows sorted by length, split so that a batch has at most ``BATCH_TOKENS`` padded tokens."""
    batches: list[list[Window]] = []
    for window in sorted(windows, key=lambda window: -len(window.ids)):
        if batches and (len(batches[-1]) + 1) * padded(len(batches[-1][0].ids), PAD_TO) <= BATCH_TOKENS:
            batches[-1].append(window)
        else:
            batches.append([window])
    return batches


def _spans(passage: str, window: Window, logits: Floats) -> list[Span]:
    """The best spans of one window, as characters of its passage."""
    spans = []
    for best in best_spans(logits[:, 0], logits[:, 1], window.context, n=SPANS_PER_WINDOW):
        start, end = tidy(passage, int(window.offsets[best.first, 0]), int(window.offsets[best.last, 1]))
        if start < end:
            spans.append(Span(start, end, best.score))
    return spans


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _load(folder: Path, format: Format | None, device: str, encoder: PairEncoder) -> Network:
    """Our own network if it can run the checkpoint, else Hugging Face's. Raises ValueError naming the folder."""
    import torch

    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder}: no readable config.json; give the folder of a model") from error
    if not isinstance(config, dict):
        raise ValueError(f"{folder}: its config.json holds no JSON object; download the model again")
    if encoder.highest_id >= config.get("vocab_size", 0):
        raise ValueError(
            f"{folder}: its tokenizer does not fit (token {encoder.highest_id} of {config.get('vocab_size')})"
        )
    torch.set_num_threads(cores())
    format = format or ("bf16" if device == "cuda" else fastest_format(Shape.read(folder)))
    dtype = torch.bfloat16 if format == "bf16" else torch.float32
    if config.get("model_type") == "mpnet" or config.get("token_types") == "zero":
        from index.encoder.checkpoint import read_weights
        from qa.reader.network import SpanNetwork

        own = SpanNetwork.load(folder, read_weights(folder, dtype), require_span=True).to(device).eval()
        if device == "cpu":
            from qa.reader.inference import PackedNetwork, in_8_bits

            return in_8_bits(own, encoder) if format == "int8" else PackedNetwork(own)
        return lambda ids, types, mask: own(ids, mask)
    return _hugging_face(folder, dtype, device)


def _hugging_face(folder: Path, dtype: torch.dtype, device: str) -> Network:
    """``AutoModelForQuestionAnswering``. Raises ValueError if the checkpoint has no trained span layer."""
    import transformers
    from safetensors import SafetensorError

    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        model, info = transformers.AutoModelForQuestionAnswering.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,  # or it would ask on the terminal
            use_safetensors=True,
            output_loading_info=True,
            dtype=dtype,
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ValueError(
            f"{folder}: cannot be loaded as an extractive reader ({str(error).splitlines()[0]})"
        ) from error
    if missing := [name for name in info["missing_keys"] if "pooler" not in name]:
        raise ValueError(f"{folder}: not a trained extractive reader ({missing[0]} is missing)")
    model = model.to(device).eval()
    typed = "token_type_ids" in model.forward.__code__.co_varnames and getattr(model.config, "type_vocab_size", 0) > 1

    def run(ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        import torch

        output = model(input_ids=ids, attention_mask=mask.long(), **({"token_type_ids": types} if typed else {}))
        return torch.stack([output.start_logits, output.end_logits], dim=-1)

    return run


def fingerprint(folder: Path) -> str:
    """A reader's identity: SHA-256 over its weights, configuration and tokenizer."""
    named = sorted([*folder.glob("*.safetensors"), folder / "config.json", folder / "tokenizer.json"])
    paths = [path for path in named if path.exists()]
    with ThreadPoolExecutor(cores()) as pool:
        digests = pool.map(digest_of, paths)
        return digest(b"".join(p.name.encode() + b"\0" + bytes.fromhex(d) for p, d in zip(paths, digests, strict=True)))
