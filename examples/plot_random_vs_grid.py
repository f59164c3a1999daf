"""
Why random search beats a grid
==============================

Of the hyperparameters of a network a few matter much and the others little, and which ones
do is not known beforehand. Twenty-five fits on a grid of five by five try *five* values of
the one that matters; twenty-five fits at random try *twenty-five* [1]_.

.. [1] Bergstra and Bengio, "Random search for hyper-parameter optimization", Journal of
   Machine Learning Research 13, 2012, figure 1.
"""

# %%
# The data
# --------
# A thousand handwritten digits to train on, the others to judge by.

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
network = DeepClassifier((64,), max_epochs=6, early_stopping=False, random_state=0)
model = make_pipeline(StandardScaler(), network)

# %%
# Three searches with 25 fits
# ---------------------------
# The learning rate matters, and Adam's ε hardly does where the rate is right. Both are tried over
# many orders of magnitude, so the scale is logarithmic: each decade of a ``LogUniform`` is as
# probable as any other.

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
# What they saw
# -------------
# Each point is a fit. Above stands the loss by the learning rate alone, and the marks on the
# axis are the learning rates that were tried: five on the grid, however many fits are spent,
# and a new one in each fit at random. If the valley lies between two lines of the grid, the
# grid cannot see it. The search from coarse to fine spends its second and third round where
# the first went well.

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
