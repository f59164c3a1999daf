"""
Optimizers side by side
=======================

Every optimizer trains the same network from the same first weights on the digits, at
the best of four learning rates. One sees how fast each of them lowers the training loss, and that
their best learning rates differ tenfold and more.
"""

# %%
# A fair comparison
# -----------------
# Learning rates do not carry over: 0.1 suits gradient descent and would ruin Adam. Each optimizer
# gets four of them, and is judged by its lowest loss.

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
# An epoch of L-BFGS is one step on all rows, an epoch of the others 22 steps on 64 rows each.

fig, ax = plt.subplots(figsize=(8, 5), layout="constrained")
print("optimizer  learning rate  training loss  test accuracy")
for i, (optimizer, network) in enumerate(best.items()):
    rate = "" if optimizer == "lbfgs" else f"{network.learning_rate:g}"
    accuracy = network.score(X_test, y_test)
    print(f"{optimizer:<9}  {rate:>13}  {network.loss_:13.4f}  {accuracy:13.1%}")
    style = "--" if i % 2 else "-"
    ax.semilogy(network.loss_curve_, style, label=f"{optimizer}, {rate}" if rate else optimizer)
ax.set(xlabel="epoch", ylabel="training loss", xticks=range(0, 20, 2))
ax.legend(title="optimizer, learning rate", loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %%
# A lower training loss is not yet a better network: the test accuracies lie within two points, and
# not in the order of the losses.
