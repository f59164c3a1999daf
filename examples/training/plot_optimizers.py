"""
Comparison of optimizers
========================

Each optimizer trains the same network on the digits, from the same initial weights, at the best of
four learning rates. The figure shows how fast each optimizer lowers the training loss. The best
learning rates differ by a factor of ten and more.
"""

# %%
# A fair comparison
# -----------------
# The best learning rate depends on the optimizer: 0.1 is good for gradient descent and much too
# large for Adam. We try four learning rates for each optimizer and keep the one with the lowest
# loss.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
scaler = StandardScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)

large, small = [0.01, 0.03, 0.1, 0.3], [0.001, 0.003, 0.01, 0.03]
rates = {
    "sgd": large,
    "momentum": large,
    "nesterov": large,
    "adagrad": large,
    "rmsprop": small,
    "adam": small,
    "adamw": small,
    "nadam": small,
    "lbfgs": [1.0],  # finds its own steps
}

best = {}
for optimizer, candidates in rates.items():
    networks = [
        DeepClassifier(
            hidden_layer_sizes=(64,),
            numerical_encoding=None,
            optimizer=optimizer,
            learning_rate=rate,
            batch_size="full" if optimizer == "lbfgs" else 64,
            max_epochs=20,
            early_stopping=False,
            n_iter_no_change=None,
            random_state=0,
        ).fit(X_train, y_train)
        for rate in candidates
    ]
    best[optimizer] = min(networks, key=lambda network: network.loss_)

# %%
# Loss by epoch
# -------------
# An epoch of L-BFGS is one step on all rows. An epoch of the other optimizers has 22 steps on
# batches of 64 rows. The table and the legend begin with the highest loss.

fig, ax = plt.subplots(figsize=(8, 5), layout="constrained")
print("optimizer  learning rate  training loss  test accuracy")
for optimizer, network in sorted(best.items(), key=lambda item: -item[1].loss_):
    rate = "" if optimizer == "lbfgs" else f"{network.learning_rate:g}"
    accuracy = network.score(X_test, y_test)
    print(f"{optimizer:<9}  {rate:>13}  {network.loss_:13.4f}  {accuracy:13.1%}")
    ax.semilogy(network.loss_curve_, label=f"{optimizer}, {rate}" if rate else optimizer)
ax.set(xlabel="epoch", ylabel="training loss", xticks=range(0, 20, 2))
ax.legend(title="optimizer, learning rate", loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %%
# A lower training loss does not imply a better network. The test accuracies differ by up to three
# percentage points, and their order is not that of the losses.
