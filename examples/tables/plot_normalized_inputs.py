"""
Normalized inputs: fewer steps to the same loss
===============================================

If the features have different scales, the loss is much steeper in some directions than in others.
The learning rate must be small enough for the steepest direction, and is then too small for the
others. In this example, the goal is a training loss of 0.1. Plain gradient descent needs 43 steps
with normalized features, and more than a thousand with raw features at any of seven learning rates.
Adam scales the step of each weight separately. It reaches the goal with raw features too, but needs
hundreds of steps instead of five.
"""

# %%
# Data with different scales
# --------------------------
# The breast-cancer data set of scikit-learn has 30 features. Some are areas in the thousands,
# others are fractions in the thousandths.

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier

X, y = load_breast_cancer(return_X_y=True)
inputs = {"raw": X, "normalized": StandardScaler().fit_transform(X)}
for name, data in inputs.items():
    spread = data.std(axis=0)
    print(f"{name:<11}standard deviations from {spread.min():.2g} to {spread.max():.3g}")

# %%
# The same network at the best learning rates
# -------------------------------------------
# A comparison at a single learning rate would not be fair. Therefore each curve uses the best of
# seven learning rates. With ``batch_size="full"``, each epoch is one step. By default, the network
# standardizes its inputs; ``numerical_encoding=None`` turns this off.
#
# At most of these rates, training on the raw features fails. ``fit`` then gives a
# ``ConvergenceWarning`` that says so: "the network is no better than predicting the class
# frequencies. ... Standardize X", and a warning that names the column with the largest scale. Here
# the failure is intended, so the warnings are ignored. In your own work, follow their advice.


def train(data, optimizer, learning_rate):
    """Return a small network after 1000 steps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", ".*numbers are used as they are")
        return DeepClassifier(
            hidden_layer_sizes=(16,),
            numerical_encoding=None,
            activation="tanh",
            optimizer=optimizer,
            learning_rate=learning_rate,
            batch_size="full",
            max_epochs=1000,
            early_stopping=False,
            n_iter_no_change=None,
            random_state=0,
        ).fit(data, y)


rates = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0]
best = {}
for optimizer in ("sgd", "adam"):
    for name, data in inputs.items():
        networks = [train(data, optimizer, rate) for rate in rates]
        best[optimizer, name] = min(networks, key=lambda network: network.best_loss_)

# %%
# Steps needed
# ------------

target = 0.1
fig, axes = plt.subplots(1, 2, figsize=(8.5, 5), sharey=True, layout="constrained")
for ax, optimizer in zip(axes, ("sgd", "adam"), strict=True):
    for name in inputs:
        network = best[optimizer, name]
        reached = [step for step, loss in enumerate(network.loss_curve_) if loss < target]
        steps = f"{reached[0]} steps" if reached else f"never in {network.n_epochs_} steps"
        label = f"{name} at {network.learning_rate:g}: {steps}"
        print(optimizer, label)
        ax.loglog(range(1, network.n_epochs_ + 1), network.loss_curve_, label=label)
    ax.axhline(target, color="0.5", linestyle=":", label=f"target {target:g}")
    ax.set(title=optimizer, xlabel="step")
    title = "inputs at learning rate: to target"
    ax.legend(title=title, loc="upper center", bbox_to_anchor=(0.5, -0.16))
axes[0].set_ylabel("training loss")
plt.show()

# %%
# In practice, you have nothing to do: without ``numerical_encoding=None``, the network normalizes
# the training set and the test set with the mean and the variance of the training set.
