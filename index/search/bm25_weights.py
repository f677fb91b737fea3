"""Computes BM25's weight of each term in each passage, in blocks of passages so that it takes little memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.arrays import Array, Floats, Ints, Numbers
from index.files import naming

PASSAGES_AT_ONCE = 2_048  # the largest temporary arrays hold one number per term of so many passages


@dataclass(frozen=True, slots=True)
class Weights:
    """A sparse matrix in CSC form: term t has weights ``data[indptr[t]:indptr[t + 1]]`` in passages ``indices[...]``."""

    data: Floats
    indices: Numbers
    indptr: Ints


@dataclass(frozen=True, slots=True)
class _Counts:
    """How often each term occurs in each passage, ordered by term, then by passage."""

    terms: Ints
    passages: Ints
    times: Ints


def weigh(ids: Numbers, lengths: Array, terms: int, *, k1: float, b: float, folder: Path | None = None) -> Weights:
    """Compute the weights by Lucene's formula.

    weight = idf * f / (f + k1 * (1 - b + b * length / mean length)), with idf = ln(1 + (N - n + 0.5) / (n + 0.5)).
    ``ids`` holds the terms of all passages in order, ``lengths`` the number of terms of each, ``terms`` the size of the
    vocabulary. The result takes 8 bytes per distinct term of each passage, memory-mapped from unnamed files in ``folder``
    or, if that is None, in memory. Raises OSError if the disk is full.
    """
    holding = np.zeros(terms, dtype=np.int64)
    for counts in _counted(ids, lengths, terms):
        holding += np.bincount(counts.terms, minlength=terms)
    idf = np.log(1 + (len(lengths) - holding + 0.5) / (holding + 0.5)).astype(np.float32)
    damping = k1 * (1 - b + b * lengths / max(lengths.mean(), 1e-9))
    indptr = np.concatenate(([0], np.cumsum(holding)))
    data, indices = _room(folder, int(indptr[-1]), np.float32), _room(folder, int(indptr[-1]), np.int32)
    heads = indptr[:-1].copy()
    for counts in _counted(ids, lengths, terms):
        new = np.bincount(counts.terms, minlength=terms)
        before = np.cumsum(new) - new
        places = heads[counts.terms] + np.arange(len(counts.terms)) - before[counts.terms]
        data[places] = idf[counts.terms] * (counts.times / (damping[counts.passages] + counts.times))
        indices[places] = counts.passages
        heads += new
    return Weights(data, indices, indptr)


def _room(folder: Path | None, count: int, dtype: type[np.generic]) -> Array:
    """Allocate an array. Disk space is reserved first: a write to a mapped page without any would kill the process."""
    size = count * np.dtype(dtype).itemsize
    if folder is None or not size:
        return np.empty(count, dtype)
    with naming(folder), tempfile.TemporaryFile(dir=folder) as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
        return np.asarray(np.memmap(file, dtype=dtype, mode="r+", shape=(count,)))


def _counted(ids: Numbers, lengths: Array, terms: int) -> Iterator[_Counts]:
    """Yield the counts of one block of passages after the other."""
    bounds = np.concatenate(([0], np.cumsum(lengths)))
    for first in range(0, len(lengths), PASSAGES_AT_ONCE):
        last = min(first + PASSAGES_AT_ONCE, len(lengths))
        rows = np.repeat(np.arange(last - first), lengths[first:last])
        keys = ids[bounds[first] : bounds[last]].astype(np.int64) * (last - first) + rows
        found, times = np.unique(keys, return_counts=True)
        yield _Counts(found // (last - first), first + found % (last - first), times)
