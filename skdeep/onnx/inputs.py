"""Inputs as ONNX nodes: from the columns of X to the numbers that the network sees.

``ENCODINGS`` has a converter for each encoding of numbers: ``convert(graph, encoding, learned, z)``
returns the inputs of the network as a list of tensors: z, possibly changed, and further inputs. As
in ``expand`` of the encoding, z is scaled, and 0 where a number is missing. It has shape
(n_rows, n_columns) and is computed in float64: a narrow bin would enlarge the rounding of float32.
"""

from typing import Any

import numpy as np

from ..inputs import (
    AsGiven,
    Category,
    Inputs,
    PiecewiseLinear,
    RobustScale,
    Scaled,
    Standardize,
    Table,
)
from ..inputs.numerical import Learned
from ..inputs.piecewise_linear import HEIGHT
from ..inputs.piecewise_linear import LIMIT as LIMIT_BESIDE_BINS
from ..inputs.robust_scale import LIMIT
from ..inputs.unchanged import Unchanged
from .columns import FLOAT32, FLOAT64, Columns
from .graph import Graph
from .tables import Table as Converters
from .tables import converter_of

__all__ = ["ENCODINGS", "encoded_nodes"]

_LARGEST = 1e100  # its square is finite


def encoded_nodes(graph: Graph, inputs: Inputs, columns: Columns) -> str:
    """Add the nodes that encode rows of X, and return the inputs of the network.

    Parameters
    ----------
    graph : Graph
    inputs : Inputs
    columns : Columns

    Returns
    -------
    str
        Of shape (n_rows, n_encoded), in float32.
    """
    return converter_of(INPUTS, "inputs.INPUTS", inputs)(graph, inputs, columns)


def _as_given(graph: Graph, inputs: AsGiven, columns: Columns) -> str:
    return columns.numbers(range(inputs.n_features), FLOAT32)


def _scaled(graph: Graph, inputs: Scaled, columns: Columns) -> str:
    x = columns.numbers(range(inputs.n_features), FLOAT64)
    return graph.cast(graph.node("Div", x, inputs.scale), FLOAT32)


def _table(graph: Graph, inputs: Table, columns: Columns) -> str:
    """Put the inputs side by side, in the order that ``Table`` says."""
    numbers = _numbers(graph, inputs, columns) if len(inputs.numbers) else []
    one_hot = [_one_hot(graph, inputs, each, columns) for each in inputs.one_hot]
    places = [
        graph.cast(columns.places(each.column, inputs.labels_of(each)), FLOAT32)
        for each in inputs.embedded
    ]
    return graph.concat([*numbers, *one_hot, *places])


def _numbers(graph: Graph, inputs: Table, columns: Columns) -> list[str]:
    """z = (x - center) / scale, what the encoding makes of it, and which numbers are missing."""
    encoding, learned = inputs.encoding, inputs.learned
    convert = converter_of(ENCODINGS, "ENCODINGS", encoding)
    factor = np.minimum(1 / learned["scale"], np.finfo(float).max)
    x = columns.numbers(inputs.numbers, FLOAT64)
    z = graph.node("Mul", graph.node("Sub", x, learned["center"]), factor)
    if not inputs.takes_nan:
        return [graph.cast(graph.concat(convert(graph, encoding, learned, z)), FLOAT32)]
    is_missing = graph.node("IsNaN", z)
    z = graph.node("Where", is_missing, np.float64(0), z)
    encoded = graph.cast(graph.concat(convert(graph, encoding, learned, z)), FLOAT32)
    if not len(learned["missing"]):
        return [encoded]
    return [encoded, graph.cast(graph.columns(is_missing, learned["missing"]), FLOAT32)]


def _one_hot(graph: Graph, inputs: Table, category: Category, columns: Columns) -> str:
    """One input for each category. A place beyond the last has zeros only."""
    places = columns.places(category.column, inputs.labels_of(category))
    return graph.cast(graph.node("Equal", places, np.arange(category.width)), FLOAT32)


INPUTS: Converters = {AsGiven: _as_given, Scaled: _scaled, Table: _table}


def _unchanged(graph: Graph, encoding: Any, learned: Learned, z: str) -> list[str]:
    return [z]


def _robust(graph: Graph, encoding: RobustScale, learned: Learned, z: str) -> list[str]:
    return [_clip_smoothly(graph, z, LIMIT)]


def _piecewise(graph: Graph, encoding: PiecewiseLinear, learned: Learned, z: str) -> list[str]:
    """e_t = clip((z - b_t) / (b_{t+1} - b_t), 0, 1) / 2."""
    if not len(learned["column"]):
        return [z]
    above = graph.node("Sub", graph.columns(z, learned["column"]), learned["lower"])
    further = graph.node("Mul", above, HEIGHT / learned["width"])
    further = graph.node("Clip", further, np.float64(0), np.float64(HEIGHT))
    return [_clip_smoothly(graph, z, LIMIT_BESIDE_BINS), further]


def _clip_smoothly(graph: Graph, z: str, limit: float) -> str:
    """z / √(1 + (z/limit)²)."""
    z = graph.node("Clip", z, np.float64(-_LARGEST), np.float64(_LARGEST))
    ratio = graph.node("Mul", z, np.float64(1 / limit))
    square = graph.node("Mul", ratio, ratio)
    return graph.node("Div", z, graph.node("Sqrt", graph.node("Add", square, np.float64(1))))


ENCODINGS: Converters = {
    PiecewiseLinear: _piecewise,
    RobustScale: _robust,
    Standardize: _unchanged,
    Unchanged: _unchanged,
}
