"""Training in parts: partial_fit, warm starts, and what happens between the calls."""

import pickle
from copy import copy, deepcopy

import numpy as np
import pytest

from skdeep import DeepClassifier, DeepRegressor
from skdeep.estimators.inside import model_of
from tests.estimators.helpers import EVERYTHING, assert_same
from tests.helpers import thetas

OPTIMIZERS = ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "nadam", "adagrad"]

SCHEDULES = ["constant", "inverse_time", "staircase", "cosine", "one_cycle", "reduce_on_plateau"]


def stream(estimator, X, y, n_calls):
    estimator = deepcopy(estimator)
    for _ in range(n_calls):
        estimator.partial_fit(X, y)
    return estimator


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("batch_size", [32, "full"])
@pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
def test_calls_of_partial_fit_equal_epochs_of_fit(iris, diabetes, estimator, batch_size, shuffle):
    X, y = iris if estimator is DeepClassifier else diabetes
    model = estimator(**{**EVERYTHING, "batch_size": batch_size, "shuffle": shuffle})
    assert_same(stream(model, X, y, 4), deepcopy(model).fit(X, y))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_calls_of_partial_fit_equal_epochs_of_fit_with_every_optimizer(iris, optimizer):
    model = DeepClassifier(**{**EVERYTHING, "optimizer": optimizer})
    assert_same(stream(model, *iris, 4), deepcopy(model).fit(*iris))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_calls_of_partial_fit_equal_epochs_of_fit_with_every_schedule(iris, schedule):
    model = DeepClassifier(**{**EVERYTHING, "lr_schedule": schedule})
    assert_same(stream(model, *iris, 4), deepcopy(model).fit(*iris))


def test_weighted_calls_of_partial_fit_equal_weighted_epochs_of_fit(iris, rng):
    X, y = iris
    weight = rng.uniform(0.5, 2, size=len(y))
    model = DeepClassifier(**EVERYTHING)
    whole, parts = deepcopy(model).fit(X, y, weight), deepcopy(model)
    for _ in range(4):
        parts.partial_fit(X, y, sample_weight=weight)
    assert_same(parts, whole)


def test_partial_fit_goes_on_from_fit(iris):
    model = DeepClassifier(**EVERYTHING)
    half = deepcopy(model).set_params(max_epochs=2, lr_schedule="constant").fit(*iris)
    whole = deepcopy(model).set_params(lr_schedule="constant").fit(*iris)
    assert_same(half.partial_fit(*iris).partial_fit(*iris), whole)


def test_one_block_after_the_other_equals_one_epoch_without_shuffling(iris):
    X, y = iris
    model = DeepClassifier(
        (6,),
        numerical_encoding=None,
        batch_size=30,
        shuffle=False,
        max_epochs=1,
        early_stopping=False,
        random_state=0,
    )
    whole = deepcopy(model).fit(X, y)
    for start in range(0, 150, 30):
        block = slice(start, start + 30)
        model.partial_fit(X[block], y[block], classes=[0, 1, 2])
    # a block makes one full batch, which is trained on its rows in another order: round-off
    np.testing.assert_allclose(thetas(model), thetas(whole), atol=1e-5)


@pytest.mark.parametrize("copied", [deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
@pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
def test_a_copy_between_the_calls_changes_nothing(iris, diabetes, estimator, copied):
    X, y = iris if estimator is DeepClassifier else diabetes
    model = estimator(**EVERYTHING)
    straight, moved = stream(model, X, y, 4), deepcopy(model)
    for _ in range(4):
        moved = copied(moved).partial_fit(X, y)
    assert_same(moved, straight)


def test_prediction_between_the_calls_changes_nothing(iris):
    X, y = iris
    model = DeepClassifier(**EVERYTHING)
    straight, looked = stream(model, X, y, 3), deepcopy(model)
    for _ in range(3):
        looked.partial_fit(X, y).predict(X)
    assert_same(looked, straight)


def test_a_copy_learns_apart_from_its_original(iris):
    model = DeepClassifier(**EVERYTHING).partial_fit(*iris)
    before = model_of(model).network.theta.copy()
    deepcopy(model).partial_fit(*iris)
    np.testing.assert_array_equal(model_of(model).network.theta, before)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", 1e-6),
        ("dropout", 0.7),
        ("l2", 100.0),
        ("l1", 100.0),
        ("optimizer__beta_1", 0.1),
        ("clip_norm", 1e-6),
        ("lr_schedule", "inverse_sqrt"),
        ("label_smoothing", 0.4),
        ("batch_size", 10),
        ("class_weight", {0: 5.0}),
    ],
)
def test_a_hyperparameter_set_between_the_calls_takes_effect(iris, name, value):
    model = stream(DeepClassifier(**EVERYTHING), *iris, 2)
    unchanged = deepcopy(model).partial_fit(*iris)
    changed = deepcopy(model).set_params(**{name: value}).partial_fit(*iris)
    assert not np.array_equal(model_of(changed).network.theta, model_of(unchanged).network.theta)
    assert changed.n_epochs_ == 3


