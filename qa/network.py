"""The span-prediction network of Pincite's own readers: a BERT or MPNet encoder with a start and an end logit a token.

The parameters carry the names of Hugging Face's ``MPNetForQuestionAnswering`` and ``BertForQuestionAnswering``, so that a
checkpoint loads in either. What differs is the way they are run: query, key and value in one product, attention without
a stored score matrix where it need not be kept (``scaled_dot_product_attention``), one relative-position table per length.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SUPPORTED = ("mpnet", "bert")


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """The shape of an encoder; the fields are those of a Hugging Face ``config.json``."""

    model_type: str
    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    layer_norm_eps: float
    relative_attention_num_buckets: int = 32

    @classmethod
    def read(cls, folder: Path) -> NetworkConfig:
        """Read ``config.json``; ValueError for an architecture this module does not run."""
        raw = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if raw.get("model_type") not in SUPPORTED:
            raise ValueError(f"{folder}: model type {raw.get('model_type')!r} is not one of {', '.join(SUPPORTED)}")
        if raw.get("hidden_act", "gelu") != "gelu":
            raise ValueError(f"{folder}: activation {raw['hidden_act']!r} is not gelu")
        known = {name: raw[name] for name in cls.__dataclass_fields__ if name in raw}
        if missing := [
            name for name in cls.__dataclass_fields__ if name not in known and name != "relative_attention_num_buckets"
        ]:
            raise ValueError(f"{folder}: its config.json lacks {missing[0]}")
        return cls(**known)

    @property
    def first_position(self) -> int:
        """The position id of the first token: MPNet counts from padding + 1 = 2, BERT from 0."""
        return 2 if self.model_type == "mpnet" else 0


def relative_position_bucket(offset: Tensor, buckets: int, max_distance: int = 128) -> Tensor:
    """T5's bidirectional buckets (Raffel et al. 2020, section 2.1): exact near zero, logarithmic up to ``max_distance``."""
    half = buckets // 2
    exact = half // 2
    distance = (-offset).abs()
    large = exact + (torch.log(distance.float() / exact) / math.log(max_distance / exact) * (half - exact)).long()
    bucket = torch.where(distance < exact, distance, large.clamp(max=half - 1))
    return bucket + (offset > 0).long() * half


class Layer(nn.Module):
    """One encoder layer: self-attention and feed-forward, each with its residual and post-norm."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.heads = config.num_attention_heads
        self.qkv = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.out = nn.Linear(config.hidden_size, config.hidden_size)
        self.norm_attention = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.up = nn.Linear(config.hidden_size, config.intermediate_size)
        self.down = nn.Linear(config.intermediate_size, config.hidden_size)
        self.norm_output = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, hidden: Tensor, bias: Tensor | None) -> Tensor:
        """[B, L, H] to [B, L, H]; ``bias`` is added to the attention scores, [B or 1, heads or 1, L or 1, L]."""
        batch, length, width = hidden.shape
        qkv = self.qkv(hidden).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attended = _attended(qkv[0], qkv[1], qkv[2], bias)
        hidden = self.norm_attention(hidden + self.out(attended.transpose(1, 2).reshape(batch, length, width)))
        normed: Tensor = self.norm_output(hidden + self.down(F.gelu(self.up(hidden))))
        return normed


def _attended(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
    """Scaled dot-product attention [B, heads, L, d]; trained on a processor by plain products.

    The library's fused kernel takes twice their time backward there (bf16, 16 windows of 192 tokens), and at the lengths
    trained on the score matrix is small.
    """
    if query.device.type != "cpu" or not query.requires_grad or bias is None:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    scores = torch.matmul(query * query.shape[-1] ** -0.5, key.transpose(-1, -2)) + bias
    return torch.matmul(torch.softmax(scores, dim=-1), value)


class SpanNetwork(nn.Module):
    """Token ids to start and end logits."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.words = _embedding(config.vocab_size, config.hidden_size)
        self.positions = _embedding(config.max_position_embeddings, config.hidden_size)
        self.segment = nn.Parameter(torch.zeros(config.hidden_size)) if config.model_type == "bert" else None
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        relative = config.model_type == "mpnet"
        self.relative = (
            _embedding(config.relative_attention_num_buckets, config.num_attention_heads) if relative else None
        )
        self.span = nn.Linear(config.hidden_size, 2)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits [B, L, 2] of token ids [B, L] and their mask [B, L] (true where a token stands)."""
        length = ids.shape[1]
        places = torch.arange(length, device=ids.device) + self.config.first_position
        hidden = self.words(ids) + self.positions(places)
        if self.segment is not None:
            hidden = hidden + self.segment
        hidden = self.norm(hidden)
        if torch.is_autocast_enabled(hidden.device.type):
            hidden = hidden.to(torch.get_autocast_dtype(hidden.device.type))
        bias = self._bias(mask, length).to(hidden.dtype)
        for layer in self.layers:
            hidden = layer(hidden, bias)
        logits: Tensor = self.span(hidden)
        return logits.float()

    def _bias(self, mask: Tensor, length: int) -> Tensor:
        """What is added to the attention scores: relative positions, and a large negative number on padding."""
        bias = torch.zeros(mask.shape[0], 1, 1, length, device=mask.device).masked_fill(~mask[:, None, None, :], -1e4)
        if self.relative is None:
            return bias
        steps = torch.arange(length, device=mask.device)
        buckets = relative_position_bucket(steps[None, :] - steps[:, None], self.config.relative_attention_num_buckets)
        relative: Tensor = self.relative(buckets).detach().permute(2, 0, 1)[None]
        return relative + bias

    @classmethod
    def load(
        cls, folder: Path, tensors: Mapping[str, Tensor], *, layers: int | None = None, require_span: bool = False
    ) -> SpanNetwork:
        """Build from a Hugging Face checkpoint's tensors; ``layers`` keeps only the lowest so many.

        A checkpoint without ``qa_outputs`` (a bare encoder) gets a fresh span layer, to be trained; with
        ``require_span`` it is refused. ValueError where tensors are missing or have other shapes.
        """
        if require_span and "qa_outputs.weight" not in tensors:
            raise ValueError(f"{folder}: not a trained extractive reader (qa_outputs.weight is missing)")
        config = NetworkConfig.read(folder)
        if layers is not None:
            config = NetworkConfig(
                **{**{n: getattr(config, n) for n in config.__dataclass_fields__}, "num_hidden_layers": layers}
            )
        whole = "qa_outputs.weight" in tensors
        with torch.device("meta" if whole else "cpu"):  # numbers that are replaced need not be drawn
            network = cls(config)
        try:
            network.load_state_dict(_from_hugging_face(config, tensors, network.span), strict=True, assign=whole)
        except (KeyError, RuntimeError) as error:
            raise ValueError(
                f"{folder}: its weights do not fit its config.json ({str(error).splitlines()[-1].strip()})"
            ) from error
        return network

    def to_hugging_face(self) -> dict[str, Tensor]:
        """The parameters under Hugging Face's names."""
        own, prefix = self.state_dict(), self.config.model_type
        named = {
            f"{prefix}.embeddings.word_embeddings.weight": own["words.weight"],
            f"{prefix}.embeddings.position_embeddings.weight": own["positions.weight"],
            f"{prefix}.embeddings.LayerNorm.weight": own["norm.weight"],
            f"{prefix}.embeddings.LayerNorm.bias": own["norm.bias"],
            "qa_outputs.weight": own["span.weight"],
            "qa_outputs.bias": own["span.bias"],
        }
        if self.segment is not None:
            named["bert.embeddings.token_type_embeddings.weight"] = own["segment"].repeat(2, 1)
        if self.relative is not None:
            named["mpnet.encoder.relative_attention_bias.weight"] = own["relative.weight"]
        for number in range(self.config.num_hidden_layers):
            for kind in ("weight", "bias"):
                for ours, theirs in _layer_names(self.config).items():
                    named[f"{prefix}.encoder.layer.{number}.{theirs}.{kind}"] = own[f"layers.{number}.{ours}.{kind}"]
                parts = own[f"layers.{number}.qkv.{kind}"].chunk(3)
                for theirs, part in zip(_projection_names(self.config), parts, strict=True):
                    named[f"{prefix}.encoder.layer.{number}.{theirs}.{kind}"] = part
        return {name: tensor.contiguous() for name, tensor in named.items()}


