"""Which rows to hold out: at random, of every stratum in proportion."""

import numpy as np

__all__ = ["hold_out"]


def hold_out(strata: np.ndarray, n_held_out: int, rng: np.random.Generator) -> np.ndarray:
    """Return a mask of the rows held out.

    A stratum of n_g of the n rows gives n_g/n of the held-out ones, rounded so that the
    largest remainders go up. A few bytes a row are all it takes, also for millions.

    Parameters
    ----------
    strata : ndarray of shape (n_samples,)
        The stratum of each row, as an integer from 0.
    n_held_out : int
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        When a stratum cannot be in both parts; the message is the reason.
    """
    counts = np.bincount(strata)
    _check(counts, n_held_out)
    exact = counts * (n_held_out / len(strata))
    quotas = np.floor(exact).astype(int)
    missing = n_held_out - quotas.sum()
    quotas[np.argsort(quotas - exact, kind="stable")[:missing]] += 1
    mask = np.zeros(len(strata), dtype=bool)
    for stratum in np.flatnonzero(quotas):
        members = np.flatnonzero(strata == stratum)
        mask[rng.choice(members, quotas[stratum], replace=False, shuffle=False)] = True
    return mask


def _check(counts: np.ndarray, n_held_out: int) -> None:
    n_strata, smaller_part = np.count_nonzero(counts), min(n_held_out, counts.sum() - n_held_out)
    if smaller_part < 1:
        raise ValueError("one of the two parts would be empty")
    if counts[counts > 0].min() < 2:
        raise ValueError("the rarest class has one sample")
    if smaller_part < n_strata:
        raise ValueError(f"a part of {smaller_part} cannot hold {n_strata} classes")
