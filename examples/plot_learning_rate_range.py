"""
A learning rate to begin with: the range test
=============================================

Train for a hundred steps while the learning rate grows from tiny to huge. Where the loss does not
move the rate is too small, where it falls the rate is right, and where it shoots up the rate is too
large. One sees the test for two optimizers, and what trainings at the suggested rate and around
it come to.
"""

# %%
# The test
# --------
# The estimator is left as it was, and can stand in a pipeline. The suggestion is a tenth of the
# rate at which the smoothed loss was lowest.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier
from skdeep.diagnostics import LearningRateRangeDisplay

X, y = load_digits(return_X_y=True)
suggested = {}
fig, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
for ax, optimizer in zip(axes, ("sgd", "adam"), strict=True):
    network = DeepClassifier((64,), optimizer=optimizer, batch_size=64, random_state=0)
    model = make_pipeline(StandardScaler(), network)
    display = LearningRateRangeDisplay.from_estimator(model, X, y, ax=ax)
    ax.set_title(optimizer)
    suggested[optimizer] = display.result.suggestion

# %%
# Does it hold?
# -------------
# Ten epochs at the suggested rate, and at a hundredth to a hundred times that. Where a point is
# missing the training diverged, which ``fit`` reports as a ``ValueError``. The best rate is the
# suggested one for Adam and ten times that for gradient descent: a place to begin a search.

factors = [0.01, 0.1, 1.0, 10.0, 100.0]
fig, ax = plt.subplots(layout="constrained")
for optimizer, rate in suggested.items():
    losses = []
    for factor in factors:
        network = DeepClassifier(
            (64,),
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
