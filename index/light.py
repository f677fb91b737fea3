"""The bundled sentence model without sentence_transformers, whose import takes longer than answering a question.

The weights and the arithmetic are the same: BERT (Devlin et al. 2019), the mean of the tokens' vectors, at unit length.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.precision import multiplies_bf16

if TYPE_CHECKING:
    from torch import Tensor


class LightEncoder:
    """A BERT sentence model of a folder, for a few texts at a time."""

    def __init__(self, folder: Path) -> None:
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        longest = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.enable_padding()
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.dimension: int = config["hidden_size"]
        self._heads, self._layers = config["num_attention_heads"], config["num_hidden_layers"]
        self._eps = config["layer_norm_eps"]
        dtype = torch.bfloat16 if multiplies_bf16() else torch.float32
        stored = load_file(folder / "model.safetensors")
        self._weights = {n.removeprefix("bert."): v.to(dtype) for n, v in stored.items() if v.is_floating_point()}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One L2-normalised row a text."""
        import torch
        from torch.nn import functional as F

        encoded = self._tokenizer.encode_batch([text.strip() for text in texts])
        ids = torch.tensor([one.ids for one in encoded])
        mask = torch.tensor([one.attention_mask for one in encoded]).bool()
        with torch.inference_mode():
            words, segment, places = (
                self._weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "token_type", "position")
            )
            hidden = self._norm(words[ids] + segment[0] + places[: ids.shape[1]], "embeddings.LayerNorm")
            for number in range(self._layers):
                hidden = self._layer(hidden, mask, f"encoder.layer.{number}.")
            kept = mask[:, :, None].float()
            rows = F.normalize((hidden.float() * kept).sum(1) / kept.sum(1))
        return np.ascontiguousarray(rows.numpy(), dtype=np.float32)

    def _layer(self, hidden: Tensor, mask: Tensor, name: str) -> Tensor:
        """One encoder layer over [B, L, H]."""
        from torch.nn import functional as F

        def heads(projection: str) -> Tensor:
            given = self._linear(hidden, f"{name}attention.self.{projection}")
            return given.view(*given.shape[:2], self._heads, -1).transpose(1, 2)

        attended = F.scaled_dot_product_attention(
            heads("query"), heads("key"), heads("value"), attn_mask=mask[:, None, None, :]
        )
        joined = attended.transpose(1, 2).flatten(2)
        hidden = self._norm(
            hidden + self._linear(joined, f"{name}attention.output.dense"), f"{name}attention.output.LayerNorm"
        )
        wide = F.gelu(self._linear(hidden, f"{name}intermediate.dense"))
        return self._norm(hidden + self._linear(wide, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _linear(self, rows: Tensor, name: str) -> Tensor:
        from torch.nn import functional as F

        return F.linear(rows, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, rows: Tensor, name: str) -> Tensor:
        from torch.nn import functional as F

        return F.layer_norm(
            rows, rows.shape[-1:], self._weights[f"{name}.weight"], self._weights[f"{name}.bias"], self._eps
        )
