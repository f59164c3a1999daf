"""Several labels for a row, each with a logistic output of its own."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import scale

from skdeep import DeepClassifier


@pytest.fixture(scope="module")
def labelled():
    X, y = load_iris(return_X_y=True)
    return scale(X), np.column_stack([y == 0, y > 0, X[:, 0] > 5.8]).astype(int)


@pytest.fixture
def model():
    return DeepClassifier((8,), learning_rate=0.03, max_epochs=40, random_state=0)


def test_each_label_of_a_linear_network_is_a_logistic_regression(labelled):
    X, Y = labelled
    ours = DeepClassifier(
        (), l2=2.0, optimizer="lbfgs", max_epochs=500, n_iter_no_change=None, dtype="float64"
    ).fit(X, Y)
    for i in range(3):
        theirs = LogisticRegression(C=1 / 2.0, tol=1e-8, max_iter=1000).fit(X, Y[:, i])
        # theirs ends at a gradient of 1e-8 of a mean, half the digits of which are the weights'
        np.testing.assert_allclose(
            ours.predict_proba(X)[:, i], theirs.predict_proba(X)[:, 1], atol=1e-4
        )


def test_the_outputs_have_the_formats_of_scikit_learn(labelled, model):
    X, Y = labelled
    model.fit(X, Y)
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.n_outputs_ == 3
    for values in (model.predict_proba(X), model.predict_log_proba(X), model.decision_function(X)):
        assert values.shape == Y.shape
    predicted = model.predict(X)
    assert predicted.dtype.kind == "i"
    assert set(np.unique(predicted)) == {0, 1}
    np.testing.assert_array_equal(predicted, model.predict_proba(X) > 0.5)


def test_the_score_is_the_share_of_rows_with_every_label_right(labelled, model):
    X, Y = labelled
    model.fit(X, Y)
    assert model.score(X, Y) == (model.predict(X) == Y).all(axis=1).mean()


def test_the_loss_is_the_sum_of_the_labels_log_losses(labelled):
    X, Y = labelled
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
def test_sparse_labels_are_as_good_as_dense_ones(labelled, container):
    X, Y = labelled
    model = DeepClassifier((4,), max_epochs=3, random_state=0)
    dense = model.fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(model.fit(X, container(Y)).predict_proba(X), dense)


def test_lists_of_zeros_and_ones_are_labels(labelled):
    X, Y = labelled
    model = DeepClassifier((4,), max_epochs=3, random_state=0)
    dense = model.fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(model.fit(X, Y.tolist()).predict_proba(X), dense)


def test_a_label_that_every_row_has_is_learned(labelled, model):
    X, Y = labelled
    Y = np.column_stack([Y, np.ones(len(Y), int)])
    assert model.fit(X, Y).predict(X)[:, 3].all()


def test_the_logarithms_are_finite(labelled, model):
    X, Y = labelled
    log_proba = model.fit(X, Y).predict_log_proba(1e4 * X)
    assert np.isfinite(log_proba).all()
    assert (model.predict_proba(1e4 * X) == 0).any()


def test_the_held_out_rows_keep_the_proportions_of_the_label_sets(labelled):
    X, Y = labelled
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


def test_early_stopping_watches_a_score_of_all_labels(labelled, model):
    X, Y = labelled
    model.set_params(early_stopping=True, scoring="f1_samples", n_iter_no_change=5).fit(X, Y)
    assert 0.5 < max(model.validation_scores_) <= 1


def test_rare_label_sets_do_not_stop_early_stopping(labelled):
    X, Y = labelled
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


def test_balanced_class_weights_weigh_the_rows_by_every_label(labelled):
    X, Y = labelled
    model = DeepClassifier((4,), class_weight="balanced", max_epochs=3, random_state=0).fit(X, Y)
    shares = Y.mean(axis=0)
    weight = np.where(Y == 1, 0.5 / shares, 0.5 / (1 - shares)).prod(axis=1)
    by_hand = DeepClassifier((4,), max_epochs=3, random_state=0).fit(X, Y, weight)
    # float32 weights, computed in another order
    np.testing.assert_allclose(model.predict_proba(X), by_hand.predict_proba(X), rtol=1e-4)


def test_class_weights_by_label_are_an_error_that_names_what_is_taken(labelled, model):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message follows
        model.set_params(class_weight={0: 2.0}).fit(*labelled)
    assert str(error.value) == (
        "The 'class_weight' parameter of DeepClassifier must be 'balanced' or None for a "
        "multilabel target. Got {0: 2.0} instead. Weigh rows by sample_weight."
    )


def test_label_smoothing_draws_every_label_towards_a_half(labelled):
    _, Y = labelled
    model = DeepClassifier(
        (), label_smoothing=0.2, optimizer="lbfgs", max_epochs=500, n_iter_no_change=None
    ).fit(np.zeros((len(Y), 1)), Y)
    # without features the probability is the mean of the smoothed label
    expected = 0.8 * Y.mean(axis=0) + 0.1
    np.testing.assert_allclose(model.predict_proba(np.zeros((1, 1)))[0], expected, atol=1e-4)


def test_other_labels_than_before_are_an_error(labelled):
    X, Y = labelled
    model = DeepClassifier((4,)).partial_fit(X, Y)
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message follows
        model.partial_fit(X, Y[:, :2])
    message = str(error.value)
    assert message.startswith("DeepClassifier: ")
    assert "2" in message  # what came
    assert "3" in message  # what was expected


def test_classes_where_labels_were_before_are_an_error(labelled):
    X, Y = labelled
    model = DeepClassifier((4,)).partial_fit(X, Y)
    with pytest.raises(ValueError, match=r"^DeepClassifier: .*label"):
        model.partial_fit(X, Y[:, 0])
