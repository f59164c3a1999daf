"""Layers over one vector ``theta``, one ``grad`` and one ``running``."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from scipy.sparse import issparse

from .batches import cast
from .layers import Chain, Layer, Slot
from .layers.base import Forward, Parameter, Parameters, Shapes, Views
from .layers.chain import through
from .layers.plain_values import from_plain, to_plain

__all__ = ["Network", "Pass", "Snapshot"]

Snapshot = tuple[np.ndarray, np.ndarray, float]

_CHUNK_NUMBERS = 1 << 18  # of the widest layer: what prediction holds at a time


@dataclass(frozen=True)
class Pass:
    """A network bound for one number of rows.

    Attributes
    ----------
    forward : callable
        ``x -> raw``, with x of shape (n_rows, n_inputs).
    backward : callable
        ``draw -> None``; writes the gradient into the network's ``grad``.
    share : ndarray of shape (n_rows,)
        Each row's share of the batch, to be refilled before ``forward`` when the rows
        are weighted.
    """

    forward: Forward
    backward: Callable[[np.ndarray], None]
    share: np.ndarray


class Network:
    """A chain of layers whose learned numbers all live in one vector.

    Parameters
    ----------
    layers : sequence of Layer
        From the data to the raw output.
    n_inputs : int
        Number of features.
    dtype : numpy dtype
        float32 or float64, the precision of everything.

    Attributes
    ----------
    theta : ndarray of shape (n_parameters,)
        All penalized parameters, which are the weight matrices, then all biases, gammas
        and betas.
    grad : ndarray of shape (n_parameters,)
        Gradient of the objective with respect to ``theta``, of the last step.
    running : ndarray of shape (n_statistics,)
        Batch-norm statistics.
    chain : Chain
        The layers as one layer.
    widths : list of int
        Number of columns before, between and after the layers.
    temperature : float
        What prediction divides the raw output by. Training does not.
    n_weights : int
        Length of the prefix of ``theta`` that penalties reach.
    views : list of (dict, dict, dict)
        For each layer its arrays in ``theta``, ``grad`` and ``running`` by name.
    layer_gradients : list of lists of ndarray
        For each layer that has parameters its parts of ``grad``, as vectors.
    """

    def __init__(self, layers: Sequence[Layer], n_inputs: int, dtype: DTypeLike) -> None:
        self.chain = Chain(list(layers))
        self.n_inputs = n_inputs
        self.widths = self.chain.widths(n_inputs)
        places = list(zip(self.layers, self.widths[:-1], strict=True))
        parameters = [layer.parameters(width) for layer, width in places]
        statistics = [_never_penalized(layer.statistics(width)) for layer, width in places]
        self.theta, self.n_weights = _vector(parameters, dtype)
        self.grad = np.zeros_like(self.theta)
        self.running, _ = _vector(statistics, dtype)
        self.temperature = 1.0
        self.views = list(
            zip(
                _lay_out(self.theta, parameters),
                _lay_out(self.grad, parameters),
                _lay_out(self.running, statistics),
                strict=True,
            )
        )

        self.layer_gradients = [
            [part.reshape(-1) for part in grad.values()] for _, grad, _ in self.views if grad
        ]

    def __getstate__(self) -> dict[str, Any]:
        # A view does not follow its buffer through pickle: keep plain values and the buffers.
        return {
            "layers": [to_plain(layer) for layer in self.layers],
            "n_inputs": self.n_inputs,
            "theta": self.theta,
            "running": self.running,
            "temperature": self.temperature,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        layers = [from_plain(plain) for plain in state["layers"]]
        Network.__init__(self, layers, state["n_inputs"], state["theta"].dtype)
        self.restore((state["theta"], state["running"], state["temperature"]))

    def _check_shapes(self, theta: np.ndarray, running: np.ndarray) -> None:
        """Refuse vectors of other lengths, which restoring would broadcast."""
        for name, saved, own in (("theta", theta, self.theta), ("running", running, self.running)):
            if saved.shape != own.shape:
                raise ValueError(
                    f"The saved network does not fit together: {name} has shape {saved.shape}, and "
                    f"its layers need {own.shape}. Save the estimator anew."
                )

    def astype(self, dtype: DTypeLike) -> "Network":
        """Return a network of the same numbers in another precision."""
        network = Network(self.layers, self.n_inputs, dtype)
        network.restore((self.theta, self.running, self.temperature))
        return network

    @classmethod
    def from_plain(cls, state: dict[str, Any]) -> "Network":
        """Return the network whose ``__getstate__`` gave ``state``."""
        network = cls.__new__(cls)
        network.__setstate__(state)
        return network

    @property
    def layers(self) -> list[Layer]:
        """The layers from the data to the raw output."""
        return list(self.chain.layers)

    @property
    def min_rows(self) -> int:
        """Fewest rows that a training batch needs."""
        return self.chain.min_rows

    @property
    def dtype(self) -> np.dtype:
        """Precision of every number in the network."""
        return self.theta.dtype

    @property
    def n_outputs(self) -> int:
        """Number of columns of the raw output."""
        return self.widths[-1]

    def initialize(self, rng: np.random.Generator) -> None:
        """Write the layers' first values into ``theta`` and ``running``."""
        for layer, (theta, _, running) in zip(self.layers, self.views, strict=True):
            layer.initialize(theta, running, rng)

    def forget_statistics(self) -> None:
        """Let the next batch count in full in the running statistics."""
        for layer, (_, _, running) in zip(self.layers, self.views, strict=True):
            layer.forget_statistics(running)

    def snapshot(self) -> Snapshot:
        """Return copies of ``theta`` and ``running``, and the temperature."""
        return self.theta.copy(), self.running.copy(), self.temperature

    def restore(self, snapshot: Snapshot) -> None:
        """Put a snapshot's numbers back."""
        theta, running, self.temperature = snapshot
        self._check_shapes(theta, running)
        self.theta[...], self.running[...] = theta, running

    def bind(self, n_rows: int, rng: np.random.Generator | None, weighted: bool) -> Pass:
        """Return forward and backward for training on ``n_rows`` rows."""
        share = np.full(n_rows, 1 / n_rows, self.dtype)
        pairs = [layer.bind(slot) for layer, slot in self._slots(n_rows, share, weighted, rng)]
        forwards = self._copy_of_data(n_rows) + [forward for forward, _ in pairs]
        backwards = [backward for _, backward in reversed(pairs)]

        def backward(draw: np.ndarray) -> None:
            through(backwards, draw)

        return Pass(partial(through, forwards), backward, share)

    def bind_prediction(self, n_rows: int) -> Forward:
        """Return ``x -> raw`` for prediction on ``n_rows`` rows; changes nothing in the network."""
        share = np.empty(0, self.dtype)
        forwards = self._copy_of_data(n_rows) + [
            layer.bind_prediction(slot) for layer, slot in self._slots(n_rows, share, False, None)
        ]
        if self.temperature != 1:
            forwards.append(partial(np.multiply, 1 / self.temperature))
        return partial(through, forwards)

    def _copy_of_data(self, n_rows: int) -> list[Forward]:
        """Return what must come before the first layer, so that it leaves the data alone."""
        if not self.chain.overwrites_input:
            return []
        return [partial(_copy, np.empty((n_rows, self.n_inputs), self.dtype))]

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the raw output for the rows of X, of any dtype, a cast chunk at a time."""
        raw = np.empty((X.shape[0], self.n_outputs), self.dtype)
        n_rows = max(1, min(_CHUNK_NUMBERS // max(self.widths), X.shape[0]))
        forward = self.bind_prediction(n_rows)
        for start in range(0, X.shape[0], n_rows):
            x = cast(X[start : start + n_rows], self.dtype)
            if x.shape[0] < n_rows:
                forward = self.bind_prediction(x.shape[0])
            raw[start : start + n_rows] = forward(x)
        return raw

    def _slots(
        self, n_rows: int, share: np.ndarray, weighted: bool, rng: np.random.Generator | None
    ) -> Iterator[tuple[Layer, Slot]]:
        """Pair each layer with its place."""
        places = zip(self.layers, self.widths[:-1], self.views, strict=True)
        for i, (layer, width, (theta, grad, running)) in enumerate(places):
            yield (
                layer,
                Slot(n_rows, width, self.dtype, theta, grad, running, share, weighted, rng, i == 0),
            )


def _copy(buffer: np.ndarray, x: Any) -> np.ndarray:
    """Copy rows, sparse or not, into a buffer."""
    if issparse(x):
        return x.toarray(out=buffer)
    np.copyto(buffer, x)
    return buffer


def _never_penalized(shapes: Shapes) -> Parameters:
    return {name: Parameter(shape) for name, shape in shapes.items()}


def _size(parameter: Parameter) -> int:
    return prod(parameter.shape)


def _vector(per_layer: list[Parameters], dtype: DTypeLike) -> tuple[np.ndarray, int]:
    """Return a vector of zeros for all parameters, and how many of its numbers are penalized."""
    sizes = [(_size(p), p.penalized) for parameters in per_layer for p in parameters.values()]
    n_penalized = sum(size for size, penalized in sizes if penalized)
    return np.zeros(sum(size for size, _ in sizes), dtype), n_penalized


def _lay_out(buffer: np.ndarray, per_layer: list[Parameters]) -> list[Views]:
    """Cut a vector into named views, the penalized ones first."""
    views: list[Views] = [{} for _ in per_layer]
    start = 0
    for penalized in (True, False):
        for view, parameters in zip(views, per_layer, strict=True):
            for name, parameter in parameters.items():
                if parameter.penalized == penalized:
                    stop = start + _size(parameter)
                    view[name] = buffer[start:stop].reshape(parameter.shape)
                    start = stop
    return views