def _embedding(rows: int, width: int) -> nn.Embedding:
    """A table of drawn numbers, or of none where it is a mere shape ("meta"): to draw there torch imports its compiler."""
    numbers = torch.empty(rows, width)
    numbers = numbers if numbers.is_meta else nn.init.normal_(numbers)
    table: nn.Embedding = nn.Embedding.from_pretrained(numbers, freeze=False)  # type: ignore[no-untyped-call]
    return table


def _layer_names(config: NetworkConfig) -> dict[str, str]:
    """Our layer parameters to Hugging Face's, the projections aside."""
    attention = (
        ("attention.attn.o", "attention.LayerNorm")
        if config.model_type == "mpnet"
        else ("attention.output.dense", "attention.output.LayerNorm")
    )
    return {
        "out": attention[0],
        "norm_attention": attention[1],
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm_output": "output.LayerNorm",
    }


def _projection_names(config: NetworkConfig) -> tuple[str, str, str]:
    """Hugging Face's names of query, key and value."""
    if config.model_type == "mpnet":
        return ("attention.attn.q", "attention.attn.k", "attention.attn.v")
    return ("attention.self.query", "attention.self.key", "attention.self.value")


def _from_hugging_face(config: NetworkConfig, tensors: Mapping[str, Tensor], span: nn.Linear) -> dict[str, Tensor]:
    """Our state dict out of a checkpoint's tensors, with or without the model-type prefix."""
    prefix = f"{config.model_type}."
    given = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    own = {
        "words.weight": given["embeddings.word_embeddings.weight"],
        "positions.weight": given["embeddings.position_embeddings.weight"],
        "norm.weight": given["embeddings.LayerNorm.weight"],
        "norm.bias": given["embeddings.LayerNorm.bias"],
        "span.weight": given.get("qa_outputs.weight", span.weight.detach()),
        "span.bias": given.get("qa_outputs.bias", span.bias.detach()),
    }
    if config.model_type == "bert":
        own["segment"] = given["embeddings.token_type_embeddings.weight"][0]
    else:
        own["relative.weight"] = given["encoder.relative_attention_bias.weight"]
    for number in range(config.num_hidden_layers):
        theirs = f"encoder.layer.{number}."
        for kind in ("weight", "bias"):
            for ours, name in _layer_names(config).items():
                own[f"layers.{number}.{ours}.{kind}"] = given[f"{theirs}{name}.{kind}"]
            own[f"layers.{number}.qkv.{kind}"] = torch.cat(
                [given[f"{theirs}{n}.{kind}"] for n in _projection_names(config)]
            )
    return own
