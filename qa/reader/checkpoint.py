"""Weights on disk: safetensors in shards, the large matrices in 8 bits with one scale to thirty-two of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

SCALE = ".scale"
SHARD_BYTES = 60_000_000
GROUP = 32
ROWS_AT_ONCE = 1024


def quantise(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """Round a matrix [R, C] to int8, 32 neighbours of a row at a time: w = q * scale with scale = max|w| / 127.

    Gives q [R, C] and the scales [R, C / 32] in fp16; C is a multiple of 32; |error| <= scale / 2.
    """
    grouped = tensor.reshape(len(tensor), -1, GROUP)
    scale = (grouped.abs().amax(dim=2) / 127).clamp(min=1e-7).half()
    return torch.round(grouped / scale.float()[:, :, None]).clamp(-127, 127).to(torch.int8).view_as(tensor), scale


def _restored(rounded: Tensor, scale: Tensor, dtype: torch.dtype) -> Tensor:
    """What ``quantise`` rounded; only a block of rows at a time stands in fp32 beside it."""
    restored = torch.empty(rounded.shape, dtype=dtype)
    for into, block, steps in zip(*(torch.split(one, ROWS_AT_ONCE) for one in (restored, rounded, scale)), strict=True):
        exact = block.float().view(*steps.shape, GROUP).mul_(steps.float()[:, :, None])
        into.copy_(exact.view_as(block))
    return restored


def read_weights(folder: Path, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    """All tensors of the folder, in fp32 or rounded from it; ValueError naming the file that is missing or damaged."""
    index = folder / "model.safetensors.index.json"
    names = ["model.safetensors"]
    if index.exists():
        try:
            names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{index}: not a list of weight files ({error})") from error
    stored: dict[str, Tensor] = {}
    for name in names:
        try:
            stored |= load_file(folder / name)
        except (OSError, SafetensorError) as error:
            raise ValueError(f"{folder / name}: cannot be read as weights ({error})") from error
    scales = {name.removesuffix(SCALE): value for name, value in stored.items() if name.endswith(SCALE)}
    return {
        name: _restored(value, scales[name], dtype) if name in scales else value.float().to(dtype)
        for name, value in stored.items()
        if not name.endswith(SCALE)
    }


def write_weights(folder: Path, tensors: Mapping[str, Tensor], *, shard_bytes: int = SHARD_BYTES) -> None:
    """Write large matrices in int8 and the rest in fp32, in shards of about 60 MB with Hugging Face's index file."""
    stored: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2 and tensor.numel() > 100_000 and tensor.shape[1] % GROUP == 0:
            stored[name], stored[name + SCALE] = quantise(tensor.float())
        else:
            stored[name] = tensor.float().contiguous()
    shards: list[dict[str, Tensor]] = [{}]
    for name, tensor in stored.items():
        if sum(t.nbytes for t in shards[-1].values()) + tensor.nbytes > shard_bytes and shards[-1]:
            shards.append({})
        shards[-1][name] = tensor
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.safetensors"):
        stale.unlink()
    places: dict[str, str] = {}
    for number, shard in enumerate(shards, 1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        save_file(shard, folder / file, metadata={"format": "pt"})
        (folder / file).chmod(0o644)
        places |= dict.fromkeys(shard, file)
    total = sum(tensor.nbytes for tensor in stored.values())
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1), encoding="utf-8")
