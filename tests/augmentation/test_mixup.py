import re

import numpy as np
import pytest

from skdeep.augmentation import (
    Mixup,
    augment,
)
from skdeep.losses import SoftmaxCrossEntropy
from tests.augmentation.helpers import one_hot


@pytest.mark.parametrize("shape", [(6,), (3, 2)])
def test_mixup_mixes_rows_and_targets_by_the_same_share(shape, rng):
    y = one_hot(50, 4, rng)
    matrix = rng.random((4, 6))
    # X is linear in y, and so must the mixtures be
    X = (y @ matrix).reshape(50, *shape)
    mixed, target = Mixup(alpha=0.8)(X, y, rng)
    assert mixed.shape == X.shape
    assert target.dtype == y.dtype
    assert not np.array_equal(target, y)
    np.testing.assert_allclose(target.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(mixed.reshape(50, 6), target @ matrix, rtol=1e-5)


def test_mixup_keeps_the_mean_of_the_batch_in_expectation(rng):
    X = rng.normal(size=(200, 1))
    means = [Mixup(1.0)(X, X, np.random.default_rng(seed))[0].mean() for seed in range(400)]
    assert abs(np.mean(means) - X.mean()) < 0.02


def test_the_loss_of_a_mixed_target_is_the_mixture_of_losses(rng):
    y, other, raw = *np.eye(3)[rng.integers(3, size=(2, 8))], rng.normal(size=(8, 3))
    evaluate = SoftmaxCrossEntropy().bind(8, 3, np.float64)
    weight = np.full(8, 1 / 8)
    mixed, first, second = (evaluate(raw, t, weight)[0] for t in (0.3 * y + 0.7 * other, y, other))
    assert mixed == pytest.approx(0.3 * first + 0.7 * second, rel=1e-12)


@pytest.mark.parametrize("labels", [["a", "b"], [0, 1], [0.0, 1.0]])
def test_mixup_of_labels_is_an_error(labels):
    y = np.array(labels)
    message = (
        "Mixup cannot mix labels: y must be numeric and of shape (n_samples, n_outputs). "
        f"Got y of shape (2,) and dtype {y.dtype}. Use Mixup in an estimator, as in "
        "DeepClassifier(augment=Mixup()), or encode y first (one-hot rows for classes)."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        augment(np.zeros((2, 3)), y, Mixup())
