"""
One model, watched
==================

With a computer for one model only, you can still tune: watch the learning curve, change a
hyperparameter, and if the change was none for the better, go back to a snapshot and try
another. Andrew Ng calls it the panda's way, which has one child and looks after it, against
the caviar's: many models side by side, as in ``CoarseToFineSearchCV(n_jobs=...)``.
"""

# %%
# The data
# --------
# Handwritten digits: few to train on, so that a network learns them by heart, and others to
# watch.

from copy import deepcopy

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier

X, y = load_digits(return_X_y=True)
X, X_dev, y, y_dev = train_test_split(X, y, train_size=400, stratify=y, random_state=0)
scaler = StandardScaler().fit(X)
X, X_dev = scaler.transform(X), scaler.transform(X_dev)

# %%
# An epoch at a time
# ------------------
# ``partial_fit`` passes once over the data and goes on where the last call left: weights,
# moments of the optimizer, random generator. ``set_params`` in between takes effect at once,
# and ``history_["changed"]`` notes it. The dev loss is kept on the model too, so that a copy of
# the model has a copy of it.


def train(network, n_epochs, **changes):
    """Change hyperparameters, train on, and note how it went."""
    network.set_params(**changes)
    for _ in range(n_epochs):
        network.partial_fit(X, y)
        network.dev_loss.append(log_loss(y_dev, network.predict_proba(X_dev)))
    return network


network = DeepClassifier((128, 64), batch_size=50, learning_rate=0.02, random_state=0)
network.dev_loss = []

# %%
# Day one: the training loss is soon near zero, the dev loss jumps up and down and no longer
# falls.

train(network, 12)
snapshot = deepcopy(network)

# %%
# Day two: perhaps a still higher learning rate gets it out of there? It does not. The
# snapshot is as it was, so nothing is lost.

astray = train(deepcopy(snapshot), 12, learning_rate=0.06)

# %%
# Day three: from the snapshot, a lower rate, and dropout against what was learned by heart.
# Then, as the curve becomes flat, a penalty and a lower rate still.

network = train(deepcopy(snapshot), 15, learning_rate=0.004, dropout=0.4)
network = train(network, 15, learning_rate=0.001, l2=20.0)

# %%
# The log book
# ------------
# ``history_`` has a row for each epoch of a model's life, what was changed before it among
# them; a copy of a model takes its history along.

print("epoch  learning rate  training loss  dev loss")
for epoch in range(0, network.n_epochs_, 3):
    print(
        f"{epoch:5}  {network.history_['learning_rate'][epoch]:13.3f}  "
        f"{network.history_['train_loss'][epoch]:13.4f}  {network.dev_loss[epoch]:8.4f}"
    )
for name, model in (("snapshot", snapshot), ("astray", astray), ("in the end", network)):
    print(f"{name:<12}{model.score(X_dev, y_dev):.1%} of the dev set right")

# %%

figure, axis = plt.subplots(figsize=(8, 4.5), layout="constrained")
start = snapshot.n_epochs_
axis.plot(network.dev_loss, color="C0", label="the model that was kept")
axis.plot(
    np.arange(start - 1, astray.n_epochs_), astray.dev_loss[start - 1 :], "--", color="C3",
    label="gone astray: learning_rate=0.06",
)  # fmt: skip
axis.plot(start - 1, snapshot.dev_loss[-1], "o", color="k", label="snapshot")
for epoch, changes in enumerate(network.history_["changed"]):
    if not changes:
        continue
    axis.axvline(epoch - 0.5, color="0.7", linewidth=1)
    text = "\n".join(f"{name}={value}" for name, value in changes.items())
    axis.annotate(
        text, (epoch - 0.5, 0.98), (4, 0), xycoords=("data", "axes fraction"),
        textcoords="offset points", va="top", fontsize=9,
    )  # fmt: skip
axis.set(xlabel="epoch", ylabel="dev loss", yscale="log", ylim=(0.2, 6))
axis.set_title("One model, watched")
axis.legend(loc="center right")
plt.show()
