"""Reads the configuration of BERT and MPNet, and renames their parameters from Hugging Face's names to ours and back.

Ours are ``words``, ``positions``, ``norm``, ``segment`` (BERT: segment 0, used for all tokens), ``relative`` (MPNet) and, per
layer, ``qkv``, ``out``, ``norm_attention``, ``up``, ``down`` and ``norm_output``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

SUPPORTED = ("mpnet", "bert")
FARTHEST = 128  # tokens apart, as T5 has it


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
        """Read ``config.json``; raises ValueError for an architecture that this package does not run."""
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


def relative_position_bucket(offset: Tensor, buckets: int) -> Tensor:
    """T5's bidirectional buckets (Raffel et al. 2020, section 2.1): exact near zero, logarithmic up to ``FARTHEST``."""
    half = buckets // 2
    exact = half // 2
    distance = (-offset).abs()
    large = exact + (torch.log(distance.float() / exact) / math.log(FARTHEST / exact) * (half - exact)).long()
    bucket = torch.where(distance < exact, distance, large.clamp(max=half - 1))
    return bucket + (offset > 0).long() * half


def our_names(config: NetworkConfig, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename a checkpoint's parameters, with or without model-type prefix, to ours; raises KeyError naming a missing one."""
    given = {name.removeprefix(f"{config.model_type}."): tensor for name, tensor in tensors.items()}
    own = {ours: given[theirs] for ours, theirs in _names(config).items()}
    if config.model_type == "bert":
        own["segment"] = given[_SEGMENTS][0]
    for number in range(config.num_hidden_layers):
        for kind in ("weight", "bias"):
            own[f"layers.{number}.qkv.{kind}"] = torch.cat([given[name] for name in _projections(config, number, kind)])
    return own


def their_names(config: NetworkConfig, own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The inverse of ``our_names``, with the model-type prefix."""
    named = {theirs: own[ours] for ours, theirs in _names(config).items()}
    if config.model_type == "bert":
        named[_SEGMENTS] = own["segment"].repeat(2, 1)
    for number in range(config.num_hidden_layers):
        for kind in ("weight", "bias"):
            parts = own[f"layers.{number}.qkv.{kind}"].chunk(3)
            named |= dict(zip(_projections(config, number, kind), parts, strict=True))
    return {f"{config.model_type}.{name}": tensor for name, tensor in named.items()}


_SEGMENTS = "embeddings.token_type_embeddings.weight"


def _names(config: NetworkConfig) -> dict[str, str]:
    """Our names to theirs, segments and projections aside."""
    mpnet = config.model_type == "mpnet"
    named = {
        "words.weight": "embeddings.word_embeddings.weight",
        "positions.weight": "embeddings.position_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
        **({"relative.weight": "encoder.relative_attention_bias.weight"} if mpnet else {}),
    }
    layer = {
        "out": "attention.attn.o" if mpnet else "attention.output.dense",
        "norm_attention": "attention.LayerNorm" if mpnet else "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm_output": "output.LayerNorm",
    }
    return named | {
        f"layers.{number}.{ours}.{kind}": f"encoder.layer.{number}.{theirs}.{kind}"
        for number in range(config.num_hidden_layers)
        for ours, theirs in layer.items()
        for kind in ("weight", "bias")
    }


def _projections(config: NetworkConfig, number: int, kind: str) -> list[str]:
    """Their names for query, key and value in one layer."""
    mpnet = config.model_type == "mpnet"
    parts = ("attn.q", "attn.k", "attn.v") if mpnet else ("self.query", "self.key", "self.value")
    return [f"encoder.layer.{number}.attention.{part}.{kind}" for part in parts]
