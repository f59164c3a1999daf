"""Choose the rows to hold out: at random, in proportion from each stratum."""

from typing import Any

import numpy as np

from ..base import UsageError
from ..plan import Plan
from ..rows import Rows, index_dtype
from ..targets import Target

__all__ = ["cannot_hold_out", "hold_out", "keep_every_class", "merge_rare", "split_rows"]


def split_rows(rows: Rows, target: Target, plan: Plan, seed: int) -> tuple[Rows, Rows]:
    """Return the training rows and the rows that the plan holds out."""
    rng, n = np.random.default_rng(seed), len(rows.y)
    strata, classes = target.strata(rows.y), target.classes_of(rows.y)
    try:
        if plan.refuses_rare:
            _check(np.bincount(classes), plan.n_held_out)
        strata = merge_rare(strata, min(plan.n_held_out, n - plan.n_held_out))
        held_out = hold_out(strata, plan.n_held_out, rng)
        keep_every_class(held_out, classes, rng)
    except ValueError as reason:
        raise cannot_hold_out(plan, n, reason) from None
    dtype = index_dtype(n)
    train, held_out = (np.flatnonzero(part).astype(dtype) for part in (~held_out, held_out))
    return rows.take(train), rows.take(held_out)


def cannot_hold_out(plan: Plan, n_samples: int, reason: Any) -> UsageError:
    """Return an error for rows that cannot be split as the plan says."""
    return UsageError(
        f"early_stopping cannot hold out validation_fraction={plan.validation_fraction} of "
        f"{n_samples} samples: {reason}. Give more samples, another validation_fraction, X_val "
        "and y_val, or early_stopping='auto'."
    )


def merge_rare(strata: np.ndarray, n_smaller: int) -> np.ndarray:
    """Keep the most frequent strata, as many as both parts can hold, and merge the others.

    Parameters
    ----------
    strata : ndarray of shape (n_samples,)
        The stratum of each row, as an integer from 0.
    n_smaller : int
        Number of rows in the smaller of the two parts.

    Returns
    -------
    ndarray of shape (n_samples,)
        The stratum of each row after merging.
    """
    counts = np.bincount(strata)
    if counts.min() > 1 and len(counts) <= n_smaller:
        return strata
    by_frequency = np.argsort(-counts, kind="stable")
    kept = by_frequency[: max(n_smaller - 1, 0)]
    kept = kept[counts[kept] > 1]
    rest = len(counts) if counts.sum() - counts[kept].sum() > 1 else by_frequency[0]
    merged = np.full(len(counts), rest)
    merged[kept] = kept
    return merged[strata]


def hold_out(strata: np.ndarray, n_held_out: int, rng: np.random.Generator) -> np.ndarray:
    """Return a mask of the rows to hold out.

    A stratum with n_g of the n rows gives n_g/n of the held-out rows. The numbers are rounded
    down, then up for the largest remainders. The memory needed is a few bytes per row.

    Parameters
    ----------
    strata : ndarray of shape (n_samples,)
        The stratum of each row, as an integer from 0.
    n_held_out : int
        Number of rows to hold out.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of bool of shape (n_samples,)

    Raises
    ------
    ValueError
        If a stratum cannot be in both parts. The message gives the reason.
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
    """Give each class a row that is not held out, if there are enough such rows.

    If all rows of a class are held out, one of them is exchanged with a row of a class that has
    other training rows. If there is no such class, nothing changes, and no random numbers are
    drawn.

    Parameters
    ----------
    held_out : ndarray of bool of shape (n_samples,)
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
    """Return a random row of each class in ``rows``, and the other rows."""
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
