"""
Initialization: vanishing and exploding signals
===============================================

In a deep network, the factors of all layers multiply. If the initial weights are too small, the
signal vanishes in the forward pass and the gradients vanish in the backward pass. If they are too
large, tanh saturates and the gradients explode. This example measures the activations before
training, and the gradients and the accuracy after training.
"""

# %%
# Before training: the forward pass
# ---------------------------------
# The network has twelve tanh layers and is applied to the digits. Its initial weights have variance
# gain / n, where n is the number of inputs of a unit. For an unfitted network,
# ``activation_statistics`` uses the initial weights.

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
        numerical_encoding=None,
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
# During training: the backward pass
# ----------------------------------
# ``GradientFlowDisplay`` plots the gradient norm of each layer in the last step of each epoch. If
# the initial weights are too small, the norm of the first layer is 100,000 times smaller than
# that of the output layer. Only the output layer learns, and it learns only the class
# frequencies. If the initial weights are too large, the norms of the first layers are hundreds of
# times larger than that of the output layer, and the training is unstable. In a ReLU network with
# too large initial weights, the gradients of all layers are large. The display reports this as
# exploding too, because the norm over all layers is large.

for name, network in networks.items():
    network.fit(X, y)
    display = GradientFlowDisplay.from_estimator(network)
    display.ax_.set_title(f"{name}:\n{display.ax_.get_title()}")
    print(f"{name:<20} loss {network.loss_:.2f}, training accuracy {network.score(X, y):.0%}")
plt.show()

# %%
# ``weight_init="auto"``, the default, chooses the variance for the activation: Xavier for tanh,
# and He for ReLU. The variance of He is about twice as large, because ReLU sets half of the
# signal to zero.
