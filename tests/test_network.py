from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from skdeep.layers import Activation, BatchNorm, Chain, Dense, Dropout
from skdeep.network import Network
from tests.helpers import (
    dense,
    make_network,
    make_training,
    one_epoch,
    one_hot,
    predict,
    restored,
    scramble,
)
from tests.own_layers import Residual, Scale, Sum, residual_network


def _trained():
    """Return a network with batch norm, dropout and a temperature, trained for an epoch."""
    network = make_network(batch_norm=True, dropout=0.2)
    one_epoch(make_training(network))
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
    np.testing.assert_array_equal(predict(again, X), predict(network, X))
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
    one_epoch(make_training(network))
    one_epoch(make_training(again))
    assert not np.array_equal(network.theta, start)
    np.testing.assert_array_equal(again.theta, network.theta)
    np.testing.assert_array_equal(again.running, network.running)


def test_a_network_restored_from_read_only_memory_can_train():
    state = make_network().__getstate__()
    for name in ("theta", "running"):
        state[name].flags.writeable = False
    one_epoch(make_training(Network.from_plain(state)))


def test_predictions_do_not_depend_on_how_rows_are_batched(rng, monkeypatch):
    network = _trained()
    X = rng.normal(size=(53, 4))
    whole = predict(network, X)
    for size in (1, 7, 52):
        parts = np.vstack([predict(network, X[i : i + size]) for i in range(0, 53, size)])
        # the order of the sums in a matrix product depends on its shape
        np.testing.assert_allclose(parts, whole, rtol=1e-13, atol=1e-14)
    # ten rows at a time, then three
    monkeypatch.setattr("skdeep.network._CHUNK_NUMBERS", (60, 60))
    np.testing.assert_allclose(predict(network, X), whole, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(
    ("width", "n_rows"), [(4, 1200), (400, 655), (600, 512), (2000, 512), (10_000, 104)]
)
def test_a_chunk_has_512_rows_unless_they_are_few_or_too_many_numbers(width, n_rows):
    network, sizes = Network([Dense(1)], width, np.float32), []

    def encode(X, rows, dtype):
        sizes.append(len(X[rows]))
        return X[rows]

    network.predict(np.zeros((1200, width), np.float32), encode)
    assert sizes[0] == n_rows
    assert sum(sizes) == 1200


def test_predict_changes_nothing(rng):
    network = _trained()
    X = rng.normal(size=(20, 4))
    kept, grad, X_kept = network.snapshot(), network.grad.copy(), X.copy()
    X.flags.writeable = False
    np.testing.assert_array_equal(predict(network, X), predict(network, X))
    np.testing.assert_array_equal(network.theta, kept[0])
    np.testing.assert_array_equal(network.running, kept[1])
    np.testing.assert_array_equal(network.grad, grad)
    np.testing.assert_array_equal(X, X_kept)


def test_the_temperature_divides_predictions_and_leaves_training_alone(rng):
    network, plain = _trained(), _trained()
    plain.temperature = 1.0
    X = rng.normal(size=(20, 4))
    np.testing.assert_allclose(predict(network, X), predict(plain, X) / 1.7, rtol=1e-14)
    rows = [one_epoch(make_training(one)) for one in (network, plain)]
    assert rows[0].train_loss == rows[1].train_loss
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
    expected = [predict(network, X) for X in Xs]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for ours, raw in zip(pool.map(partial(predict, network), Xs), expected, strict=True):
                np.testing.assert_array_equal(ours, raw)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("of", [np.int64, np.float32, np.float64, bool])
def test_any_numbers_are_cast_to_the_networks_dtype(rng, dtype, of):
    network = make_network(dtype=dtype)
    X = rng.integers(2, size=(10, 4)).astype(of)
    raw = predict(network, X)
    assert raw.dtype == dtype
    np.testing.assert_array_equal(raw, predict(network, X.astype(dtype)))


def test_predict_takes_no_rows():
    assert predict(make_network(), np.empty((0, 4))).shape == (0, 3)


def test_predict_takes_memory_mapped_rows(rng, tmp_path):
    X = rng.normal(size=(30, 4))
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    network = make_network()
    np.testing.assert_array_equal(predict(network, mapped), predict(network, X))


def test_prediction_is_the_forward_pass_without_noise(rng):
    network = make_network(dropout=0.0)
    X = rng.normal(size=(8, 4))
    forward = network.bind(8, None, False).forward
    np.testing.assert_array_equal(forward(X.copy()), predict(network, X))


def test_a_snapshot_is_a_copy_that_can_be_put_back(rng):
    network = _trained()
    X = rng.normal(size=(9, 4))
    raw, kept = predict(network, X), network.snapshot()
    one_epoch(make_training(network))
    assert not np.array_equal(predict(network, X), raw)
    network.restore(kept)
    np.testing.assert_array_equal(predict(network, X), raw)


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
    one_epoch(make_training(dense, X, y))
    one_epoch(make_training(other, sparse.csr_matrix(X), y))
    # a sparse product sums in another order
    np.testing.assert_allclose(other.theta, dense.theta, rtol=1e-11, atol=1e-13)
    raw = predict(other, sparse.csr_matrix(X))
    np.testing.assert_allclose(raw, predict(dense, X), rtol=1e-11, atol=1e-12)
    assert one_hot(y).shape == raw.shape


FIRST = {
    "dense": dense(5),
    "activation": Activation("tanh"),
    "batch norm": BatchNorm(),
    "dropout": Dropout(0.3),
    "empty chain": Chain([]),
    "chain of activations": Chain([Activation("tanh"), Activation("relu")]),
    "own layer that overwrites": Scale(2.0),
    "residual": Residual([Activation("tanh"), dense(4)]),
    "sum": Sum(Activation("tanh"), Scale()),
}

starting_with = pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)


@starting_with
def test_the_data_are_never_overwritten(rng, first):
    network = Network([first, Activation("tanh"), dense(3)], 4, np.float64)
    network.initialize(rng)
    X = rng.normal(size=(20, 4))
    kept = X.copy()
    X.flags.writeable = False
    bound = network.bind(20, rng, False)
    bound.backward(bound.forward(X).copy())
    predict(network, X)
    np.testing.assert_array_equal(X, kept)


@starting_with
def test_any_first_layer_takes_sparse_rows(rng, first):
    if first is FIRST["residual"]:
        first = Residual([Scale(), first])
    sparse = pytest.importorskip("scipy.sparse")
    network = Network([first, Activation("tanh"), dense(3)], 4, np.float64)
    network.initialize(rng)
    X = rng.normal(size=(20, 4)) * rng.integers(2, size=(20, 4))
    raw = predict(network, sparse.csr_matrix(X))
    # a sparse product sums in another order
    np.testing.assert_allclose(raw, predict(network, X), rtol=1e-13, atol=1e-14)


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


def test_a_network_needs_the_rows_that_its_layers_need():
    assert make_network().min_rows == 1
    assert make_network(batch_norm=True).min_rows == 2
    assert residual_network().min_rows == 2


def test_a_description_holds_the_parts_of_a_block():
    assert residual_network().describe() == (
        "float64: 4 -> 6 tanh Residual(-> 6 batch_norm tanh Sum(-> 6 Scale)) Scale -> 2"
    )
