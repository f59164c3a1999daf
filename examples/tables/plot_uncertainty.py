"""
Quantiles, deviation and coverage
=================================

A regressor can predict quantiles, or a mean and a standard deviation. This example draws both where
the noise depends on x, beside the spread of members, which is no interval. Then it measures how
many values of a real table lie in each interval, with and without a conformal correction, and how
well the probabilities of a classifier are calibrated.
"""

# %%
# Three answers on data whose noise grows
# ---------------------------------------
# The noise of *y* grows with *x*. Left: three quantiles from one fit, with ``loss="quantile"``.
# Between the outer two, 90 % of the data should lie. Middle: mean and standard deviation, with
# ``loss="gaussian"``. If the noise is normal, 90 % of the data lie within 1.645 standard deviations
# of the mean. Right: the range of sixteen members of a network that predicts the mean. It says
# nothing about the noise.

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import norm
from sklearn.calibration import CalibrationDisplay
from sklearn.datasets import load_diabetes, make_classification
from sklearn.metrics import log_loss
from sklearn.model_selection import RepeatedKFold, train_test_split

from skdeep import DeepClassifier, DeepRegressor

LEVELS, Z = (0.05, 0.5, 0.95), norm.ppf(0.95)
rng = np.random.default_rng(0)


def draw(n_rows):
    """Return rows whose noise grows with x."""
    x = rng.uniform(0, 3, n_rows)
    return x[:, None], np.sin(2 * x) + (0.05 + 0.25 * x) * rng.normal(size=n_rows)


def quantiles(X, y, grid):
    """Return the 5 % quantile, the median and the 95 % quantile."""
    model = DeepRegressor((32, 32), loss="quantile", quantile=LEVELS, random_state=0)
    return model.fit(X, y).predict(grid).T


def gaussian(X, y, grid):
    """Return the mean and the ends of the interval around it."""
    model = DeepRegressor((32, 32), loss="gaussian", random_state=0).fit(X, y)
    mean, std = model.predict(grid, return_std=True)
    return mean - Z * std, mean, mean + Z * std


def members(X, y, grid):
    """Return the lowest member, the mean and the highest member."""
    each = DeepRegressor((32, 32), n_members=16, random_state=0).fit(X, y).predict_members(grid)
    return each.min(axis=0), each.mean(axis=0), each.max(axis=0)


METHODS = {
    'loss="quantile"': quantiles,
    'loss="gaussian"': gaussian,
    "members (no interval)": members,
}
X, y = draw(1000)
X_test, y_test = draw(4000)
grid = np.linspace(0, 3, 301)[:, None]
fig, axes = plt.subplots(1, 3, figsize=(8.5, 3.6), sharey=True, layout="constrained")
for ax, (name, method) in zip(axes, METHODS.items(), strict=True):
    low, middle, high = method(X, y, grid)
    low_test, _, high_test = method(X, y, X_test)
    inside = np.mean((low_test <= y_test) & (y_test <= high_test))
    ax.plot(X, y, ".", color="gray", markersize=3, alpha=0.5)
    ax.fill_between(grid[:, 0], low, high, color="C5", alpha=0.6)
    ax.plot(grid, middle, "-", color="C0")
    ax.set(title=f"{name}\n{inside:.0%} of new rows inside", xlabel="x")
axes[0].set_ylabel("y")
plt.show()

# %%
# Coverage on a real table
# ------------------------
# The diabetes data have 442 rows. Each bar is the share of test rows inside of an interval that
# should contain 90 % of them, over ten splits into four fifths and one fifth. On so few rows, a
# network knows its training rows better than new ones, so its intervals are too narrow.
#
# The conformal correction [1]_ needs rows that were not used for training, here a quarter of the
# training rows. For each of them, it computes how far *y* lies outside of the interval (negative
# if inside). All intervals are then widened by the 90 % quantile of these numbers. Whatever the
# model, new rows from the same source then lie inside with a probability of at least 90 %.


def widened(method, X, y, X_test):
    """Return the interval for X_test, widened as much as a quarter of the rows needs it."""
    X, X_held, y, y_held = train_test_split(X, y, test_size=0.25, random_state=0)
    low, _, high = method(X, y, np.vstack([X_held, X_test]))
    n = len(y_held)
    outside = np.maximum(low[:n] - y_held, y_held - high[:n])
    correction = np.quantile(outside, min(1, 0.9 * (n + 1) / n), method="higher")
    return low[n:] - correction, high[n:] + correction


X, y = load_diabetes(return_X_y=True)
coverage = {name: [] for name in METHODS} | {f"{name}, conformal": [] for name in METHODS}
widths = {name: [] for name in coverage}
for train, test in RepeatedKFold(n_splits=5, n_repeats=2, random_state=0).split(X):
    for name, method in METHODS.items():
        low, _, high = method(X[train], y[train], X[test])
        wide_low, wide_high = widened(method, X[train], y[train], X[test])
        for key, ends in {name: (low, high), f"{name}, conformal": (wide_low, wide_high)}.items():
            coverage[key].append(np.mean((ends[0] <= y[test]) & (y[test] <= ends[1])))
            widths[key].append(np.mean(ends[1] - ends[0]) / y.std())
means = {name: np.mean(shares) for name, shares in coverage.items()}
for name, share in means.items():
    print(f"{name:<33} {share:.0%} inside, mean width {np.mean(widths[name]):.2f} std of y")

fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
colors = ["C1"] * len(METHODS) + ["C2"] * len(METHODS)
ax.barh(list(means), list(means.values()), color=colors)
ax.axvline(0.9, color="black", linestyle="--")
ax.invert_yaxis()
ax.set(xlabel="share of test rows inside (dashed: 90 %)", xlim=(0, 1))
plt.show()

# %%
# The probabilities of a classifier
# ---------------------------------
# One label in five is wrong, so no classifier can be certain. Without early stopping, the network
# learns the wrong labels and becomes overconfident: of the rows with a predicted probability near
# 100 %, fewer than 80 % are positive. With early stopping, it is stopped before that, and its
# outputs are divided by a temperature that is fitted to the held-out rows. Here its probabilities
# are a little too cautious: of the rows near 80 %, more are positive.

X, y = make_classification(
    4000, n_features=10, n_informative=6, flip_y=0.4, class_sep=1.5, random_state=0
)
X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=1500, random_state=0)
fig, ax = plt.subplots(figsize=(5.5, 4.5), layout="constrained")
for name, (color, marker), options in [
    ("200 epochs", ("C1", "s"), {"early_stopping": False, "n_iter_no_change": None}),
    ("early stopping", ("C2", "o"), {"early_stopping": True}),
]:
    model = DeepClassifier((64, 64), random_state=0, **options).fit(X_train, y_train)
    proba = model.predict_proba(X_test)
    label = f"{name}, log-loss {log_loss(y_test, proba):.2f}"
    CalibrationDisplay.from_predictions(
        y_test, proba[:, 1], n_bins=10, ax=ax, name=label, color=color, marker=marker
    )
ax.set(xlabel="predicted probability", ylabel="share of positive rows")
ax.legend(loc="upper left")
plt.show()

# %%
# .. [1] Romano, Patterson and Candès, "Conformalized quantile regression", NeurIPS 2019.
