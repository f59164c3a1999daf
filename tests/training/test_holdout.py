from dataclasses import replace

import numpy as np
import pytest

from skdeep.base import UsageError
from skdeep.rows import Rows
from skdeep.training.holdout import hold_out, keep_every_class, merge_rare, split_rows
from tests.helpers import CLASSES, simple_plan


@pytest.mark.parametrize("n_held_out", [3, 10, 37, 99])
def test_every_stratum_gives_its_share_to_less_than_one_row(n_held_out, rng):
    strata = rng.permutation(np.repeat([0, 1, 2], [70, 25, 5]))
    mask = hold_out(strata, min(n_held_out, 97), rng)
    share = np.bincount(strata) * mask.sum() / 100
    assert mask.sum() == min(n_held_out, 97)
    assert np.all(np.abs(np.bincount(strata[mask], minlength=3) - share) < 1)


def test_every_row_is_held_out_as_often_as_any_other():
    strata = np.repeat([0, 1], [30, 10])
    times = sum(hold_out(strata, 8, np.random.default_rng(seed)).astype(int) for seed in range(500))
    # 100 of 500 draws each, with a standard deviation of 9
    assert np.all(np.abs(times - 100) < 45)


@pytest.mark.parametrize(
    ("counts", "n_held_out", "reason"),
    [
        ([1], 1, "one of the two parts would be empty"),
        ([10, 1], 3, "the rarest class has one sample"),
        ([10, 10, 10], 2, "a part of 2 cannot hold 3 classes"),
        ([2, 2], 3, "a part of 1 cannot hold 2 classes"),
    ],
)
def test_a_split_without_a_stratum_is_refused_with_the_reason(counts, n_held_out, reason, rng):
    with pytest.raises(ValueError, match=f"^{reason}$"):
        hold_out(np.repeat(np.arange(len(counts)), counts), n_held_out, rng)


@pytest.mark.parametrize("counts", [[40, 1, 1], [40, 30, 1], [1] * 20, [5, 0, 5], [9, 8, 7, 6]])
@pytest.mark.parametrize("n_held_out", [1, 2, 3, 5])
def test_merged_strata_can_always_be_split(counts, n_held_out, rng):
    strata = np.repeat(np.arange(len(counts)), counts)
    merged = merge_rare(strata, n_held_out)
    assert hold_out(merged, n_held_out, rng).sum() == n_held_out


def _merged(counts, n_held_out):
    """Return where each of the strata of these sizes goes."""
    strata = np.repeat(np.arange(len(counts)), counts)
    merged = merge_rare(strata, n_held_out)
    return [int(merged[strata == stratum][0]) for stratum in np.flatnonzero(counts)]


def test_strata_that_both_parts_can_hold_stay_as_they_are():
    assert _merged([9, 8, 7, 6], 4) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("counts", "n_held_out", "expected"),
    [
        ([40, 1, 1], 3, [0, 3, 3]),  # the two rows make a stratum of their own
        ([40, 30, 1], 3, [0, 1, 0]),  # one row alone cannot: it goes to the most frequent
        ([9, 8, 7, 6], 3, [0, 1, 4, 4]),
        ([6, 9], 1, [2, 2]),
        ([1, 1, 1], 2, [3, 3, 3]),
    ],
)
def test_rare_strata_share_one(counts, n_held_out, expected):
    assert _merged(counts, n_held_out) == expected


def test_a_class_that_is_too_rare_for_both_parts_is_merged_or_refused():
    rows = Rows(np.zeros((20, 1)), np.array([0] * 10 + [1] * 9 + [2]))
    plan = simple_plan(n_held_out=4)
    train, held_out = split_rows(rows, CLASSES, plan, seed=0)
    assert (train.n_samples, held_out.n_samples) == (16, 4)
    with pytest.raises(UsageError, match="of 20 samples: the rarest class has one sample"):
        split_rows(rows, CLASSES, replace(plan, refuses_rare=True), seed=0)


@pytest.mark.parametrize("n_held_out", [8, 12])
def test_classes_are_merged_until_the_smaller_part_can_hold_them(n_held_out):
    rows = Rows(np.zeros((20, 1)), np.repeat(np.arange(10), 2))
    train, held_out = split_rows(rows, CLASSES, simple_plan(n_held_out=n_held_out), seed=0)
    assert (train.n_samples, held_out.n_samples) == (20 - n_held_out, n_held_out)


@pytest.mark.parametrize("counts", [[2, 18], [2, 3, 95], [1, 1, 1, 1, 6], [5, 0, 5]])
@pytest.mark.parametrize("seed", range(5))
def test_every_class_keeps_a_row(counts, seed):
    classes, rng = np.repeat(np.arange(len(counts)), counts), np.random.default_rng(seed)
    n_held_out = len(classes) - np.count_nonzero(counts)
    mask = np.zeros(len(classes), dtype=bool)
    mask[rng.permutation(len(classes))[:n_held_out]] = True
    keep_every_class(mask, classes, rng)
    assert mask.sum() == n_held_out
    # there are as many rows left as there are classes: one of each
    np.testing.assert_array_equal(np.sort(classes[~mask]), np.flatnonzero(counts))


def test_a_class_keeps_any_of_its_rows_and_takes_the_place_of_any_other():
    classes = np.repeat([0, 1], [4, 6])
    masks = []
    for seed in range(600):
        masks.append(np.repeat([True, False], [4, 6]))
        keep_every_class(masks[-1], classes, np.random.default_rng(seed))
    times = np.sum(masks, axis=0)
    # 1 of 4 is kept and 1 of 6 held out: 150 and 100 of 600 draws, with a deviation of 11
    assert np.all(np.abs(times - np.repeat([450, 100], [4, 6])) < 55)


def test_where_every_class_has_a_row_nothing_is_drawn(rng):
    classes, mask = np.array([0, 0, 2, 2]), np.array([True, False, True, False])
    before = rng.bit_generator.state
    keep_every_class(mask, classes, rng)
    assert mask.tolist() == [True, False, True, False]
    assert rng.bit_generator.state == before


def test_where_there_are_too_few_rows_as_many_classes_as_possible_keep_one(rng):
    classes, mask = np.array([0, 0, 1, 2, 3]), np.array([False, False, True, True, True])
    keep_every_class(mask, classes, rng)
    assert mask.sum() == 3
    assert len(set(classes[~mask])) == 2
    assert 0 in classes[~mask]
