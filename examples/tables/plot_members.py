"""
Many networks in one
====================

With ``n_members``, several networks are trained as one and predict their mean. The members share
most of their weights. This example draws their structure, shows the curve of each member, and
measures the test error for 1 to 16 members.
"""

# %%
# What the members share
# ----------------------
# The picture shows three members and two hidden layers. All members get the same row *x*. In the
# first layer, each member multiplies *x* by its own adapter *R*. The members share the matrix *W*
# of each hidden layer, and each has its own bias *b*. *f* is the activation. In the output layer,
# each member has its own weights. The prediction is the mean of the members' predictions.

# sphinx_gallery_thumbnail_number = 2
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch
from sklearn.datasets import make_friedman1
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import train_test_split

from skdeep import DeepRegressor

GRAY, MEMBERS = "#DDDDDD", {1: "C5", 2: "C4", 3: "C2"}
BOX = {"edgecolor": "black", "alpha": 0.6}

first, hidden = [r"\circ\,R_j", "W^{[1]}", "+b^{[1]}_j", "f"], ["W^{[2]}", "+b^{[2]}_j", "f"]
parts = ["x", *first, *hidden, "W^{[3]}_j", "+b^{[3]}_j", "mean"]
headings = {1: "first layer", 5: "second layer", 8: "output layer"}

fig, ax = plt.subplots(figsize=(8.5, 3.6), layout="constrained")
for column, part in enumerate(parts):
    for j, color in MEMBERS.items():
        if part.endswith("_j"):  # each member has its own
            ax.bar(column, 0.6, 0.7, bottom=2.7 - j, color=color, **BOX)
            ax.text(column, 3 - j, f"${part[:-1]}{j}$", ha="center", va="center")
        if column:
            arrow = {"arrowstyle": "-|>", "color": "black"}
            ax.annotate("", (column - 0.35, 3 - j), (column - 0.65, 3 - j), arrowprops=arrow)
    if not part.endswith("_j"):
        ax.bar(column, 2.6, 0.7, bottom=-0.3, color=GRAY, **BOX)
        text = part if part == "mean" else f"${part}$"
        ax.text(column, 1, text, ha="center", va="center", rotation=90 if part == "mean" else 0)
    ax.text(column - 0.35, 2.5, headings.get(column, ""))
names = {"one for all members": GRAY, **{f"member {j}": color for j, color in MEMBERS.items()}}
patches = [Patch(facecolor=color, label=name, **BOX) for name, color in names.items()]
ax.legend(handles=patches, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 0.02))
ax.set_ylim(-0.4, 2.8)
ax.axis("off")
plt.show()

# %%
# The curves of the members
# -------------------------
# The data have noise, and a gap in the middle. ``predict_members`` returns the predictions of each
# member. Their mean is ``predict``. The members agree where there are data. They disagree more in
# the gap, and to the left and right of the data.

rng = np.random.default_rng(0)


def truth(x):
    return np.sin(2 * x) + 0.3 * x


x = np.concatenate([rng.uniform(-3, -0.5, 100), rng.uniform(1, 3, 80)])
y = truth(x) + rng.normal(0, 0.25, len(x))
model = DeepRegressor(
    (64, 64),
    "relu",
    n_members=16,
    max_epochs=150,
    early_stopping=False,
    n_iter_no_change=None,
    random_state=0,
)
model.fit(x[:, None], y)

grid = np.linspace(-4, 4, 401)
members = model.predict_members(grid[:, None])
spread = members.std(axis=0)

fig, (top, bottom) = plt.subplots(
    2, 1, figsize=(7, 5.5), height_ratios=[3, 1], sharex=True, layout="constrained"
)
lines = top.plot(grid, members.T, "-", color="C5", linewidth=1)
lines[0].set_label("a member")
top.plot(grid, model.predict(grid[:, None]), "-", color="C0", linewidth=3, label="their mean")
top.plot(grid, truth(grid), "--", color="black", label="truth")
top.plot(x, y, ".", color="gray", alpha=0.6, zorder=1, label="data")
top.set(ylabel="y", title="Sixteen members")
top.legend(ncols=2)
bottom.plot(grid, spread, "-", color="C1")
bottom.set(xlabel="x", ylabel="spread", ylim=(0, None))
plt.show()

# %%
# The spread is no confidence interval for the truth, and no prediction interval for *y*. Where
# there are data, the truth lies outside of the members' range at about half of the points. To the
# left and right of the data, it lies outside at all points. Most values of *y* in the data lie
# outside too, because the members' range does not contain the noise.


def share_between(members, y):
    """Return the share of rows where y is between the lowest and the highest member."""
    return np.mean((members.min(axis=0) < y) & (y < members.max(axis=0)))


gap = (grid > -0.5) & (grid < 1)
outside = np.abs(grid) > 3
for place, points in {
    "where there are data": ~gap & ~outside,
    "in the gap": gap,
    "left and right of the data": outside,
}.items():
    share = share_between(members[:, points], truth(grid[points]))
    print(f"{place:<27} spread {spread[points].mean():.2f}, truth between the members: {share:.0%}")
share = share_between(model.predict_members(x[:, None]), y)
print(f"{'rows of the data':<27}              y between the members: {share:.0%}")

# %%
# The error for 1 to 16 members
# -----------------------------
# The blue points are the means over four random states, and the blue dashes are the single random
# states. The orange squares show the means of the predictions of separate networks: the same four
# random states, in all combinations. On these data, each doubling of the number of members lowers
# the error, and the first doublings lower it most. Separate networks lower it less. Other data give
# other curves. Measure on your own data.

X, y = make_friedman1(2400, noise=1.0, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=400, random_state=0)
numbers, random_states = [1, 2, 4, 8, 16], range(4)
predicted = {
    n_members: [
        DeepRegressor((32, 32), n_members=n_members, random_state=random_state)
        .fit(X_train, y_train)
        .predict(X_test)
        for random_state in random_states
    ]
    for n_members in numbers
}
errors = {
    n_members: [root_mean_squared_error(y_test, prediction) for prediction in predictions]
    for n_members, predictions in predicted.items()
}
separate = {
    n: np.mean(
        [
            root_mean_squared_error(y_test, np.mean(networks, axis=0))
            for networks in combinations(predicted[1], n)
        ]
    )
    for n in (1, 2, 4)
}
means = [np.mean(errors[n]) for n in numbers]
print(*(f"{n:>2} members: {mean:.2f}" for n, mean in zip(numbers, means, strict=True)), sep="\n")

fig, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
ax.axhline(means[0], color="gray", linestyle=":", label="one network")
ax.plot(*zip(*separate.items(), strict=True), "s--", color="C1", label="separate networks")
ax.plot(numbers, means, "o-", color="C0", label="members of one network")
for n in numbers:
    ax.plot([n] * len(random_states), errors[n], "_", color="C0", markersize=10)
ax.set_xscale("log", base=2)
ax.set_xticks(numbers, numbers)
ax.set(xlabel="number of networks whose predictions are averaged", ylabel="test error (RMSE)")
ax.legend()
plt.show()
