"""Pincite's models as other libraries read them."""

from __future__ import annotations

import shutil
from pathlib import Path

from safetensors.torch import save_file

from index.encoder.checkpoint import read_weights


def write_plain(model: Path, folder: Path) -> None:
    """Write a model's weights in fp32 to one file under Hugging Face's names, beside its configuration and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in model.glob("*.json"):
        if not path.name.endswith(".index.json"):
            shutil.copyfile(path, folder / path.name)
    unfinished = folder / "unfinished.safetensors"
    save_file(read_weights(model), unfinished, metadata={"format": "pt"})
    unfinished.rename(folder / "model.safetensors")
