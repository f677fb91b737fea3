"""The bundled sentence model without transformers, whose import takes longer than answering a question.

The weights and the arithmetic are the same: BERT (Devlin et al. 2019), the mean of the tokens' vectors, at unit length.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

from index.arrays import Floats
from index.packed import PackedLayer, Product, attention_biases, product, whole_rows
from index.precision import multiplies_bf16


class LightEncoder(nn.Module):
    """A BERT sentence model of a folder, for a few texts at a time or as a module of sentence_transformers."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        longest = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.no_padding()
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.dimension: int = config["hidden_size"]
        self._heads, self._eps = config["num_attention_heads"], config["layer_norm_eps"]
        dtype = torch.bfloat16 if multiplies_bf16() else torch.float32
        stored = load_file(folder / "model.safetensors")
        weights = {n.removeprefix("bert."): v.to(dtype) for n, v in stored.items() if v.is_floating_point()}
        self._words, self._segments, self._places = (
            weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "token_type", "position")
        )
        self._norm = self._normed(weights, "embeddings.LayerNorm")
        self._layers = [self._layer(weights, f"encoder.layer.{n}.") for n in range(config["num_hidden_layers"])]

    def embed(self, texts: Sequence[str]) -> Floats:
        """One L2-normalised row a text."""
        with torch.inference_mode():
            rows: Tensor = self(self.preprocess(texts))["sentence_embedding"]
        return np.ascontiguousarray(rows.numpy(), dtype=np.float32)

    def preprocess(self, texts: Sequence[str], prompt: str | None = None) -> dict[str, Tensor]:
        """The texts' token ids one after the other, [T], and how many there are of each, [n]."""
        encoded = self._tokenizer.encode_batch([f"{prompt or ''}{text}".strip() for text in texts])
        lengths = [len(one.ids) for one in encoded]
        return {"input_ids": torch.tensor([id for one in encoded for id in one.ids]), "lengths": torch.tensor(lengths)}

    def forward(self, features: dict[str, Tensor]) -> dict[str, Tensor]:
        """Adds ``sentence_embedding``, one L2-normalised row a text, [n, dimension], to what ``preprocess`` gives."""
        lengths: list[int] = features["lengths"].tolist()
        rows, ids = whole_rows(lengths), features["input_ids"]
        places = torch.cat([torch.arange(length) for length in rows])
        ids = F.pad(ids, (0, len(places) - len(ids)))
        hidden = self._norm(self._words[ids] + self._segments[0] + self._places[places])
        biases = attention_biases(rows, None, hidden)
        for layer in self._layers:
            hidden = layer(hidden, rows, biases)
        means = torch.stack([text.float().mean(0) for text in torch.split(hidden, rows)[: len(lengths)]])
        return {**features, "sentence_embedding": F.normalize(means)}

    def _layer(self, weights: dict[str, Tensor], name: str) -> PackedLayer:
        """One encoder layer."""
        parts = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
        qkv = (torch.cat([weights[f"{part}.{kind}"] for part in parts]) for kind in ("weight", "bias"))
        out, up, down = (
            (weights[f"{name}{part}.weight"], weights[f"{name}{part}.bias"])
            for part in ("attention.output.dense", "intermediate.dense", "output.dense")
        )
        return PackedLayer(
            self._heads,
            product(*qkv),
            product(*out),
            self._normed(weights, f"{name}attention.output.LayerNorm"),
            product(*up, gelu=True),
            product(*down),
            self._normed(weights, f"{name}output.LayerNorm"),
        )

    def _normed(self, weights: dict[str, Tensor], name: str) -> Product:
        """Layer normalisation with the weights of a name."""
        weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
        return lambda rows: F.layer_norm(rows, weight.shape, weight, bias, self._eps)
