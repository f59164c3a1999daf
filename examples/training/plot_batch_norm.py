"""
Batch normalization
===================

Batch norm normalizes the inputs of each activation to mean 0 and variance 1 over the mini-batch.
The network then learns a new mean and scale. This example shows two effects. A deep network of
logistic units learns only with batch norm. A ReLU network can be trained with much larger learning
rates.
"""

# %%
# A network that does not learn without batch norm
# ------------------------------------------------
# In six layers of logistic units, the outputs are close to 0.5 for all rows, and the gradients
# vanish. With batch norm, the outputs vary between rows: compare the variances in the tables.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier
from skdeep.diagnostics import activation_statistics

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
scaler = StandardScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)


def make(activation, batch_norm, learning_rate):
    """Return a deep network. 1347 rows give 26 batches of 50 rows and one of 47."""
    return DeepClassifier(
        hidden_layer_sizes=(64,) * 6,
        numerical_encoding=None,
        activation=activation,
        weight_init={"logistic": "xavier_normal", "relu": "he_normal"}[activation],
        batch_norm=batch_norm,
        optimizer="sgd",
        learning_rate=learning_rate,
        batch_size=50,
        max_epochs=15,
        early_stopping=False,
        n_iter_no_change=None,
        random_state=0,
    )


labels = {False: "without batch norm", True: "with batch norm"}
fig, axes = plt.subplots(1, 2, figsize=(8.5, 4), layout="constrained")
for batch_norm, label in labels.items():
    network = make("logistic", batch_norm, learning_rate=0.1).fit(X_train, y_train)
    print(f"logistic {label}: test accuracy {network.score(X_test, y_test):.1%}")
    print(activation_statistics(network, X_test), end="\n\n")
    axes[0].plot(range(1, 16), network.loss_curve_, label=label)
axes[0].set(xlabel="epoch", ylabel="training loss", title="six logistic layers")
axes[0].legend()
# sphinx_gallery_defer_figures

# %%
# Larger learning rates
# ---------------------
# The plot shows the training loss of the last of 15 epochs for each learning rate. A missing point
# means that the training diverged; ``fit`` then raises a ``ValueError``. Batch norm extends the
# range of learning rates that work.

rates = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
best = {}
for batch_norm, label in labels.items():
    networks = []
    for rate in rates:
        try:
            networks.append(make("relu", batch_norm, rate).fit(X_train, y_train))
        except ValueError:
            break
    losses = [network.loss_ for network in networks]
    best[label] = networks[np.argmin(losses)]
    axes[1].loglog(rates[: len(losses)], losses, marker="o", label=label)
axes[1].set(xlabel="learning rate", ylabel="training loss", title="six ReLU layers")
plt.show()

# %%
# At the best learning rate of each, the training loss is higher with batch norm. The reason is
# noise: in training, each batch of 50 rows is normalized by its own mean and variance. Prediction
# uses averages of them instead. Then both networks fit the same training rows about equally well,
# and the network with batch norm is better on the test rows.

print("ReLU at its best rate  last epoch  training rows  test rows  test accuracy")
for label, network in best.items():
    after, test = (
        log_loss(y_part, network.predict_proba(X_part))
        for X_part, y_part in ((X_train, y_train), (X_test, y_test))
    )
    accuracy = network.score(X_test, y_test)
    print(f"{label:<21}  {network.loss_:10.4f}  {after:13.4f}  {test:9.4f}  {accuracy:13.1%}")
