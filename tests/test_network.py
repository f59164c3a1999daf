import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from skdeep.initializers import VarianceScaling
from skdeep.layers import Activation, BatchNorm, Chain, Dense, Dropout
from skdeep.losses import SquaredError
from skdeep.network import Network
from skdeep.objective import Objective
from skdeep.optimizers import SGD, AdamW
from tests.helpers import (
    make_network,
    make_training,
    numerical_gradient,
    one_hot,
    relative_error,
    scramble,
)
from tests.own_layers import Residual, Scale, Sum

RESTORED = {
    "pickle": lambda network: pickle.loads(pickle.dumps(network)),
    "deepcopy": copy.deepcopy,
    "plain values": lambda network: Network.from_plain(network.__getstate__()),
}
restored = pytest.mark.parametrize("restore", RESTORED.values(), ids=RESTORED)


def _trained():
    """Return a network with batch norm, dropout and a temperature, trained for an epoch."""
    network = make_network(batch_norm=True, dropout=0.2)
    make_training(network).epoch()
    network.temperature = 1.7
    return network


def test_theta_holds_the_weight_matrices_first_and_everything_once():
    network = make_network(hidden=(6, 5), batch_norm=True)
    assert network.n_weights == 4 * 6 + 6 * 5 + 5 * 3
    assert network.theta.size == network.n_weights + 2 * 6 + 2 * 5 + 3
    assert network.running.size == (2 * 6 + 1) + (2 * 5 + 1)
    for vector, place in ((network.theta, 0), (network.grad, 1), (network.running, 2)):
        vector[...] = np.arange(vector.size)
        parts = [part for views in network.views for part in views[place].values()]
        numbers = np.concatenate([part.ravel() for part in parts])
        np.testing.assert_array_equal(np.sort(numbers), np.arange(vector.size))
    weights = [v["weight"].ravel() for v, _, _ in network.views if "weight" in v]
    np.testing.assert_array_equal(np.concatenate(weights), np.arange(network.n_weights))


@restored
def test_a_restored_network_predicts_alike(rng, restore):
    network = _trained()
    X = rng.normal(size=(20, 4))
    again = restore(network)
    np.testing.assert_array_equal(again.predict(X), network.predict(X))
    assert again.dtype == network.dtype
    assert again.n_weights == network.n_weights


@pytest.mark.parametrize(("name", "length"), [("theta", 94), ("running", 24)])
def test_saved_vectors_of_another_length_are_refused(name, length):
    state = make_network(batch_norm=True).__getstate__()
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        Network.from_plain({**state, name: state[name][:1]})
    assert str(error.value) == (
        f"The saved network does not fit together: {name} has shape (1,), and its layers need "
        f"({length},). Save the estimator anew."
    )


@restored
def test_the_views_of_a_restored_network_follow_its_own_buffers(restore):
    network = _trained()
    again = restore(network)
    kept = network.snapshot()
    for vector, place in ((again.theta, 0), (again.grad, 1), (again.running, 2)):
        vector.fill(7)
        assert all((part == 7).all() for views in again.views for part in views[place].values())
    np.testing.assert_array_equal(network.theta, kept[0])
    np.testing.assert_array_equal(network.running, kept[1])


@restored
def test_a_restored_network_trains_on_as_if_nothing_had_happened(restore):
    network = _trained()
    again = restore(network)
    start = network.theta.copy()
    make_training(network).epoch()
    make_training(again).epoch()
    assert not np.array_equal(network.theta, start)
    np.testing.assert_array_equal(again.theta, network.theta)
    np.testing.assert_array_equal(again.running, network.running)


def test_a_network_restored_from_read_only_memory_can_train():
    state = make_network().__getstate__()
    for name in ("theta", "running"):
        state[name].flags.writeable = False
    make_training(Network.from_plain(state)).epoch()


