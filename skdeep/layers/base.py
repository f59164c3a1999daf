"""What a layer is: hyperparameters that bind to memory and return forward and backward."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike

from ..base import Component

__all__ = ["Backward", "Forward", "Layer", "Parameter", "Parameters", "Shapes", "Slot", "Views"]

Forward = Callable[[np.ndarray], np.ndarray]
Backward = Callable[[np.ndarray], np.ndarray | None]
Shapes = dict[str, tuple[int, ...]]
Views = dict[str, np.ndarray]


class Parameter(NamedTuple):
    """A learned array of a layer.

    Attributes
    ----------
    shape : tuple of int
    penalized : bool, default=False
        Whether L2, L1 and weight decay reach it. They reach weights, and leave biases
        and scales alone.
    """

    shape: tuple[int, ...]
    penalized: bool = False


Parameters = dict[str, Parameter]


def inside(views: Views, name: str) -> Views:
    """Return what belongs to a part: ``weight`` for ``0.weight`` if the part's name is 0."""
    prefix = f"{name}."
    return {key[len(prefix) :]: view for key, view in views.items() if key.startswith(prefix)}


@dataclass(frozen=True)
class Slot:
    """A layer's place in a network: the arrays that it reads and writes while bound.

    Attributes
    ----------
    n_rows, n_inputs : int
        Shape of the input ``x``.
    theta, grad, running : dict of str to ndarray
        The layer's views of the network's three vectors, by name.
    share : ndarray of shape (n_rows,)
        Each row's share of the batch; sums to one. Refilled before each step when
        the rows are ``weighted``, else ``1 / n_rows``.
    weighted : bool
        Whether the shares differ from row to row.
    rng : numpy.random.Generator or None
        Source of the layer's noise.
    first : bool
        Whether the layer's input is the data, which needs no gradient. ``backward`` may
        then return None.
    """

    n_rows: int
    n_inputs: int
    dtype: np.dtype
    theta: Views
    grad: Views
    running: Views
    share: np.ndarray
    weighted: bool
    rng: np.random.Generator | None
    first: bool

    def buffer(self, n_columns: int | None = None, dtype: DTypeLike | None = None) -> np.ndarray:
        """Return an empty array of as many rows as the input.

        Parameters
        ----------
        n_columns : int, default=None
            None is the number of the input's columns.
        dtype : numpy dtype, default=None
            None is the network's.

        Returns
        -------
        ndarray of shape (n_rows, n_columns)
        """
        columns = self.n_inputs if n_columns is None else n_columns
        return np.empty((self.n_rows, columns), self.dtype if dtype is None else dtype)

    def part(self, name: str, n_inputs: int) -> "Slot":
        """Return the place of a layer inside this layer.

        Parameters
        ----------
        name : str
            The part's key in ``Layer.parts``.
        n_inputs : int
            Number of columns of the part's input.

        Returns
        -------
        Slot
        """
        theta, grad, running = (inside(v, name) for v in (self.theta, self.grad, self.running))
        return replace(self, n_inputs=n_inputs, theta=theta, grad=grad, running=running)


