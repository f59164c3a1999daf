"""Several members in one network: what they share, and what is predicted from them."""

import copy
import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import scale

from skdeep import DeepClassifier, DeepRegressor
from skdeep.diagnostics import activation_statistics, check_gradient, find_learning_rate
from skdeep.estimators.inside import model_of
from skdeep.layers import Dense
from skdeep.network import Network
from tests.helpers import error_of, thetas

BOTH = pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])


def small(estimator=DeepClassifier, **hyperparameters):
    """Return a small estimator of three members."""
    options = {"hidden_layer_sizes": (6, 5), "n_members": 3, "max_epochs": 4, "random_state": 0}
    return estimator(**{**options, **hyperparameters})


def raw_of_plain_networks(model, X):
    """Return the raw outputs of each member's weights, by their equations."""
    found = []
    first, *middle, last = model.coefs_
    for j in range(len(last)):
        weights = [first[j], *middle, last[j]]
        x = X
        for W, b in zip(weights, model.intercepts_, strict=True):
            is_last = W is weights[-1]
            x = x @ W + b[j] if is_last else np.tanh(x @ W + b[j])
        found.append(x)
    return np.array(found)


def test_coefs_and_intercepts_are_those_of_each_member(iris):
    X, y = iris
    model = small(activation="tanh", numerical_encoding=None, dtype="float64").fit(X, y)
    assert [c.shape for c in model.coefs_] == [(3, 4, 6), (6, 5), (3, 5, 3)]
    assert [b.shape for b in model.intercepts_] == [(3, 6), (3, 5), (3, 3)]
    assert (model.n_layers_, model.n_outputs_) == (4, 3)
    raw = raw_of_plain_networks(model, X) / model.temperature_
    # round-off of three layers
    np.testing.assert_allclose(model.predict_members(X), softmax(raw, axis=2), rtol=1e-12)


def test_probabilities_are_the_mean_of_the_members(iris):
    X, y = iris
    for target in (y, y == 1, np.column_stack([y == 0, y < 2])):
        model = small(dtype="float64").fit(X, target)
        members = model.predict_members(X)
        assert members.shape == (3, *model.predict_proba(X).shape)
        assert np.ptp(members, axis=0).max() > 0.01
        # round-off of logarithms and exponentials
        np.testing.assert_allclose(members.mean(axis=0), model.predict_proba(X), rtol=1e-12)


def test_decision_function_agrees_with_the_probabilities(iris):
    X, y = iris
    model = small(dtype="float64").fit(X, y)
    p = model.predict_proba(X)
    np.testing.assert_allclose(softmax(model.decision_function(X), axis=1), p, rtol=1e-12)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), p, rtol=1e-12)
    np.testing.assert_array_equal(model.predict(X), p.argmax(axis=1))
    model.fit(X, y == 1)
    decision, p = model.decision_function(X), model.predict_proba(X)[:, 1]
    np.testing.assert_allclose(expit(decision), p, rtol=1e-12)
    np.testing.assert_array_equal(model.predict(X), decision > 0)


@pytest.mark.parametrize("loss", ["squared_error", "quantile", "huber", "poisson"])
def test_a_regressor_predicts_the_mean_of_the_members(diabetes, loss):
    X, y = diabetes
    for target in (y, np.column_stack([y, 1 + y**2])):
        model = small(DeepRegressor, loss=loss).fit(X, target)
        members = model.predict_members(X)
        assert members.shape == (3, *target.shape)
        np.testing.assert_allclose(members.mean(axis=0), model.predict(X), rtol=1e-6)  # float32


@BOTH
def test_one_member_is_the_network_without_members(iris, estimator):
    X, y = iris
    model = small(estimator, n_members=1).fit(X, y)
    assert {type(layer) for layer in model_of(model).network.layers if "Dense" in repr(layer)} == {
        Dense
    }
    predicted = model.predict_proba(X) if estimator is DeepClassifier else model.predict(X)
    np.testing.assert_array_equal(model.predict_members(X), predicted[None])


def test_a_member_with_adapters_of_one_is_a_plain_network(iris):
    X, y = iris
    model = small(numerical_encoding=None, dtype="float64", activation="relu").fit(X, y)
    network = model_of(model).network
    network.views[0][0]["adapter"].fill(1)
    plain_layers = small(
        n_members=1, numerical_encoding=None, dtype="float64", activation="relu", max_epochs=1
    ).fit(X, y)
    plain = model_of(plain_layers).network
    members = network.predict(X, lambda X, rows, dtype: X[rows]).reshape(len(X), 3, 3)
    for j in range(3):
        for (theta, _, _), (own, _, _) in zip(network.views, plain.views, strict=True):
            for name, array in own.items():
                given = theta[name]
                if name == "bias":
                    given = given.reshape(3, -1)[j]
                array[...] = given[j] if given.ndim == 3 else given
        plain.temperature = network.temperature
        # the sums in one product of all members are taken in another order
        expected = plain.predict(X, lambda X, rows, dtype: X[rows])
        np.testing.assert_allclose(members[:, j], expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("quantile", "n_members"), [(0.5, 4), ([0.5], 4), ([0.1, 0.9], 8)])