def test_predictions_do_not_depend_on_how_rows_are_batched(rng, monkeypatch):
    network = _trained()
    X = rng.normal(size=(53, 4))
    whole = network.predict(X)
    for size in (1, 7, 52):
        parts = np.vstack([network.predict(X[i : i + size]) for i in range(0, 53, size)])
        # the order of the sums in a matrix product depends on its shape
        np.testing.assert_allclose(parts, whole, rtol=1e-13, atol=1e-14)
    monkeypatch.setattr("skdeep.network._CHUNK_NUMBERS", 60)  # ten rows at a time, then three
    np.testing.assert_allclose(network.predict(X), whole, rtol=1e-13, atol=1e-14)


def test_predict_changes_nothing(rng):
    network = _trained()
    X = rng.normal(size=(20, 4))
    kept, grad, X_kept = network.snapshot(), network.grad.copy(), X.copy()
    X.flags.writeable = False
    np.testing.assert_array_equal(network.predict(X), network.predict(X))
    np.testing.assert_array_equal(network.theta, kept[0])
    np.testing.assert_array_equal(network.running, kept[1])
    np.testing.assert_array_equal(network.grad, grad)
    np.testing.assert_array_equal(X, X_kept)


def test_the_temperature_divides_predictions_and_leaves_training_alone(rng):
    network, plain = _trained(), _trained()
    plain.temperature = 1.0
    X = rng.normal(size=(20, 4))
    np.testing.assert_allclose(network.predict(X), plain.predict(X) / 1.7, rtol=1e-14)
    rows = [make_training(one).epoch() for one in (network, plain)]
    assert rows[0]["train_loss"] == rows[1]["train_loss"]
    np.testing.assert_array_equal(network.theta, plain.theta)


def test_a_snapshot_holds_the_temperature():
    network = _trained()
    kept = network.snapshot()
    network.temperature = 3.0
    network.restore(kept)
    assert network.temperature == 1.7


def test_predict_is_right_from_several_threads(rng):
    network = make_network(hidden=(64, 64), batch_norm=True)
    Xs = rng.normal(size=(16, 400, 4))
    expected = [network.predict(X) for X in Xs]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for ours, raw in zip(pool.map(network.predict, Xs), expected, strict=True):
                np.testing.assert_array_equal(ours, raw)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("of", [np.int64, np.float32, np.float64, bool])
def test_any_numbers_are_cast_to_the_networks_dtype(rng, dtype, of):
    network = make_network(dtype=dtype)
    X = rng.integers(2, size=(10, 4)).astype(of)
    raw = network.predict(X)
    assert raw.dtype == dtype
    np.testing.assert_array_equal(raw, network.predict(X.astype(dtype)))


def test_predict_takes_no_rows():
    assert make_network().predict(np.empty((0, 4))).shape == (0, 3)


def test_predict_takes_memory_mapped_rows(rng, tmp_path):
    X = rng.normal(size=(30, 4))
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    network = make_network()
    np.testing.assert_array_equal(network.predict(mapped), network.predict(X))


def test_prediction_is_the_forward_pass_without_noise(rng):
    network = make_network(dropout=0.0)
    X = rng.normal(size=(8, 4))
    forward = network.bind(8, None, False).forward
    np.testing.assert_array_equal(forward(X.copy()), network.predict(X))


def test_a_snapshot_is_a_copy_that_can_be_put_back(rng):
    network = _trained()
    X = rng.normal(size=(9, 4))
    raw, kept = network.predict(X), network.snapshot()
    make_training(network).epoch()
    assert not np.array_equal(network.predict(X), raw)
    network.restore(kept)
    np.testing.assert_array_equal(network.predict(X), raw)


def test_bindings_for_different_row_counts_move_the_same_theta(rng):
    network = make_network()
    long, short = network.bind(8, None, False), network.bind(3, None, False)
    X = rng.normal(size=(8, 4))
    before = short.forward(X[:3].copy()).copy()
    scramble(network)
    after = long.forward(X.copy())[:3]
    assert not np.allclose(before, after)
    # the order of the sums in a matrix product depends on its shape
    np.testing.assert_allclose(short.forward(X[:3].copy()), after, rtol=1e-13, atol=1e-14)


