"""Weights on disk: sharded safetensors, with large matrices in int8 and one fp16 scale per 32 weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

SCALE = ".scale"
SHARD_BYTES = 60_000_000  # per file; git hosts commonly accept at most 100 MB
GROUP = 32  # weights per scale; fewer round more exactly but take more space
AT_ONCE = 32_768  # weights restored together: torch shares more of them out to threads, which takes twice the time


def quantise(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """Round a matrix [R, C] to int8 in groups of 32 weights of a row: w = q * scale, scale = max|w| / 127.

    C must be a multiple of 32. Returns q [R, C] and the fp16 scales [R, C / 32]; |error| <= scale / 2.
    """
    grouped = tensor.reshape(len(tensor), -1, GROUP)
    scale = (grouped.abs().amax(dim=2) / 127).clamp(min=1e-7).half()
    return torch.round(grouped / scale.float()[:, :, None]).clamp(-127, 127).to(torch.int8).view_as(tensor), scale


def _restored(rounded: Tensor, scale: Tensor, dtype: torch.dtype) -> Tensor:
    """The inverse of ``quantise``, a block of rows at a time."""
    restored = torch.empty(rounded.shape, dtype=dtype)
    rows = max(1, AT_ONCE // rounded.shape[1])
    for into, block, steps in zip(*(torch.split(one, rows) for one in (restored, rounded, scale)), strict=True):
        exact = block.float().view(*steps.shape, GROUP).mul_(steps.float()[:, :, None])
        into.copy_(exact.view_as(block))
    return restored


def read_weights(folder: Path, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    """All tensors of a folder as ``dtype``. Raises ValueError naming the missing or damaged file."""
    index = folder / "model.safetensors.index.json"
    names = ["model.safetensors"]
    if index.exists():
        try:
            names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{index}: not an index of weight files ({error}); download the model again") from error
    stored: dict[str, Tensor] = {}
    for name in names:
        try:
            stored |= load_file(folder / name)
        except (OSError, SafetensorError) as error:
            raise ValueError(
                f"{folder / name}: cannot be read as weights ({error}); download the model again"
            ) from error
    scales = {name.removesuffix(SCALE): value for name, value in stored.items() if name.endswith(SCALE)}
    return {
        name: _restored(value, scales[name], dtype) if name in scales else value.float().to(dtype)
        for name, value in stored.items()
        if not name.endswith(SCALE)
    }


def write_weights(
    folder: Path, tensors: Mapping[str, Tensor], *, shard_bytes: int = SHARD_BYTES, rounded: bool = True
) -> None:
    """Write large matrices in int8 (in fp16 unless ``rounded``), the rest in fp32, in shards with Hugging Face's index file."""
    stored: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2 and tensor.numel() > 100_000 and tensor.shape[1] % GROUP == 0:
            if rounded:
                stored[name], stored[name + SCALE] = quantise(tensor.float())
            else:
                stored[name] = tensor.half().contiguous()
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
