import numpy as np
import pytest

from skdeep.inputs import why_other_scales, why_wild_scales
from skdeep.rows import Rows

COLUMNS, NAMES = np.arange(3), ["age", "income", "rate"]


def _rows(X, weight=None):
    return Rows(X, np.zeros(len(X)), weight)


def _alternating(n, mean, deviation):
    """Return columns with exactly these means and standard deviations, for even n."""
    return np.array(mean) + np.array(deviation) * np.where(np.arange(n) % 2, 1.0, -1)[:, None]


def _of_three(column, mean, deviation):
    X = _alternating(100, [0, 0, 0], [1, 1, 1])
    X[:, column] = _alternating(100, [mean], [deviation])[:, 0]
    return X


@pytest.mark.parametrize(
    ("column", "mean", "deviation"),
    [(1, 50000, 20000), (0, 0, 301), (1, 301, 0), (2, 0, 9e-5), (2, 5, 9e-5)],
)
def test_numbers_far_from_1_are_told(column, mean, deviation):
    assert why_wild_scales(_rows(_of_three(column, mean, deviation)), COLUMNS, NAMES) == (
        f"numbers are used as they are, and the column {NAMES[column]!r} of X has mean "
        f"{float(mean):.3g} and standard deviation {float(deviation):.3g}. A network learns well "
        "from numbers near 1. Set numerical_encoding='standardize', or scale X."
    )


@pytest.mark.parametrize(
    "X",
    [
        _of_three(0, 0, 1),
        _of_three(0, 0, 1.1e-4),
        _of_three(0, 0, 299),
        _of_three(0, 5, 0),
        np.full((10, 3), 1e6),
        _of_three(0, 1e-30, 0),
    ],
    ids=["standardized", "small", "large", "one constant", "all constant", "tiny constant"],
)
def test_usual_scales_are_not_told(X):
    assert why_wild_scales(_rows(X), COLUMNS, NAMES) is None


def test_pixels_are_not_told(rng):
    X = rng.integers(256, size=(500, 3)).astype(np.uint8)
    X[:, 0] = 0  # a border
    X[:, 1] = rng.random(500) < 0.01
    assert why_wild_scales(_rows(X), COLUMNS, NAMES) is None


def test_a_row_of_weight_zero_does_not_count_for_the_scales():
    X = np.vstack([_of_three(0, 0, 1), [[1e6, 0, 0]]])
    assert why_wild_scales(_rows(X), COLUMNS, NAMES) is not None
    assert why_wild_scales(_rows(X, np.r_[np.ones(100), 0]), COLUMNS, NAMES) is None


TRAINING = _rows(_of_three(1, 1000, 10))


@pytest.mark.parametrize(
    ("mean", "deviation"), [(0, 1), (1060, 10), (940, 10), (1000, 200)], ids=str
)
def test_validation_rows_on_another_scale_are_told(mean, deviation):
    val_rows = _rows(_of_three(1, mean, deviation))
    assert why_other_scales(TRAINING, val_rows, np.arange(3), NAMES) == (
        f"the column 'income' of X_val has mean {float(mean):.3g} and standard deviation "
        f"{float(deviation):.3g}. In X they are 1e+03 and 10. Give X_val in the units of X: a "
        "pipeline transforms X, but not the X_val that it passes on."
    )


@pytest.mark.parametrize(
    ("mean", "deviation"), [(1000, 10), (1025, 10), (975, 5), (1000, 100), (1000, 0)], ids=str
)
def test_validation_rows_on_a_similar_scale_are_not_told(mean, deviation):
    val_rows = _rows(_of_three(1, mean, deviation))
    assert why_other_scales(TRAINING, val_rows, np.arange(3), NAMES) is None


def test_few_validation_rows_may_be_far_away():
    far = _of_three(1, 1060, 0)
    assert why_other_scales(TRAINING, _rows(far), np.arange(3), NAMES) is not None
    assert why_other_scales(TRAINING, _rows(far[:1]), np.arange(3), NAMES) is None


def test_only_columns_of_numbers_that_vary_are_compared():
    val_rows = _rows(_of_three(1, 0, 1))
    assert why_other_scales(TRAINING, val_rows, np.array([0, 2]), NAMES) is None
    assert why_other_scales(TRAINING, val_rows, np.array([], dtype=int), NAMES) is None
    constant = _rows(_of_three(1, 1000, 0))
    assert why_other_scales(constant, val_rows, np.arange(3), NAMES) is None


def test_missing_values_do_not_count():
    X = _of_three(1, 1000, 10)
    X[:50, 1] = np.nan
    assert why_other_scales(TRAINING, _rows(X), np.arange(3), NAMES) is None
    assert why_other_scales(_rows(X), TRAINING, np.arange(3), NAMES) is None
