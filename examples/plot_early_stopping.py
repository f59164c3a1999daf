"""
Early stopping
==============

The diabetes data have 442 rows and much noise. A network with room to spare fits the signal first
and the noise later, so the validation loss falls and then rises. Early stopping ends the
training when there is no more progress, and gives back the weights of the best epoch. On data
as small and noisy as these, a linear model is the yardstick all the same.
"""

# %%
# Training to the end
# -------------------
# A test set judges in the end; a validation set chooses the epoch. With ``early_stopping=False`` it
# is only watched. (``"auto"``, the default, would stop from 40 rows upward.)

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from skdeep import DeepRegressor
from skdeep.diagnostics import TrainingCurveDisplay, train_dev_test_split

X, y = load_diabetes(return_X_y=True)
X_train, X_val, X_test, y_train, y_val, y_test = train_dev_test_split(X, y, random_state=0)
scaler = StandardScaler().fit(X_train)
X_train, X_val, X_test = (scaler.transform(part) for part in (X_train, X_val, X_test))
validation = {"X_val": X_val, "y_val": y_val}

network = DeepRegressor(
    hidden_layer_sizes=(64, 64),
    learning_rate=0.001,
    batch_size=32,
    max_epochs=100,
    early_stopping=False,
    n_iter_no_change=None,
    random_state=0,
)
network.fit(X_train, y_train, **validation)
TrainingCurveDisplay.from_estimator(network)

# %%
# Stopping early
# --------------
# ``scoring`` makes another thing than the loss decide, here R². The weights are averaged too, as
# ``weight_averaging="auto"`` does where training stops early, so this is not the first picture cut
# short. Curves that jump are easier to read smoothed: ``smoothing`` is the β of an exponentially
# weighted average.

stopped = DeepRegressor(
    hidden_layer_sizes=(64, 64),
    learning_rate=0.001,
    batch_size=32,
    max_epochs=100,
    early_stopping=True,
    n_iter_no_change=20,
    scoring="r2",
    random_state=0,
)
stopped.fit(X_train, y_train, **validation)
TrainingCurveDisplay.from_estimator(stopped, smoothing=0.5)

# %%
# What it is worth
# ----------------

linear = LinearRegression().fit(X_train, y_train)
models = {"to the end": network, "early stopping": stopped, "linear regression": linear}
print("                     epochs  R² training  validation    test")
for name, model in models.items():
    train, val = model.score(X_train, y_train), model.score(X_val, y_val)
    test = model.score(X_test, y_test)
    epochs = getattr(model, "n_epochs_", "")
    print(f"{name:<19}  {epochs:>6}  {train:11.2f}  {val:10.2f}  {test:6.2f}")
plt.show()