def test_several_quantiles_have_twice_as_many_members(rng, quantile, n_members):
    X = rng.normal(size=(500, 2))
    model = DeepRegressor((8,), loss="quantile", quantile=quantile, max_epochs=1).fit(X, X[:, 0])
    assert model.n_members_ == n_members


def test_a_stream_keeps_the_members_of_its_first_call(rng):
    X, y = rng.normal(size=(600, 3)), rng.integers(2, size=600)
    model = DeepClassifier((4,), random_state=0).partial_fit(X, y)
    assert model.n_members_ == 4
    assert model.partial_fit(X[:100], y[:100]).n_members_ == 4
    assert model.partial_fit(np.tile(X, (20, 1)), np.tile(y, 20)).n_members_ == 4


def test_adapters_are_not_penalized(iris):
    network = model_of(small().fit(*iris)).network
    theta = network.theta
    for views, _, _ in network.views:
        for name, array in views.items():
            is_penalized = np.shares_memory(array, theta[: network.n_weights])
            assert is_penalized == (name == "weight")


OPTIONS = {
    "plain": {},
    "batch norm": {"batch_norm": True},
    "penalties": {"l2": 0.1, "l1": 0.01},
    "linear": {"hidden_layer_sizes": ()},
    "one layer": {"hidden_layer_sizes": (7,)},
    "bins": {"numerical_encoding": "piecewise_linear"},
    "embedded category": {"categorical_features": [3], "category_encoding": "embedding"},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@BOTH
def test_gradients_are_right(iris, estimator, options):
    X, y = iris
    model = small(estimator, activation="tanh", **options)
    check = check_gradient(model, X[::3], y[::3], epochs=2, random_state=0)
    assert check.verdict == "correct"
    assert max(check.errors.values()) < 1e-7
    assert {c.parameter for c in check.parameters} >= {"weight", "adapter"}


@pytest.mark.parametrize("name", ["absolute_error", "quantile", "huber", "poisson"])
def test_gradients_of_each_loss_are_right(iris, name):
    X, y = iris
    check = check_gradient(small(DeepRegressor, loss=name, activation="mish"), X[::3], y[::3])
    assert max(check.errors.values()) < 1e-7


@BOTH
def test_a_pickle_and_a_copy_predict_the_same(iris, estimator):
    X, y = iris
    model = small(estimator, batch_norm=True).fit(X, y)
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        np.testing.assert_array_equal(again.predict_members(X), model.predict_members(X))


@BOTH
def test_training_goes_on_from_a_pickle(iris, estimator):
    X, y = iris
    model = small(estimator, warm_start=True, early_stopping=False).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(thetas(again.fit(X, y)), thetas(model.fit(X, y)))


def test_another_number_of_members_cannot_warm_start(iris):
    model = small(numerical_encoding=None, warm_start=True).fit(*iris)
    assert error_of(lambda: model.set_params(n_members=2).fit(*iris)) == (
        "DeepClassifier: the network cannot change while it goes on training. It was 'float32: 4 "
        "-> 3 x 6 mish -> 3 x 5 mish -> 3 x 3' and would become 'float32: 4 -> 2 x 6 mish -> 2 x "
        "5 mish -> 2 x 3'. Put hidden_layer_sizes, activation, n_members, batch_norm, dtype and "
        "the classes back, or fit anew with warm_start=False."
    )


@BOTH
def test_a_stream_is_a_fit(iris, estimator):
    X, y = iris
    options = {"batch_size": 25, "shuffle": False, "early_stopping": False, "weight_averaging": 0.9}
    once = small(estimator, **options, n_iter_no_change=None).fit(X, y)
    streamed = small(estimator, **options)
    for _ in range(4):
        streamed.partial_fit(X, y)
    np.testing.assert_array_equal(thetas(streamed), thetas(once))


@BOTH
def test_a_weight_of_two_is_a_row_given_twice(iris, estimator):
    X, y = iris
    weight = np.random.default_rng(0).integers(1, 3, size=len(y))
    options = {"batch_size": "full", "early_stopping": False, "dtype": "float64"}
    weighted = small(estimator, **options).fit(X, y, sample_weight=weight)
    repeated = small(estimator, **options).fit(X.repeat(weight, 0), y.repeat(weight))
    np.testing.assert_array_equal(thetas(weighted), thetas(repeated))


@BOTH
def test_sparse_rows_train_as_dense_ones(iris, estimator):
    X, y = np.where(np.abs(iris[0]) > 0.5, iris[0], 0), iris[1]
    model = small(estimator, numerical_encoding=None, dtype="float64", early_stopping=False)
    dense, sparse = clone(model).fit(X, y), clone(model).fit(csr_array(X), y)
    # the sums of a sparse product are taken in another order
    np.testing.assert_allclose(
        sparse.predict_members(csr_array(X)), dense.predict_members(X), rtol=1e-9
    )


@BOTH
def test_few_sparse_rows_are_predicted_as_many(iris, estimator):
    X, y = csr_array(np.where(np.abs(iris[0]) > 0.5, iris[0], 0)), iris[1]
    model = small(estimator, hidden_layer_sizes=(40,), numerical_encoding=None).fit(X, y)
    few = np.concatenate([model.predict_members(X[i : i + 5]) for i in range(0, 150, 5)], axis=1)
    # the many are predicted in float32
    np.testing.assert_allclose(few, model.predict_members(X), rtol=1e-4, atol=1e-5)


def test_members_whose_numbers_overflow_are_an_error_as_in_predict(diabetes):
    X, y = diabetes
    model = small(DeepRegressor, loss="poisson", hidden_layer_sizes=(), numerical_encoding=None)
    model.set_params(activation="relu").fit(X, y)
    far = np.sign(model.coefs_[0][0, :, 0])[None] * 1e6
    message = error_of(lambda: model.predict(far))
    assert message.startswith("DeepRegressor: the predictions for X are not finite")
    assert error_of(lambda: model.predict_members(far)) == message


@BOTH
def test_lbfgs_trains_members(iris, estimator):
    X, y = iris
    model = small(estimator, optimizer="lbfgs", max_epochs=30).fit(X, y)
    assert model.loss_curve_[-1] < 0.5 * model.loss_curve_[0]
    assert model.score(X, y) > 0.9


def test_the_temperature_is_fitted_to_the_mean_of_the_probabilities(iris):
    X, y = iris
    rng = np.random.default_rng(0)
    noisy = np.where(rng.uniform(size=len(y)) < 0.3, rng.integers(3, size=len(y)), y)
    model = small(max_epochs=150, n_iter_no_change=None, dtype="float64", early_stopping=True)
    model.fit(X[::2], noisy[::2], X_val=X[1::2], y_val=noisy[1::2])
    network = model_of(model).network

    def loss_at(temperature):
        network.temperature = temperature
        p = model.predict_proba(X[1::2])
        return -np.log(p[np.arange(len(p)), noisy[1::2]]).mean()

    fitted = model.temperature_
    assert fitted > 1.2  # the network is overconfident
    values = [loss_at(t) for t in (0.7 * fitted, fitted, 1.4 * fitted, 1.0)]
    assert values[1] == min(values)


def test_validation_scores_are_those_of_the_mean(diabetes):
    X, y = diabetes
    model = small(DeepRegressor, weight_averaging=None, dtype="float64", n_iter_no_change=None)
    model.fit(X[::2], y[::2], X_val=X[1::2], y_val=y[1::2])
    residual = (model.predict(X[1::2]) - y[1::2]) / model_of(model).target.scale
    best = model.history_["val_loss"][model.best_epoch_]
    assert best == pytest.approx((residual**2).mean() / 2)


def test_activation_statistics_count_the_units_of_all_members(iris):
    model = small(activation="relu").fit(*iris)
    layers = activation_statistics(model, iris[0]).layers
    assert [layer.n_units for layer in layers] == [3 * 6, 3 * 5]


def test_gradient_norms_and_learning_rates_are_found_as_without_members(iris):
    model = small().fit(*iris)
    assert np.shape(model.history_["layer_gradient_norms"]) == (model.n_epochs_, 3)
    suggestion = find_learning_rate(small(), *iris).suggestion
    assert 1e-5 < suggestion < 1


@BOTH
@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "rmsprop", "adamw", "nadam", "adagrad"])
def test_every_optimizer_lowers_the_loss_of_all_members(iris, estimator, optimizer):
    rate = 0.1 if optimizer in ("sgd", "nesterov", "adagrad") else 0.01
    model = small(estimator, optimizer=optimizer, learning_rate=rate, max_epochs=20)
    model.fit(*iris)
    assert model.loss_curve_[-1] < 0.7 * model.loss_curve_[0]


