"""Which rows to hold out: at random, of every stratum in proportion."""

import numpy as np

__all__ = ["hold_out", "keep_every_class"]


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


def keep_every_class(held_out: np.ndarray, classes: np.ndarray, rng: np.random.Generator) -> None:
    """Give each class a row that is not held out, where there are enough such rows.

    A row of a class that was held out entirely changes places with a row of a class that
    has others to train on. Nothing is drawn, and nothing changes, if there is no such class.

    Parameters
    ----------
    held_out : ndarray of shape (n_samples,)
        The mask, which is changed in place.
    classes : ndarray of shape (n_samples,)
        The class of each row, as an integer from 0.
    rng : numpy.random.Generator
    """
    counts = np.bincount(classes)
    if (np.bincount(classes[~held_out], minlength=len(counts)) >= np.minimum(counts, 1)).all():
        return
    kept, spare = _one_of_each(np.flatnonzero(~held_out), classes, rng)
    candidates, _ = _one_of_each(np.flatnonzero(held_out), classes, rng)
    lost = candidates[~np.isin(classes[candidates], classes[kept])][: len(spare)]
    held_out[lost] = False
    held_out[spare[: len(lost)]] = True


def _one_of_each(
    rows: np.ndarray, classes: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return a row of each class that ``rows`` have, and the other rows, at random."""
    rows = rng.permutation(rows)
    _, first = np.unique(classes[rows], return_index=True)
    return rows[first], np.delete(rows, first)


def _check(counts: np.ndarray, n_held_out: int) -> None:
    n_strata, smaller_part = np.count_nonzero(counts), min(n_held_out, counts.sum() - n_held_out)
    if smaller_part < 1:
        raise ValueError("one of the two parts would be empty")
    if counts[counts > 0].min() < 2:
        raise ValueError("the rarest class has one sample")
    if smaller_part < n_strata:
        raise ValueError(f"a part of {smaller_part} cannot hold {n_strata} classes")
