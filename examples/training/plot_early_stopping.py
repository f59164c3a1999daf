"""
Early stopping
==============

The diabetes data set has 442 rows and much noise. A large network fits the signal first and the
noise later, so the validation loss decreases and then increases. Early stopping ends the training
when the validation score no longer improves, and keeps the weights of the best epoch. On such a
small and noisy data set, always compare with a linear model.
"""

# %%
# Training for all epochs
# -----------------------
# The validation set is used to choose the epoch, the test set to measure the final error. With
# ``early_stopping=False``, the validation loss is recorded but does not stop the training. The
# default, ``"auto"``, turns early stopping on from 40 rows upward.

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
    numerical_encoding=None,
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
# ``scoring`` selects the score that decides, here R² instead of the loss. With early stopping,
# ``weight_averaging="auto"`` also averages the weights, so the curves differ from those of the
# first figure. Noisy curves are easier to read when they are smoothed: ``smoothing`` is the β of
# an exponentially weighted average.

stopped = DeepRegressor(
    hidden_layer_sizes=(64, 64),
    numerical_encoding=None,
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
# Comparison
# ----------

linear = LinearRegression().fit(X_train, y_train)
models = {"to the end": network, "early stopping": stopped, "linear regression": linear}
print("                     epochs  R² training  validation    test")
for name, model in models.items():
    train, val = model.score(X_train, y_train), model.score(X_val, y_val)
    test = model.score(X_test, y_test)
    epochs = getattr(model, "n_epochs_", "")
    print(f"{name:<19}  {epochs:>6}  {train:11.2f}  {val:10.2f}  {test:6.2f}")
plt.show()
