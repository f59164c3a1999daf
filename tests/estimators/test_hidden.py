"""The output of hidden layers, against the same computed with NumPy from the learned numbers."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skdeep import DeepClassifier, DeepRegressor
from skdeep.estimators.inside import model_of
from tests.helpers import error_of

kinds = pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])

# a product in float32 of a few tens of numbers of order 1
FLOAT32 = {"rtol": 1e-4, "atol": 1e-5}


def make(kind, sizes=(7, 5), **options):
    return kind(sizes, **{"activation": "tanh", "max_epochs": 3, "random_state": 0} | options)


def plain(kind, **options):
    """Return an estimator whose input is X itself, and which has one network."""
    return make(kind, **{"numerical_encoding": None, "n_members": 1} | options)


@kinds
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_hidden_layer_is_what_its_weights_say(kind, dtype, iris):
    X, y = iris
    network = plain(kind, dtype=dtype).fit(X, y)
    (W1, W2, _), (b1, b2, _) = network.coefs_, network.intercepts_
    first = np.tanh(X @ W1 + b1)
    second = np.tanh(first @ W2 + b2)
    for layer, expected in {0: first, -2: first, 1: second, -1: second}.items():
        found = network.hidden(X, layer=layer)
        np.testing.assert_allclose(found, expected, **FLOAT32)
        assert found.dtype == dtype
    np.testing.assert_array_equal(network.hidden(X), network.hidden(X, layer=-1))


def test_the_last_layer_makes_the_logits_from_the_hidden_one(iris):
    X, y = iris
    network = make(DeepClassifier, n_members=1, early_stopping=True, batch_norm=True).fit(X, y)
    raw = network.hidden(X) @ network.coefs_[-1] + network.intercepts_[-1]
    logits = network.decision_function(X)
    np.testing.assert_allclose(raw / network.temperature_, logits, **FLOAT32)


@pytest.mark.parametrize("n_members", [1, 4])
@pytest.mark.parametrize("sizes", [(5,), (7, 5)])
def test_the_members_are_side_by_side(n_members, sizes, iris):
    X, y = iris
    network = make(DeepRegressor, sizes, n_members=n_members, standardize_target=False).fit(X, y)
    x = network.hidden(X)
    assert x.shape == (len(X), n_members * 5)
    of_member = x.reshape(len(X), n_members, 5).transpose(1, 0, 2)
    W = network.coefs_[-1].reshape(n_members, 5, 1)
    b = network.intercepts_[-1].reshape(n_members, 1, 1)
    np.testing.assert_allclose(
        (of_member @ W + b)[:, :, 0], network.predict_members(X).reshape(n_members, -1), **FLOAT32
    )


def test_dropout_and_batch_norm_are_as_in_prediction(iris):
    X, y = iris
    network = plain(DeepClassifier, sizes=(7,), dropout=0.5, batch_norm=True).fit(X, y)
    theta, _, _ = model_of(network).network.views[1]
    running = model_of(network).network.views[1][2]
    normed = (X @ network.coefs_[0] - running["mean"]) / np.sqrt(running["var"] + 1e-5)
    expected = np.tanh(theta["gamma"] * normed + theta["beta"])
    np.testing.assert_allclose(network.hidden(X), expected, **FLOAT32)
    np.testing.assert_array_equal(network.hidden(X), network.hidden(X))


def test_rows_are_computed_by_chunks_and_do_not_depend_on_each_other(rng):
    X = rng.normal(size=(1000, 3))
    network = make(DeepRegressor, (600, 4), max_epochs=1, dtype="float64").fit(X, X[:, 0])
    rows = np.vstack([X] * 3)  # chunks of 2^18 / (members · 600) rows
    found = network.hidden(rows)
    assert found.shape == (3000, 4 * network.n_members_)
    # another place in a chunk rounds differently
    np.testing.assert_allclose(found, np.vstack([network.hidden(X)] * 3), rtol=1e-12, atol=1e-14)


def test_few_rows_have_the_same_output_in_any_order(iris):
    X, y = iris
    network = make(DeepClassifier, (64, 33)).fit(X, y)
    np.testing.assert_array_equal(network.hidden(X[:9])[::-1], network.hidden(X[8::-1]))


def test_sparse_rows_and_frames_are_read_as_for_predict(rng):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": rng.normal(size=80), "b": rng.choice(["x", "y", None], 80)})
    network = make(DeepRegressor, category_encoding="embedding").fit(frame, frame["a"])
    assert network.hidden(frame).shape == (80, 5 * network.n_members_)
    X = rng.normal(size=(80, 3))
    network = make(DeepRegressor).fit(csr_matrix(X), X[:, 0])
    np.testing.assert_allclose(network.hidden(csr_matrix(X)), network.hidden(X), **FLOAT32)
    assert error_of(lambda: network.hidden(X[:, :2])) == (
        "X has 2 features, but DeepRegressor is expecting 3 features as input."
    )


def test_a_pipeline_can_use_a_hidden_layer_as_features(iris):
    X, y = iris
    network = make(DeepClassifier, max_epochs=30).fit(X, y)
    step = FunctionTransformer(network.hidden, kw_args={"layer": 0})
    model = clone(make_pipeline(step, LogisticRegression())).fit(X, y)
    expected = LogisticRegression().fit(network.hidden(X, layer=0), y)
    found = expected.predict_proba(network.hidden(X, layer=0))
    np.testing.assert_array_equal(model.predict_proba(X), found)


@kinds
@pytest.mark.parametrize("layer", [2, -3, 0.5, None, True])
def test_a_layer_that_is_not_there_is_refused(kind, layer, iris):
    network = make(kind).fit(*iris)
    assert error_of(lambda: network.hidden(iris[0], layer=layer)) == (
        f"{kind.__name__}: layer must be an integer from -2 to 1: the network has 2 hidden layers. "
        f"Got {layer!r} instead."
    )


def test_one_hidden_layer_is_singular(iris):
    network = make(DeepClassifier, (3,)).fit(*iris)
    assert error_of(lambda: network.hidden(iris[0], layer=1)) == (
        "DeepClassifier: layer must be an integer from -1 to 0: the network has 1 hidden layer. "
        "Got 1 instead."
    )


@kinds
@pytest.mark.parametrize("n_members", [1, 3])
def test_a_network_without_hidden_layers_is_refused(kind, n_members, iris):
    network = make(kind, (), n_members=n_members).fit(*iris)
    assert error_of(lambda: network.hidden(iris[0])) == (
        f"{kind.__name__}: the network has no hidden layer. Fit it with hidden_layer_sizes."
    )


@kinds
def test_an_estimator_that_is_not_fitted_has_no_hidden_output(kind, iris):
    with pytest.raises(NotFittedError):
        kind().hidden(iris[0])
