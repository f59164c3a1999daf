"""
Saddle points and plateaus
==========================

In many dimensions, most points with zero gradient are saddle points and not minima. Close to a
saddle point the gradient is tiny but not zero, so gradient descent leaves it only after many steps.
Momentum, RMSprop and Adam leave it much faster. This example shows it on a function of two
variables and on a deep network that starts on a plateau.
"""

# %%
# A function with a saddle point
# ------------------------------
# f(x, y) = x²/2 - y²/2 + y⁴/4 has a saddle point at the origin and minima at y = ±1. An optimizer
# works on any vectors ``theta`` and ``grad``; it does not need a network. All optimizers start at
# (1, 0.000001), very close to the line y = 0 that leads to the saddle point.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from skdeep import SGD, Adam, DeepClassifier, RMSprop, VarianceScaling

optimizers = {
    "gradient descent": SGD(),
    "momentum": SGD(momentum=0.9),
    "RMSprop": RMSprop(),
    "Adam": Adam(),
}


def path(optimizer, n_steps=1600, learning_rate=0.01):
    theta, grad = np.array([1.0, 1e-6]), np.zeros(2)
    step = optimizer.bind(theta, grad, optimizer.initial_state(theta), n_weights=2)
    points = [theta.copy()]
    for _ in range(n_steps):
        grad[...] = theta[0], theta[1] ** 3 - theta[1]
        step(learning_rate)
        points.append(theta.copy())
    return np.array(points)


x, y = np.meshgrid(np.linspace(-0.4, 1.1, 150), np.linspace(-0.3, 1.3, 150))
fig, (left, right) = plt.subplots(1, 2, figsize=(8.5, 5), layout="constrained")
left.contour(x, y, x**2 / 2 - y**2 / 2 + y**4 / 4, levels=25, cmap="Greys", alpha=0.6)
left.plot(0, 0, "kx", markersize=9, zorder=5)
left.annotate("saddle", (0, 0), xytext=(-8, -14), textcoords="offset points", ha="right")
for name, optimizer in optimizers.items():
    points = path(optimizer)
    steps = np.argmax(points[:, 1] > 0.5)
    left.plot(*points.T, linewidth=5 if name == "gradient descent" else 2)
    right.semilogy(np.abs(points[:, 1]), label=f"{name}: {steps} steps to y = 0.5")
left.set(xlabel="x", ylabel="y", title="f(x, y) = x²/2 - y²/2 + y⁴/4")
right.set(xlabel="step", ylabel="|y|", title="distance from the ridge")
fig.legend(loc="outside lower center", ncols=2)

# %%
# A deep tanh network on a plateau
# --------------------------------
# With small initial weights, a network of six tanh layers starts near the saddle point at zero.
# All outputs and nearly all gradients are close to zero there. In 40 epochs, momentum leaves this
# plateau and gradient descent with the same learning rate does not. With larger initial weights
# there would be no plateau.

X, digit = load_digits(return_X_y=True)
X = StandardScaler().fit_transform(X)
rates = {"gradient descent": 0.1, "momentum": 0.1, "RMSprop": 0.001, "Adam": 0.001}

fig, ax = plt.subplots(layout="constrained")
for name, optimizer in optimizers.items():
    network = DeepClassifier(
        hidden_layer_sizes=(32,) * 6,
        numerical_encoding=None,
        activation="tanh",
        weight_init=VarianceScaling(gain=0.1, fan="average"),
        optimizer=optimizer,
        learning_rate=rates[name],
        batch_size=64,
        max_epochs=40,
        early_stopping=False,
        n_iter_no_change=None,
        random_state=0,
    ).fit(X, digit)
    ax.plot(network.loss_curve_, label=f"{name}, {rates[name]:g}")
ax.axhline(np.log(10), color="0.5", linestyle=":", label="guessing: log 10")
ax.set(xlabel="epoch", ylabel="training loss", title="six tanh layers, small first weights")
fig.legend(loc="outside lower center", ncols=2, title="optimizer, learning rate")
plt.show()
