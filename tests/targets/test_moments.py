"""Moments of parts of y."""

import numpy as np
import pytest

from skdeep.targets.moments import Moments


@pytest.mark.parametrize("weighted", [False, True])
def test_moments_of_two_parts_merge_to_those_of_all_rows(rng, weighted):
    y = rng.normal([3, -1e6], [1, 10], size=(50, 2))
    weight = rng.random(50) if weighted else None
    whole = Moments.of(y, weight)
    parts = [
        Moments.of(y[part], None if weight is None else weight[part])
        for part in (slice(12), slice(12, None))
    ]
    merged = parts[0].merge(parts[1])
    np.testing.assert_allclose(whole.mean, np.average(y, axis=0, weights=weight))
    variance = np.average((y - whole.mean) ** 2, axis=0, weights=weight)
    np.testing.assert_allclose(whole.std, np.sqrt(variance))
    np.testing.assert_allclose(merged.mean, whole.mean)
    np.testing.assert_allclose(merged.std, whole.std)
    assert merged.weight == pytest.approx(whole.weight)
    np.testing.assert_array_equal(merged.lowest, y.min(axis=0))
    np.testing.assert_array_equal(merged.highest, y.max(axis=0))


@pytest.mark.parametrize("size", [1e-300, 1e299])
def test_moments_neither_overflow_nor_vanish(size):
    y = np.array([[-1.0], [1.0], [1.0], [-1.0]]) * size
    merged = Moments.of(y[:2], None).merge(Moments.of(y[2:], None))
    assert merged.std.tolist() == [size]
    far = Moments.of(y[:1], None).merge(Moments.of(y[1:2], None))
    assert far.std.tolist() == [size]


def test_a_constant_is_constant_in_both_parts_together():
    one, two = (Moments.of(np.full((3, 1), value), None) for value in (0.1, 0.2))
    assert one.merge(one).is_constant.all()
    assert not one.merge(two).is_constant.any()
