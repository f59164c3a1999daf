"""A graph of ONNX operators, built node by node. It does not need the package ``onnx``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

__all__ = ["Graph", "Node", "Tensor"]

ML = "ai.onnx.ml"  # the domain of the operators for classical machine learning
_OPERATORS_OF_ML = {"LabelEncoder"}
_WITH_TWO_OUTPUTS = {"TopK"}


@dataclass(frozen=True)
class Node:
    """An operator applied to tensors.

    Attributes
    ----------
    op : str
        Such as ``"Gemm"``.
    inputs : list of str
        Names of its input tensors.
    output : str
        Name of its output tensor; of the first one, if there are several.
    attributes : dict
    """

    op: str
    inputs: list[str]
    output: str
    attributes: dict[str, Any]

    @property
    def outputs(self) -> list[str]:
        """Names of all output tensors, of which only the first is used."""
        return [self.output] + [f"{self.output}_unused"] * (self.op in _WITH_TWO_OUTPUTS)

    @property
    def domain(self) -> str:
        """The domain of the operator; empty for the standard one."""
        return ML if self.op in _OPERATORS_OF_ML else ""


class Tensor(NamedTuple):
    """An input or an output of a graph.

    Attributes
    ----------
    name : str
    dtype : numpy dtype
        ``object`` for text.
    shape : tuple of int or None
        None for the number of rows.
    """

    name: str
    dtype: np.dtype
    shape: tuple[int | None, ...]


class Graph:
    """Nodes and constants. A tensor is known by its name.

    A converter of a layer, an encoding or a loss adds its nodes to a graph.

    Parameters
    ----------
    unique_name : callable, default=None
        Returns a name that is not used yet, similar to the one given. None numbers the names.

    Attributes
    ----------
    nodes : list of Node
        Each after those that it depends on.
    constants : dict of str to ndarray
    made_as : dict of str to object
        How tensors were made, where a later node can change it (``affine.py``).

    Examples
    --------
    >>> import numpy as np
    >>> from skdeep.onnx import Graph
    >>> graph = Graph()
    >>> doubled = graph.node("Mul", "x", np.float32(2))
    >>> graph.node("Softmax", doubled, axis=-1)
    'skdeep_Softmax_2'
    """

    def __init__(self, unique_name: Callable[[str], str] | None = None) -> None:
        self.nodes: list[Node] = []
        self.constants: dict[str, np.ndarray] = {}
        self.made_as: dict[str, Any] = {}
        self._unique_name = unique_name or self._numbered

    def _numbered(self, name: str) -> str:
        return f"skdeep_{name}_{len(self.nodes) + len(self.constants)}"

    def node(self, op: str, *inputs: Any, **attributes: Any) -> str:
        """Add a node.

        Parameters
        ----------
        op : str
            Name of an operator [1]_.
        *inputs : str, array or number
            Tensors. An array or a number becomes a constant. Its dtype must be the one that the
            operator expects there.
        **attributes : dict
            Attributes of the operator.

        Returns
        -------
        str
            The output; the first one, if there are several.

        References
        ----------
        .. [1] https://onnx.ai/onnx/operators/
        """
        names = [each if isinstance(each, str) else self.constant(each) for each in inputs]
        output = self._unique_name(op)
        self.nodes.append(Node(op, names, output, attributes))
        return output

    def constant(self, value: Any) -> str:
        """Add a constant.

        Parameters
        ----------
        value : array or number

        Returns
        -------
        str
            The tensor.
        """
        name = self._unique_name("constant")
        self.constants[name] = np.asarray(value)
        return name

    def cast(self, x: str, dtype: DTypeLike) -> str:
        """Convert a tensor to another dtype.

        Parameters
        ----------
        x : str
        dtype : numpy dtype

        Returns
        -------
        str
        """
        return self.node("Cast", x, to=np.dtype(dtype))

    def concat(self, parts: list[str], axis: int = 1) -> str:
        """Put tensors side by side.

        Parameters
        ----------
        parts : list of str
            At least one.
        axis : int, default=1

        Returns
        -------
        str
        """
        return parts[0] if len(parts) == 1 else self.node("Concat", *parts, axis=axis)

    def columns(self, x: str, which: np.ndarray) -> str:
        """Return columns of a tensor.

        Parameters
        ----------
        x : str
            Of shape (n_rows, n_columns).
        which : ndarray of int

        Returns
        -------
        str
        """
        return self.node("Gather", x, np.asarray(which, dtype=np.int64), axis=1)

    def reshape(self, x: str, *shape: int) -> str:
        """Change the shape of a tensor.

        Parameters
        ----------
        x : str
        *shape : int
            -1 for the size that follows from the others.

        Returns
        -------
        str
        """
        return self.node("Reshape", x, np.array(shape, dtype=np.int64))

    def output(self, name: str, x: str) -> None:
        """Give a tensor the name of an output of the model.

        Parameters
        ----------
        name : str
        x : str
        """
        self.nodes.append(Node("Identity", [x], name, {}))

    def prune(self, outputs: list[str]) -> None:
        """Remove the nodes and constants that no output needs.

        Parameters
        ----------
        outputs : list of str
        """
        needed = set(outputs)
        for node in reversed(self.nodes):
            if node.output in needed:
                needed.update(node.inputs)
        self.nodes = [node for node in self.nodes if node.output in needed]
        self.constants = {k: value for k, value in self.constants.items() if k in needed}
