"""What other libraries got wrong, each proven right here.

First the twelve wrongs of scikit-learn 1.9's multilayer perceptron, then what was once
wrong there and has been put right, and must be right here too.
"""

import pickle
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score

from skdeep import DeepClassifier, DeepRegressor
from tests.helpers import numerical_gradient, relative_error, thetas

NO_STEP = 1e-300  # a learning rate that moves nothing


@pytest.mark.parametrize(
    "loss", ["squared_error", "absolute_error", "huber", "quantile", "poisson"]
)
def test_the_multi_output_gradient_is_the_gradient_of_the_reported_loss(loss, rng):
    X, Y = rng.normal(size=(20, 3)), rng.poisson(3, size=(20, 4)).astype(float)
    before = DeepRegressor(
        (5,), activation="tanh", loss=loss, quantile=0.3, optimizer="sgd", learning_rate=1.0,
        dtype="float64", random_state=0,
    ).partial_fit(X, Y)  # fmt: skip
    step = deepcopy(before).partial_fit(X, Y)
    gradient = [old - new for old, new in zip(before.coefs_, step.coefs_, strict=True)]
    numerical = [
        numerical_gradient(lambda: deepcopy(before).partial_fit(X, Y).loss_, weight)
        for weight in before.coefs_
    ]
    # two-sided differences of step 1e-5 agree to about 1e-9
    for ours, theirs in zip(gradient, numerical, strict=True):
        assert relative_error(ours, theirs) < 1e-7


def test_the_reported_loss_of_several_outputs_is_the_mean_of_each_alone(diabetes):
    X, y = diabetes
    linear = DeepRegressor((), learning_rate=NO_STEP, dtype="float64", max_epochs=1)
    # all weights start at zero through the learning of a constant: the loss is var(y) / 2
    zero = deepcopy(linear).fit(np.zeros_like(X), y)
    both = deepcopy(linear).fit(np.zeros_like(X), np.column_stack([y, 3 * y]))
    assert zero.loss_ == pytest.approx(0.5, rel=1e-12)  # of a standardized target
    assert both.loss_ == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("batch_size", [10, 20, 40])