def test_forgotten_statistics_start_from_the_next_batch(rng):
    network = _trained()
    network.forget_statistics()
    X = rng.normal(size=(8, 4))
    raw = network.bind(8, np.random.default_rng(0), False)
    raw.forward(X.copy())
    _, _, running = network.views[1]
    first = X @ network.views[0][0]["weight"]
    # round-off of a mean of eight rows
    np.testing.assert_allclose(running["mean"], first.mean(axis=0), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(running["mass"], 1 - 0.9, rtol=1e-14)


def test_the_same_seed_initializes_alike():
    first, second, other = (make_network(seed=seed).theta for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_sparse_rows_predict_and_train_as_dense_ones(rng):
    sparse = pytest.importorskip("scipy.sparse")
    X = rng.normal(size=(40, 4)) * rng.integers(2, size=(40, 4))
    y = rng.integers(3, size=40)
    dense, other = make_network(), make_network()
    make_training(dense, X, y).epoch()
    make_training(other, sparse.csr_matrix(X), y).epoch()
    # a sparse product sums in another order
    np.testing.assert_allclose(other.theta, dense.theta, rtol=1e-11, atol=1e-13)
    raw = other.predict(sparse.csr_matrix(X))
    np.testing.assert_allclose(raw, dense.predict(X), rtol=1e-11, atol=1e-12)
    assert one_hot(y).shape == raw.shape


def _dense(n_units):
    return Dense(n_units, initializer=VarianceScaling(1.0))


FIRST = {
    "dense": _dense(5),
    "activation": Activation("tanh"),
    "batch norm": BatchNorm(),
    "dropout": Dropout(0.3),
    "empty chain": Chain([]),
    "chain of activations": Chain([Activation("tanh"), Activation("relu")]),
    "own layer that overwrites": Scale(2.0),
    "residual": Residual([Activation("tanh"), _dense(4)]),
    "sum": Sum(Activation("tanh"), Scale()),
}
starting_with = pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)


@starting_with
def test_the_data_are_never_overwritten(rng, first):
    network = Network([first, Activation("tanh"), _dense(3)], 4, np.float64)
    network.initialize(rng)
    X = rng.normal(size=(20, 4))
    kept = X.copy()
    X.flags.writeable = False
    bound = network.bind(20, rng, False)
    bound.backward(bound.forward(X).copy())
    network.predict(X)
    np.testing.assert_array_equal(X, kept)


@starting_with
def test_any_first_layer_takes_sparse_rows(rng, first):
    if first is FIRST["residual"]:
        first = Residual([Scale(), first])
    sparse = pytest.importorskip("scipy.sparse")
    network = Network([first, Activation("tanh"), _dense(3)], 4, np.float64)
    network.initialize(rng)
    X = rng.normal(size=(20, 4)) * rng.integers(2, size=(20, 4))
    raw = network.predict(sparse.csr_matrix(X))
    # a sparse product sums in another order
    np.testing.assert_allclose(raw, network.predict(X), rtol=1e-13, atol=1e-14)


def test_a_first_layer_that_leaves_the_data_alone_gets_them_without_a_copy(rng):
    seen = []

    class Spy(Dense):
        def bind(self, slot):
            forward, backward = super().bind(slot)
            return lambda x: (seen.append(x), forward(x))[1], backward

    network = Network([Spy(3)], 4, np.float64)
    X = rng.normal(size=(5, 4))
    network.bind(5, None, False).forward(X)
    assert seen[0] is X


def _residual_network(seed=0):
    """Return an initialized network with batch norm, a layer of our own and a residual block."""
    block = Residual([_dense(6), BatchNorm(), Activation("tanh"), Sum(_dense(6), Scale(0.5))])
    layers = [_dense(6), Activation("tanh"), block, Scale(2.0), _dense(2)]
    network = Network(layers, 4, np.float64)
    network.initialize(np.random.default_rng(seed))
    return network


def _train(network, X, Y, n_steps=1, optimizer=None):
    """Take steps over all rows; return the loss before each."""
    objective = Objective(network, SquaredError())
    step = objective.bind(len(X), np.random.default_rng(0))
    optimizer = optimizer or SGD()
    state = optimizer.initial_state(network.theta)
    update = optimizer.bind(network.theta, network.grad, state, network.n_weights)
    losses = []
    for _ in range(n_steps):
        losses.append(step(X, Y))
        update(0.05)
    return losses


def test_a_network_with_a_residual_block_has_the_gradient_of_differences(rng):
    network = _residual_network()
    scramble(network)
    X, Y = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))
    step = Objective(network, SquaredError(), l2=0.1, l1=0.01).bind(9)
    step(X, Y)
    gradient = network.grad.copy()
    objective = Objective(network, SquaredError(), l2=0.1, l1=0.01)
    value = lambda: step(X, Y) + objective.penalty()  # noqa: E731
    assert relative_error(gradient, numerical_gradient(value, network.theta)) < 1e-7


