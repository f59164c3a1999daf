"""
Finding a learning rate: the range test
=======================================

The range test trains for a hundred steps while the learning rate increases from very small to very
large. If the loss does not change, the learning rate is too small. If the loss decreases, the
learning rate is suitable. If the loss increases sharply, it is too large. This example runs the
test for two optimizers. Then it trains with learning rates around the suggested ones.
"""

# %%
# The test
# --------
# The test does not change the estimator, which can be part of a pipeline. The suggestion is a tenth
# of the learning rate at which the smoothed loss was lowest.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier
from skdeep.diagnostics import LearningRateRangeDisplay

X, y = load_digits(return_X_y=True)
suggested = {}
fig, axes = plt.subplots(1, 2, figsize=(8.5, 4), layout="constrained")
for ax, optimizer in zip(axes, ("sgd", "adam"), strict=True):
    network = DeepClassifier(
        (64,), optimizer=optimizer, batch_size=64, numerical_encoding=None, random_state=0
    )
    model = make_pipeline(StandardScaler(), network)
    display = LearningRateRangeDisplay.from_estimator(model, X, y, ax=ax)
    suggested[optimizer] = display.result.suggestion
    ax.set_title(f"{optimizer}, suggestion {suggested[optimizer]:.2g}")
    ax.get_legend().remove()
names = ["loss", "smoothed loss", "suggestion"]
fig.legend(display.lines_, names, loc="outside lower center", ncols=3)

# %%
# Checking the suggestion
# -----------------------
# We train for ten epochs with 0.01 to 100 times the suggested learning rate. A missing point
# means that the training diverged; ``fit`` then raises a ``ValueError``. The suggested rate is
# the best of the five for Adam. For gradient descent, ten times the suggestion is best. The
# suggestion is a good starting point for a search.

factors = [0.01, 0.1, 1.0, 10.0, 100.0]
fig, ax = plt.subplots(layout="constrained")
for optimizer, rate in suggested.items():
    losses = []
    for factor in factors:
        network = DeepClassifier(
            (64,),
            numerical_encoding=None,
            optimizer=optimizer,
            learning_rate=rate * factor,
            batch_size=64,
            max_epochs=10,
            early_stopping=False,
            n_iter_no_change=None,
            random_state=0,
        )
        try:
            losses.append(make_pipeline(StandardScaler(), network).fit(X, y)[-1].loss_)
        except ValueError:
            losses.append(np.nan)
    ax.loglog(factors, losses, marker="o", label=f"{optimizer}, suggestion {rate:.2g}")
ax.set(xlabel="learning rate / suggestion", ylabel="training loss after ten epochs")
ax.legend()
plt.show()
