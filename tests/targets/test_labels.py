import pickle

import numpy as np
import pytest
from scipy import sparse
from sklearn.utils.class_weight import compute_sample_weight

from skdeep.base import BadValueError
from skdeep.losses import Logistic
from skdeep.targets import TARGETS, Labels, announce_classes, read_classes
from tests.helpers import refusal

Y = np.array([[0, 1, 1], [1, 0, 0], [0, 1, 1], [0, 0, 0]])


@pytest.mark.parametrize("form", [np.array, sparse.csr_matrix, lambda y: y.astype(float)])
def test_an_indicator_matrix_is_kept_dense(form):
    target, kept = read_classes(form(Y))
    assert isinstance(target, Labels)
    assert target.classes.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(kept, Y)
    np.testing.assert_array_equal(target.decode(kept), Y)


def test_each_label_is_an_output_of_its_own():
    target = Labels(3)
    assert isinstance(target.loss, Logistic)
    assert target.n_outputs == 3
    encoded = target.encode(Y, np.dtype(np.float32))
    assert encoded.dtype == np.float32
    np.testing.assert_array_equal(encoded, Y)


def test_only_training_sees_smoothed_targets():
    target = Labels(3).under(None, 0.2)
    smoothed = target.encode_training(Y, np.dtype(float))
    np.testing.assert_allclose(smoothed, 0.8 * Y + 0.1, rtol=1e-15)


def test_labels_of_positive_logits_are_predicted():
    raw = np.array([[-1.0, 0.0, 2.0]])
    target = Labels(3)
    assert target.predict(raw).tolist() == [[0, 0, 1]]
    assert target.decision(raw) is raw
    np.testing.assert_allclose(target.probabilities(raw), 1 / (1 + np.exp(-raw)), rtol=1e-15)


def test_classes_are_refused_where_there_were_labels():
    assert refusal(lambda: Labels(3).keep(np.array([0, 1, 2]))) == (
        "y must be an indicator matrix of 3 labels, as before. Got one class for each row."
    )


def test_another_number_of_labels_is_refused():
    assert refusal(lambda: Labels(3).keep(Y[:, :2])) == (
        "y is an indicator matrix of 2 labels. Before, it had 3 labels."
    )


def _balanced(Y, sample_weight=None):
    target = Labels(3).under("balanced", 0.0)
    target.learn_weights(Y, sample_weight)
    return target


def test_balanced_weights_are_the_products_of_the_labels():
    target = _balanced(Y)
    # 4 rows: a label that n of them have weighs 4 / 2n, one that they lack 4 / 2(4 - n)
    has, lacks = np.array([2.0, 1.0, 1.0]), np.array([2 / 3, 1.0, 1.0])
    expected = np.where(Y == 1, has, lacks).prod(axis=1)
    np.testing.assert_allclose(target.weigh(Y, None), expected, rtol=1e-15)
    np.testing.assert_allclose(target.weigh(Y, np.arange(4.0)), np.arange(4) * expected)
    assert Labels(3).weigh(Y, None) is None


def test_balanced_weights_are_those_of_scikit_learn(rng):
    rows = (rng.random((50, 3)) < [0.1, 0.5, 1.0]).astype(int)  # all rows have the last label
    expected = compute_sample_weight("balanced", rows)
    np.testing.assert_allclose(_balanced(rows).weigh(rows, None), expected, rtol=1e-14)


def test_other_rows_are_weighed_by_the_training_rows():
    target = _balanced(Y)
    np.testing.assert_array_equal(target.weigh(Y[:1], None), target.weigh(Y, None)[:1])


def test_a_sample_weight_of_two_is_a_repeated_row_in_balanced_weights():
    times = np.array([2, 1, 0, 3])
    weighted, repeated = _balanced(Y, times.astype(float)), _balanced(np.repeat(Y, times, axis=0))
    np.testing.assert_array_equal(weighted.weigh(Y, None), repeated.weigh(Y, None))


def test_a_training_without_class_weights_forgets_those_before():
    target = _balanced(Y).under(None, 0.0)
    target.learn_weights(Y, None)
    assert target.weigh(Y, None) is None


def test_weights_by_label_are_refused():
    target = Labels(3).under({0: 2.0}, 0.0)
    assert refusal(lambda: target.learn_weights(Y, None), BadValueError) == (
        "class_weight must be 'balanced' or None for a multilabel target. Got {0: 2.0} instead."
    )


def test_strata_are_the_sets_of_labels():
    rows = np.repeat(Y[:2], [6, 4], axis=0)
    strata = Labels(3).strata(rows)
    assert len(set(strata[:6])) == len(set(strata[6:])) == 1
    assert strata[0] != strata[6]
    np.testing.assert_array_equal(Labels(3).classes_of(rows), np.zeros(10))


def test_labels_are_announced_by_their_number():
    target = announce_classes([0, 1, 2], Y, None)
    assert isinstance(target, Labels)
    assert announce_classes([0, 1, 2], None, target) is target
    assert refusal(lambda: announce_classes([0, 1], None, target)) == (
        "classes=[0, 1] differ from those of the first call to partial_fit, [0, 1, 2]."
    )


def test_plain_values_restore_it():
    kind, values = pickle.loads(pickle.dumps(Labels(3).under("balanced", 0.1).to_plain()))
    again = TARGETS[kind].from_plain(values)
    assert kind == "Labels"
    assert again.classes.tolist() == [0, 1, 2]
    assert (again.class_weight, again.smoothing) == ("balanced", 0.1)
