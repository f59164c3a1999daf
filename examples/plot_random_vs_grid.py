"""
Why random search beats a grid
==============================

Usually only a few hyperparameters of a network are important, and you do not know in advance which
ones. A grid of five by five candidates tries only *five* values of the important hyperparameter.
Random search with 25 candidates tries *twenty-five* values [1]_.

.. [1] Bergstra and Bengio, "Random search for hyper-parameter optimization", Journal of
   Machine Learning Research 13, 2012, figure 1.
"""

# %%
# The data
# --------
# We use a thousand handwritten digits for training and the others for validation.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier
from skdeep.tuning import CoarseToFineSearchCV, LogUniform

X, y = load_digits(return_X_y=True)
split = ShuffleSplit(1, train_size=1000, random_state=0)
network = DeepClassifier(
    (64,), max_epochs=6, early_stopping=False, numerical_encoding=None, random_state=0
)
model = make_pipeline(StandardScaler(), network)

# %%
# Three searches with 25 fits
# ---------------------------
# The learning rate is important. Adam's ε has almost no effect at a good learning rate. Both
# ranges cover many orders of magnitude, so we use a log scale: in ``LogUniform``, all decades
# have the same probability.

RATES, EPSILONS = (1e-6, 1.0), (1e-10, 1e-4)
rate, epsilon = "deepclassifier__learning_rate", "deepclassifier__optimizer__epsilon"

grid = GridSearchCV(
    model,
    {rate: np.geomspace(*RATES, 5), epsilon: np.geomspace(*EPSILONS, 5)},
    scoring="neg_log_loss",
    cv=split,
    refit=False,
)
space = {rate: LogUniform(*RATES), epsilon: LogUniform(*EPSILONS)}
options = {
    "n_iter": 25,
    "scoring": "neg_log_loss",
    "cv": split,
    "refit": False,
    "random_state": 0,
}
random = RandomizedSearchCV(model, space, **options)
fine = CoarseToFineSearchCV(model, space, **options)
searches = {"grid": grid, "random": random, "coarse to fine": fine}
for search in searches.values():
    search.fit(X, y)

# %%
# Results
# -------
# Each point is one fit. The upper plots show the loss for each learning rate. The marks on the
# axis are the learning rates that were tried. The grid tries only five, and random search tries a
# new one in each fit. If the best learning rate lies between two grid values, the grid cannot
# find it. The search from coarse to fine uses its later rounds near the best results so far.

figure, axes = plt.subplots(
    2, 3, figsize=(11, 5.5), sharex=True, sharey="row", layout="constrained"
)
for (name, search), (above, below) in zip(searches.items(), axes.T, strict=True):
    results = search.cv_results_
    rates, epsilons = (results[f"param_{p}"].astype(float) for p in (rate, epsilon))
    losses = -results["mean_test_score"]
    above.plot(rates, losses, "o", color="C0", markersize=5)
    above.plot(rates, np.full(len(rates), 0.1), "|", color="C3", markersize=14, clip_on=False)
    above.axhline(losses.min(), color="0.7", linewidth=1, zorder=0)
    above.set(
        title=f"{name}: {len(np.unique(rates))} learning rates,\nlowest loss {losses.min():.3f}",
        yscale="log",
        ylim=(0.1, 5),
    )
    points = below.scatter(
        rates, epsilons, c=np.log10(losses), vmin=-1, vmax=0.5, s=45, edgecolors="0.3",
        cmap="viridis_r",
    )  # fmt: skip
    below.set(xscale="log", yscale="log", xlabel="learning rate")
axes[0, 0].set_ylabel("validation loss")
axes[1, 0].set_ylabel("ε")
figure.colorbar(points, ax=axes[1], label="log10 of the validation loss")
plt.show()
