"""What several test files share: finite differences, a layer on its own, a small training."""

import numpy as np

from skdeep.batches import Batches
from skdeep.initializers import VarianceScaling
from skdeep.layers import Activation, BatchNorm, Dense, Dropout, Slot
from skdeep.losses import SoftmaxCrossEntropy
from skdeep.network import Network
from skdeep.objective import Objective
from skdeep.optimizers import SGD
from skdeep.schedules import Constant
from skdeep.training import Training

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


def make_training(
    network=None, X=None, y=None, *, weight=None, batch_size=10, shuffle=False, min_rows=1,
    l2=0.0, l1=0.0, optimizer=None, schedule=None, learning_rate=0.1, max_epochs=5,
    clip_norm=None, average=None, augment=None, state=None,
):  # fmt: skip
    """Return a training of a small classifier; l2 and l1 as the objective takes them."""
    network = make_network() if network is None else network
    if X is None:
        X, y = make_data(dtype=network.dtype)
    optimizer, schedule = optimizer or SGD(), schedule or Constant()
    if state is None:
        state = {
            "epoch": 0,
            "step": 0,
            "rng": np.random.default_rng(3),
            "average": {"mass": 0.0},
            "plan_start": 0,
            "optimizer": optimizer.initial_state(network.theta),
            "schedule": schedule.initial_state(),
        }
    batches = Batches(
        X, y, weight, batch_size, one_hot, network.dtype, shuffle=shuffle, min_rows=min_rows
    )
    objective = Objective(network, SoftmaxCrossEntropy(), l2, l1)
    return Training(
        objective=objective,
        batches=batches,
        optimizer=optimizer,
        schedule=schedule,
        learning_rate=learning_rate,
        max_epochs=max_epochs,
        clip_norm=clip_norm,
        average=average,
        augment=augment,
        state=state,
    )


def whole_epoch(training):
    """Run an epoch that counts, and return its row of the history."""
    row = training.epoch()
    training.end_epoch(row["train_loss"])
    return row
