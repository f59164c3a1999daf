"""Dask arrays and frames, as a list of blocks of rows."""

from typing import Any, NamedTuple

import dask
import numpy as np

from ..base import UsageError

__all__ = ["Block", "blocks_of", "parts_of"]


class Block(NamedTuple):
    """The rows of one partition, not computed.

    Attributes
    ----------
    X, y : Delayed
    sample_weight : Delayed or None
    """

    X: Any
    y: Any
    sample_weight: Any


def blocks_of(X: Any, y: Any, sample_weight: Any, suffix: str = "") -> list[Block]:
    """Return the blocks of a data set.

    Parameters
    ----------
    X : Dask array or frame of shape (n_samples, n_features)
    y : Dask array, frame or series
    sample_weight : Dask array or series, or None
    suffix : str, default=""
        Of the names of the arguments, for messages.
    """
    given = {"X": X, "y": y, "sample_weight": sample_weight}
    parts = {
        name: parts_of(_like(X, each), name + suffix)
        for name, each in given.items()
        if each is not None
    }
    n_blocks = {name + suffix: len(each) for name, each in parts.items()}
    if len(set(n_blocks.values())) > 1:
        raise UsageError(
            f"the partitions do not match. Their numbers are {n_blocks}. Give collections whose "
            "partitions have the same rows, or call compute_chunk_sizes() on arrays."
        )
    weights = parts.get("sample_weight", [None] * len(parts["X"]))
    return [Block(*each) for each in zip(parts["X"], parts["y"], weights, strict=True)]


def parts_of(collection: Any, name: str) -> list[Any]:
    """Return the partitions of a collection, each with all columns, as delayed objects."""
    if not (dask.is_dask_collection(collection) and hasattr(collection, "to_delayed")):
        raise UsageError(
            f"{name} must be a Dask array or frame. Got {type(collection).__name__}. For data in "
            "memory, use DeepClassifier or DeepRegressor."
        )
    if max(getattr(collection, "numblocks", ())[1:], default=1) > 1:
        collection = collection.rechunk({1: -1})
    return np.ravel(collection.to_delayed(optimize_graph=False)).tolist()


def _like(X: Any, other: Any) -> Any:
    """Return an array in chunks of the same rows as X, if the sizes of both are known."""
    chunks = [getattr(each, "chunks", ((np.nan,),))[0] for each in (X, other)]
    if np.isnan([*chunks[0], *chunks[1]]).any() or chunks[0] == chunks[1]:
        return other
    if sum(chunks[0]) != sum(chunks[1]):
        raise UsageError(
            f"X and y, and their weights, must have the same number of rows. Got {sum(chunks[0])} "
            f"and {sum(chunks[1])}."
        )
    return other.rechunk({0: chunks[0]})
