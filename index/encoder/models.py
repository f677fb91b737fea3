"""Finds a model in a folder, or by name in this machine's cache of the model hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ModelMissing(ValueError):
    """No model has this name or is in this folder."""


def model_folder(given: str | Path) -> Path:
    """Return the folder of a model given by path or by its name on the model hub; raises ModelMissing.

    Downloads nothing unless HF_HUB_OFFLINE is 0.
    """
    path = Path(given).expanduser()
    if path.is_dir():
        odd = next((one for one in path.rglob("*") if not (one.is_file() or one.is_dir())), None)
        if odd is not None:  # reading a pipe or a device might never end
            raise ModelMissing(f"{odd}: not a regular file, and so no part of a model; download the model again")
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


@contextmanager
def usable(model: str | Path) -> Iterator[None]:
    """Turn what hostile or damaged files make a library raise into a ValueError of one line that names the model."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the tokenizers' library raises what is no Exception
        said = str(error).strip() or type(error).__name__
        if isinstance(error, ValueError) and said.startswith(str(model)):
            raise
        raise ValueError(
            f"{model}: cannot be used ({said.splitlines()[0]}); choose another or download it again"
        ) from error
