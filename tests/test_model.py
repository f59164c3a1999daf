import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from skdeep.base import UsageError
from skdeep.initializers import VarianceScaling
from skdeep.inputs import AsGiven
from skdeep.layers import Activation, Dense, SeparateDense, SplitDense
from skdeep.losses import SquaredError
from skdeep.model import Model
from skdeep.network import Network
from skdeep.targets import Classes, Labels, Numbers
from tests.helpers import make_network, predict

TARGETS = {
    "classes": Classes(np.array(["a", "b", "c"])),
    "labels": Labels(3),
    "numbers": Numbers.read(np.arange(12.0).reshape(4, 3), SquaredError(), True)[0],
}
of_each_target = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


def _model(target, **options):
    return Model(AsGiven(4), make_network(**options), target)


@pytest.fixture(name="X")
def features(rng):
    return rng.normal(size=(20, 4))


@of_each_target
def test_a_prediction_is_what_the_target_makes_of_the_networks_output(X, target):
    model = _model(target)
    raw = predict(model.network, X)
    np.testing.assert_array_equal(model.raw(X), raw)
    np.testing.assert_array_equal(model.predict(X), target.predict(raw))


@of_each_target
@pytest.mark.parametrize("n_rows", [1, 20, 100])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_raw_outputs_have_the_networks_precision_and_numbers_float64(rng, target, n_rows, dtype):
    model, X = _model(target, dtype=dtype), rng.normal(size=(n_rows, 4))
    assert model.raw(X).dtype == dtype
    if isinstance(target, Numbers):
        assert model.predict(X).dtype == np.float64


def test_predictions_follow_the_weights_and_the_number_of_rows(X):
    model = _model(TARGETS["numbers"])
    for n_rows in (20, 1, 20, 1):
        before = model.raw(X[:n_rows])
        np.testing.assert_array_equal(model.raw(X[:n_rows]), before)
        model.network.theta *= 2
        np.testing.assert_array_equal(model.raw(X[:n_rows]), predict(model.network, X[:n_rows]))
        assert not np.allclose(model.raw(X[:n_rows]), before)


@pytest.mark.parametrize("n_rows", [1, 30])
def test_threads_share_a_model_but_no_buffers(rng, n_rows):
    model = _model(TARGETS["numbers"])
    parts = [rng.normal(size=(n_rows, 4)) for _ in range(400)]
    one_by_one = [model.raw(X) for X in parts]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(model.raw, parts))
    np.testing.assert_array_equal(together, one_by_one)


@pytest.mark.parametrize("n_members", [1, 3])
def test_the_order_of_a_few_rows_changes_nothing(rng, n_members):
    layers = [
        SplitDense(128, initializer=VarianceScaling(), n_members=n_members),
        Activation("mish"),
        Dense(128, initializer=VarianceScaling(), n_members=n_members),
        Activation("mish"),
        SeparateDense(3, initializer=VarianceScaling(), n_members=n_members),
    ]
    network = Network(layers, 4, np.float32)
    network.initialize(np.random.default_rng(0))
    model, X = Model(AsGiven(4), network, TARGETS["classes"]), rng.normal(size=(64, 4))
    raw = model.raw(X)
    assert raw.dtype == np.float32
    order = rng.permutation(64)
    # float64's round-off, which float32 hides in all but one of 10⁸ numbers
    np.testing.assert_allclose(model.raw(X[order]), raw[order], rtol=2e-7)
    one_by_one = np.vstack([model.raw(row[None]) for row in X])
    np.testing.assert_allclose(one_by_one, raw, rtol=2e-7)


@of_each_target
def test_a_model_comes_back_from_plain_values(X, target):
    model = _model(target, batch_norm=True)
    again = Model.from_plain(pickle.loads(pickle.dumps(model.to_plain())), 4)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert type(again.target) is type(target)


@pytest.mark.parametrize(
    ("n_features", "n_encoded", "n_classes", "what"),
    [
        (3, 4, 3, "features are 3 by its attributes and 4"),
        (5, 5, 3, "inputs are 5 by its attributes and 4"),
        (4, 4, 5, "raw outputs are 5 by its attributes and 3"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(n_features, n_encoded, n_classes, what):
    saved = Model(AsGiven(n_encoded), make_network(), Classes(np.arange(n_classes))).to_plain()
    with pytest.raises(UsageError) as error:
        Model.from_plain(saved, n_features)
    assert str(error.value) == (
        f"the saved state does not fit together: {what} by its network. Save it anew."
    )


@of_each_target
def test_predictions_that_are_not_finite_are_refused(X, target):
    model = _model(target, activation="relu")
    X[3, 1] = -1e308
    model.network.theta *= 1e10
    with pytest.raises(UsageError) as error:
        model.predict(X)
    assert str(error.value) == (
        "the predictions for X are not finite, with values of X up to 1e+308. Scale X as the "
        "training data was scaled."
    )
