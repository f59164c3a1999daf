"""
Gradient checking
=================

Backpropagation is right if its gradient agrees with differences of the objective,
(J(θ + ε) - J(θ - ε)) / 2ε, in every parameter. ``check_gradient`` compares them for any
estimator as it stands and prints a table. One sees the check before and after training, why ε
is 0.00001, and what a kink of ReLU does.
"""

# %%
# A check of everything that training minimizes
# ---------------------------------------------
# Loss, penalties, label smoothing and batch norm are all in the objective. Dropout is switched off,
# since with it the objective is another one at each step; the table says so.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier
from skdeep.diagnostics import check_gradient

X, y = load_digits(return_X_y=True)
X, y = StandardScaler().fit_transform(X)[:40], y[:40]  # a few dozen rows are enough

network = DeepClassifier(
    hidden_layer_sizes=(16, 8),
    activation="tanh",
    batch_norm=[True, False],
    dropout=0.2,
    l2=1.0,
    label_smoothing=0.1,
    random_state=0,
)
print(check_gradient(network, X, y, epochs=20, random_state=0))

# %%
# The length of the step
# ----------------------
# The differences have two errors. Truncation grows with ε², rounding with 1/ε, and
# they meet in the valley between. Below 1e-7 rounding is all there is, which the check takes into
# account so that it does not read as a mistake. A wrong gradient would be wrong by more than
# 0.001 at every ε.

steps = np.logspace(-10, -1, 19)
errors = [
    check_gradient(network, X, y, epsilon=step, max_coordinates=200, random_state=0).error
    for step in steps
]
fig, ax = plt.subplots(layout="constrained")
ax.loglog(steps, errors, marker="o")
ax.axvline(1e-5, color="C1", linestyle="--", label="default, 1e-05")
for limit, verdict in [(1e-7, "correct"), (1e-5, "probably correct"), (1e-3, "suspicious")]:
    ax.axhline(limit, color="0.6", linestyle=":")
    ax.annotate(verdict, (steps[0], limit), xytext=(0, -12), textcoords="offset points")
ax.set(xlabel="ε", ylabel="relative error of the gradient")
ax.legend()

# %%
# Kinks
# -----
# Where a step takes an input of ReLU through zero, the difference is no derivative. Such steps are
# counted and left out, so a ReLU network passes as well, here with a step a hundred times as long.

relu = DeepClassifier((16, 8), "relu", weight_init="he_normal", random_state=0)
print(check_gradient(relu, X, y, epsilon=1e-3, random_state=0))
plt.show()
