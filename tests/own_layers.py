"""Layers as a user would write them, in none of our tables."""

import numpy as np

from skdeep.layers import Activation, BatchNorm, Chain, Layer, Parameter
from skdeep.network import Network
from tests.helpers import dense


class Scale(Layer):
    """y = s ⊙ x; ds = Σ_rows dy ⊙ x; dx = s ⊙ dy. It overwrites x."""

    def __init__(self, start=1.0):
        self.start = start

    def parameters(self, n_inputs):
        return {"factor": Parameter((n_inputs,))}

    def initialize(self, theta, running, rng):
        theta["factor"].fill(self.start)

    def bind(self, slot):
        factor, dfactor, x = slot.theta["factor"], slot.grad["factor"], _like_input(slot)

        def forward(x_):
            x[...] = x_
            return np.multiply(x_, factor, out=x_)

        def backward(dy):
            dfactor[...] = (dy * x).sum(axis=0)
            return np.multiply(dy, factor, out=dy)

        return forward, backward


class Residual(Chain):
    """y = x + f(x); dx = dy + f'(dy), with f the chain."""

    def bind(self, slot):
        f, df = super().bind(slot)
        dy = _like_input(slot)

        def backward(dy_):
            dy[...] = dy_
            dx = df(dy_)
            return None if slot.first else np.add(dx, dy, out=dx)

        return _plus_input(f, _like_input(slot)), backward

    def bind_prediction(self, slot):
        return _plus_input(super().bind_prediction(slot), _like_input(slot))


def _like_input(slot):
    return np.empty((slot.n_rows, slot.n_inputs), slot.dtype)


def _plus_input(f, x):
    def forward(x_):
        x[...] = x_
        y = f(x_)
        return np.add(y, x, out=y)

    return forward


class Sum(Layer):
    """y = left(x) + right(x); dx = left'(dy) + right'(dy)."""

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def parts(self):
        return {"left": self.left, "right": self.right}

    def n_outputs(self, n_inputs):
        return self.left.n_outputs(n_inputs)

    def bind(self, slot):
        (left, dleft), (right, dright) = (part.bind(s) for part, s in self.part_slots(slot))
        forward = _sum_of(left, right, _like_input(slot))
        backward = _sum_of(
            dleft, dright, np.empty((slot.n_rows, self.n_outputs(slot.n_inputs)), slot.dtype)
        )
        return forward, backward

    def bind_prediction(self, slot):
        left, right = (part.bind_prediction(s) for part, s in self.part_slots(slot))
        return _sum_of(left, right, _like_input(slot))


def _sum_of(left, right, buffer):
    def both(x):
        buffer[...] = x
        y, other = left(x), right(buffer)
        return None if y is None else np.add(y, other, out=y)

    return both


def residual_network(seed=0):
    """Return an initialized network with batch norm, a layer of our own and a residual block."""
    block = Residual([dense(6), BatchNorm(), Activation("tanh"), Sum(dense(6), Scale(0.5))])
    layers = [dense(6), Activation("tanh"), block, Scale(2.0), dense(2)]
    network = Network(layers, 4, np.float64)
    network.initialize(np.random.default_rng(seed))
    return network