@pytest.mark.parametrize("n_calls", [1, 3])
def test_a_new_learning_rate_keeps_the_moments(iris, n_calls):
    # one full batch a call: the same moments make the same direction, of another length
    model = DeepClassifier(
        (6,), batch_size="full", dtype="float64", optimizer="adam", random_state=0
    )
    model = stream(model, *iris, n_calls)
    start = thetas(model)
    step = thetas(deepcopy(model).partial_fit(*iris)) - start
    tenth = model.set_params(learning_rate=5e-4).partial_fit(*iris)
    np.testing.assert_allclose(thetas(tenth) - start, step / 10, rtol=1e-9, atol=1e-15)


def test_the_step_count_goes_on_after_another_beta(iris):
    model = DeepClassifier(
        (6,), batch_size="full", lr_schedule="inverse_sqrt", learning_rate=0.1, random_state=0
    )
    model = stream(model, *iris, 3)
    model.set_params(optimizer__beta_1=0.5).partial_fit(*iris)
    # float64 products in another order
    np.testing.assert_allclose(
        model.history_["learning_rate"], 0.1 / np.sqrt([1, 2, 3, 4]), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("change", "now"),
    [
        ({"hidden_layer_sizes": (6, 4)}, "float32: 4 -> 6 mish -> 4 mish -> 3"),
        ({"hidden_layer_sizes": ()}, "float32: 4 -> 3"),
        ({"activation": "tanh"}, "float32: 4 -> 6 tanh -> 3"),
        ({"batch_norm": True}, "float32: 4 -> 6 batch_norm mish -> 3"),
        ({"dtype": "float64"}, "float64: 4 -> 6 mish -> 3"),
    ],
)
def test_another_architecture_is_an_error_that_says_so(iris, change, now):
    model = DeepClassifier((6,), numerical_encoding=None, random_state=0).partial_fit(*iris)
    before = thetas(model)
    model.set_params(**change)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message follows
        model.partial_fit(*iris)
    assert str(error.value) == (
        "DeepClassifier: the network cannot change while it goes on training. It was 'float32: "
        f"4 -> 6 mish -> 3' and would become '{now}'. Put hidden_layer_sizes, activation, "
        "n_members, batch_norm, dtype and the classes back, or fit anew with warm_start=False."
    )
    np.testing.assert_array_equal(thetas(model), before)
    assert model.n_epochs_ == 1


def test_the_penalty_of_partial_fit_is_over_the_samples_seen_so_far():
    # on rows of zeros with a target of zero mean, the penalty alone moves the weights
    X, y = np.zeros((20, 3)), np.tile([-1.0, 1.0], 10)
    model = DeepRegressor(
        (4,), activation="tanh", optimizer="sgd", l2=8.0, learning_rate=0.5, dtype="float64",
        random_state=0,
    ).partial_fit(X, y)  # fmt: skip
    for n_seen in (40, 60):
        before = model.coefs_[0].copy()
        model.partial_fit(X, y)
        np.testing.assert_allclose(model.coefs_[0], (1 - 0.5 * 8 / n_seen) * before, rtol=1e-12)


def test_classes_are_those_of_the_first_block_where_none_are_announced(iris):
    X, y = iris
    model = DeepClassifier((4,)).partial_fit(X, y)
    assert model.classes_.tolist() == [0, 1, 2]


def test_classes_may_be_announced_at_every_call_in_any_order(iris):
    X, y = iris
    model = DeepClassifier((4,)).partial_fit(X[:10], y[:10], classes=[2, 1, 0])
    assert model.partial_fit(X, y, classes=np.array([1, 0, 2])).n_epochs_ == 2


def test_an_announced_class_that_never_comes_is_never_likely(iris):
    X, y = iris
    model = DeepClassifier((8,), learning_rate=0.03, random_state=0)
    for _ in range(60):
        model.partial_fit(X, y, classes=[0, 1, 2, 3])
    # its logit falls with every row that is of another class
    assert model.predict_proba(X)[:, 3].mean() < 0.02
    assert 3 not in model.predict(X)


@pytest.mark.parametrize("batch", [[0, 2], [1, 2]])
def test_a_block_without_some_class_takes_a_dict_of_class_weights(iris, batch):
    X, y = iris
    kept = np.isin(y, batch)
    model = DeepClassifier((4,), class_weight={0: 2.0, 1: 3.0}, random_state=0).partial_fit(X, y)
    weighted = deepcopy(model).partial_fit(X[kept], y[kept])
    by_hand = model.set_params(class_weight=None).partial_fit(
        X[kept], y[kept], sample_weight=np.array([2.0, 3.0, 1.0])[y[kept]]
    )
    np.testing.assert_array_equal(thetas(weighted), thetas(by_hand))


