"""
Which hyperparameters mattered
==============================

A search tries many candidates and reports one. All of its scores together say more: whether the
later rounds still improved, which hyperparameters mattered, and whether the best values lie at
the edge of a range, which should then be extended.
"""

# %%
# A search from coarse to fine
# ----------------------------
# We search three hyperparameters of a classifier of handwritten digits.

import matplotlib.pyplot as plt
from scipy.stats import uniform
from sklearn.datasets import load_digits
from sklearn.model_selection import ShuffleSplit

from skdeep import DeepClassifier
from skdeep.diagnostics import SearchDisplay
from skdeep.tuning import CoarseToFineSearchCV, HalvingEpochsSearchCV, HiddenLayers, LogUniform

X, y = load_digits(return_X_y=True)
options = {
    "scoring": "neg_log_loss",
    "cv": ShuffleSplit(1, train_size=800, test_size=400, random_state=0),
    "refit": False,
    "random_state": 0,
}
space = {
    "learning_rate": LogUniform(1e-5, 1.0),
    "hidden_layer_sizes": HiddenLayers(2, (4, 128)),
    "dropout": uniform(0, 0.5),
}
network = DeepClassifier(
    max_epochs=8, n_members=1, numerical_encoding="standardize", random_state=0
)
search = CoarseToFineSearchCV(network, space, n_iter=48, **options).fit(X, y)

# %%
# Its rounds and its hyperparameters
# ----------------------------------
# The upper plot shows each candidate in the order of the search, in the color of its round, and the
# best score of each round. Below, the line of each plot is the score that a random forest expects
# for each value of a hyperparameter, as the mean over the others (partial dependence). The plot
# with the largest effect comes first.

SearchDisplay.from_search(search)
plt.show()

# %%
# Successive halving
# ------------------
# In successive halving, the scores of a rung are those of trainings with the same number of epochs.
# The best third of a rung trains on.

halving = HalvingEpochsSearchCV(network, space, n_candidates=27, max_epochs=18, **options).fit(X, y)
SearchDisplay.from_search(halving)
plt.show()
