"""What several test files share: finite differences, a layer on its own, a small training."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

from skdeep.base import UsageError
from skdeep.batches import Batches
from skdeep.initializers import VarianceScaling
from skdeep.inputs import AsGiven, OneHot
from skdeep.layers import Activation, BatchNorm, Dense, Dropout, Slot
from skdeep.losses import SoftmaxCrossEntropy
from skdeep.network import Network
from skdeep.objective import Objective
from skdeep.optimizers import SGD
from skdeep.plan import Plan
from skdeep.rows import Rows
from skdeep.schedules import Constant
from skdeep.targets import Classes
from skdeep.training import Training, TrainingState, new_history

CLASSES = Classes(np.arange(3))

# Two-sided differences err by h²·f'''/6 and by round-off / h: both near 1e-10 of the gradient.
STEP = 1e-5


def numerical_gradient(function, array):
    """Return the two-sided differences of ``function()`` by each number of ``array``."""
    gradient = np.empty_like(array)
    for i in np.ndindex(array.shape):
        kept = array[i]
        array[i] = kept + STEP
        above = function()
        array[i] = kept - STEP
        below = function()
        array[i] = kept
        gradient[i] = (above - below) / (2 * STEP)
    return gradient


def relative_error(gradient, other):
    """Return ‖g - g̃‖ / (‖g‖ + ‖g̃‖), 0 where both vanish."""
    norms = np.linalg.norm(gradient) + np.linalg.norm(other)
    return 0.0 if norms == 0 else np.linalg.norm(gradient - other) / norms


class FixedNoise:
    """A generator that can be put back, so that dropout draws the same mask again."""

    def __init__(self, seed=0):
        self.rng = np.random.default_rng(seed)
        self._state = self.rng.bit_generator.state

    def rewind(self):
        self.rng.bit_generator.state = self._state


def bind_alone(layer, n_rows, n_inputs, *, rng=None, share=None, dtype=np.float64):
    """Return a network of one layer and a slot for it that is not the first."""
    network = Network([layer], n_inputs, dtype)
    network.initialize(np.random.default_rng(1))
    theta, grad, running = network.views[0]
    weighted = share is not None
    if share is None:
        share = np.full(n_rows, 1 / n_rows, dtype)
    return network, Slot(
        n_rows, n_inputs, np.dtype(dtype), theta, grad, running, share, weighted, rng, False
    )


def make_network(
    n_inputs=4, hidden=(6, 5), n_outputs=3, *, activation="tanh", batch_norm=False, dropout=0.0,
    dtype=np.float64, seed=0,
):  # fmt: skip
    """Return an initialized network."""
    layers = []
    for n in hidden:
        layers.append(Dense(n, not batch_norm, VarianceScaling(1.0)))
        layers += [BatchNorm()] * batch_norm
        layers.append(Activation(activation))
        layers += [Dropout(dropout)] * bool(dropout)
    layers.append(Dense(n_outputs, True, VarianceScaling(1.0)))
    network = Network(layers, n_inputs, np.dtype(dtype))
    network.initialize(np.random.default_rng(seed))
    return network


def dense(n_units):
    """Return a dense layer with weights of variance 1 / n_inputs."""
    return Dense(n_units, initializer=VarianceScaling(1.0))


RESTORED = {
    "pickle": lambda network: pickle.loads(pickle.dumps(network)),
    "deepcopy": copy.deepcopy,
    "plain values": lambda network: Network.from_plain(network.__getstate__()),
}
restored = pytest.mark.parametrize("restore", RESTORED.values(), ids=RESTORED)


def scramble(network, seed=5):
    """Move every number, so that no bias, gamma or beta sits at its first value."""
    network.theta += 0.3 * np.random.default_rng(seed).normal(size=network.theta.size)


def one_hot(y):
    """Encode the classes 0, 1 and 2."""
    return np.eye(3)[y]


def make_data(n_rows=50, seed=0, dtype=np.float64):
    """Return X of four columns and y of three classes."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, 4)).astype(dtype)
    return X, (X @ rng.normal(size=(4, 3))).argmax(axis=1)


