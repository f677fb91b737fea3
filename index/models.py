"""Finds a model in a folder, or by name in this machine's cache of the model hub."""

from __future__ import annotations

import os
from pathlib import Path


class ModelMissing(ValueError):
    """No model has this name or is in this folder."""


def model_folder(given: str | Path) -> Path:
    """Return the folder of a model given by path or by its name on the model hub; raises ModelMissing.

    Downloads nothing unless HF_HUB_OFFLINE is 0.
    """
    path = Path(given).expanduser()
    if path.is_dir():
        return path.resolve()
    if path.exists() or path.is_absolute() or str(given).startswith("."):
        raise ModelMissing(f"{given}: not a folder that holds a model")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(str(given), local_files_only=os.environ.get("HF_HUB_OFFLINE", "1") != "0"))
    except (OSError, ValueError) as error:
        raise ModelMissing(
            f"{given}: neither a folder nor a model on this machine; "
            "to fetch it from the model hub, run once with HF_HUB_OFFLINE=0"
        ) from error
