"""
Changing hyperparameters during training
========================================

If you can train only one model at a time, you can still tune it. Watch the learning curve and
change a hyperparameter. If the change does not help, return to a saved copy and try another change.
Andrew Ng calls this the panda approach, because pandas care for a single cub. The opposite is the
caviar approach: train many models in parallel, as ``CoarseToFineSearchCV(n_jobs=...)`` does.
"""

# %%
# The data
# --------
# We use handwritten digits. The training set is small, so that the network overfits. All other
# digits are the dev set.

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
# Training one epoch at a time
# ----------------------------
# ``partial_fit`` makes one pass over the data. It continues with the weights, the state of the
# optimizer and the random generator of the last call. Changes by ``set_params`` take effect in the
# next call, and ``history_["changed"]`` records them. We store the dev loss on the model, so that a
# copy of the model includes it.


def train(network, n_epochs, **changes):
    """Change hyperparameters, continue training, and record the dev loss."""
    network.set_params(**changes)
    for _ in range(n_epochs):
        network.partial_fit(X, y)
        network.dev_loss.append(log_loss(y_dev, network.predict_proba(X_dev)))
    return network


network = DeepClassifier(
    (128, 64), batch_size=50, learning_rate=0.02, numerical_encoding=None, random_state=0
)
network.dev_loss = []

# %%
# Day one: the training loss is soon close to zero. The dev loss fluctuates and no longer decreases.

train(network, 12)
snapshot = deepcopy(network)

# %%
# Day two: we try a higher learning rate on a copy. It does not help. The snapshot is unchanged.

astray = train(deepcopy(snapshot), 12, learning_rate=0.06)

# %%
# Day three: we continue from the snapshot with a lower learning rate, and with dropout against
# overfitting. When the curve becomes flat, we add an L2 penalty and lower the learning rate again.

network = train(deepcopy(snapshot), 15, learning_rate=0.004, dropout=0.4)
network = train(network, 15, learning_rate=0.001, l2=20.0)

# %%
# The history
# -----------
# ``history_`` has a row for each epoch. It includes the hyperparameters that were changed before
# that epoch. A copy of a model includes its history.

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
axis.plot(network.dev_loss, "-", label="the model that was kept")
axis.plot(
    np.arange(start - 1, astray.n_epochs_),
    astray.dev_loss[start - 1 :],
    "--",
    label="gone astray: learning_rate=0.06",
)
axis.plot(start - 1, snapshot.dev_loss[-1], "o", color="k", label="snapshot")
for epoch, changes in enumerate(network.history_["changed"]):
    if not changes:
        continue
    axis.axvline(epoch - 0.5, color="0.7", linewidth=1)
    text = "\n".join(f"{name}={value}" for name, value in changes.items())
    axis.annotate(
        text,
        (epoch - 0.5, 0.98),
        (4, 0),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        va="top",
    )
axis.set(xlabel="epoch", ylabel="dev loss", yscale="log", ylim=(0.2, 6))
axis.set_yticks([0.3, 1, 3], ["0.3", "1", "3"])
axis.minorticks_off()
figure.legend(loc="outside lower center", ncols=2)
plt.show()
