import numpy as np

from skdeep.initializers import VarianceScaling
from skdeep.layers import SeparateDense
from skdeep.network import Network
from tests.helpers import bind_alone


def test_each_member_has_its_own_weights(rng):
    layer = SeparateDense(3, initializer=VarianceScaling(), n_members=2)
    _, slot = bind_alone(layer, 6, 8)
    W, b = slot.theta["weight"], slot.theta["bias"]
    b[:] = rng.normal(size=6)
    forward, backward = layer.bind(slot)
    x, dy = rng.normal(size=(6, 8)), rng.normal(size=(6, 6))
    y, dx = forward(x), backward(dy)
    for j, (of_x, of_y) in enumerate([(slice(4), slice(3)), (slice(4, 8), slice(3, 6))]):
        # the order of the sums in a matrix product is its own affair
        np.testing.assert_allclose(y[:, of_y], x[:, of_x] @ W[j] + b[of_y], rtol=1e-13)
        np.testing.assert_allclose(dx[:, of_x], dy[:, of_y] @ W[j].T, rtol=1e-13)
        expected = x[:, of_x].T @ dy[:, of_y]
        np.testing.assert_allclose(slot.grad["weight"][j], expected, rtol=1e-13)
    np.testing.assert_allclose(slot.grad["bias"], dy.sum(axis=0), rtol=1e-13)


def test_the_members_draw_their_weights_one_after_the_other():
    initializer = VarianceScaling()
    network = Network([SeparateDense(3, True, initializer, n_members=2)], 8, np.float64)
    network.initialize(np.random.default_rng(8))
    rng = np.random.default_rng(8)
    for weights in network.views[0][0]["weight"]:
        np.testing.assert_array_equal(weights, initializer.draw(rng, (4, 3)))
