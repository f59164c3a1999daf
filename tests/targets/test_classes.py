import pickle

import numpy as np
import pytest

from skdeep.losses import Logistic, SoftmaxCrossEntropy
from skdeep.targets import TARGETS, Classes, announce_classes, read_classes
from tests.helpers import refusal

THREE = Classes(np.array(["a", "b", "c"]))
TWO = Classes(np.array([3, 7]))
ONE = Classes(np.array(["only"]))


def test_y_is_kept_as_places_among_the_sorted_classes():
    target, kept = read_classes(np.array(["c", "a", "c", "b"]))
    assert target.classes.tolist() == ["a", "b", "c"]
    assert kept.tolist() == [2, 0, 2, 1]
    np.testing.assert_array_equal(target.keep(["b", "c"]), [1, 2])
    np.testing.assert_array_equal(target.decode(kept), ["c", "a", "c", "b"])


def test_unseen_classes_are_refused():
    assert refusal(lambda: THREE.keep(np.array(["a", "z", "y"]))) == (
        "y contains the classes ['y', 'z'], which are not among ['a', 'b', 'c']. Give every class "
        "at the first call: in y to fit, or by classes= to partial_fit."
    )


def test_a_number_is_never_its_name():
    target = Classes(np.array(["1", "2"]))
    assert "y contains the classes [1]" in refusal(lambda: target.keep(np.array([1, 1])))


def test_labels_are_refused_where_there_were_classes():
    assert refusal(lambda: THREE.keep(np.array([[0, 1], [1, 1]]))) == (
        "y is an indicator matrix of 2 labels. Before, it had 3 classes."
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_three_classes_are_encoded_one_hot_and_two_as_zero_and_one(dtype):
    kept = np.array([2, 0, 1])
    encoded = THREE.encode(kept, np.dtype(dtype))
    assert encoded.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert encoded.dtype == dtype
    assert TWO.encode(np.array([1, 0]), np.dtype(dtype)).tolist() == [[1], [0]]
    assert ONE.encode(np.array([0, 0]), np.dtype(dtype)).tolist() == [[1], [1]]


def test_the_loss_is_logistic_for_two_classes_and_else_a_softmax():
    assert [type(of.loss) for of in (ONE, TWO, THREE)] == [
        SoftmaxCrossEntropy,
        Logistic,
        SoftmaxCrossEntropy,
    ]
    assert [of.n_outputs for of in (ONE, TWO, THREE)] == [1, 1, 3]


def test_only_training_sees_smoothed_targets():
    target = THREE.under(None, 0.3)
    kept, dtype = np.array([0, 2]), np.dtype(float)
    np.testing.assert_allclose(
        target.encode_training(kept, dtype), [[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]]
    )
    np.testing.assert_array_equal(target.encode(kept, dtype), THREE.encode(kept, dtype))
    assert THREE.smoothing == 0.0
    two = TWO.under(None, 0.3).encode_training(np.array([0, 1]), dtype)
    np.testing.assert_allclose(two, [[0.15], [0.85]])


def test_the_class_of_the_largest_logit_is_predicted():
    raw = np.array([[0.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    assert THREE.predict(raw).tolist() == ["b", "a"]
    assert TWO.predict(np.array([[-0.1], [0.0], [0.1]])).tolist() == [3, 3, 7]
    assert ONE.predict(np.array([[-5.0]])).tolist() == ["only"]


def test_logits_of_two_classes_are_those_of_the_second():
    raw = np.array([[-1.0], [2.0]])
    assert TWO.decision(raw).tolist() == [-1.0, 2.0]
    three = np.array([[0.0, 2.0, 1.0]])
    assert THREE.decision(three) is three


@pytest.mark.parametrize("target", [ONE, TWO, THREE], ids=lambda of: f"{len(of.classes)} classes")
def test_probabilities_sum_to_one_and_have_a_column_for_each_class(target, rng):
    raw = 3 * rng.normal(size=(50, target.n_outputs))
    proba = target.probabilities(raw)
    assert proba.shape == (50, len(target.classes))
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(target.log_probabilities(raw), np.log(proba), rtol=0, atol=1e-13)
    likeliest = target.classes[proba.argmax(axis=1)]
    np.testing.assert_array_equal(target.predict(raw), likeliest)


def test_logarithms_of_probabilities_are_finite_where_those_are_not_positive():
    log_proba = TWO.log_probabilities(np.array([[-1e4], [1e4]]))
    assert log_proba.tolist() == [[0.0, -1e4], [-1e4, 0.0]]


def test_class_weights_multiply_those_of_the_samples():
    kept, weight = np.array([0, 1, 2, 2]), np.array([1.0, 2.0, 3.0, 4.0])
    target = THREE.under({"b": 5.0}, 0.0)
    target.learn_weights(kept, weight)
    assert target.weigh(kept, weight).tolist() == [1.0, 10.0, 3.0, 4.0]
    assert target.weigh(kept, None).tolist() == [1.0, 5.0, 1.0, 1.0]
    assert THREE.weigh(kept, None) is None
    assert THREE.weigh(kept, weight) is weight


def test_balanced_weights_give_each_class_the_same_total():
    kept, weight = np.array([0, 1, 1, 2]), np.array([1.0, 2.0, 3.0, 4.0])
    target = THREE.under("balanced", 0.0)
    target.learn_weights(kept, weight)
    totals = np.bincount(kept, target.weigh(kept, weight))
    np.testing.assert_allclose(totals, 10 / 3, rtol=1e-15)


@pytest.mark.parametrize("class_weight", [{"z": 1.0}, {"a": -1.0}, {"a": "much"}, {"a": np.nan}])
def test_bad_class_weights_are_refused(class_weight):
    target = THREE.under(class_weight, 0.0)
    assert refusal(lambda: target.learn_weights(np.array([0]), None)) == (
        "class_weight must give numbers >= 0 to some of the classes ['a', 'b', 'c']. "
        f"Got {class_weight!r} instead."
    )


def test_strata_are_the_classes():
    kept = np.array([0] * 10 + [1] * 9 + [2])
    np.testing.assert_array_equal(THREE.strata(kept), kept)
    np.testing.assert_array_equal(THREE.classes_of(kept), kept)


@pytest.mark.parametrize("target", [ONE, TWO, THREE.under({"a": 2.0}, 0.1)])
def test_plain_values_restore_it(target):
    target.learn_weights(np.array([0]), None)
    kind, values = pickle.loads(pickle.dumps(target.to_plain()))
    again = TARGETS[kind].from_plain(values)
    assert kind == "Classes"
    np.testing.assert_array_equal(again.classes, target.classes)
    assert (again.class_weight, again.smoothing) == (target.class_weight, target.smoothing)
    np.testing.assert_array_equal(again.weight_of_class, target.weight_of_class)


def test_announced_classes_are_sorted_and_known_before_they_come():
    target = announce_classes(["c", "a", "b", "a"], np.array(["b"]), None)
    assert target.classes.tolist() == ["a", "b", "c"]
    assert announce_classes(["b", "a", "c"], None, target) is target


def test_other_announced_classes_are_refused():
    assert refusal(lambda: announce_classes(["a", "b"], None, THREE)) == (
        "classes=['a', 'b'] differ from those of the first call to partial_fit, ['a', 'b', 'c']."
    )