def test_the_strength_of_l2_does_not_depend_on_the_batch_size(batch_size):
    # on rows of zeros with a target of zero mean, the penalty alone moves the weights
    X, y = np.zeros((40, 3)), np.tile([-1.0, 1.0], 20)
    options = {
        "hidden_layer_sizes": (4,),
        "activation": "tanh",
        "weight_init": "xavier_normal",  # no biases: with them the loss has a gradient
        "optimizer": "sgd",
        "batch_size": batch_size,
        "shuffle": False,
        "early_stopping": False,
        "dtype": "float64",
        "max_epochs": 1,
        "random_state": 0,
    }
    start = DeepRegressor(learning_rate=NO_STEP, **options).fit(X, y)
    end = DeepRegressor(l2=8.0, learning_rate=0.5, **options).fit(X, y)
    factor = (1 - 0.5 * 8.0 / 40) ** (40 // batch_size)
    for before, after in zip(start.coefs_, end.coefs_, strict=True):
        np.testing.assert_allclose(after, factor * before, rtol=1e-12)  # round-off of 4 products


def test_the_early_stopping_split_is_stratified_for_several_classes(rng):
    y = np.repeat(["rare", "some", "many"], [20, 50, 90])
    held_out = []

    def look(estimator, X, y):
        held_out.append(y)
        return 0.0

    DeepClassifier((3,), early_stopping=True, scoring=look, max_epochs=1, random_state=0).fit(
        rng.normal(size=(160, 2)), y
    )
    labels, counts = np.unique(held_out[0], return_counts=True)
    assert dict(zip(labels.tolist(), counts.tolist(), strict=True)) == {
        "rare": 2,
        "some": 5,
        "many": 9,
    }


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_batch_without_weight_is_passed_over(iris, batch_norm, rng):
    X, y = iris
    weight = np.ones(len(y))
    weight[20:40] = 0  # the whole second batch
    other = X.copy()
    other[20:40] = rng.normal(size=(20, 4))
    model = DeepClassifier(
        (4,), batch_norm=batch_norm, batch_size=20, shuffle=False, max_epochs=3,
        early_stopping=False, random_state=0,
    )  # fmt: skip
    one = deepcopy(model).fit(X, y, weight)
    two = deepcopy(model).fit(other, y, weight)
    assert np.isfinite(one.loss_curve_).all()
    np.testing.assert_array_equal(thetas(one), thetas(two))


def test_one_class_has_one_column_of_probabilities(iris):
    X, _ = iris
    model = DeepClassifier((3,), max_epochs=2).fit(X, np.full(len(X), "only"))
    assert model.classes_.tolist() == ["only"]
    np.testing.assert_array_equal(model.predict_proba(X), np.ones((len(X), 1)))
    np.testing.assert_array_equal(model.predict_log_proba(X), np.zeros((len(X), 1)))
    assert set(model.predict(X)) == {"only"}


def test_a_warm_start_with_other_layers_is_an_error_that_says_so(iris):
    model = DeepClassifier((8, 4), warm_start=True, max_epochs=1, random_state=0)
    model.set_params(numerical_encoding=None).fit(*iris)
    before = thetas(model)
    model.set_params(hidden_layer_sizes=(8, 5))
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message follows
        model.fit(*iris)
    assert str(error.value) == (
        "DeepClassifier: the network cannot change while it goes on training. It was "
        "'float32: 4 -> 8 mish -> 4 mish -> 3' and would become 'float32: 4 -> 8 mish -> 5 mish "
        "-> 3'. Put hidden_layer_sizes, activation, n_members, batch_norm, dtype and the classes "
        "back, or fit anew with warm_start=False."
    )
    np.testing.assert_array_equal(thetas(model), before)


def test_five_calls_of_partial_fit_are_five_epochs_of_fit(iris):
    X, y = iris
    model = DeepClassifier(
        (6,), dropout=0.2, batch_size=16, max_epochs=5, early_stopping=False,
        n_iter_no_change=None, random_state=7,
    )  # fmt: skip
    whole = deepcopy(model).fit(X, y)
    for _ in range(5):
        model.partial_fit(X, y)
    np.testing.assert_array_equal(thetas(model), thetas(whole))
    assert model.loss_curve_ == whole.loss_curve_


def test_an_integer_seed_shuffles_each_call_of_partial_fit_anew():
    X = np.arange(12.0)[:, None]
    order = []

    def look(X, y, rng):
        order.extend(X[:, 0].tolist())
        return X, y

    model = DeepRegressor((2,), batch_size=3, augment=look, random_state=0)
    model.partial_fit(X, X[:, 0]).partial_fit(X, X[:, 0])
    assert sorted(order[:12]) == sorted(order[12:]) == X[:, 0].tolist()
    assert order[:12] != order[12:]


def test_the_pickle_grows_by_no_more_than_the_history(iris):
    X, y = iris

    def size(model):
        bare = deepcopy(model)
        bare._history = {}
        return len(pickle.dumps(bare))

    model = DeepClassifier((8,), random_state=0).partial_fit(X[:1], y[:1], classes=[0, 1, 2])
    sizes = []
    for i in range(60):
        model.partial_fit(X[i : i + 1], y[i : i + 1])
        sizes.append(size(model))
    # counters are stored as small integers: a byte or two when they pass 255
    assert max(sizes) - min(sizes) <= 16
    assert [len(column) for column in model.history_.values()] == [61] * len(model.history_)


def test_training_stops_after_exactly_n_iter_no_change_epochs_without_progress(iris):
    stuck = DeepClassifier(
        (3,), learning_rate=NO_STEP, early_stopping=False, n_iter_no_change=3
    ).fit(*iris)
    assert stuck.n_epochs_ == 1 + 3  # the first is progress
    scores = iter([0.1, 0.2, 0.2, 0.3, 0.3, 0.3, 0.3, 0.9])
    watched = DeepClassifier(
        (3,), early_stopping=True, n_iter_no_change=3, scoring=lambda *_: next(scores)
    ).fit(*iris)
    assert watched.validation_scores_ == [0.1, 0.2, 0.2, 0.3, 0.3, 0.3, 0.3]


def test_the_inverse_square_root_counts_epochs_and_not_samples(iris):
    X, y = iris
    model = DeepClassifier(
        (3,), optimizer="sgd", learning_rate=0.1, lr_schedule="inverse_sqrt", batch_size=10,
        max_epochs=4,
    ).fit(X[:60], y[:60])  # fmt: skip
    expected = 0.1 / np.sqrt([1, 2, 3, 4])
    np.testing.assert_allclose(model.history_["learning_rate"], expected, rtol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_logarithm_of_the_probabilities_is_finite(iris, n_classes):
    X, y = iris
    kept = y < n_classes
    model = DeepClassifier((8,), max_epochs=10, random_state=0).fit(X[kept], y[kept])
    far = 1e4 * X  # probabilities of exactly 0 and 1
    proba, log_proba = model.predict_proba(far), model.predict_log_proba(far)
    assert (proba == 0).any()
    assert np.isfinite(log_proba).all()
    # float32 logarithms of numbers that are not nearly 1
    middle = (proba > 1e-30) & (proba < 0.9)
    np.testing.assert_allclose(log_proba[middle], np.log(proba[middle]), rtol=1e-4)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_a_target_in_large_or_small_units_is_learned_as_well(diabetes, factor):
    X, y = diabetes
    model = DeepRegressor((16,), max_epochs=20, random_state=0)
    plain = deepcopy(model).fit(X, y)
    scaled = deepcopy(model).fit(X, factor * y)
    assert plain.score(X, y) > 0.4  # it has learned something
    # the standardized targets differ by round-off in float32, and some epochs amplify it
    np.testing.assert_allclose(scaled.predict(X) / factor, plain.predict(X), rtol=1e-3)
    assert r2_score(factor * y, scaled.predict(X)) == pytest.approx(plain.score(X, y), abs=1e-3)


def test_a_target_far_from_zero_is_learned_as_well(diabetes):
    X, y = diabetes
    model = DeepRegressor((16,), max_epochs=20, random_state=0)
    plain = deepcopy(model).fit(X, y)
    shifted = deepcopy(model).fit(X, y + 1e9)  # as a time stamp in seconds
    # float64 keeps 1e9 to about 1e-7
    assert shifted.score(X, y + 1e9) == pytest.approx(plain.score(X, y), abs=1e-3)


def test_a_loaded_model_goes_on_learning(iris):
    X, y = iris
    model = DeepClassifier((6,), dropout=0.1, batch_size=30, random_state=0)
    for _ in range(3):
        model.partial_fit(X, y)
    loaded = pickle.loads(pickle.dumps(model))
    before = thetas(loaded)
    loaded.partial_fit(X, y)
    model.partial_fit(X, y)
    assert np.abs(thetas(loaded) - before).max() > 1e-4  # Adam's steps are of size 3e-3
    np.testing.assert_array_equal(thetas(loaded), thetas(model))


@pytest.mark.parametrize("scoring", [None, "accuracy", "neg_log_loss"])
def test_string_labels_work_with_early_stopping(iris, scoring):
    X, y = iris
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = DeepClassifier(
        (6,), early_stopping=True, scoring=scoring, max_epochs=20, random_state=0
    )
    by_number, by_name = deepcopy(model).fit(X, y), deepcopy(model).fit(X, names)
    assert by_name.validation_scores_ == by_number.validation_scores_
    np.testing.assert_array_equal(by_name.predict(X), by_name.classes_[by_number.predict(X)])


def test_a_nan_validation_score_is_no_progress_and_never_the_best_epoch(iris):
    scores = iter([float("nan"), 0.5, float("nan"), 0.4])
    kept = []

    def score(estimator, X, y):
        kept.append(thetas(estimator))
        return next(scores)

    model = DeepClassifier(
        (4,), early_stopping=True, scoring=score, max_epochs=4, random_state=0
    ).fit(*iris)
    assert model.best_epoch_ == 1
    np.testing.assert_array_equal(thetas(model), kept[1])


def test_nothing_but_nan_validation_scores_stop_in_time_and_keep_the_last_weights(iris):
    kept = []

    def score(estimator, X, y):
        kept.append(thetas(estimator))
        return float("nan")

    model = DeepClassifier(
        (4,), early_stopping=True, scoring=score, n_iter_no_change=3, random_state=0
    ).fit(*iris)
    assert model.n_epochs_ == 3
    np.testing.assert_array_equal(thetas(model), kept[-1])


@pytest.mark.parametrize("l2", [0.0, 1.0])
def test_a_warm_start_runs_all_its_epochs_and_goes_on_exactly(iris, l2):
    model = DeepClassifier(
        (6,), l2=l2, dropout=0.2, batch_size=32, max_epochs=6, early_stopping=False,
        n_iter_no_change=None, random_state=0,
    )  # fmt: skip
    once = deepcopy(model).fit(*iris)
    twice = deepcopy(model).set_params(max_epochs=3, warm_start=True).fit(*iris).fit(*iris)
    assert twice.n_iter_ == 6
    np.testing.assert_array_equal(thetas(twice), thetas(once))


def test_a_converged_warm_start_runs_as_long_as_n_iter_no_change_allows(iris):
    model = DeepClassifier(
        (4,), learning_rate=NO_STEP, early_stopping=False, n_iter_no_change=4, warm_start=True
    ).fit(*iris)
    assert model.n_epochs_ == 5
    assert model.fit(*iris).n_epochs_ == 10


@pytest.mark.parametrize("early_stopping", [False, True])
def test_feature_names_are_kept_without_false_warnings(iris, early_stopping):
    X, y = iris
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    model = DeepClassifier(
        (4,), early_stopping=early_stopping, scoring="accuracy", max_epochs=3
    ).fit(frame, y)
    assert model.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    model.predict(frame)  # warnings are errors in this suite
    streamed = DeepClassifier((4,)).partial_fit(frame, y).partial_fit(frame, y)
    assert streamed.feature_names_in_.tolist() == ["a", "b", "c", "d"]


def test_partial_fit_knows_the_announced_classes_and_needs_them_once(iris):
    X, y = iris
    model = DeepClassifier((4,)).partial_fit(X[:50], y[:50], classes=[2, 0, 1])  # all of class 0
    assert model.classes_.tolist() == [0, 1, 2]
    model.partial_fit(X[50:], y[50:]).partial_fit(X, y, classes=[0, 1, 2])
    assert model.predict_proba(X).shape == (150, 3)


@pytest.mark.parametrize("shuffle", [False, True])
def test_shuffle_is_honored_and_each_row_comes_once_an_epoch(shuffle):
    X, epochs = np.arange(20.0)[:, None], []

    def look(X, y, rng):
        epochs.extend(X[:, 0].tolist())
        return X, y

    DeepRegressor(
        (2,), batch_size=6, shuffle=shuffle, augment=look, max_epochs=2, n_iter_no_change=None
    ).fit(X, X[:, 0])
    first, second = epochs[:20], epochs[20:]
    assert sorted(first) == sorted(second) == list(range(20))
    assert (first == list(range(20))) is not shuffle
    assert (first == second) is not shuffle


def test_weights_that_become_infinite_are_an_error_and_leave_no_half_fitted_estimator(iris):
    model = DeepClassifier((4,), optimizer="sgd", learning_rate=1e30, random_state=0)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message follows
        model.fit(*iris)
    message = str(error.value)
    assert message.startswith("DeepClassifier: the training ")
    assert message.endswith("(learning_rate=1e+30). Lower learning_rate.")
    assert not hasattr(model, "coefs_")


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_last_step_too_may_not_leave_infinite_weights(iris, optimizer):
    model = DeepClassifier(
        (4,), optimizer=optimizer, learning_rate=1e300, max_epochs=1, batch_size="full",
        early_stopping=False,
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"^DeepClassifier: the training .* became "):
        model.fit(*iris)
