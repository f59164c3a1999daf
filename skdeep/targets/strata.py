"""Strata: groups of rows that are held out in the same proportion."""

import numpy as np

__all__ = ["merge_rare"]


def merge_rare(strata: np.ndarray, counts: np.ndarray, n_smaller: int) -> np.ndarray:
    """Keep the most frequent strata, as many as both parts can hold, and merge the others.

    Parameters
    ----------
    strata : ndarray of shape (n_samples,)
        The stratum of each row, as an integer from 0.
    counts : ndarray of shape (n_strata,)
        Number of rows in each stratum.
    n_smaller : int
        Number of rows in the smaller of the two parts.

    Returns
    -------
    ndarray of shape (n_samples,)
        The stratum of each row after merging.
    """
    if counts.min() > 1 and len(counts) <= n_smaller:
        return strata
    by_frequency = np.argsort(-counts, kind="stable")
    kept = by_frequency[: max(n_smaller - 1, 0)]
    kept = kept[counts[kept] > 1]
    rest = len(counts) if counts.sum() - counts[kept].sum() > 1 else by_frequency[0]
    merged = np.full(len(counts), rest)
    merged[kept] = kept
    return merged[strata]
