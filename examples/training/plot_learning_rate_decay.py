"""
Learning-rate decay
===================

With a constant learning rate, mini-batch gradient descent fluctuates around the minimum, because
each step contains the noise of its batch. A decreasing learning rate reduces this noise. This
example plots six schedules before training, and then the training loss with each of them.
"""

# %%
# The schedules
# -------------
# A schedule is a factor by which ``learning_rate`` is multiplied. It can be a name, an object, a
# function of the epoch, or a sequence of factors (manual decay). A fifth of the labels are replaced
# by random labels. No network can fit all of them, so the gradients stay noisy until the end.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from skdeep import Cosine, DeepClassifier, InverseTime, Staircase
from skdeep.diagnostics import LearningRateDisplay, ewma

X, y = load_digits(return_X_y=True)
X = StandardScaler().fit_transform(X)
rng = np.random.default_rng(0)
y = np.where(rng.random(len(y)) < 0.2, rng.integers(0, 10, len(y)), y)

schedules = {
    "constant": "constant",
    "inverse time": InverseTime(decay_rate=0.2),
    "exponential": "exponential",
    "staircase": Staircase(factor=0.3, every=10),
    "cosine with warm-up": Cosine(warmup=0.1),
    "by hand": [1.0] * 20 + [0.1] * 15 + [0.01],
}
networks = {
    name: DeepClassifier(
        hidden_layer_sizes=(16,),
        numerical_encoding=None,
        optimizer="sgd",
        learning_rate=0.3,
        lr_schedule=schedule,
        l2=20.0,
        batch_size=8,
        max_epochs=40,
        early_stopping=False,
        n_iter_no_change=None,
        random_state=0,
    )
    for name, schedule in schedules.items()
}

fig, axes = plt.subplots(1, 2, figsize=(8.5, 4.5), layout="constrained")
styles = {}
for name, network in networks.items():
    display = LearningRateDisplay.from_estimator(network, steps_per_epoch=len(X) // 8, plot=False)
    line = display.plot(axes[0], label=name).line_
    styles[name] = {"color": line.get_color(), "linestyle": line.get_linestyle()}
# sphinx_gallery_defer_figures

# %%
# The training loss
# -----------------
# While the learning rate is high, the loss stays high and noisy. It drops in the same epoch as the
# learning rate. Schedules that decrease early have a lower loss early. Here the schedules that
# decrease to nearly zero reach the lowest loss at the end.

for name, network in networks.items():
    network.fit(X, y)
    axes[1].plot(ewma(network.loss_curve_, 0.5), **styles[name])
    print(f"{name:<20} mean loss of the last five epochs {np.mean(network.loss_curve_[-5:]):.4f}")
axes[0].get_legend().remove()
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
axes[1].set(xlabel="epoch", ylabel="training loss with L2, smoothed", ylim=(1.1, 1.5))
plt.show()
