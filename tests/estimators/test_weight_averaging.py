"""What early stopping's and weight averaging's networks predict with."""

import numpy as np
from sklearn.datasets import load_digits

from skdeep import BatchNorm, DeepClassifier
from skdeep.estimators.inside import model_of
from skdeep.network import Network
from tests.helpers import predict


def test_averaged_weights_come_with_batch_norm_statistics_that_fit_them():
    X, y = load_digits(return_X_y=True)
    X /= 16
    estimator = DeepClassifier(
        (16, 16),
        batch_norm=True,
        weight_averaging=0.98,
        learning_rate=0.01,
        batch_size=100,
        max_epochs=30,
        numerical_encoding=None,
        early_stopping=False,
        random_state=0,
    ).fit(X, y)
    network = model_of(estimator).network
    for i, layer in enumerate(network.layers):
        if isinstance(layer, BatchNorm):
            z = _output_of(network, i, X)
            gamma, beta = network.views[i][0]["gamma"], network.views[i][0]["beta"]
            x_hat = (z - beta) / gamma
            # averages of noisy batch statistics over moving weights: a tenth of the spread
            assert np.abs(x_hat.mean(axis=0)).max() < 0.1
            assert np.abs(x_hat.std(axis=0) - 1).max() < 0.1


def _output_of(network, last, X):
    """Return the output of a network's layers up to and with ``last``, as prediction has it."""
    part = Network(network.layers[: last + 1], X.shape[1], network.dtype)
    for (theta, _, running), (own, _, statistics) in zip(part.views, network.views, strict=False):
        for name, view in theta.items():
            view[...] = own[name]
        for name, view in running.items():
            view[...] = statistics[name]
    return predict(part, X)
