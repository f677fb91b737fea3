"""Runs the bundled sentence model without transformers, whose import takes longer than answering a question.

Weights and arithmetic are the same: BERT (Devlin et al. 2019), then the mean of the tokens' vectors, scaled to unit length.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional as F

from index.arrays import Floats
from index.encoder.architecture import NetworkConfig, our_names
from index.encoder.layers import PackedEncoder, product
from index.encoder.number_format import VECTOR_FORMATS, Shape, fastest_format


class LightEncoder:
    """A BERT sentence model from a folder."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        longest = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.no_padding()
        config = NetworkConfig.read(folder)
        self.dimension = config.hidden_size
        format = fastest_format(Shape.read(folder), VECTOR_FORMATS)
        dtype = torch.bfloat16 if format == "bf16" else torch.float32
        tensors = our_names(config, load_file(folder / "model.safetensors"))
        self._encoder = PackedEncoder(config, {name: tensor.to(dtype) for name, tensor in tensors.items()}, product)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return one L2-normalised row per text: [n, dimension] float32."""
        encoded = self._tokenizer.encode_batch([text.strip() for text in texts])
        lengths = [len(one.ids) for one in encoded]
        with torch.inference_mode():
            hidden = self._encoder(torch.tensor([id for one in encoded for id in one.ids]), lengths)
            means = torch.stack([text.float().mean(0) for text in torch.split(hidden[: sum(lengths)], lengths)])
            rows = F.normalize(means)
        return np.ascontiguousarray(rows.numpy(), dtype=np.float32)