class Layer(Component):
    """One layer: shapes of its numbers, their first values, and two bound closures.

    ``bind`` returns ``forward(x) -> y`` and ``backward(dy) -> dx``. ``backward`` writes the
    gradients of the layer's parameters into ``slot.grad``.

    A layer can be made of layers: it says which in ``parts``, and parameters, statistics,
    first values and ``min_rows`` follow from theirs. It still binds them itself
    (``part_slots``).

    Notes
    -----
    Who may write where:

    - ``forward`` may overwrite ``x`` and may keep it for ``backward``. The caller leaves
      ``x`` alone until then. ``backward`` may overwrite ``dy``.
    - ``y`` and ``dx`` belong to whoever receives them and may be overwritten there. A layer
      that needs its own ``y`` in ``backward`` keeps a copy.
    - So a layer that passes ``x`` or ``dy`` to another layer and needs it afterwards, as a
      residual block does, keeps a copy.
    - A network gives its first layer a copy of the data, unless that layer's
      ``overwrites_input`` is False.
    """

    def parts(self) -> "dict[str, Layer]":
        """Return the layers that this layer is made of.

        Returns
        -------
        dict of str to Layer
            By a name without dots. The part's ``weight`` is the layer's ``name.weight``.
        """
        return {}

    def part_inputs(self, n_inputs: int) -> list[int]:
        """Return how many columns each part's input has; those of ``x`` by default.

        Parameters
        ----------
        n_inputs : int
            Number of columns of ``x``.

        Returns
        -------
        list of int
        """
        return [n_inputs] * len(self.parts())

    def walk_parts(self, n_inputs: int) -> "Iterator[tuple[str, Layer, int]]":
        """Go through the parts: name, layer, number of columns of its input.

        Parameters
        ----------
        n_inputs : int
            Number of columns of ``x``.

        Yields
        ------
        (str, Layer, int)
        """
        widths = self.part_inputs(n_inputs)
        for (name, part), width in zip(self.parts().items(), widths, strict=True):
            yield name, part, width

    @property
    def min_rows(self) -> int:
        """Fewest rows that a training batch needs."""
        return max((part.min_rows for part in self.parts().values()), default=1)

    @property
    def overwrites_input(self) -> bool:
        """Whether ``forward`` may write into ``x`` or return ``x`` itself."""
        return True

    @property
    def kinks(self) -> tuple[float, ...]:
        """Values of the input at which the first or second derivative of the layer jumps."""
        return ()

    @property
    def label(self) -> str:
        """What a description of a network calls the layer; empty if it says nothing of it."""
        name = type(self).__name__
        labels = " ".join(part.label for part in self.parts().values() if part.label)
        return f"{name}({labels})" if labels else name

    @property
    def starts_layer(self) -> bool:
        """Whether a layer as users count them starts here, as it does at each weight matrix."""
        return any(part.starts_layer for part in self.parts().values())

    def validate(self) -> Self:
        """Raise a ``ValueError`` that names the first bad hyperparameter; return self."""
        super().validate()
        for part in self.parts().values():
            part.validate()
        return self

    def to_plain(self) -> dict[str, Any]:
        """Return the hyperparameters that prediction needs.

        Returns
        -------
        dict
        """
        return self.get_params(deep=False)

    def n_outputs(self, n_inputs: int) -> int:
        """Return the number of columns of ``y``.

        Parameters
        ----------
        n_inputs : int
            Number of columns of ``x``.

        Returns
        -------
        int
        """
        return n_inputs

    def parameters(self, n_inputs: int) -> Parameters:
        """Return the shapes of the learned arrays, and which of them are penalized.

        Parameters
        ----------
        n_inputs : int
            Number of columns of ``x``.

        Returns
        -------
        dict of str to Parameter
        """
        return {
            f"{name}.{key}": parameter
            for name, part, width in self.walk_parts(n_inputs)
            for key, parameter in part.parameters(width).items()
        }

    def statistics(self, n_inputs: int) -> Shapes:
        """Return the shapes of the running statistics.

        Parameters
        ----------
        n_inputs : int
            Number of columns of ``x``.

        Returns
        -------
        dict of str to tuple of int
        """
        return {
            f"{name}.{key}": shape
            for name, part, width in self.walk_parts(n_inputs)
            for key, shape in part.statistics(width).items()
        }

    def initialize(self, theta: Views, running: Views, rng: np.random.Generator) -> None:
        """Write the first values of parameters and statistics.

        Parameters
        ----------
        theta, running : dict of str to ndarray
            The layer's views, to be filled in place.
        rng : numpy.random.Generator
        """
        for name, part in self.parts().items():
            part.initialize(inside(theta, name), inside(running, name), rng)

    def forget_statistics(self, running: Views) -> None:
        """Let the next batch count in full in the running statistics.

        Parameters
        ----------
        running : dict of str to ndarray
            The layer's views, to be changed in place.
        """
        for name, part in self.parts().items():
            part.forget_statistics(inside(running, name))

    def part_slots(self, slot: Slot) -> "list[tuple[Layer, Slot]]":
        """Return each part with its place, to be bound to it.

        Parameters
        ----------
        slot : Slot
            The layer's place in a network.

        Returns
        -------
        list of (Layer, Slot)
        """
        return [
            (part, slot.part(name, width)) for name, part, width in self.walk_parts(slot.n_inputs)
        ]

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        """Return ``forward`` and ``backward`` for training on ``slot.n_rows`` rows.

        Parameters
        ----------
        slot : Slot
            The layer's place in a network.

        Returns
        -------
        (callable, callable)
            ``forward(x) -> y`` and ``backward(dy) -> dx``.
        """
        raise NotImplementedError

    def bind_prediction(self, slot: Slot) -> Forward:
        """Return ``forward`` for prediction, which changes nothing.

        Parameters
        ----------
        slot : Slot
            The layer's place in a network.

        Returns
        -------
        callable
            ``forward(x) -> y``.
        """
        return self.bind(slot)[0]
