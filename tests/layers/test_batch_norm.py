import numpy as np
import pytest

from skdeep.layers import BatchNorm
from tests.helpers import bind_alone


def _bound(layer, n_rows=7, n_inputs=4, **options):
    _, slot = bind_alone(layer, n_rows, n_inputs, **options)
    return slot, *layer.bind(slot)


def test_training_and_its_gradients_are_pytorchs(torch_values):
    value = {
        key.removeprefix("batch_norm "): array
        for key, array in torch_values.items()
        if key.startswith("batch_norm ")
    }
    layer = BatchNorm(epsilon=1e-3)
    slot, forward, backward = _bound(layer)
    slot.theta["gamma"][:], slot.theta["beta"][:] = value["gamma"], value["beta"]
    y = forward(value["x"].copy()).copy()
    dx = backward(value["dy"].copy())
    # float64 round-off of sums over seven rows, far below the 1e-10 that is promised
    np.testing.assert_allclose(y, value["y"], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(dx, value["dx"], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(slot.grad["gamma"], value["dgamma"], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(slot.grad["beta"], value["dbeta"], rtol=1e-10, atol=1e-13)
    slot.running["mean"][:], slot.running["var"][:] = value["mean"], value["var"]
    prediction = layer.bind_prediction(slot)(value["x"].copy())
    np.testing.assert_allclose(prediction, value["prediction"], rtol=1e-10, atol=1e-13)


def test_output_has_mean_zero_and_variance_one(rng):
    _, forward, _ = _bound(BatchNorm(epsilon=1e-12), n_rows=50)
    y = forward(rng.normal(10, 5, size=(50, 4)))
    # float64 round-off of inputs of mean 10, and ε beside a variance of 25
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose(y.var(axis=0), 1, rtol=1e-12)


def test_a_weighted_output_has_weighted_mean_zero_and_variance_one(rng):
    share = rng.dirichlet(np.ones(50))
    _, forward, _ = _bound(BatchNorm(epsilon=1e-12), n_rows=50, share=share)
    y = forward(rng.normal(10, 5, size=(50, 4)))
    # float64 round-off of inputs of mean 10, and ε beside a variance of 25
    np.testing.assert_allclose(share @ y, 0, atol=1e-13)
    np.testing.assert_allclose(share @ y**2, 1, rtol=1e-12)


def test_a_share_counts_like_a_repeated_row(rng):
    times = np.array([1, 3, 0, 2, 1])
    x, dy = rng.normal(size=(2, 5, 4))
    layer = BatchNorm()
    slot, forward, backward = _bound(layer, 5, share=times / times.sum())
    longer, forward_longer, backward_longer = _bound(layer, times.sum())
    y = forward(x.copy()).copy()
    y_longer = forward_longer(x.repeat(times, 0)).copy()
    # sums in another order
    np.testing.assert_allclose(y.repeat(times, 0), y_longer, rtol=1e-13, atol=1e-14)
    for name in ("mean", "var", "mass"):
        np.testing.assert_allclose(slot.running[name], longer.running[name], rtol=1e-13)
    # a row's gradient is the sum of the gradients of its copies
    dx_longer = backward_longer(dy.repeat(times, 0))
    dx = backward(times[:, None] * dy)
    row = np.repeat(np.arange(5), times)
    summed = np.array([dx_longer[row == i].sum(0) for i in range(5)])
    np.testing.assert_allclose(dx, summed, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.99])
def test_running_averages_are_weighted_means_free_of_bias(rng, momentum):
    batches = rng.normal(2, 3, size=(6, 7, 4))
    slot, forward, _ = _bound(BatchNorm(momentum=momentum))
    for t, x in enumerate(batches, 1):
        forward(x.copy())
        weights = momentum ** np.arange(t - 1, -1, -1.0)
        weights /= weights.sum()
        # round-off divided by a mass of 0.01 or more
        np.testing.assert_allclose(
            slot.running["mean"], weights @ batches[:t].mean(axis=1), rtol=1e-11
        )
        np.testing.assert_allclose(
            slot.running["var"], weights @ batches[:t].var(axis=1), rtol=1e-11
        )
        np.testing.assert_allclose(slot.running["mass"], 1 - momentum**t, rtol=1e-12)


def test_prediction_after_one_batch_is_its_training_output(rng):
    x = rng.normal(5, 2, size=(7, 4))
    layer = BatchNorm()
    slot, forward, _ = _bound(layer)
    y = forward(x.copy()).copy()
    # the first batch counts in full; the two forms differ by round-off
    np.testing.assert_allclose(layer.bind_prediction(slot)(x.copy()), y, rtol=1e-11, atol=1e-13)


def test_output_does_not_depend_on_scale_and_shift_of_the_input(rng):
    x = rng.normal(size=(7, 4))
    _, forward, _ = _bound(BatchNorm(epsilon=1e-300))
    y = forward(x.copy()).copy()
    # round-off of the shift
    np.testing.assert_allclose(forward(3 * x + 10), y, rtol=1e-11, atol=1e-12)


def test_the_gradient_is_orthogonal_to_shift_and_scale_of_the_input(rng):
    x, dy = rng.normal(size=(2, 7, 4))
    _, forward, backward = _bound(BatchNorm(epsilon=1e-300))
    forward(x.copy())
    dx = backward(dy)
    # round-off of sums of seven numbers near one
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose((dx * (x - x.mean(axis=0))).sum(axis=0), 0, atol=1e-13)


def test_a_constant_column_becomes_beta():
    slot, forward, backward = _bound(BatchNorm())
    slot.theta["beta"][:] = [1, 2, 3, 4]
    y = forward(np.full((7, 4), 5.0))
    # 7·(1/7) is 1 only to round-off, which 1/√ε magnifies
    np.testing.assert_allclose(y, np.tile([1.0, 2, 3, 4], (7, 1)), atol=1e-11)
    assert np.isfinite(backward(np.ones((7, 4)))).all()


def test_a_training_batch_needs_two_rows():
    assert BatchNorm().min_rows == 2
