"""Epochs of other libraries for ``speed.py``. PyTorch and JAX are used where they are installed."""

from itertools import pairwise

import numpy as np
from sklearn.neural_network import MLPClassifier

try:
    import torch
except ImportError:
    torch = None
try:
    import jax
    import jax.numpy as jnp
    import optax
except ImportError:
    jax = None


def sklearn_epoch(case, activation, X, y):
    """Return an epoch of scikit-learn's MLPClassifier, with ReLU."""
    mlp = MLPClassifier(case.sizes[1:-1], batch_size=case.batch_size, alpha=0.0, random_state=0)
    return lambda: mlp.partial_fit(X, y, classes=np.arange(case.sizes[-1]))


def torch_network(case, activation):
    """Return the case as a PyTorch module."""
    function = torch.nn.ReLU if activation == "relu" else torch.nn.Mish
    layers = []
    for n_in, n_out in pairwise(case.widths[:-1]):
        layers.append(torch.nn.Linear(n_in, n_out, bias=not case.regularized))
        if case.regularized:
            layers.append(torch.nn.BatchNorm1d(n_out))
        layers.append(function())
        if case.regularized:
            layers.append(torch.nn.Dropout(0.1))
    return torch.nn.Sequential(*layers, torch.nn.Linear(*case.widths[-2:]))


def torch_epoch(case, activation, X, y):
    """Return an epoch of PyTorch's eager loop, shuffled by one gather an epoch."""
    network = torch_network(case, activation)
    optimizer = torch.optim.Adam(network.parameters())
    binary = case.widths[-1] == 1
    loss = torch.nn.BCEWithLogitsLoss() if binary else torch.nn.CrossEntropyLoss()
    X = torch.from_numpy(X)
    y = torch.from_numpy(y[:, None].astype(np.float32) if binary else y)

    def epoch():
        order = torch.randperm(len(X))
        batches = zip(X[order].split(case.batch_size), y[order].split(case.batch_size), strict=True)
        for x, target in batches:
            optimizer.zero_grad()
            loss(network(x), target).backward()
            optimizer.step()

    return epoch


def jax_loss(case, activation):
    """Return the mean loss of a batch as a function that JAX can compile."""
    function = jax.nn.relu if activation == "relu" else jax.nn.mish

    def loss(parameters, x, y, key):
        *hidden, last = parameters
        for weight, bias, gamma in hidden:
            x = x @ weight
            if case.regularized:
                x = (x - x.mean(0)) * jax.lax.rsqrt(x.var(0) + 1e-5) * gamma
            x = function(x + bias)
            if case.regularized:
                key, own = jax.random.split(key)
                x = x * jax.random.bernoulli(own, 0.9, x.shape) / 0.9
        raw = x @ last[0] + last[1]
        if case.widths[-1] == 1:
            return optax.sigmoid_binary_cross_entropy(raw[:, 0], y).mean()
        return optax.softmax_cross_entropy_with_integer_labels(raw, y).mean()

    return loss


def jax_epoch(case, activation, X, y):
    """Return an epoch that JAX compiles as a whole."""
    rng, slope = np.random.default_rng(0), jax.value_and_grad(jax_loss(case, activation))
    X, y, b = jnp.asarray(X), jnp.asarray(y), case.batch_size
    parameters = [
        (
            jnp.asarray(rng.standard_normal((n, m), dtype=np.float32) / n**0.5),
            jnp.zeros(m),
            jnp.ones(m),
        )
        for n, m in pairwise(case.widths)
    ]
    optimizer = optax.adam(1e-3)

    def step(state, rows):
        parameters, moments, key = state
        key, own = jax.random.split(key)
        value, gradient = slope(parameters, X[rows], y[rows], own)
        update, moments = optimizer.update(gradient, moments)
        return (optax.apply_updates(parameters, update), moments, key), value

    @jax.jit
    def run(state):
        *rest, key = state
        key, own = jax.random.split(key)
        order = jax.random.permutation(own, len(X))[: len(X) // b * b].reshape(-1, b)
        return jax.lax.scan(step, (*rest, key), order)[0]

    states = [(parameters, optimizer.init(parameters), jax.random.PRNGKey(0))]

    def epoch():
        states[0] = jax.block_until_ready(run(states[0]))

    epoch()  # compiles
    return epoch


def set_torch_threads(n):
    """Set the number of threads of PyTorch, if it is installed."""
    if torch is not None:
        torch.set_num_threads(n)


EPOCHS = {"MLPClassifier": sklearn_epoch}
if torch is not None:
    EPOCHS["PyTorch"] = torch_epoch
if jax is not None:
    EPOCHS["JAX"] = jax_epoch
