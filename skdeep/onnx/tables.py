"""Look up how a component becomes ONNX nodes."""

from collections.abc import Callable, Mapping
from typing import Any

from ..base import UsageError

__all__ = ["Table", "converter_of"]

Table = dict[type, Callable[..., Any]]


def converter_of(table: Mapping[type, Callable], name: str, component: Any) -> Callable:
    """Return the converter of a component.

    A subclass has no part in the converter of its base class, because it may compute something
    else.

    Parameters
    ----------
    table : dict of type to callable
    name : str
        Name of the table in ``skdeep.onnx``.
    component : object

    Raises
    ------
    ValueError
        If the table has no converter for the type of the component.
    """
    kind = type(component)
    if kind not in table:
        raise UsageError(
            f"{component!r} has no conversion to ONNX. Write one, and add it to the table: "
            f"skdeep.onnx.{name}[{kind.__name__}] = convert."
        )
    return table[kind]
