"""
Gradient checking
=================

A gradient check compares the gradient of backpropagation with finite differences of the objective,
(J(θ + ε) - J(θ - ε)) / 2ε, for each parameter. ``check_gradient`` does this for any estimator and
returns a table. This example runs the check before and after training, shows why the default ε is
0.00001, and shows how the check treats the kinks of ReLU.
"""

# %%
# Checking the whole objective
# ----------------------------
# The check includes the loss, the penalties, label smoothing and batch norm. Dropout is switched
# off, because it changes the objective at each evaluation. The table reports this.

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
    numerical_encoding=None,
    activation="tanh",
    batch_norm=[True, False],
    dropout=0.2,
    l2=1.0,
    label_smoothing=0.1,
    random_state=0,
)
print(check_gradient(network, X, y, epochs=20, random_state=0))

# %%
# Choosing ε
# ----------
# Finite differences have two errors. The truncation error grows with ε², and the rounding error
# grows with 1/ε. The total error is smallest in between. Below about ε = 1e-7 the rounding error
# dominates. The check accounts for it, so that it does not report a wrong gradient. A wrong
# gradient would have an error above 0.001 for every ε.

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
    ax.annotate(verdict, (1e-5, limit), xytext=(5, -14), textcoords="offset points")
ax.set(xlabel="ε", ylabel="relative error of the gradient")
ax.legend()

# %%
# Kinks
# -----
# If a step moves an input of ReLU across zero, the finite difference is not the derivative. The
# check counts such steps and leaves them out. Therefore a ReLU network also passes, here even
# with an ε that is a hundred times larger.

relu = DeepClassifier(
    (16, 8), "relu", weight_init="he_normal", numerical_encoding=None, random_state=0
)
print(check_gradient(relu, X, y, epsilon=1e-3, random_state=0))
plt.show()