def test_multilabel_targets_are_streamed(iris):
    X, y = iris
    Y = np.eye(3, dtype=int)[y][:, :2]
    model = DeepClassifier(
        (6,), batch_size=32, max_epochs=3, early_stopping=False, n_iter_no_change=None,
        random_state=0,
    )  # fmt: skip
    assert_same(stream(model, X, Y, 3), deepcopy(model).fit(X, Y))


def test_multilabel_targets_are_streamed_with_the_labels_announced(iris):
    X, y = iris
    Y = np.eye(3, dtype=int)[y][:, :2]
    model = DeepClassifier((6,), random_state=0)
    announced = deepcopy(model).partial_fit(X, Y, classes=[0, 1])
    np.testing.assert_array_equal(thetas(announced), thetas(model.partial_fit(X, Y)))


@pytest.mark.parametrize("early_stopping", [False, True])
def test_the_pickle_holds_none_of_the_training_data(rng, early_stopping):
    X, y = rng.normal(size=(20_000, 8)), rng.integers(3, size=20_000)
    model = DeepClassifier((4,), n_members=3, early_stopping=early_stopping, max_epochs=2)
    model.set_params(numerical_encoding="standardize").fit(X, y)
    few = deepcopy(model).fit(X[:200], y[:200])
    # counters take a few bytes more or less
    assert abs(len(pickle.dumps(model)) - len(pickle.dumps(few))) < 100
    assert len(pickle.dumps(model)) < 10_000


def test_the_pickle_of_lbfgs_holds_none_of_the_training_data(rng):
    X, y = rng.normal(size=(20_000, 8)), rng.normal(size=20_000)
    model = DeepRegressor((4,), optimizer="lbfgs", max_epochs=2).fit(X, y)
    assert len(pickle.dumps(model)) < 20_000


def test_the_history_tells_what_was_changed_before_which_epoch(iris):
    X, y = iris
    model = DeepClassifier((8,), random_state=0).partial_fit(X, y)
    model.set_params(learning_rate=0.1, dropout=0.2).partial_fit(X, y)
    model = pickle.loads(pickle.dumps(model)).partial_fit(X, y)
    model.set_params(optimizer__beta_1=0.5).partial_fit(X, y)
    assert model.history_["changed"][:3] == [{}, {"learning_rate": 0.1, "dropout": 0.2}, {}]
    assert model.history_["changed"][3]["optimizer__beta_1"] == 0.5


def test_a_copy_does_not_grow_with_the_original(iris):
    model = DeepClassifier(**EVERYTHING).partial_fit(*iris)
    copies = [copy(model), deepcopy(model), pickle.loads(pickle.dumps(model))]
    model.partial_fit(*iris)
    assert model.n_epochs_ == 2
    for each in copies:
        assert {len(column) for column in each.history_.values()} == {1}
        each.partial_fit(*iris)
    assert {len(column) for column in model.history_.values()} == {2}


@pytest.mark.parametrize("bad", ["data", "divergence", "interrupted scorer"])
def test_a_failed_call_leaves_the_history_as_it_was(bad, iris):
    X, y = iris
    model = DeepClassifier(**EVERYTHING | {"warm_start": True}).fit(X, y)
    untouched = deepcopy(model)
    if bad == "data":
        with pytest.raises(ValueError, match="infinity"):
            model.partial_fit(np.where(X == X, np.inf, X), y)
    elif bad == "divergence":
        with pytest.raises(ValueError, match="became"):
            model.set_params(learning_rate=1e30).partial_fit(X, y)
    else:
        calls = []

        def fail_at_the_second_epoch(estimator, X, y):
            calls.append(estimator.n_epochs_)
            if len(calls) == 2:
                raise RuntimeError("no score")
            return 0.0

        with pytest.raises(RuntimeError, match="no score"):
            model.set_params(scoring=fail_at_the_second_epoch).fit(X, y, X_val=X, y_val=y)
        assert calls == [4, 5]
    assert repr(model.history_) == repr(untouched.history_)  # nan is not nan
    model.set_params(**untouched.get_params())
    for each in (model, untouched):
        each.partial_fit(X, y)
    assert_same(model, untouched)


def test_a_call_takes_as_long_after_many_epochs_as_after_one(iris):
    X, y = iris[0][:32], iris[1][:32]
    model = DeepClassifier((4,), random_state=0).partial_fit(X, y, classes=[0, 1, 2])
    for column in model.history_.values():
        column *= 300_000
    model._state.epoch = 300_000
    lists = list(model.history_.values())
    model.partial_fit(X, y)
    # no list is copied
    assert all(new is old for new, old in zip(model.history_.values(), lists, strict=True))
    assert model.n_epochs_ == 300_001
