"""Targets that were read from parts of y."""

import numpy as np
import pytest

from skdeep.losses import Poisson, SquaredError
from skdeep.targets import Numbers, read_classes
from tests.helpers import refusal


def test_classes_of_two_parts_are_merged():
    one, two = (read_classes(np.array(y))[0] for y in (["b", "a"], ["c", "b"]))
    assert one.merge(two).classes.tolist() == ["a", "b", "c"]
    assert one.classes.tolist() == ["a", "b"]


def test_counts_of_two_parts_add_up(rng):
    y = rng.integers(0, 3, 40)
    target, kept = read_classes(y)
    target = target.under("balanced", 0.0)
    counts = target.count(kept[:10], None) + target.count(kept[10:], None)
    np.testing.assert_array_equal(counts, target.count(kept, None))
    target.learn_weights_from(counts)
    totals = np.bincount(kept, target.weigh(kept, None))
    np.testing.assert_allclose(totals, 40 / 3)


def _numbers(y, loss=None):
    return Numbers.read(np.asarray(y, float), loss or SquaredError(), True, is_part=True)


FORMS = {
    "classes and labels": (
        lambda: (read_classes([0, 1])[0], read_classes(np.eye(2))[0]),
        "classes in one partition, and an indicator matrix of 2 labels in another",
    ),
    "numbers": (
        lambda: (_numbers([1, 2])[0], _numbers(np.eye(3))[0]),
        "a number for each row in one partition, and 3 columns in another",
    ),
}


@pytest.mark.parametrize(("targets", "forms"), FORMS.values(), ids=FORMS)
def test_parts_of_another_form_are_refused(targets, forms):
    one, two = targets()
    assert refusal(lambda: one.merge(two)) == (
        f"y must have one form in all partitions. It has {forms}."
    )


def test_a_part_of_counts_can_be_all_zeros_but_not_all_parts():
    target, kept = _numbers([0, 0], Poisson())
    _, more = _numbers([0, 3], Poisson())
    zeros, others = target.measure(kept, None), target.measure(more, None)
    target.note_from(zeros.merge(others))
    assert np.isnan(target.constant).all()
    assert refusal(lambda: target.note_from(zeros)) == (
        "loss='poisson' needs y >= 0 with at least one y > 0. Got a smallest value of 0.0 and a "
        "largest of 0.0."
    )
