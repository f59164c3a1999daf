"""Several labels for a row, each with a logistic output of its own."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import scale
from sklearn.utils.class_weight import compute_sample_weight

from skdeep import DeepClassifier


@pytest.fixture(scope="module")
def labeled():
    X, y = load_iris(return_X_y=True)
    return scale(X), np.column_stack([y == 0, y > 0, X[:, 0] > 5.8]).astype(int)


@pytest.fixture
def model():
    return DeepClassifier((8,), learning_rate=0.03, max_epochs=40, random_state=0)


def test_each_label_of_a_linear_network_is_a_logistic_regression(labeled):
    X, Y = labeled
    ours = DeepClassifier(
        (), l2=2.0, optimizer="lbfgs", max_epochs=500, n_iter_no_change=None, dtype="float64"
    ).fit(X, Y)
    for i in range(3):
        theirs = LogisticRegression(C=1 / 2.0, tol=1e-8, max_iter=1000).fit(X, Y[:, i])
        # theirs ends at a gradient of 1e-8 of a mean, half the digits of which are the weights'
        np.testing.assert_allclose(
            ours.predict_proba(X)[:, i], theirs.predict_proba(X)[:, 1], atol=1e-4
        )


def test_the_outputs_have_the_formats_of_scikit_learn(labeled, model):
    X, Y = labeled
    model.fit(X, Y)
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.n_outputs_ == 3
    for values in (model.predict_proba(X), model.predict_log_proba(X), model.decision_function(X)):
        assert values.shape == Y.shape
    predicted = model.predict(X)
    assert predicted.dtype.kind == "i"
    assert set(np.unique(predicted)) == {0, 1}
    np.testing.assert_array_equal(predicted, model.predict_proba(X) > 0.5)


def test_the_score_is_the_share_of_rows_with_every_label_right(labeled, model):
    X, Y = labeled
    model.fit(X, Y)
    assert model.score(X, Y) == (model.predict(X) == Y).all(axis=1).mean()


def test_the_loss_is_the_sum_of_the_labels_log_losses(labeled):
    X, Y = labeled
    model = DeepClassifier(
        (4,),
        learning_rate=1e-300,
        max_epochs=1,
        early_stopping=False,
        dtype="float64",
        random_state=0,
    ).fit(X, Y)  # moves nothing, so that the loss is that of the fitted network
    proba = model.predict_proba(X)
    expected = sum(log_loss(Y[:, i], proba[:, i]) for i in range(3))
    assert model.loss_ == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("container", [sp.csr_matrix, sp.csc_matrix, sp.csr_array])
def test_sparse_labels_are_as_good_as_dense_ones(labeled, container):
    X, Y = labeled
    model = DeepClassifier((4,), max_epochs=3, random_state=0)
    dense = model.fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(model.fit(X, container(Y)).predict_proba(X), dense)


def test_lists_of_zeros_and_ones_are_labels(labeled):
    X, Y = labeled
    model = DeepClassifier((4,), max_epochs=3, random_state=0)
    dense = model.fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(model.fit(X, Y.tolist()).predict_proba(X), dense)


def test_a_label_that_every_row_has_is_learned(labeled, model):
    X, Y = labeled
    Y = np.column_stack([Y, np.ones(len(Y), int)])
    assert model.fit(X, Y).predict(X)[:, 3].all()


def test_the_logarithms_are_finite(labeled, model):
    X, Y = labeled
    log_proba = model.fit(X, Y).predict_log_proba(1e4 * X)
    assert np.isfinite(log_proba).all()
    assert (model.predict_proba(1e4 * X) == 0).any()


def test_the_held_out_rows_keep_the_proportions_of_the_label_sets(labeled):
    X, Y = labeled
    held_out = []

    def look(estimator, X, y):
        held_out.append(y)
        return 0.0

    DeepClassifier((3,), early_stopping=True, validation_fraction=0.2, scoring=look,
                   max_epochs=1, random_state=0).fit(X, Y)  # fmt: skip
    sets, counts = np.unique(Y, axis=0, return_counts=True)
    for labels, count in zip(sets, counts, strict=True):
        n = (held_out[0] == labels).all(axis=1).sum()
        assert abs(n - 0.2 * count) < 1  # rounded


def test_early_stopping_watches_a_score_of_all_labels(labeled, model):
    X, Y = labeled
    model.set_params(early_stopping=True, scoring="f1_samples", n_iter_no_change=5).fit(X, Y)
    assert 0.5 < max(model.validation_scores_) <= 1


def test_rare_label_sets_do_not_stop_early_stopping(labeled):
    X, Y = labeled
    Y = Y.copy()
    Y[0] = [1, 1, 1]  # the only row of its kind
    Y[1] = [0, 0, 0]
    model = DeepClassifier((3,), early_stopping=True, max_epochs=2).fit(X, Y)
    assert model.n_epochs_ == 2


def test_one_row_of_labels_cannot_be_split():
    with pytest.raises(ValueError, match=r"^DeepClassifier: early_stopping cannot hold out "):
        DeepClassifier((3,), early_stopping=True).fit([[1.0, 2.0]], [[0, 1]])


def test_more_label_sets_than_held_out_rows_do_not_stop_early_stopping(rng):
    X, Y = rng.normal(size=(75, 3)), rng.integers(2, size=(75, 5))  # up to 32 sets, 8 rows
    model = DeepClassifier((3,), early_stopping=True, max_epochs=2).fit(X, Y)
    assert model.n_epochs_ == 2


def test_balanced_class_weights_weigh_the_rows_by_every_label(labeled):
    X, Y = labeled
    model = DeepClassifier((4,), class_weight="balanced", max_epochs=3, random_state=0).fit(X, Y)
    shares = Y.mean(axis=0)
    weight = np.where(Y == 1, 0.5 / shares, 0.5 / (1 - shares)).prod(axis=1)
    by_hand = DeepClassifier((4,), max_epochs=3, random_state=0).fit(X, Y, weight)
    # float32 weights, computed in another order
    np.testing.assert_allclose(model.predict_proba(X), by_hand.predict_proba(X), rtol=1e-4)


def test_class_weights_by_label_are_an_error_that_names_what_is_taken(labeled, model):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message follows
        model.set_params(class_weight={0: 2.0}).fit(*labeled)
    assert str(error.value) == (
        "The 'class_weight' parameter of DeepClassifier must be 'balanced' or None for a "
        "multilabel target. Got {0: 2.0} instead. Weigh rows by sample_weight."
    )


def test_label_smoothing_draws_every_label_towards_a_half(labeled):
    _, Y = labeled
    model = DeepClassifier(
        (), label_smoothing=0.2, optimizer="lbfgs", max_epochs=500, n_iter_no_change=None
    ).fit(np.zeros((len(Y), 1)), Y)
    # without features the probability is the mean of the smoothed label
    expected = 0.8 * Y.mean(axis=0) + 0.1
    np.testing.assert_allclose(model.predict_proba(np.zeros((1, 1)))[0], expected, atol=1e-4)


def test_other_labels_than_before_are_an_error(labeled):
    X, Y = labeled
    model = DeepClassifier((4,)).partial_fit(X, Y)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message follows
        model.partial_fit(X, Y[:, :2])
    message = str(error.value)
    assert message.startswith("DeepClassifier: ")
    assert "2" in message  # what came
    assert "3" in message  # what was expected


def test_classes_where_labels_were_before_are_an_error(labeled):
    X, Y = labeled
    model = DeepClassifier((4,)).partial_fit(X, Y)
    with pytest.raises(ValueError, match=r"^DeepClassifier: .*label"):
        model.partial_fit(X, Y[:, 0])


def test_balanced_weights_take_a_weight_of_two_as_a_repeated_row(labeled, model):
    X, Y = labeled
    model.set_params(class_weight="balanced", early_stopping=False, batch_size="full")
    times = np.random.default_rng(0).integers(3, size=len(Y))
    weighted = model.fit(X, Y, sample_weight=times).predict_proba(X)
    repeated = model.fit(np.repeat(X, times, axis=0), np.repeat(Y, times, axis=0)).predict_proba(X)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-5)  # round-off of float32


def test_validation_rows_have_the_balanced_weights_of_the_training_rows(labeled, model):
    X, Y = labeled
    model.set_params(class_weight="balanced", early_stopping=True, max_epochs=3, dtype="float64")
    model.set_params(weight_averaging=None).fit(X, Y, X_val=X[:60], y_val=Y[:60])
    proba = model.predict_proba(X[:60])
    losses = -np.log(np.where(Y[:60], proba, 1 - proba)).sum(axis=1)
    weight = compute_sample_weight("balanced", Y)[:60]
    expected = model.history_["val_loss"][model.best_epoch_]
    assert np.average(losses, weights=weight) == pytest.approx(expected, rel=1e-12)
