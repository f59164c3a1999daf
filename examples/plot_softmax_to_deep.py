"""
From softmax regression to deep networks
========================================

``hidden_layer_sizes`` is the only difference between softmax regression and a deep network. Without
hidden layers, straight lines separate the classes. With one hidden layer, the boundaries are
curved. Three small layers can learn more complex boundaries than one wide layer. This example shows
the decision regions of four networks on three spirals, and their accuracy on the digits.
"""

# %%
# Three spirals
# -------------

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier

rng = np.random.default_rng(0)
radius = np.tile(np.linspace(0.1, 1.0, 100), 3)
label = np.repeat([0, 1, 2], 100)
angle = 9 * radius + 2 * np.pi / 3 * label + rng.normal(scale=0.12, size=300)
X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])

architectures = {
    "softmax regression": (),
    "one hidden layer of 16": (16,),
    "one hidden layer of 48": (48,),
    "three hidden layers of 10": (10, 10, 10),
}


def model(sizes):
    network = DeepClassifier(
        hidden_layer_sizes=sizes,
        numerical_encoding=None,
        learning_rate=0.01,
        batch_size=64,
        max_epochs=200,
        early_stopping=False,
        n_iter_no_change=None,
        random_state=0,
    )
    return make_pipeline(StandardScaler(), network)


COLORS = ["C0", "C4", "C2"]
fig, axes = plt.subplots(2, 2, figsize=(8, 8), layout="constrained")
for ax, (name, sizes) in zip(axes.flat, architectures.items(), strict=True):
    fitted = model(sizes).fit(X, label)
    DecisionBoundaryDisplay.from_estimator(
        fitted,
        X,
        eps=0.1,
        grid_resolution=200,
        response_method="predict",
        multiclass_colors=COLORS,
        alpha=0.4,
        ax=ax,
    )
    for i, marker in enumerate("o^s"):
        ax.plot(*X[label == i].T, marker, color=COLORS[i], markersize=4)
    n_weights = sum(array.size for array in fitted[-1].coefs_ + fitted[-1].intercepts_)
    title = f"{name}\n{n_weights} parameters, {fitted.score(X, label):.0%} right"
    ax.set(title=title, xticks=[], yticks=[], xlabel="", ylabel="", aspect="equal")

# %%
# Real data are often closer to linear
# ------------------------------------
# On the digits, softmax regression is a good baseline. One hidden layer improves on it if it is
# wide enough. Three layers of ten units are worse, because so few units are a bottleneck.

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
for name, sizes in architectures.items():
    fitted = model(sizes).set_params(deepclassifier__max_epochs=40).fit(X_train, y_train)
    print(f"{name:<26} {fitted.score(X_test, y_test):.1%} of the test digits")
plt.show()
