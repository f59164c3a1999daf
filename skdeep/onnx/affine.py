"""Affine functions, which take in a scale and a shift that follow them."""

from dataclasses import dataclass

import numpy as np

from .graph import Graph

__all__ = ["affine", "scale_and_shift"]


@dataclass(frozen=True)
class _Affine:
    """``y_j = x_j W_j + b_j`` for each member j, with the members side by side.

    Attributes
    ----------
    x : str
    weight : ndarray of shape (n_in, n_out) or (n_members, n_in, n_out)
        Shared by the members, or one for each.
    bias : ndarray of shape (n_members · n_out,)
    """

    x: str
    weight: np.ndarray
    bias: np.ndarray

    @property
    def n_members(self) -> int:
        return len(self.bias) // self.weight.shape[-1]

    def takes(self, scale: np.ndarray) -> bool:
        """Return whether the weights can be scaled: not by member if the members share them."""
        return scale.size == 1 or self.n_members == 1 or self.weight.ndim == 3

    def scaled(self, scale: np.ndarray, shift: np.ndarray) -> "_Affine":
        """Return ``scale · y + shift``."""
        bias = self.bias * scale + shift
        if scale.size > 1 and self.weight.ndim == 3:
            scale = scale.reshape(self.n_members, 1, -1)
        return _Affine(self.x, self.weight * scale, bias)


def affine(graph: Graph, x: str, weight: np.ndarray, bias: np.ndarray) -> str:
    """Add an affine function of each member, and return its output.

    Parameters
    ----------
    graph : Graph
    x : str
        The inputs of the members, side by side.
    weight : ndarray of shape (n_in, n_out) or (n_members, n_in, n_out)
    bias : ndarray of shape (n_members · n_out,)

    Returns
    -------
    str
        Of shape (n_rows, n_members · n_out).
    """
    return _add(graph, _Affine(x, weight.astype(float), bias.astype(float)))


def scale_and_shift(graph: Graph, y: str, scale: np.ndarray, shift: np.ndarray) -> str:
    """Return ``scale · y + shift``. If y is an affine function, its weights take it in.

    What made y stays as it is for other nodes that use y.

    Parameters
    ----------
    graph : Graph
    y : str
        Of shape (n_rows, n_columns).
    scale, shift : ndarray of shape () or (n_columns,)

    Returns
    -------
    str
    """
    made = graph.made_as.get(y)
    if made is not None and made.takes(scale):
        return _add(graph, made.scaled(scale, shift))
    y = graph.node("Mul", y, scale.astype(np.float32))
    return graph.node("Add", y, shift.astype(np.float32)) if shift.any() else y


def _add(graph: Graph, made: _Affine) -> str:
    """Add the nodes of an affine function, and remember it."""
    weight, bias = made.weight.astype(np.float32), made.bias.astype(np.float32)
    k = made.n_members
    if k == 1:
        y = graph.node("Gemm", made.x, weight.reshape(weight.shape[-2:]), bias)
    else:
        products = _products(graph, graph.reshape(made.x, -1, k, weight.shape[-2]), weight)
        y = graph.node("Add", graph.reshape(products, -1, len(bias)), bias)
    graph.made_as[y] = made
    return y


def _products(graph: Graph, x: str, weight: np.ndarray) -> str:
    """Return ``x_j W_j`` for x of shape (n_rows, n_members, n_in)."""
    if weight.ndim == 2:
        return graph.node("MatMul", x, weight)
    by_member = graph.node("Transpose", x, perm=[1, 0, 2])
    return graph.node("Transpose", graph.node("MatMul", by_member, weight), perm=[1, 0, 2])
