"""A sequence of layers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Self

from ..base import InvalidParameterError
from .base import Backward, Forward, Layer, Slot

__all__ = ["Chain", "through"]


class Chain(Layer):
    """Apply layers one after the other.

    ``y = f_k(... f_2(f_1(x)))``; ``dx = f_1'(... f_k'(dy))``.

    Parameters
    ----------
    layers : sequence of Layer
        In order from x to y. The parameters of the first layer are ``0.weight`` and so on.

    Examples
    --------
    >>> from skdeep.layers import Activation, Dense
    >>> chain = Chain([Dense(8), Activation("relu"), Dense(2)])
    >>> chain.n_outputs(3)
    2
    >>> list(chain.parameters(3))
    ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"layers": [list, tuple]}

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = layers

    def validate(self) -> Self:
        self._validate_params()
        if not all(isinstance(layer, Layer) for layer in self.layers):
            raise InvalidParameterError(
                f"The 'layers' parameter of {type(self).__name__} must be a list of layers. "
                f"Got {self.layers!r} instead."
            )
        super().validate()
        return self

    def parts(self) -> dict[str, Layer]:
        return {str(i): layer for i, layer in enumerate(self.layers)}

    def part_inputs(self, n_inputs: int) -> list[int]:
        return self.widths(n_inputs)[:-1]

    def widths(self, n_inputs: int) -> list[int]:
        """Return the number of columns before, between and after the layers.

        Parameters
        ----------
        n_inputs : int
            Number of columns of ``x``.

        Returns
        -------
        list of int
        """
        widths = [n_inputs]
        for layer in self.layers:
            widths.append(layer.n_outputs(widths[-1]))
        return widths

    def n_outputs(self, n_inputs: int) -> int:
        return self.widths(n_inputs)[-1]

    @property
    def overwrites_input(self) -> bool:
        return not self.layers or self.layers[0].overwrites_input

    @property
    def n_members(self) -> int:  # type: ignore[override]
        """Number of members of the last layer."""
        return self.layers[-1].n_members if self.layers else 1

    def part_slots(self, slot: Slot) -> list[tuple[Layer, Slot]]:
        pairs = super().part_slots(slot)
        return pairs[:1] + [(layer, replace(place, first=False)) for layer, place in pairs[1:]]

    def bind(self, slot: Slot) -> tuple[Forward, Backward]:
        pairs = [layer.bind(place) for layer, place in self.part_slots(slot)]
        forwards = [forward for forward, _ in pairs]
        backwards = [backward for _, backward in reversed(pairs)]
        return partial(through, forwards), partial(through, backwards)

    def bind_prediction(self, slot: Slot) -> Forward:
        forwards = [layer.bind_prediction(place) for layer, place in self.part_slots(slot)]
        return partial(through, forwards)


def through(functions: Iterable[Callable[[Any], Any]], x: Any) -> Any:
    """Apply functions one after another."""
    for function in functions:
        x = function(x)
    return x