def test_a_network_with_a_residual_block_learns(rng):
    X = rng.normal(size=(60, 4))
    losses = _train(_residual_network(), X, np.sin(X[:, :2]), 200)
    assert losses[-1] < 0.05 * losses[0]


@restored
def test_a_trained_network_of_own_layers_is_restored(rng, restore):
    network = _residual_network()
    X = rng.normal(size=(30, 4))
    Y = np.sin(X[:, :2])
    _train(network, X, Y, 5)
    again = restore(network)
    np.testing.assert_array_equal(again.predict(X), network.predict(X))
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in network.layers]
    assert all(a is not b for a, b in zip(again.layers, network.layers, strict=True))
    assert _train(again, X, Y, 5) == _train(network, X, Y, 5)
    np.testing.assert_array_equal(again.theta, network.theta)
    np.testing.assert_array_equal(again.running, network.running)


def test_a_snapshot_of_a_network_with_a_residual_block_can_be_put_back(rng):
    network = _residual_network()
    X = rng.normal(size=(30, 4))
    _train(network, X, np.sin(X[:, :2]), 5)
    kept, raw = network.snapshot(), network.predict(X)
    _train(network, X, np.sin(X[:, :2]), 5)
    assert not np.array_equal(network.predict(X), raw)
    network.restore(kept)
    np.testing.assert_array_equal(network.predict(X), raw)


def test_the_statistics_of_a_layer_inside_a_layer_are_forgotten(rng):
    network = _residual_network()
    X = rng.normal(size=(30, 4))
    _train(network, X, np.sin(X[:, :2]), 5)
    mass = network.views[2][2]["1.mass"]
    assert mass == pytest.approx(1 - 0.9**5)
    network.forget_statistics()
    assert mass == 0


def test_penalized_parameters_come_first_wherever_they_are(rng):
    network = _residual_network()
    weights = [
        view.ravel()
        for views, _, _ in network.views
        for name, view in views.items()
        if name.endswith("weight")
    ]
    assert network.n_weights == 4 * 6 + 6 * 6 + 6 * 6 + 6 * 2
    np.testing.assert_array_equal(np.concatenate(weights), network.theta[: network.n_weights])


def test_a_layer_says_itself_which_of_its_parameters_are_penalized(rng):
    class Reversed(Scale):
        def parameters(self, n_inputs):
            return {"factor": super().parameters(n_inputs)["factor"]._replace(penalized=True)}

    network = Network([_dense(3), Reversed(), _dense(2)], 4, np.float64)
    network.initialize(rng)
    assert network.n_weights == 4 * 3 + 3 + 3 * 2
    X = rng.normal(size=(9, 4))
    # a step of no gradient: decay alone moves a weight
    _train(network, X, network.predict(X), 1, AdamW(weight_decay=0.5))
    np.testing.assert_allclose(network.views[1][0]["factor"], 1 - 0.05 * 0.5, rtol=1e-12)


def test_a_network_needs_the_rows_that_its_layers_need():
    assert make_network().min_rows == 1
    assert make_network(batch_norm=True).min_rows == 2
    assert _residual_network().min_rows == 2
