import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier, DeepRegressor
from skdeep.diagnostics import activation_statistics
from skdeep.estimators.inside import model_of, network_on


def _fitted(X, activation, weight, bias, **hyperparameters):
    """Return an estimator of one hidden layer with these numbers."""
    model = DeepRegressor(
        (weight.shape[1],),
        activation,
        numerical_encoding=None,
        max_epochs=1,
        dtype="float64",
        **hyperparameters,
    )
    model.fit(X, X[:, 0])
    model.coefs_[0][...], model.intercepts_[0][...] = weight, bias
    return model


def test_moments_are_those_of_all_rows_and_units(rng):
    X = rng.normal(size=(50, 3))
    weight, bias = rng.normal(size=(3, 4)), rng.normal(size=4)
    (found,) = activation_statistics(_fitted(X, "relu", weight, bias), X).layers
    z = X @ weight + bias
    a = np.maximum(z, 0)
    expected = z.mean(), z.var(), a.mean(), a.var()
    assert (
        found.input_mean,
        found.input_variance,
        found.mean,
        found.variance,
    ) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu", "selu"])
def test_a_unit_that_is_positive_for_no_row_is_dead(activation, rng):
    X = rng.uniform(-1, 1, size=(50, 2))
    weight = np.eye(2, 4)
    model = _fitted(X, activation, weight, [0.0, -5.0, -1e-3, 5.0])
    (found,) = activation_statistics(model, X).layers
    assert found.dead == 2 / 4
    assert np.isnan(found.saturated)


@pytest.mark.parametrize(
    ("activation", "edge"), [("tanh", np.arctanh(0.97)), ("logistic", 2 * np.arctanh(0.97))]
)
def test_a_unit_near_an_end_of_its_range_for_half_of_the_rows_is_saturated(activation, edge):
    X = np.array([[1.0], [1.0], [0.0], [0.0]])
    weight = edge * np.array([[1.01, 0.99, -1.01, 0.0]])
    (found,) = activation_statistics(_fitted(X, activation, weight, 0.0), X).layers
    assert found.saturated == 2 / 4  # the first and the third
    (found,) = activation_statistics(_fitted(X, activation, weight, 0.0), X[1:]).layers
    assert found.saturated == 0  # for a third of the rows only
    assert np.isnan(found.dead)


def test_other_activations_have_neither(rng):
    X = rng.normal(size=(20, 2))
    (found,) = activation_statistics(_fitted(X, "gelu", np.eye(2), 0.0), X).layers
    assert np.isnan([found.dead, found.saturated]).all()


def test_rows_in_several_chunks_give_the_same_as_in_one(rng):
    X = rng.normal(size=(9000, 2))
    weight = rng.normal(size=(2, 64))  # prediction goes by 4096 rows at this width
    (found,) = activation_statistics(_fitted(X[:50], "tanh", weight, 0.0), X).layers
    z = X @ weight
    assert (found.input_mean, found.input_variance) == pytest.approx((z.mean(), z.var()), rel=1e-9)
    assert found.saturated == np.mean(np.mean(np.abs(np.tanh(z)) > 0.97, axis=0) >= 0.5)


def test_unit_variance_inputs_keep_their_variance_through_he_initialization(rng):
    X = rng.normal(size=(300, 400))
    model = DeepClassifier((400,) * 3, weight_init="he_normal", random_state=0)
    layers = activation_statistics(model, X).layers
    assert [layer.layer for layer in layers] == [f"hidden {k}" for k in range(1, 4)]
    # 2 of unit inputs; a layer's draw changes it by a factor of 1 ± √(5 / 400)
    np.testing.assert_allclose([layer.input_variance for layer in layers], 2.0, rtol=0.3)


def test_batch_norm_gives_unit_variance_before_training(rng):
    X = 50 + 7 * rng.normal(size=(100, 5))
    model = DeepClassifier((20, 20), batch_norm=True, random_state=0)
    for layer in activation_statistics(model, X).layers:
        assert layer.input_mean == pytest.approx(0, abs=1e-4)
        assert layer.input_variance == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("make", [DeepClassifier, DeepRegressor])
def test_the_network_before_training_has_the_inputs_of_the_trained_one(make, rng):
    X = rng.normal(size=(600, 2))
    _, inputs, _ = network_on(make((3,)), X)
    fitted = make((3,), max_epochs=1).fit(X, (X[:, 0] > 0) * 1)
    assert inputs.names(["x0", "x1"]) == list(fitted.encoded_feature_names_)


def test_the_estimator_is_left_as_it_was(rng):
    X = rng.normal(size=(40, 3))
    model = DeepClassifier((5, 4), dropout=0.3, max_epochs=2, random_state=0).fit(X, X[:, 0] > 0)
    layers, theta = list(model_of(model).network.layers), model_of(model).network.theta.copy()
    statistics = activation_statistics(model, X)
    assert statistics.fitted
    assert model_of(model).network.layers == layers
    np.testing.assert_array_equal(model_of(model).network.theta, theta)
    unfitted = DeepClassifier((5, 4), dropout=0.3)
    assert not activation_statistics(unfitted, X).fitted
    assert not hasattr(unfitted, "n_features_in_")


def test_a_pipeline_transforms_the_rows(rng):
    X = rng.normal(size=(60, 3))
    model = DeepClassifier((5,), random_state=0, max_epochs=3)
    pipeline = make_pipeline(StandardScaler(), model).fit(1e3 * X + 5, X[:, 0] > 0)
    scaled = pipeline[:-1].transform(1e3 * X + 5)
    one = activation_statistics(pipeline, 1e3 * X + 5).layers[0]
    other = activation_statistics(pipeline[-1], scaled).layers[0]
    assert (one.input_mean, one.input_variance) == (other.input_mean, other.input_variance)


def test_the_result_shows_as_a_table(rng):
    X = rng.normal(size=(60, 3))
    statistics = activation_statistics(DeepClassifier((5, 4), "tanh", random_state=0), X)
    lines = str(statistics).splitlines()
    assert lines[0] == "Activations before training, 60 rows"
    assert lines[2].split()[:4] == ["hidden", "1", "tanh", "5"]
    assert lines[2].endswith("0.0%")
    assert "<td>tanh</td>" in statistics._repr_html_()
