import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import d2_brier_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale

from skdeep import DeepClassifier


@pytest.fixture(scope="module")
def iris():
    return scale(load_iris().data), load_iris().target


@pytest.fixture(scope="module")
def noise():
    """Return rows that say nothing of their class: a network can only overfit."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(120, 5)), rng.integers(3, size=120)


def small(**hyperparameters):
    defaults = {
        "hidden_layer_sizes": (8,),
        "weight_averaging": None,
        "batch_size": "full",
        "max_epochs": 5,
        "early_stopping": False,
        "random_state": 0,
    }
    return DeepClassifier(**{**defaults, **hyperparameters})


def overfitting(**hyperparameters):
    """Return a classifier whose validation loss on noise soon rises again."""
    return small(
        **{
            "hidden_layer_sizes": (32,),
            "learning_rate": 0.03,
            "batch_size": 16,
            "max_epochs": 30,
            "early_stopping": True,
            "n_iter_no_change": None,
            "dtype": "float64",
            **hyperparameters,
        }
    )


def untrained(X, y, **hyperparameters):
    """Return a classifier as it is drawn: no step is long enough to change a number."""
    return small(**hyperparameters, learning_rate=1e-300, dtype="float64", max_epochs=1).fit(X, y)


def assert_same_network(estimator, other):
    for values, same in zip(
        [*estimator.coefs_, *estimator.intercepts_],
        [*other.coefs_, *other.intercepts_],
        strict=True,
    ):
        np.testing.assert_array_equal(values, same)


# -- the objective -----------------------------------------------------------------------------


@pytest.mark.parametrize("load", [load_breast_cancer, load_iris, load_wine])
@pytest.mark.parametrize("C", [0.1, 1.0])
def test_without_hidden_layers_the_solution_is_that_of_logistic_regression(load, C):
    X, y = load(return_X_y=True)
    X = scale(X)
    expected = LogisticRegression(C=C, tol=1e-8, max_iter=10_000).fit(X, y)
    estimator = DeepClassifier(
        (),
        l2=1 / C,
        optimizer="nesterov",
        learning_rate=0.3 if len(np.unique(y)) > 2 else 0.5,
        batch_size="full",
        max_epochs=4000,
        tol=0,
        n_iter_no_change=None,
        dtype="float64",
        random_state=0,
    ).fit(X, y)
    # both stop where the gradient is below 1e-8 and the curvature is at least l2/m > 1e-3
    np.testing.assert_allclose(estimator.coefs_[0].T, expected.coef_, atol=1e-4)
    probabilities = expected.predict_proba(X)
    np.testing.assert_allclose(estimator.predict_proba(X), probabilities, atol=1e-4)


@pytest.mark.parametrize("batch_size", [10, 30, 60])
@pytest.mark.parametrize("weight", [1.0, 2.0])
def test_the_strength_of_the_penalty_does_not_depend_on_the_batch_size(batch_size, weight):
    # Without features the loss has no gradient by the weights: only the penalty moves them,
    # by the same share at every step, m = 60 · weight.
    X, y = np.zeros((60, 4)), np.arange(60) % 3
    fixed = {"hidden_layer_sizes": (), "random_state": 0, "dtype": "float64"}
    start = untrained(X, y, hidden_layer_sizes=()).coefs_[0]
    estimator = DeepClassifier(
        **fixed, l2=9.0, optimizer="sgd", learning_rate=0.5, max_epochs=4, batch_size=batch_size
    ).fit(X, y, np.full(60, weight))
    n_steps = 4 * 60 // batch_size
    expected = start * (1 - 0.5 * 9.0 / (60 * weight)) ** n_steps
    np.testing.assert_allclose(estimator.coefs_[0], expected, rtol=1e-12)  # round-off


@pytest.mark.parametrize("batch_size", [10, 60])
def test_l1_moves_each_weight_by_the_same_step_towards_zero(batch_size):
    X, y = np.zeros((60, 4)), np.arange(60) % 3
    options = {"hidden_layer_sizes": (), "weight_init": "he_normal"}  # far from zero
    start = untrained(X, y, **options).coefs_[0]
    options |= {"dtype": "float64", "optimizer": "sgd", "learning_rate": 1e-3}
    estimator = small(**options, l1=6.0, batch_size=batch_size).fit(X, y)
    n_steps = 5 * 60 // batch_size
    expected = start - n_steps * 1e-3 * 6.0 / 60 * np.sign(start)
    assert np.abs(start).min() > n_steps * 1e-4  # none gets to zero
    np.testing.assert_allclose(estimator.coefs_[0], expected, rtol=1e-10)  # round-off


def test_the_reported_loss_is_the_mean_plus_the_penalties(iris):
    X, y = iris
    estimator = untrained(X, y, l2=3.0, l1=2.0)
    penalty = sum(3.0 / 2 * (W**2).sum() + 2.0 * np.abs(W).sum() for W in estimator.coefs_)
    expected = log_loss(y, estimator.predict_proba(X)) + penalty / len(y)
    assert estimator.loss_ == pytest.approx(expected, rel=1e-12)  # round-off


@pytest.mark.parametrize("classes", [[0, 1], [0, 1, 2]], ids=["binary", "multiclass"])
def test_label_smoothing_mixes_the_targets_with_the_uniform_distribution(classes, iris):
    kept = np.isin(iris[1], classes)
    X, y = iris[0][kept], iris[1][kept]
    estimator = untrained(X, y, label_smoothing=0.3)
    target = 0.7 * np.eye(len(classes))[y] + 0.3 / len(classes)
    expected = -(target * estimator.predict_log_proba(X)).sum(axis=1).mean()
    assert estimator.loss_ == pytest.approx(expected, rel=1e-12)  # round-off


def test_label_smoothing_of_several_labels_mixes_each_with_one_half(iris):
    X, y = iris
    labels = np.column_stack([y > 0, y > 1, y % 2]).astype(int)
    estimator = untrained(X, labels, label_smoothing=0.3)
    target, p = 0.7 * labels + 0.15, estimator.predict_proba(X)
    expected = -(target * np.log(p) + (1 - target) * np.log(1 - p)).sum(axis=1).mean()
    assert estimator.loss_ == pytest.approx(expected, rel=1e-12)  # round-off


# -- weights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("extras", [{}, {"batch_norm": True}, {"l2": 1.0}], ids=str)
def test_a_weight_of_two_is_a_row_given_twice_to_the_last_bit(iris, extras):
    X, y = iris
    weight = 1 + np.arange(len(y)) % 2
    weighted = small(**extras).fit(X, y, weight)
    repeated = small(**extras, batch_size="full").fit(np.repeat(X, weight, 0), np.repeat(y, weight))
    assert_same_network(weighted, repeated)


@pytest.mark.parametrize("extras", [{}, {"batch_norm": True}, {"l2": 1.0}], ids=str)
def test_a_weight_of_zero_is_a_row_left_out_to_the_last_bit(iris, extras):
    X, y = iris
    kept = np.arange(len(y)) % 3 > 0
    weighted = small(**extras).fit(X, y, kept.astype(float))
    assert_same_network(weighted, small(**extras).fit(X[kept], y[kept]))


@pytest.mark.parametrize("extras", [{}, {"dropout": 0.2}, {"batch_norm": True}])
def test_rows_of_weight_zero_make_the_network_of_removed_rows_in_mini_batches_too(extras, iris):
    (X, y), kept = iris, np.arange(150) % 3 > 0
    options = {"batch_size": 16, "early_stopping": True, **extras}
    weighted = small(**options).fit(X, y, kept.astype(float))
    assert_same_network(weighted, small(**options).fit(X[kept], y[kept], np.ones(kept.sum())))


def test_equal_weights_change_nothing_without_a_penalty(iris):
    X, y = iris
    plain = small(batch_size=32, dtype="float64").fit(X, y)
    weighted = small(batch_size=32, dtype="float64").fit(X, y, np.full(len(y), 4.0))
    for values, other in zip(plain.coefs_, weighted.coefs_, strict=True):
        np.testing.assert_allclose(values, other, rtol=1e-9)  # round-off over 25 steps


def test_class_weights_are_sample_weights_by_class(iris):
    X, y = iris
    by_class = {0: 1.0, 1: 3.0, 2: 0.5}
    weight = np.array([by_class[label] for label in y])
    assert_same_network(small(class_weight=by_class).fit(X, y), small().fit(X, y, weight))


def test_class_weights_go_by_the_labels_that_the_user_gave(iris):
    X, y = iris
    names = np.array(["c", "a", "b"])[y]
    weight = np.where(names == "c", 4.0, 1.0)
    assert_same_network(small(class_weight={"c": 4.0}).fit(X, names), small().fit(X, names, weight))


def test_balanced_class_weights_give_every_class_the_same_total(iris):
    X, y = iris[0][:120], iris[1][:120]
    weight = 120 / (3 * np.bincount(y))[y]
    assert_same_network(small(class_weight="balanced").fit(X, y), small().fit(X, y, weight))


# -- targets -----------------------------------------------------------------------------------


def test_probabilities_of_two_classes_sum_to_one_and_follow_the_logit(iris):
    X, y = iris[0][:100], iris[1][:100]
    estimator = small(dtype="float64").fit(X, y)
    logit, proba = estimator.decision_function(X), estimator.predict_proba(X)
    assert logit.shape == (100,)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(proba[:, 1], 1 / (1 + np.exp(-logit)), rtol=1e-13)  # round-off


def test_string_labels_learn_and_predict_as_numbers_do(iris):
    X, y = iris
    names = np.array(["a", "b", "c"])
    options = {"early_stopping": True, "scoring": "balanced_accuracy"}
    by_number, by_name = small(**options).fit(X, y), small(**options).fit(X, names[y])
    assert_same_network(by_number, by_name)
    assert by_name.classes_.tolist() == ["a", "b", "c"]
    assert by_name.validation_scores_ == by_number.validation_scores_
    np.testing.assert_array_equal(by_name.predict(X), names[by_number.predict(X)])


@pytest.mark.parametrize("label", [0, 7, "a"])
def test_one_class_is_predicted_with_probability_one(iris, label):
    X, _ = iris
    estimator = small(early_stopping=True, scoring="accuracy").fit(X, np.full(150, label))
    assert estimator.classes_.tolist() == [label]
    assert (estimator.predict(X) == label).all()
    np.testing.assert_array_equal(estimator.predict_proba(X), np.ones((150, 1)))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_one_class_leaves_nothing_to_learn(iris, smoothing):
    X, y = iris[0], np.zeros(150)
    trained = small(label_smoothing=smoothing, dtype="float64").fit(X, y)
    assert trained.loss_curve_ == [0] * 5
    assert_same_network(trained, untrained(X, y))


def test_several_labels_come_out_in_the_form_that_scikit_learn_expects(iris):
    X, y = iris
    labels = np.column_stack([y > 0, y > 1, y == 1]).astype(int)
    estimator = small(early_stopping=True, scoring="f1_macro").fit(X, labels)
    proba, log_proba = estimator.predict_proba(X), estimator.predict_log_proba(X)
    assert proba.shape == log_proba.shape == estimator.decision_function(X).shape == (150, 3)
    assert estimator.classes_.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(estimator.predict(X), (proba > 0.5).astype(int))
    np.testing.assert_allclose(np.exp(log_proba), proba, rtol=1e-5)  # float32


def test_the_labels_of_a_multilabel_target_do_not_touch_one_another_without_hidden_layers(iris):
    X, y = iris
    labels = np.column_stack([y > 0, y > 1]).astype(int)
    options = {"hidden_layer_sizes": (), "dtype": "float64", "weight_init": "orthogonal"}
    options |= {"optimizer": "nesterov", "learning_rate": 0.3, "l2": 10.0, "max_epochs": 500}
    options |= {"n_iter_no_change": None, "batch_size": "full"}
    together = small(**options).fit(X, labels)
    for i in range(2):
        alone = small(**options).fit(X, labels[:, i])
        # both are at the one minimum of a problem whose curvature is at least l2/m = 0.07
        np.testing.assert_allclose(together.coefs_[0][:, [i]], alone.coefs_[0], atol=1e-8)


def test_logarithms_of_probabilities_are_finite_where_probabilities_are_zero(iris):
    X, y = iris
    estimator = small(max_epochs=50, learning_rate=0.05).fit(X, y)
    far = 1e4 * X
    proba, log_proba = estimator.predict_proba(far), estimator.predict_log_proba(far)
    assert (proba == 0).any()
    assert np.isfinite(log_proba).all()


# -- early stopping ----------------------------------------------------------------------------


def test_early_stopping_returns_the_weights_of_the_best_epoch(noise):
    X, X_val, y, y_val = train_test_split(*noise, random_state=0)
    estimator = overfitting(batch_norm=True).fit(X, y, X_val=X_val, y_val=y_val)
    scores = estimator.validation_scores_
    assert estimator.best_epoch_ == np.argmax(scores) < len(scores) - 1
    proba = estimator.predict_proba(X_val)
    score = d2_brier_score(y_val, proba, labels=estimator.classes_)
    assert score == pytest.approx(max(scores), rel=1e-12)  # round-off
    loss = estimator.history_["val_loss"][estimator.best_epoch_]
    assert log_loss(y_val, proba) == pytest.approx(loss, rel=1e-12)


def test_early_stopping_returns_the_averaged_weights_of_the_best_epoch(noise):
    X, X_val, y, y_val = train_test_split(*noise, random_state=0)
    estimator = overfitting(weight_averaging=0.9).fit(X, y, X_val=X_val, y_val=y_val)
    scores = estimator.validation_scores_
    assert np.argmax(scores) < len(scores) - 1
    proba = estimator.predict_proba(X_val)
    score = d2_brier_score(y_val, proba, labels=estimator.classes_)
    assert score == pytest.approx(max(scores), rel=1e-12)  # round-off


def test_without_early_stopping_validation_data_is_watched_and_the_last_weights_kept(noise):
    X, X_val, y, y_val = train_test_split(*noise, random_state=0)
    watched = overfitting(early_stopping=False).fit(X, y, X_val=X_val, y_val=y_val)
    assert_same_network(watched, overfitting(early_stopping=False).fit(X, y))
    loss = log_loss(y_val, watched.predict_proba(X_val))
    assert watched.history_["val_loss"][-1] == pytest.approx(loss, rel=1e-12)  # round-off


@pytest.mark.parametrize("patience", [1, 4])
@pytest.mark.parametrize("early_stopping", [True, False])
def test_training_stops_after_exactly_n_iter_no_change_epochs(iris, patience, early_stopping):
    # no epoch after the first gets better by tol
    estimator = small(
        early_stopping=early_stopping, n_iter_no_change=patience, tol=1e6, max_epochs=20
    ).fit(*iris)
    assert estimator.n_epochs_ == estimator.n_iter_ == 1 + patience


def test_without_n_iter_no_change_training_runs_all_its_epochs(iris):
    estimator = small(early_stopping=True, n_iter_no_change=None, tol=1e6, max_epochs=20)
    assert estimator.fit(*iris).n_epochs_ == 20


class Watcher:
    """A scorer that remembers what it was shown."""

    def __init__(self, scores=None):
        self.scores, self.seen = scores, []

    def __call__(self, estimator, X, y):
        self.seen.append((X, y, estimator.predict_proba(X)))
        return 0.0 if self.scores is None else self.scores[len(self.seen) - 1]


def test_early_stopping_holds_out_the_same_share_of_every_class(iris):
    # 100, 40 and 10 rows of three classes, named by strings
    y = np.repeat(["a", "b", "c"], [100, 40, 10])
    watcher = Watcher()
    small(early_stopping=True, validation_fraction=0.2, scoring=watcher).fit(iris[0], y)
    assert np.unique(watcher.seen[0][1], return_counts=True)[1].tolist() == [20, 8, 2]


@pytest.mark.parametrize("early_stopping", ["auto", True])
@pytest.mark.parametrize("seed", range(5))
def test_a_class_of_two_rows_is_never_held_out_as_a_whole(early_stopping, seed, rng):
    X, y = rng.normal(size=(80, 3)), np.repeat(["common", "rare"], [78, 2])
    watcher = Watcher()
    small(
        early_stopping=early_stopping, validation_fraction=0.9, max_epochs=1, scoring=watcher,
        random_state=seed,
    ).fit(X, y)  # fmt: skip
    assert watcher.seen[0][1].tolist().count("rare") == 1
    assert len(watcher.seen[0][1]) == 72


@pytest.mark.parametrize("seed", range(20))
def test_a_class_of_one_row_is_trained_on(seed, rng):
    X, y = rng.normal(size=(80, 3)), np.r_[np.arange(70) % 2, 2:12]
    watcher = Watcher()
    small(early_stopping="auto", max_epochs=1, scoring=watcher, random_state=seed).fit(X, y)
    assert set(watcher.seen[0][1]) == {0, 1}


def test_the_same_rows_are_held_out_in_every_epoch(iris):
    watcher = Watcher()
    small(early_stopping=True, scoring=watcher).fit(*iris)
    assert len(watcher.seen) == 5
    for X, y, _ in watcher.seen:
        np.testing.assert_array_equal(X, watcher.seen[0][0])
        np.testing.assert_array_equal(y, watcher.seen[0][1])


def test_a_callable_scorer_decides_on_the_best_epoch(iris):
    X, y = iris
    watcher = Watcher([0.1, 0.5, np.nan, 0.4, 0.2])
    estimator = small(early_stopping=True, scoring=watcher).fit(X, y, X_val=X, y_val=y)
    assert estimator.best_epoch_ == 1
    np.testing.assert_array_equal(estimator.predict_proba(X), watcher.seen[1][2])


def test_a_callable_scorer_that_takes_no_weights_works_with_class_weights(iris):
    watcher = Watcher()
    small(early_stopping=True, scoring=watcher, class_weight="balanced").fit(*iris)
    assert len(watcher.seen) == 5


def test_a_named_scorer_gives_the_validation_scores(iris):
    X, y = iris
    estimator = small(early_stopping=True, scoring="accuracy", n_iter_no_change=None)
    estimator.fit(X, y, X_val=X, y_val=y)
    assert estimator.score(X, y) == max(estimator.validation_scores_)


def test_sample_weights_of_validation_data_weigh_its_loss(noise):
    X, X_val, y, y_val = train_test_split(*noise, random_state=0)
    weight = np.arange(1.0, 1 + len(y_val))
    estimator = small(dtype="float64").fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=weight)
    expected = log_loss(y_val, estimator.predict_proba(X_val), sample_weight=weight)
    assert estimator.history_["val_loss"][-1] == pytest.approx(expected, rel=1e-12)  # round-off


def test_feature_names_are_kept_without_false_warnings(iris):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(iris[0], columns=["a", "b", "c", "d"])
    y = pd.Series(iris[1])
    estimator = small(early_stopping=True, scoring="accuracy")
    estimator.fit(frame, y, X_val=frame, y_val=y).fit(frame, y)
    assert estimator.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    assert_same_network(estimator, small(early_stopping=True, scoring="accuracy").fit(*iris))
    estimator.predict(frame)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        estimator.predict(iris[0])


# -- a fitted estimator ------------------------------------------------------------------------


def restored_by_pickle(estimator):
    return pickle.loads(pickle.dumps(estimator))


RESTORED_BY = pytest.mark.parametrize(
    "restored", [restored_by_pickle, copy.deepcopy], ids=["pickle", "deepcopy"]
)


@RESTORED_BY
def test_a_restored_estimator_predicts_alike(iris, restored):
    estimator = small(batch_norm=True, dropout=0.2, early_stopping=True).fit(*iris)
    twin = restored(estimator)
    np.testing.assert_array_equal(twin.predict_proba(iris[0]), estimator.predict_proba(iris[0]))
    assert_same_network(estimator, twin)


@RESTORED_BY
@pytest.mark.parametrize("extras", [{}, {"weight_averaging": 0.9}], ids=str)
def test_a_restored_estimator_trains_on_as_the_original_does(iris, restored, extras):
    estimator = small(batch_norm=True, dropout=0.2, batch_size=32, warm_start=True, **extras)
    twin = restored(estimator.fit(*iris))
    before = estimator.coefs_[0].copy()
    assert_same_network(estimator.fit(*iris), twin.fit(*iris))
    assert not np.array_equal(before, estimator.coefs_[0])


@RESTORED_BY
def test_training_a_restored_estimator_leaves_the_original_alone(iris, restored):
    estimator = small(warm_start=True).fit(*iris)
    before = estimator.predict_proba(iris[0])
    restored(estimator).fit(*iris)
    np.testing.assert_array_equal(estimator.predict_proba(iris[0]), before)


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "float32"},
        {"class_weight": "balanced"},
        {"label_smoothing": 0.5},
        {"hidden_layer_sizes": (3,), "activation": "relu"},
        {"batch_norm": True, "dropout": 0.5},
    ],
    ids=str,
)
def test_no_hyperparameter_changes_a_prediction(iris, change):
    X, y = iris
    model = small(dtype="float64").fit(X, y)
    expected = model.predict_proba(X)
    np.testing.assert_array_equal(model.set_params(**change).predict_proba(X), expected)


def test_predicting_changes_nothing(iris):
    X, _ = iris
    estimator = small(batch_norm=True, dropout=0.2, weight_averaging=0.9).fit(*iris)
    X_before, before = X.copy(), pickle.dumps(estimator)
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        getattr(estimator, method)(X)
    assert pickle.dumps(estimator) == before
    np.testing.assert_array_equal(X, X_before)


def test_predictions_from_several_threads_are_those_of_one(iris):
    estimator = small(hidden_layer_sizes=(64, 64), batch_norm=True, dropout=0.2).fit(*iris)
    rng = np.random.default_rng(0)
    tasks = [rng.normal(size=(n, 4)) for n in (1, 50, 400, 3000)] * 8
    expected = [estimator.predict_proba(X) for X in tasks]
    with ThreadPoolExecutor(4) as pool:
        for proba, same in zip(pool.map(estimator.predict_proba, tasks), expected, strict=True):
            np.testing.assert_array_equal(proba, same)


# -- Ctrl-C ------------------------------------------------------------------------------------


class CtrlC:
    """A callback that interrupts the training as it enters or leaves an epoch."""

    def __init__(self, hook, epoch):
        self.hook, self.epoch = hook, epoch

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        self._interrupt("begin", context)

    def on_fit_task_end(self, estimator, context):
        self._interrupt("end", context)

    def _interrupt(self, hook, context):
        if (hook, "epoch", self.epoch) == (self.hook, context.task_name, context.task_id):
            raise KeyboardInterrupt


INTERRUPTED = (
    r"^DeepClassifier: training was interrupted in epoch {}; the estimator keeps the best weights "
    r"so far\.$"
)


def test_ctrl_c_warns_and_leaves_the_best_weights_so_far(noise):
    X, X_val, y, y_val = train_test_split(*noise, random_state=0)
    estimator = overfitting().set_callbacks(CtrlC("begin", 20))
    with pytest.warns(ConvergenceWarning, match=INTERRUPTED.format(20)):
        estimator.fit(X, y, X_val=X_val, y_val=y_val)
    losses = estimator.history_["val_loss"]
    assert np.argmin(losses) < len(losses) - 1 == 19
    loss = log_loss(y_val, estimator.predict_proba(X_val))
    assert loss == pytest.approx(min(losses), rel=1e-12)  # round-off


def test_ctrl_c_without_early_stopping_leaves_the_present_weights(iris):
    estimator = small().set_callbacks(CtrlC("end", 2))
    with pytest.warns(ConvergenceWarning, match=INTERRUPTED.format(3)):
        estimator.fit(*iris)
    assert_same_network(estimator, small(max_epochs=3).fit(*iris))


def test_ctrl_c_within_a_scorer_leaves_a_usable_estimator(iris):
    def interrupt(estimator, X, y):
        raise KeyboardInterrupt

    estimator = small(early_stopping=True, scoring=interrupt)
    with pytest.warns(ConvergenceWarning, match="training was interrupted"):
        estimator.fit(*iris)
    assert set(estimator.predict(iris[0])) <= {0, 1, 2}


def test_ctrl_c_before_the_end_of_the_first_epoch_leaves_a_usable_estimator(iris):
    estimator = small(early_stopping=True).set_callbacks(CtrlC("begin", 0))
    with pytest.warns(ConvergenceWarning, match=INTERRUPTED.format(0)):
        estimator.fit(*iris)
    assert set(estimator.predict(iris[0])) <= {0, 1, 2}
    assert estimator.n_epochs_ == estimator.n_iter_ == 0
    assert estimator.loss_curve_ == []
    assert estimator.validation_scores_ is None
    assert estimator.history_["epoch"] == []


def test_an_interrupted_estimator_trains_on(iris):
    interrupted = small(warm_start=True).set_callbacks(CtrlC("end", 2))
    with pytest.warns(ConvergenceWarning, match="training was interrupted"):
        interrupted.fit(*iris)
    interrupted.set_callbacks().set_params(max_epochs=2).fit(*iris)
    assert interrupted.n_epochs_ == 5
    assert_same_network(interrupted, small().fit(*iris))


# -- what training tells -----------------------------------------------------------------------


@pytest.mark.parametrize("scoring", ["accuracy", None])
def test_verbose_prints_one_aligned_line_an_epoch(iris, capsys, scoring):
    options = {"early_stopping": True, "scoring": scoring, "max_epochs": 12, "verbose": 1}
    small(**options, n_iter_no_change=None).fit(*iris)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    for i, line in enumerate(lines):
        assert line.startswith(f"[DeepClassifier] epoch {i:>4}  train_loss ")
        assert line.endswith(" s")
    for word in ("train_loss", "val_loss", "val_score", "learning_rate"):
        assert len({line.index(word) for line in lines}) == 1


def test_without_verbose_nothing_is_printed(iris, capsys):
    small().fit(*iris)
    assert capsys.readouterr() == ("", "")


def test_the_history_has_a_row_an_epoch_and_its_summaries_agree(noise):
    estimator = overfitting().fit(*noise)
    assert {len(values) for values in estimator.history_.values()} == {30}
    assert estimator.history_["epoch"] == list(range(30))
    assert estimator.loss_curve_ == estimator.history_["train_loss"]
    assert estimator.loss_ == estimator.loss_curve_[-1]
    assert estimator.best_loss_ == min(estimator.loss_curve_)
    assert estimator.best_epoch_ == np.argmax(estimator.validation_scores_)


def test_fitted_weights_have_the_shapes_of_the_layers(iris):
    estimator = small(hidden_layer_sizes=(8, 6), batch_norm=[True, False]).fit(*iris)
    assert [W.shape for W in estimator.coefs_] == [(4, 8), (8, 6), (6, 3)]
    assert [b.shape for b in estimator.intercepts_] == [(8,), (6,), (3,)]
    assert (estimator.n_layers_, estimator.n_outputs_, estimator.n_features_in_) == (4, 3, 4)


@pytest.mark.parametrize(("n_rows", "n_steps"), [(64, 2), (65, 2), (79, 2), (80, 3), (96, 3)])
def test_batch_norm_never_sees_less_than_half_a_batch(n_rows, n_steps, iris):
    X, y = iris
    estimator = small(batch_norm=True, batch_size=32, max_epochs=1).fit(X[:n_rows], y[:n_rows])
    assert estimator._state["step"] == n_steps
