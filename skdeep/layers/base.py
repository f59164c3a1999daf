"""The base class of layers, and their place in a network."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np

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
        Whether L2, L1 and weight decay apply to it. They apply to weights, but not to biases
        and scales.
    """

    shape: tuple[int, ...]
    penalized: bool = False


Parameters = dict[str, Parameter]


def inside(views: Views, name: str) -> Views:
    """Return the views of a part: its ``weight`` is ``0.weight`` if the name of the part is 0."""
    prefix = f"{name}."
    return {key[len(prefix) :]: view for key, view in views.items() if key.startswith(prefix)}


@dataclass(slots=True)
class Slot:
    """The place of a layer in a network: the arrays that it reads and writes.

    Attributes
    ----------
    n_rows, n_inputs : int
        Shape of the input ``x``.
    dtype : numpy dtype
        Precision of the network.
    theta, grad, running : dict of str to ndarray
        The layer's views of the three vectors of the network, by name.
    share : ndarray of shape (n_rows,)
        Weight of each row in the mean over the batch. The shares sum to one. If ``weighted``,
        they are written before each step; otherwise they are ``1 / n_rows``.
    weighted : bool
        Whether the shares differ between rows.
    rng : numpy.random.Generator or None
        Source of randomness for the layer.
    first : bool
        Whether the layer's input is the data, which needs no gradient. ``backward`` can then
        return None.
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
    """A layer: the shapes and initial values of its arrays, and its two bound functions.

    ``bind`` returns ``forward(x) -> y`` and ``backward(dy) -> dx``. ``backward`` writes the
    gradients of the layer's parameters to ``slot.grad``.

    A layer can consist of other layers, which ``parts`` returns. Then its parameters,
    statistics, initial values and ``min_rows`` follow from those of its parts. It must still
    bind its parts itself (see ``part_slots``).

    Attributes
    ----------
    n_members : int
        For the output layer of a network: number of members whose outputs are side by side in
        ``y``.

    Notes
    -----
    Rules for writing to arrays:

    - ``forward`` may overwrite ``x`` and may keep it for ``backward``. The caller does not
      change ``x`` before that. ``backward`` may overwrite ``dy``.
    - ``y`` and ``dx`` may be overwritten by their receiver. A layer that needs its own ``y``
      in ``backward`` must keep a copy.
    - Therefore a layer that passes ``x`` or ``dy`` to another layer and needs it afterwards,
      such as a residual block, must keep a copy.
    - A network passes a copy of the data to its first layer, unless ``overwrites_input`` of
      that layer is False.
    """

    n_members: int = 1

    def parts(self) -> "dict[str, Layer]":
        """Return the layers of which this layer consists.

        Returns
        -------
        dict of str to Layer
            By name. A name must not contain a dot. The ``weight`` of a part is the layer's
            ``name.weight``.
        """
        return {}

    def part_inputs(self, n_inputs: int) -> list[int]:
        """Return the number of columns of each part's input; by default those of ``x``.

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
        """Yield the name, the layer and the number of input columns of each part.

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
        """Minimum number of rows in a training batch."""
        return max((part.min_rows for part in self.parts().values()), default=1)

    @property
    def overwrites_input(self) -> bool:
        """Whether ``forward`` may write to ``x`` or return ``x`` itself."""
        return True

    @property
    def kinks(self) -> tuple[float, ...]:
        """Input values at which the first or second derivative of the layer jumps."""
        return ()

    @property
    def label(self) -> str:
        """Name of the layer in the description of a network; empty to omit it."""
        name = type(self).__name__
        labels = " ".join(part.label for part in self.parts().values() if part.label)
        return f"{name}({labels})" if labels else name

    @property
    def starts_layer(self) -> bool:
        """Whether a layer in the user's sense starts here. It does at each weight matrix."""
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

    def weights(self, theta: Views) -> np.ndarray | None:
        """Return the matrix that the layer multiplies its input by, or None if it has none.

        Parameters
        ----------
        theta : dict of str to ndarray
            The layer's views.

        Returns
        -------
        ndarray of shape (n_in, n_out) or (n_members, n_in, n_out), or None
        """
        return theta.get("weight")

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
        """Write the initial values of parameters and statistics.

        Parameters
        ----------
        theta, running : dict of str to ndarray
            The layer's views, to be filled in place.
        rng : numpy.random.Generator
        """
        for name, part in self.parts().items():
            part.initialize(inside(theta, name), inside(running, name), rng)

    def forget_statistics(self, running: Views) -> None:
        """Reset the running statistics, so that the next batch determines them alone.

        Parameters
        ----------
        running : dict of str to ndarray
            The layer's views, to be changed in place.
        """
        for name, part in self.parts().items():
            part.forget_statistics(inside(running, name))

    def part_slots(self, slot: Slot) -> "list[tuple[Layer, Slot]]":
        """Return each part with its place, for binding.

        Parameters
        ----------
        slot : Slot
            The place of this layer in a network.

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
            The place of the layer in a network.

        Returns
        -------
        (callable, callable)
            ``forward(x) -> y`` and ``backward(dy) -> dx``.
        """
        raise NotImplementedError

    def bind_prediction(self, slot: Slot) -> Forward:
        """Return ``forward`` for prediction. It changes nothing in the network.

        Parameters
        ----------
        slot : Slot
            The place of the layer in a network.

        Returns
        -------
        callable
            ``forward(x) -> y``.
        """
        return self.bind(slot)[0]
