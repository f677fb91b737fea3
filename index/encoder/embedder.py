"""Turns texts into vectors. Only this module imports sentence_transformers, and not for the bundled model."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.arrays import Array, Floats
from index.encoder.cpu import cores, work_alone
from index.encoder.models import model_folder, usable
from index.encoder.number_format import VECTOR_FORMATS, Shape, fastest_format
from index.environment import set_environment
from index.files import digest, digest_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from index.encoder.sentence import LightEncoder


BUNDLED = Path(__file__).parents[1] / "model"
BATCH = 32
SHARE = 16  # texts that a thread embeds at a time: fewer balance the threads, more make larger products
LONGEST_TEXT = 20_000  # characters; far more than a sentence model reads, and few enough that no question can stall it
_WEIGHTS = (".safetensors",)
_SETTINGS = (".json", ".txt", ".model")


class Embedder(Protocol):
    """Turns texts into unit vectors. Embedders with the same fingerprint give the same vectors, apart from rounding."""

    @property
    def fingerprint(self) -> str:
        """A digest of everything that determines the vectors."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return one L2-normalised row per text: [n, dimension] float32."""


def in_context(heading: str, header: str, text: str) -> str:
    """Put a text below its headings and the names of its columns. Offsets never count either."""
    return f"{heading}\n{header}\n{text}" if header else f"{heading}\n{text}"


def unit(rows: Array) -> Floats:
    """Return the rows [n, d] at unit length; rows of zeros stay."""
    exact = np.array(rows, dtype=np.float32)
    exact /= np.maximum(np.linalg.norm(exact, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return exact


class SentenceEmbedder:
    """A sentence-transformers model in a local folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._loading = threading.Lock()

    @classmethod
    def open(cls, name_or_folder: str | None = None) -> SentenceEmbedder:
        """Open the bundled model, or another one by folder or name; raises ModelMissing."""
        set_environment()
        return cls(BUNDLED if name_or_folder is None else model_folder(name_or_folder))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's weights, tokenizer and settings, including the maximum length."""
        paths = [path for path in sorted(self.folder.rglob("*")) if path.suffix in _WEIGHTS + _SETTINGS]
        return digest("".join(f"{path.relative_to(self.folder)} {digest_of(path)}\n" for path in paths).encode())

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        dimension = self._light.dimension if self._light else self._model.get_embedding_dimension()
        assert dimension is not None
        return dimension

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return one L2-normalised row per text: [n, dimension] float32."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        cut = [text[:LONGEST_TEXT] for text in texts]
        if self._light is not None:
            return self._light.embed(cut) if len(cut) <= SHARE else self._by_shares(cut, self._light)
        with usable(self.folder):
            made = self._model.encode(cut, batch_size=BATCH, convert_to_numpy=True, show_progress_bar=False)
        return unit(made)

    def _by_shares(self, texts: Sequence[str], light: LightEncoder) -> Floats:
        """The model's rows, by threads that each embed a share of the texts alone, so that none waits after every product."""
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        shares = [order[at : at + SHARE] for at in range(0, len(order), SHARE)]
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        with ThreadPoolExecutor(cores(), initializer=work_alone) as pool:
            made = pool.map(lambda share: light.embed([texts[place] for place in share]), shares)
            for share, vectors in zip(shares, made, strict=True):
                rows[share] = vectors
        return rows

    @cached_property
    def _light(self) -> LightEncoder | None:
        """The bundled model; None for any other."""
        if self.folder != BUNDLED:
            return None
        from index.encoder.sentence import LightEncoder

        return LightEncoder(self.folder)

    @property
    def _model(self) -> SentenceTransformer:
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> SentenceTransformer:
        from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined,unused-ignore]

        disable_progress_bars()  # the command line draws its own
        from sentence_transformers import SentenceTransformer

        weights: dict[str, object] = {"use_safetensors": True}
        with usable(self.folder):
            if fastest_format(Shape.read(self.folder), VECTOR_FORMATS) == "bf16":
                weights["dtype"] = "bfloat16"
            return SentenceTransformer(
                str(self.folder), device="cpu", trust_remote_code=False, local_files_only=True, model_kwargs=weights
            )
