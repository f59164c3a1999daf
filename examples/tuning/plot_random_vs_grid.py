"""
Why random search beats a grid
==============================

Usually only a few hyperparameters of a network are important, and you do not know in advance which
ones. A grid of three by three by three candidates tries only *three* values of the important
hyperparameter. Random search with 27 candidates tries *twenty-seven* values [1]_.

.. [1] Bergstra and Bengio, "Random search for hyper-parameter optimization", Journal of
   Machine Learning Research 13, 2012, figure 1.
"""

# %%
# The data
# --------
# The breast-cancer table of scikit-learn has 569 rows and 30 columns. Each candidate is judged by
# its log-loss on held-out rows, as the mean over three splits.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, ShuffleSplit

from skdeep import DeepClassifier
from skdeep.tuning import CoarseToFineSearchCV, LogUniform

X, y = load_breast_cancer(return_X_y=True)
network = DeepClassifier(
    (64,),
    max_epochs=10,
    early_stopping=False,
    n_members=1,
    numerical_encoding="standardize",
    random_state=0,
)

# %%
# Three searches with 27 candidates
# ---------------------------------
# The learning rate is important. Adam's ε and the L2 penalty have almost no effect in these ranges.
# All ranges cover many orders of magnitude, so we use a log scale: in ``LogUniform``, all decades
# have the same probability.

ranges = {"learning_rate": (1e-6, 1.0), "optimizer__epsilon": (1e-10, 1e-4), "l2": (1e-4, 1.0)}
grid = {name: np.geomspace(*ends, 3) for name, ends in ranges.items()}
space = {name: LogUniform(*ends) for name, ends in ranges.items()}
judged = {
    "scoring": "neg_log_loss",
    "cv": ShuffleSplit(3, test_size=0.4, random_state=0),
    "refit": False,
}
searches = {
    "grid": GridSearchCV(network, grid, **judged),
    "random": RandomizedSearchCV(network, space, n_iter=27, random_state=0, **judged),
    "coarse to fine": CoarseToFineSearchCV(network, space, n_iter=27, random_state=0, **judged),
}

# %%
# Results
# -------
# Each point is one candidate. The marks at the bottom are the learning rates that were tried. The
# grid tries three, each nine times, and the best learning rate lies between two of them. Random
# search tries a new learning rate each time. The search from coarse to fine tries most of its
# candidates near the best of its first rounds. With so few candidates, it is not always better than
# random search.

fig, axes = plt.subplots(1, 3, figsize=(8.5, 3.8), sharey=True, layout="constrained")
for ax, (name, search) in zip(axes, searches.items(), strict=True):
    results = search.fit(X, y).cv_results_
    rates, losses = results["param_learning_rate"].astype(float), -results["mean_test_score"]
    ax.loglog(rates, losses, "o", color="C0")
    ax.plot(rates, np.full(27, 0.05), "|", color="C1", markersize=18)
    ax.axhline(losses.min(), color="0.7", linewidth=1, zorder=0)
    ax.set(title=f"{name}\nlowest loss {losses.min():.3f}", xlabel="learning rate")
axes[0].set(ylabel="validation loss", ylim=(0.045, 1))
axes[0].set_yticks([0.1, 1], ["0.1", "1"])
plt.show()
