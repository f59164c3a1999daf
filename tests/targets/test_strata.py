import numpy as np
import pytest

from skdeep.targets.strata import merge_rare


def _merged(counts, n_held_out):
    """Return where each of the strata of these sizes goes."""
    strata = np.repeat(np.arange(len(counts)), counts)
    merged = merge_rare(strata, np.array(counts), n_held_out)
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
