"""Layers over one vector ``theta``, one ``grad`` and one ``running``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from scipy.sparse import issparse

from .layers import Chain, Layer, Slot
from .layers.base import Forward, Views
from .layers.chain import through
from .layers.plain_values import from_plain, to_plain

__all__ = ["Network", "Pass", "Predict", "Snapshot"]

Encode = Callable[[Any, slice, np.dtype], Any]
Predict = Callable[[Any, Encode], np.ndarray]
Snapshot = tuple[np.ndarray, np.ndarray, float]
Place = tuple[slice, tuple[int, ...]]
ByLayer = list[tuple[Views, Views, Views]]

_CHUNK_ROWS = 512  # in prediction: with fewer rows at once, wide layers read their weights often
_CHUNK_NUMBERS = (1 << 18, 1 << 20)  # fewest and most in the widest layer's output


@dataclass(frozen=True)
class Pass:
    """A network bound to one number of rows.

    Attributes
    ----------
    forward : callable
        ``x -> raw``, with x of shape (n_rows, n_inputs).
    backward : callable
        ``d_raw -> None``. Writes the gradient to ``grad`` of the network.
    share : ndarray of shape (n_rows,)
        Weight of each row in the mean over the batch. With weighted rows, it must be written
        before ``forward``.
    """

    forward: Forward
    backward: Callable[[np.ndarray], None]
    share: np.ndarray


class Layout:
    """The places of the layers' arrays in the vectors of a network.

    Parameters
    ----------
    layers : sequence of Layer
        In order from the data to the raw output.
    n_inputs : int
        Number of columns of the data.

    Attributes
    ----------
    chain : Chain
        The layers as one layer.
    overwrites_data : bool
        Whether the first layer would overwrite the data.
    widths : list of int
        Number of columns before the first layer and after each layer.
    n_weights : int
        Length of the prefix of ``theta`` to which penalties apply.
    parameters, statistics : list of dict of str to (slice, tuple of int)
        For each layer, the place and the shape of its arrays, by name.
    n_parameters, n_statistics : int
        Lengths of ``theta`` and ``running``.
    n_members : int
        Number of members, whose raw outputs are side by side.
    largest_matrix : int
        Number of weights in the largest matrix that multiplies rows, for all members.
    """

    def __init__(self, layers: Sequence[Layer], n_inputs: int) -> None:
        self.chain = Chain(list(layers))
        self.overwrites_data = self.chain.overwrites_input
        self.widths = [n_inputs]
        parameters, statistics, multiplying = [], [], []
        for layer in layers:
            n = self.widths[-1]
            self.widths.append(layer.n_outputs(n))
            parameters.append(layer.parameters(n))
            statistics.append(layer.statistics(n))
            if layer.starts_layer:
                multiplying.append(parameters[-1])
        penalized, free = (
            [{k: p.shape for k, p in of.items() if p.penalized == wanted} for of in parameters]
            for wanted in (True, False)
        )
        weights, self.n_weights = _places(penalized, start=0)
        others, self.n_parameters = _places(free, start=self.n_weights)
        # each layer's arrays in the order in which it declares them
        self.parameters = [
            {name: (weight | other)[name] for name in of}
            for of, weight, other in zip(parameters, weights, others, strict=True)
        ]
        self.statistics, self.n_statistics = _places(statistics, start=0)
        self.n_members = layers[-1].n_members
        shapes = [p.shape for of in multiplying for p in of.values()]
        matrices = [prod(shape[-2:]) for shape in shapes if len(shape) > 1]
        self.largest_matrix = self.n_members * max(matrices, default=0)


class Network:
    """A sequence of layers whose learned numbers are stored in one vector.

    Parameters
    ----------
    layers : sequence of Layer
        In order from the data to the raw output.
    n_inputs : int
        Number of columns of the data.
    dtype : numpy dtype
        float32 or float64, for all arrays.
    layout : Layout, default=None
        The layout of another network with the same layers and inputs. None computes it.

    Attributes
    ----------
    theta : ndarray of shape (n_parameters,)
        All penalized parameters (the weight matrices), then all biases, gammas and betas.
    grad : ndarray of shape (n_parameters,)
        Gradient of the objective with respect to ``theta`` in the last step.
    running : ndarray of shape (n_statistics,)
        Batch-norm statistics.
    chain : Chain
        The layers as one layer.
    widths : list of int
        Number of columns before the first layer and after each layer.
    n_weights : int
        Length of the prefix of ``theta`` to which penalties apply.
    n_members : int
        Number of members, whose raw outputs are side by side.
    largest_matrix : int
        Number of weights in the largest matrix that multiplies rows, for all members.
    temperature : float
        Prediction divides the raw output by this number. Training does not.
    views : list of (dict, dict, dict)
        For each layer, its arrays in ``theta``, ``grad`` and ``running``, by name.
    layer_gradients : list of lists of ndarray
        For each layer with parameters, its parts of ``grad`` as vectors.
    """

    def __init__(
        self, layers: Sequence[Layer], n_inputs: int, dtype: DTypeLike, layout: Layout | None = None
    ) -> None:
        self.n_inputs = n_inputs
        self.layout = layout = layout or Layout(layers, n_inputs)
        self.chain, self.widths, self.n_weights = layout.chain, layout.widths, layout.n_weights
        self.n_members, self.largest_matrix = layout.n_members, layout.largest_matrix
        self.theta = np.zeros(layout.n_parameters, dtype)
        self.grad = np.zeros_like(self.theta)
        self.running = np.zeros(layout.n_statistics, dtype)
        self.temperature = 1.0
        self.views: ByLayer = self._views_of(self.theta, self.grad, self.running)
        self.layer_gradients = [
            [part.reshape(-1) for part in grad.values()] for _, grad, _ in self.views if grad
        ]

    def __getstate__(self) -> dict[str, Any]:
        # After pickle, a view no longer refers to its buffer: keep plain values and buffers only.
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
        """Refuse vectors of the wrong length, which would be broadcast."""
        for name, saved, own in (("theta", theta, self.theta), ("running", running, self.running)):
            if saved.shape != own.shape:
                raise ValueError(
                    f"The saved network does not fit together: {name} has shape {saved.shape}, and "
                    f"its layers need {own.shape}. Save the estimator anew."
                )

    def copy(self) -> "Network":
        """Return a network with the same layers and numbers."""
        network = Network(self.layers, self.n_inputs, self.dtype, self.layout)
        network.restore((self.theta, self.running, self.temperature))
        return network

    def first(self, n_layers: int) -> "Network":
        """Return a network of the first layers, with the same numbers, at temperature 1."""
        network = Network(self.layers[:n_layers], self.n_inputs, self.dtype)
        for own, views in zip(network.views, self.views, strict=False):
            for copies, arrays in zip(own, views, strict=True):
                for name, array in arrays.items():
                    copies[name][...] = array
        return network

    @classmethod
    def from_plain(cls, state: dict[str, Any]) -> "Network":
        """Return the network for the values from ``__getstate__``."""
        network = cls.__new__(cls)
        network.__setstate__(state)
        return network

    @property
    def layers(self) -> list[Layer]:
        """The layers in order from the data to the raw output."""
        return list(self.chain.layers)

    @property
    def min_rows(self) -> int:
        """Minimum number of rows in a training batch."""
        return self.chain.min_rows

    @property
    def dtype(self) -> np.dtype:
        """Precision of all arrays of the network."""
        return self.theta.dtype

    @property
    def n_outputs(self) -> int:
        """Number of raw outputs of each member."""
        return self.widths[-1] // self.n_members

    def initialize(self, rng: np.random.Generator) -> None:
        """Write the initial values of the layers to ``theta`` and ``running``."""
        for layer, (theta, _, running) in zip(self.layers, self.views, strict=True):
            if theta or running:
                layer.initialize(theta, running, rng)

    def forget_statistics(self) -> None:
        """Reset the running statistics, so that the next batch determines them alone."""
        for layer, (_, _, running) in zip(self.layers, self.views, strict=True):
            layer.forget_statistics(running)

    def snapshot(self) -> Snapshot:
        """Return copies of ``theta`` and ``running``, and the temperature."""
        return self.theta.copy(), self.running.copy(), self.temperature

    def restore(self, snapshot: Snapshot) -> None:
        """Restore the numbers of a snapshot."""
        theta, running, self.temperature = snapshot
        self._check_shapes(theta, running)
        self.theta[...], self.running[...] = theta, running

    def bind(self, n_rows: int, rng: np.random.Generator | None, weighted: bool) -> Pass:
        """Return forward and backward for training on ``n_rows`` rows."""
        share = np.full(n_rows, 1 / n_rows, self.dtype)
        slots = self._slots(self.views, n_rows, share, weighted, rng)
        pairs = [layer.bind(slot) for layer, slot in slots]
        forwards = self._copy_of_data(n_rows, self.dtype) + [forward for forward, _ in pairs]
        backwards = [backward for _, backward in reversed(pairs)]

        def backward(d_raw: np.ndarray) -> None:
            through(backwards, d_raw)

        return Pass(partial(through, forwards), backward, share)

    def bind_prediction(self, n_rows: int) -> Forward:
        """Return ``x -> raw`` for prediction on ``n_rows`` rows. It changes nothing."""
        return self._bind_prediction(self.views, self.dtype, n_rows)

    def _bind_prediction(self, views: ByLayer, dtype: np.dtype, n_rows: int) -> Forward:
        slots = self._slots(views, n_rows, np.empty(0, dtype), False, None)
        forwards = [layer.bind_prediction(slot) for layer, slot in slots]
        return partial(
            through, [*self._copy_of_data(n_rows, dtype), *forwards, self._at_temperature]
        )

    def _at_temperature(self, raw: np.ndarray) -> np.ndarray:
        return raw if self.temperature == 1 else np.multiply(1 / self.temperature, raw)

    def _copy_of_data(self, n_rows: int, dtype: np.dtype) -> list[Forward]:
        """Return the copying of the data, if the first layer would overwrite it."""
        if not self.layout.overwrites_data:
            return []
        return [partial(_copy, np.empty((n_rows, self.n_inputs), dtype))]

    def predict(self, X: Any, encode: Encode, dtype: DTypeLike | None = None) -> np.ndarray:
        """Return the raw outputs for the rows of X. The rows are processed in chunks.

        Parameters
        ----------
        X : ndarray or CSR matrix of shape (n_rows, n_features)
        encode : callable
            ``(X, rows, dtype) -> x``. Encodes rows of X for the network.
        dtype : numpy dtype, default=None
            The precision of the computation. None is that of the network.

        Returns
        -------
        ndarray of shape (n_rows, n_members · n_outputs)
        """
        return self.bind_predict(dtype)(X, encode)

    def bind_predict(self, dtype: DTypeLike | None = None) -> Predict:
        """Return ``predict`` with one binding per chunk size for all calls.

        In another precision than the network's, each call first copies the present numbers. Calls
        share buffers, so only one thread may use it.
        """
        dtype = np.dtype(dtype or self.dtype)
        theta, running, views = self.theta, self.running, self.views
        if dtype != self.dtype:
            theta, running = np.empty_like(theta, dtype), np.empty_like(running, dtype)
            views = self._views_of(theta, np.empty_like(theta), running)
        bound = cache(partial(self._bind_prediction, views, dtype))

        def predict(X: Any, encode: Encode) -> np.ndarray:
            if theta is not self.theta:
                theta[...], running[...] = self.theta, self.running
            n_samples = X.shape[0]
            raw = np.empty((n_samples, self.widths[-1]), dtype)
            fewest, most = (n // max(self.widths) for n in _CHUNK_NUMBERS)
            n_rows = max(1, min(max(_CHUNK_ROWS, fewest), most, n_samples))
            for start in range(0, n_samples, n_rows):
                x = encode(X, slice(start, start + n_rows), dtype)
                raw[start : start + n_rows] = bound(x.shape[0])(x)
            return raw

        return predict

    def _views_of(self, theta: np.ndarray, grad: np.ndarray, running: np.ndarray) -> ByLayer:
        """Return the arrays of each layer in three vectors."""
        return [
            (_cut(theta, own), _cut(grad, own), _cut(running, statistics))
            for own, statistics in zip(self.layout.parameters, self.layout.statistics, strict=True)
        ]

    def describe(self) -> str:
        """Return a line such as ``float32: 64 -> 128 batch_norm relu -> 10``. It omits dropout."""
        labels = [layer.label for layer in self.layers if layer.label]
        return " ".join([f"{self.dtype}: {self.n_inputs}", *labels])

    def _slots(
        self,
        views: ByLayer,
        n_rows: int,
        share: np.ndarray,
        weighted: bool,
        rng: np.random.Generator | None,
    ) -> list[tuple[Layer, Slot]]:
        """Return each layer with its place."""
        places = zip(self.layers, self.widths[:-1], views, strict=True)
        return [
            (
                layer,
                Slot(
                    n_rows, width, share.dtype, theta, grad, running, share, weighted, rng, i == 0
                ),
            )
            for i, (layer, width, (theta, grad, running)) in enumerate(places)
        ]


def _copy(buffer: np.ndarray, x: Any) -> np.ndarray:
    """Copy rows, sparse or not, into a buffer."""
    if issparse(x):
        return x.toarray(out=buffer)
    np.copyto(buffer, x)
    return buffer


def _places(
    per_layer: list[dict[str, tuple[int, ...]]], start: int
) -> tuple[list[dict[str, Place]], int]:
    """Place arrays one after another; return the places and the end of the last one."""
    places: list[dict[str, Place]] = []
    for shapes in per_layer:
        places.append({})
        for name, shape in shapes.items():
            stop = start + prod(shape)
            places[-1][name] = slice(start, stop), shape
            start = stop
    return places, start


def _cut(vector: np.ndarray, places: dict[str, Place]) -> Views:
    """Return the views of a vector at the given places."""
    return {name: vector[where].reshape(shape) for name, (where, shape) in places.items()}
