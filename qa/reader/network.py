"""The network of Pincite's own readers: a BERT or MPNet encoder with a start and an end logit per token.

Parameters map to Hugging Face's ``MPNetForQuestionAnswering`` and ``BertForQuestionAnswering``, so checkpoints load in
both. Only the computation differs: one product for query, key and value, attention without a stored score matrix
(``scaled_dot_product_attention``) unless training on a processor, and one relative-position table per length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from index.encoder.architecture import NetworkConfig, our_names, relative_position_bucket, their_names


class Layer(nn.Module):
    """One encoder layer: self-attention and feed-forward, each with residual and post-norm."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.heads = config.num_attention_heads
        self.qkv = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        self.out = nn.Linear(config.hidden_size, config.hidden_size)
        self.norm_attention = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.up = nn.Linear(config.hidden_size, config.intermediate_size)
        self.down = nn.Linear(config.intermediate_size, config.hidden_size)
        self.norm_output = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, hidden: Tensor, bias: Tensor | None, dropout: float = 0.0) -> Tensor:
        """[B, L, H] to [B, L, H]. ``bias`` [B or 1, heads or 1, L or 1, L] is added to the attention scores.

        ``dropout`` is the share of both residual branches' outputs that is dropped.
        """
        batch, length, width = hidden.shape
        qkv = self.qkv(hidden).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attended = _attended(qkv[0], qkv[1], qkv[2], bias)
        attended = self.out(attended.transpose(1, 2).reshape(batch, length, width))
        hidden = self.norm_attention(hidden + F.dropout(attended, dropout))
        normed: Tensor = self.norm_output(hidden + F.dropout(self.down(F.gelu(self.up(hidden))), dropout))
        return normed


def _attended(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
    """Scaled dot-product attention [B, heads, L, d]; plain products when training on a processor.

    The fused kernel's backward pass takes twice as long there (bf16, 16 windows of 192 tokens), and at training lengths
    the score matrix is small.
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
        self.dropout = 0.0  # in training
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
        """Logits [B, L, 2] of token ids [B, L] and their mask [B, L] (true for tokens, false for padding)."""
        logits: Tensor = self.span(self.states(ids, mask))
        return logits.float()

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The encoder's last hidden states [B, L, H]."""
        length = ids.shape[1]
        places = torch.arange(length, device=ids.device) + self.config.first_position
        hidden: Tensor = self.words(ids) + self.positions(places)
        if self.segment is not None:
            hidden = hidden + self.segment
        hidden = self.norm(hidden)
        if torch.is_autocast_enabled(hidden.device.type):
            hidden = hidden.to(torch.get_autocast_dtype(hidden.device.type))
        bias = self._bias(mask, length).to(hidden.dtype)
        dropout = self.dropout if self.training else 0.0
        for layer in self.layers:
            hidden = layer(hidden, bias, dropout)
        return hidden

    def _bias(self, mask: Tensor, length: int) -> Tensor:
        """The bias on attention scores: relative positions, and -1e4 on padding."""
        bias = torch.zeros(mask.shape[0], 1, 1, length, device=mask.device).masked_fill(~mask[:, None, None, :], -1e4)
        if self.relative is None:
            return bias
        steps = torch.arange(length, device=mask.device)
        buckets = relative_position_bucket(steps[None, :] - steps[:, None], self.config.relative_attention_num_buckets)
        relative: Tensor = self.relative(buckets).detach().permute(2, 0, 1)[None].contiguous()  # as GPU kernels want it
        return relative + bias

    @classmethod
    def load(
        cls, folder: Path, tensors: Mapping[str, Tensor], *, layers: int | None = None, require_span: bool = False
    ) -> SpanNetwork:
        """Build from a Hugging Face checkpoint's tensors; ``layers`` keeps only that many of the lowest.

        A checkpoint without ``qa_outputs`` (a bare encoder) gets an untrained span layer, or is refused if
        ``require_span``. Raises ValueError if tensors are missing or have other shapes.
        """
        if require_span and "qa_outputs.weight" not in tensors:
            raise ValueError(f"{folder}: not a trained extractive reader (qa_outputs.weight is missing)")
        config = NetworkConfig.read(folder)
        if layers is not None:
            config = replace(config, num_hidden_layers=layers)
        whole = "qa_outputs.weight" in tensors
        with torch.device("meta" if whole else "cpu"):  # weights that are replaced need not be initialised
            network = cls(config)
        try:
            own = our_names(config, tensors)
            own["span.weight"] = tensors.get("qa_outputs.weight", network.span.weight.detach())
            own["span.bias"] = tensors.get("qa_outputs.bias", network.span.bias.detach())
            network.load_state_dict(own, strict=True, assign=whole)
        except (KeyError, RuntimeError) as error:
            raise ValueError(
                f"{folder}: its weights do not fit its config.json ({str(error).splitlines()[-1].strip()})"
            ) from error
        return network

    def to_hugging_face(self) -> dict[str, Tensor]:
        """The parameters under Hugging Face's names."""
        own = self.state_dict()
        named = {
            **their_names(self.config, own),
            "qa_outputs.weight": own["span.weight"],
            "qa_outputs.bias": own["span.bias"],
        }
        return {name: tensor.contiguous() for name, tensor in named.items()}


def _embedding(rows: int, width: int) -> nn.Embedding:
    """A table of random numbers; not filled on the "meta" device, where torch would import its compiler."""
    numbers = torch.empty(rows, width)
    numbers = numbers if numbers.is_meta else nn.init.normal_(numbers)
    table: nn.Embedding = nn.Embedding.from_pretrained(numbers, freeze=False)  # type: ignore[no-untyped-call]
    return table