def test_the_members_of_an_unfitted_estimator_are_an_error(iris):
    for estimator in (DeepClassifier(), DeepRegressor()):
        with pytest.raises(NotFittedError):
            estimator.predict_members(iris[0])


@pytest.mark.parametrize("value", [0, 1.5, "all", True])
def test_a_bad_number_of_members_is_an_error(iris, value):
    assert error_of(lambda: small(n_members=value).fit(*iris)) == (
        "The 'n_members' parameter of DeepClassifier must be an int in the range [1, inf) or a str "
        f"among {{'auto'}}. Got {value!r} instead."
    )


def test_a_saved_model_of_other_members_is_refused(iris):
    model = small().fit(*iris)
    state = model.__getstate__()
    layers = state["_model"]["network"]["layers"]
    layers[-1] = ("SeparateDense", {**layers[-1][1], "n_units": 2})
    with pytest.raises(ValueError, match="does not fit together"):
        DeepClassifier().__setstate__(state)


def test_members_see_the_data_differently_from_the_start():
    X = scale(np.random.default_rng(0).normal(size=(60, 4)))
    model = small(learning_rate=1e-300, max_epochs=1).fit(X, X[:, 0] > 0)
    network = Network(model_of(model).network.layers, 4, np.float64)
    network.initialize(np.random.default_rng(0))
    raw = network.predict(X, lambda X, rows, dtype: X[rows])
    assert np.linalg.matrix_rank(raw - raw.mean(axis=0)) == 3
