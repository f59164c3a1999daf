import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from skdeep.diagnostics import train_dev_test_split


@pytest.mark.parametrize(
    ("n", "fraction"),
    [
        (10, 0.2),
        (1_000, 0.2),
        (10_000, 0.2),
        (100_000, np.sqrt(0.2 * 0.01)),
        (1_000_000, 0.01),
        (2_000_000, 0.01),
    ],
)
def test_the_automatic_sizes_follow_the_stated_rule(n, fraction):
    train, dev, test = train_dev_test_split(np.arange(n), shuffle=False)
    assert len(dev) == len(test) == round(fraction * n)
    assert len(train) == n - len(dev) - len(test)


def test_the_automatic_sizes_grow_with_the_data_and_their_share_shrinks():
    sizes = [1_000 * 2**k for k in range(11)]
    dev = np.array([len(train_dev_test_split(np.arange(n), shuffle=False)[1]) for n in sizes])
    assert np.all(np.diff(dev) > 0)
    assert np.all(np.diff(dev / sizes) <= 1e-12)


@pytest.mark.parametrize("stratified", [False, True])
@pytest.mark.parametrize("n", [13, 50, 997])
def test_every_row_is_in_exactly_one_part(n, stratified, rng):
    rows = np.arange(n)
    parts = train_dev_test_split(
        rows, stratify=rng.integers(2, size=n) if stratified else None, random_state=0
    )
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), rows)


def test_all_kinds_of_arrays_are_split_alike_and_keep_their_kind(rng):
    n = 40
    i = np.arange(n)
    arrays = {
        "array": (i[:, None], lambda a: a[:, 0]),
        "list": (i.tolist(), np.asarray),
        "pandas": (pd.DataFrame({"i": i}, index=i + 100), lambda a: a["i"].to_numpy()),
        "polars": (pl.DataFrame({"i": i}), lambda a: a["i"].to_numpy()),
        "sparse": (csr_matrix(i[:, None]), lambda a: a.toarray()[:, 0]),
        "weights": (i / 2, lambda a: (2 * a).astype(int)),
    }
    parts = train_dev_test_split(*(a for a, _ in arrays.values()), random_state=3)
    assert len(parts) == 3 * len(arrays)
    for k, (array, read) in enumerate(arrays.values()):
        for part, expected in zip(parts[3 * k : 3 * k + 3], parts[:3], strict=True):
            assert type(part) is type(array)
            np.testing.assert_array_equal(read(part), expected[:, 0])


def test_stratified_parts_have_the_classes_in_proportion():
    y = np.repeat([0, 1], [180, 20])
    parts = train_dev_test_split(y, stratify=y, random_state=0)
    assert [np.bincount(part).tolist() for part in parts] == [[108, 12], [36, 4], [36, 4]]


def test_without_shuffle_the_parts_follow_each_other():
    train, dev, test = train_dev_test_split(np.arange(10), shuffle=False, dev_size=3, test_size=0.1)
    assert (train.tolist(), dev.tolist(), test.tolist()) == ([0, 1, 2, 3, 4, 5], [6, 7, 8], [9])


def test_the_same_seed_gives_the_same_parts():
    one, same, other = (
        train_dev_test_split(np.arange(100), random_state=seed)[0] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("name", ["dev_size", "test_size"])
@pytest.mark.parametrize("value", [0, 1.0, -0.1, "large", True, None])
def test_bad_sizes_are_refused(name, value):
    with pytest.raises(ValueError, match=name) as error:
        train_dev_test_split(np.arange(10), **{name: value})
    assert str(error.value) == (
        f"The {name!r} parameter of train_dev_test_split must be 'auto', a float in the range "
        f"(0.0, 1.0) or an int in the range [1, inf). Got {value!r} instead."
    )


def test_sizes_that_leave_nothing_to_train_on_are_refused():
    with pytest.raises(ValueError, match="leave no") as error:
        train_dev_test_split(np.arange(10), dev_size=5, test_size=0.5)
    assert str(error.value) == (
        "train_dev_test_split: dev_size=5 and test_size=0.5 leave no training rows of 10. Give "
        "smaller sizes."
    )


def test_what_cannot_be_split_is_refused():
    with pytest.raises(ValueError, match=r"^train_dev_test_split needs at least one array"):
        train_dev_test_split()
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        train_dev_test_split(np.arange(10), np.arange(9))
    with pytest.raises(ValueError, match=r"stratify needs shuffle=True. Got shuffle=False"):
        train_dev_test_split(np.arange(10), stratify=np.arange(10) % 2, shuffle=False)
    with pytest.raises(ValueError, match="stratify has classes with too few rows"):
        train_dev_test_split(np.arange(20), stratify=np.arange(20) == 0)
