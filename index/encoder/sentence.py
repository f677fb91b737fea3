"""Runs the bundled sentence model without transformers, whose import takes longer than answering a question.

The model is BERT (Devlin et al. 2019), then the mean of the tokens' vectors, scaled to unit length.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from index.arrays import Floats
from index.encoder.architecture import NetworkConfig, our_names
from index.encoder.checkpoint import read_weights
from index.encoder.layers import PackedEncoder, product
from index.encoder.number_format import VECTOR_FORMATS, Shape, fastest_format


class LightEncoder:
    """A BERT sentence model from a folder."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        config = NetworkConfig.read(folder)
        self._tokenizer.enable_truncation(config.max_position_embeddings)
        self._tokenizer.no_padding()
        self.dimension = config.hidden_size
        format = fastest_format(Shape.read(folder), VECTOR_FORMATS)
        dtype = torch.bfloat16 if format == "bf16" else torch.float32
        self._encoder = PackedEncoder(config, our_names(config, read_weights(folder, dtype)), product)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return one L2-normalised row per text: [n, dimension] float32."""
        encoded = self._tokenizer.encode_batch([text.strip() for text in texts])
        lengths = [len(one.ids) for one in encoded]
        with torch.inference_mode():
            hidden = self._encoder(torch.tensor([id for one in encoded for id in one.ids]), lengths)
            means = torch.stack([text.float().mean(0) for text in torch.split(hidden[: sum(lengths)], lengths)])
            rows = F.normalize(means)
        return np.ascontiguousarray(rows.numpy(), dtype=np.float32)