def make_batches(
    X, y, weight=None, batch_size=10, *, index=None, encode=CLASSES.encode, dtype=np.float64,
    shuffle=False, min_rows=1,
):  # fmt: skip
    """Return batches of a data set; by default y are the classes 0, 1 and 2."""
    rows = Rows(X, y, weight, index=index)
    inputs = AsGiven(X.shape[1])
    return Batches(rows, inputs, encode, np.dtype(dtype), batch_size, shuffle, min_rows)


def make_training(
    network=None, X=None, y=None, *, weight=None, batch_size=10, shuffle=False, min_rows=1,
    average=None, state=None, judge=None, **plan,
):  # fmt: skip
    """Return a training of a small classifier; l2 and l1 as the objective takes them."""
    network = make_network() if network is None else network
    if X is None:
        X, y = make_data(dtype=network.dtype)
    plan = simple_plan(layers=network.layers, dtype=network.dtype, batch_size=batch_size, **plan)
    if state is None:
        state = TrainingState(np.random.default_rng(3))
    state.carry_on(plan.optimizer, plan.schedule, network.theta)
    batches = make_batches(
        X, y, weight, batch_size, dtype=network.dtype, shuffle=shuffle, min_rows=min_rows
    )
    objective = Objective(network, SoftmaxCrossEntropy(), plan.l2, plan.l1)
    networks = [network] if average is None else [network, average]
    return Training(plan, objective, networks, batches, state, new_history(), judge)


def gradient_of(network, X, y, weight=None):
    """Return the mean loss and its gradient at the network's theta, without penalties."""
    twin = network.copy()
    value = Objective(twin, SoftmaxCrossEntropy()).bind(len(y))(X, one_hot(y), weight)
    return value, twin.grad


def simple_plan(**options):
    """Return a plan of plain gradient descent, for as many epochs as a test asks for."""
    defaults = {
        "numerical_encoding": None, "category_encoding": OneHot(), "is_sparse": False,
        "layers": [], "dtype": np.dtype(np.float64), "optimizer": SGD(), "schedule": Constant(),
        "learning_rate": 0.1, "l2": 0.0, "l1": 0.0, "clip_norm": None, "beta": None,
        "augment": None, "n_epochs": 1, "max_epochs": 5, "n_held_out": 0,
        "validation_fraction": 0.1, "refuses_rare": False, "stops_early": False,
        "n_iter_no_change": None, "tol": 0.0, "batch_size": 10, "min_rows": 1, "shuffle": False,
        "is_distinct": False, "is_stream": False,
    }  # fmt: skip
    return Plan(**{**defaults, **options})


class Told:
    """A listener that keeps what it is told, and asks to stop after some epochs."""

    def __init__(self, stop_after=None):
        self.stop_after, self.n_begun, self.rows = stop_after, 0, []

    def begin_epoch(self):
        self.n_begun += 1

    def end_epoch(self, row):
        self.rows.append(row)
        return len(self.rows) == self.stop_after


def train(training, n_epochs=1, stop_after=None):
    """Train some epochs, and return what a listener was told."""
    training.plan = replace(training.plan, n_epochs=n_epochs)
    told = Told(stop_after)
    assert training.run(told)
    return told


def one_epoch(training):
    """Train an epoch, and return its row of the history."""
    return train(training).rows[0]


def predict(network, X):
    """Return the raw output for rows of X as they are."""
    return network.predict(X, AsGiven(network.n_inputs).encode)


def thetas(estimator):
    """Return all learned weights and biases of an estimator as one vector."""
    return np.concatenate([w.ravel() for w in estimator.coefs_ + estimator.intercepts_])


def error_of(call, kind=ValueError):
    """Return the message of the error that a call raises."""
    with pytest.raises(kind) as error:
        call()
    return str(error.value)


def refusal(call, kind=UsageError):
    """Return the reason for which the engine refuses something, before an estimator is named."""
    return error_of(call, kind)
