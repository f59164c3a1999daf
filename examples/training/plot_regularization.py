"""
Dropout and L2 against overfitting
==================================

A large network overfits when there are few rows: its training loss goes toward zero while its
validation loss increases. L2 keeps the weights small. Dropout prevents units from depending on each
other. Both increase the training loss and lower the validation loss.
"""

# %%
# Few rows, many weights
# ----------------------
# The diabetes data set has 442 rows and much noise. With ``early_stopping=False``, the validation
# loss is recorded but does not stop the training.

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from skdeep import DeepRegressor
from skdeep.diagnostics import TrainingCurveDisplay

X, y = load_diabetes(return_X_y=True)
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.4, random_state=0)
scaler = StandardScaler().fit(X_train)
X_train, X_val = scaler.transform(X_train), scaler.transform(X_val)

regularizations = {
    "no regularization": {},
    "l2 = 10": {"l2": 10.0},
    "dropout = 0.5": {"dropout": 0.5},
    "l2 = 3, dropout = 0.5": {"l2": 3.0, "dropout": 0.5},
}

# %%
# Four trainings
# --------------
# The training loss is without the penalty, but with the effect of dropout. Compare regularizations
# by their validation losses.

fig, axes = plt.subplots(2, 2, figsize=(8.5, 6.5), sharex=True, sharey=True, layout="constrained")
print("R²                     training  validation")
for ax, (name, regularization) in zip(axes.flat, regularizations.items(), strict=True):
    network = DeepRegressor(
        hidden_layer_sizes=(64, 64),
        numerical_encoding=None,
        batch_size=32,
        max_epochs=60,
        early_stopping=False,
        n_iter_no_change=None,
        random_state=0,
        **regularization,
    ).fit(X_train, y_train, X_val=X_val, y_val=y_val)
    display = TrainingCurveDisplay.from_estimator(network, ax=ax)
    if ax is not axes[0, 0]:
        display.legend_.remove()  # all panels have the same lines
    ax.set_title(name)
    ax.set_ylim(0, 0.8)
    ax.label_outer()
    print(f"{name:<22} {network.score(X_train, y_train):8.2f}  {network.score(X_val, y_val):10.2f}")

# %%
# On such a small data set, always compare with a linear model, which hardly overfits.

linear = LinearRegression().fit(X_train, y_train)
print(f"linear regression      {linear.score(X_train, y_train):8.2f}", end="")
print(f"  {linear.score(X_val, y_val):10.2f}")
plt.show()
