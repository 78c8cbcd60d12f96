"""Which n-grams a model knows, and texts as their rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.ngram import Codes, all_fingerprints, character_map, encode

CHARACTERS = character_map()


def grams(texts: Sequence[str]) -> tuple[Codes, NDArray[np.int64]]:
    """Fingerprints of all n-grams of all texts, and where each text's begin."""
    return all_fingerprints(*encode(texts), CHARACTERS)


def frequent(texts: Sequence[str], least: int) -> Codes:
    """N-grams that occur at least so often, sorted."""
    known, counts = np.unique(grams(texts)[0], return_counts=True)
    return np.asarray(known[counts >= least])


def in_texts(texts: Sequence[str], least: int) -> Codes:
    """N-grams that occur in at least so many of the texts, sorted."""
    found, bounds = grams(texts)
    owner = np.repeat(np.arange(len(texts), dtype=np.uint64), np.diff(bounds))
    pairs = np.unique((found.astype(np.uint64) << np.uint64(32)) | owner) >> np.uint64(32)
    known, counts = np.unique(pairs.astype(np.uint32), return_counts=True)
    return np.asarray(known[counts >= least])


def rows_of(texts: Sequence[str], known: Codes) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Row numbers of the known n-grams of all texts, and where each text's begin."""
    found, bounds = grams(texts)
    rows = np.searchsorted(known, found)
    rows[rows == known.size] = 0
    hit = known[rows] == found
    starts = np.concatenate([[0], np.cumsum(hit)])[bounds]
    return rows[hit].astype(np.int32), starts.astype(np.int64)


def counts_of(texts: Sequence[str], known: Codes) -> Any:
    """Sparse counts (texts by known n-grams) over what the engine divides a bag by."""
    from scipy import sparse

    ids, bounds = rows_of(texts, known)
    size = np.maximum(np.diff(bounds), 1).astype(np.float64)
    divisor = np.where(size <= 400, np.sqrt(size), size / 20.0)
    matrix = sparse.csr_matrix(
        (np.ones(ids.size, dtype=np.float32), ids, bounds), shape=(len(texts), known.size), copy=True
    )
    matrix.sum_duplicates()
    return (sparse.diags((1.0 / divisor).astype(np.float32)) @ matrix).tocsr()
