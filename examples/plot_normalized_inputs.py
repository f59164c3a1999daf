"""
Normalized inputs: fewer steps to the same loss
===============================================

Features in different units make the loss a long, narrow valley, in which the learning rate
must be small enough for the steepest direction and is then too small for all the others. Here
plain gradient descent takes ten steps to a loss of 0.1 once every feature has mean 0 and variance
1, and on raw features more than a thousand at any of seven learning rates. Adam, which scales the
step of each weight by itself, gets there on raw features too, but needs 769 steps where 4 are
enough.
"""

# %%
# Data in thirty units
# --------------------
# The breast-cancer data that scikit-learn ships: some features are areas in the thousands, others
# are fractions in the thousandths.

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier

X, y = load_breast_cancer(return_X_y=True)
inputs = {"raw": X, "normalized": StandardScaler().fit_transform(X)}
for name, data in inputs.items():
    spread = data.std(axis=0)
    print(f"{name:<11}standard deviations from {spread.min():.2g} to {spread.max():.3g}")

# %%
# The same network, at the best learning rate of each
# ---------------------------------------------------
# A comparison at one learning rate would only show whom it suits. So each line is the one of
# seven rates that brought the lowest loss. ``batch_size="full"`` makes an epoch one step.

rates = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0]
best = {}
for optimizer in ("sgd", "adam"):
    for name, data in inputs.items():
        networks = [
            DeepClassifier(
                hidden_layer_sizes=(16,),
                activation="tanh",
                optimizer=optimizer,
                learning_rate=rate,
                batch_size="full",
                max_epochs=1000,
                early_stopping=False,
                n_iter_no_change=None,
                random_state=0,
            ).fit(data, y)
            for rate in rates
        ]
        best[optimizer, name] = min(networks, key=lambda network: network.best_loss_)

# %%
# Steps needed
# ------------

target = 0.1
fig, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
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
    ax.legend(title="inputs at learning rate: to target", loc="lower left")
axes[0].set_ylabel("training loss")
plt.show()

# %%
# Normalize with the mean and the variance of the training set, and the test set with the same
# numbers: a pipeline of ``StandardScaler`` and the network does both.
