"""
Initialization: vanishing and exploding signals
===============================================

In a deep network a small factor in each layer becomes a huge one over all of them. Weights that
are too small let the signal die out on its way up, and the gradients on their way down; weights
that are too large saturate tanh and blow the gradients up. One sees it before training in the
activations, in training in the gradients, and in the accuracy.
"""

# %%
# Before training: the signal on its way up
# -----------------------------------------
# Twelve hidden layers of tanh on the digits, whose weights start with variance gain / n, n being
# the number of a unit's inputs. ``activation_statistics`` looks at an unfitted network at its first
# weights.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier, VarianceScaling
from skdeep.diagnostics import GradientFlowDisplay, activation_statistics

X, y = load_digits(return_X_y=True)
X = StandardScaler().fit_transform(X)

starts = {
    "too small, 0.1 / n": VarianceScaling(gain=0.1),
    "Xavier, 1 / n": VarianceScaling(gain=1.0),
    "too large, 25 / n": VarianceScaling(gain=25.0),
}
networks = {
    name: DeepClassifier(
        hidden_layer_sizes=(100,) * 12,
        activation="tanh",
        weight_init=start,
        optimizer="sgd",
        learning_rate=0.01,
        batch_size=64,
        max_epochs=15,
        early_stopping=False,
        n_iter_no_change=None,
        random_state=0,
    )
    for name, start in starts.items()
}

fig, ax = plt.subplots(layout="constrained")
for name, network in networks.items():
    layers = activation_statistics(network, X).layers
    ax.semilogy(range(1, 13), [layer.variance for layer in layers], marker="o", label=name)
    print(f"{name:<20} saturated units in the last hidden layer: {layers[-1].saturated:.0%}")
ax.set(xlabel="hidden layer", ylabel="variance of the outputs", title="before training")
ax.legend(title="variance of the weights")

# %%
# In training: the gradients on their way down
# --------------------------------------------
# ``GradientFlowDisplay`` draws the norm of each layer's gradient in the last step of every epoch.
# At the small start the first layer's is a hundred thousandth of the output layer's: only the
# output learns, and it can only learn how frequent the classes are. At the large start the first
# layers' are hundreds of times the output layer's, and the steps throw the network about.
# In a ReLU network that starts too large the gradients of all layers are large alike. The display
# calls that exploding too, by their norm over all layers, which is a few units at a sound start.

for name, network in networks.items():
    network.fit(X, y)
    display = GradientFlowDisplay.from_estimator(network)
    display.ax_.set_title(f"{name}: {display.ax_.get_title()}")
    print(f"{name:<20} loss {network.loss_:.2f}, training accuracy {network.score(X, y):.0%}")
plt.show()

# %%
# ``weight_init="auto"``, the default, picks the variance that suits the activation: Xavier for
# tanh, twice as much, He, for ReLU, which cuts half of the signal off.
