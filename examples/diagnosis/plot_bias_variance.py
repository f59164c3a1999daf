"""
Measuring bias and variance
===========================

Avoidable bias is the training error minus the lowest possible error. Variance is the dev error
minus the training error. High bias needs a larger network or longer training. High variance needs
more data or regularization. This example trains four networks with four different diagnoses and
prints the next steps that the report suggests.
"""

# %%
# A training, a dev and a test set
# --------------------------------

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

from skdeep import DeepClassifier
from skdeep.augmentation import ImageAugmenter
from skdeep.diagnostics import BiasVarianceDisplay, BiasVarianceReport, train_dev_test_split

X, y = load_digits(return_X_y=True)
X = X / 16  # gray levels from 0 to 1
X_train, X_dev, X_test, y_train, y_dev, y_test = train_dev_test_split(
    X, y, dev_size=0.3, stratify=y, random_state=0
)
print(f"{len(X_train)} rows to train on, {len(X_dev)} to choose by, {len(X_test)} to judge by")

# %%
# Four networks
# -------------
# People recognize nearly all of these digits, so we assume a lowest possible error of 0. With 539
# rows, an error of 3 % has an uncertainty of about 1.5 percentage points. Therefore we count a
# gap as high only above 0.03.

networks = {
    "all rows, one epoch": (len(X_train), {"max_epochs": 1}),
    "50 rows, ten epochs": (50, {"max_epochs": 10}),
    "50 rows, 80 epochs": (50, {"max_epochs": 80}),
    "all rows, augmented, 80 epochs": (
        len(X_train),
        {"max_epochs": 80, "augment": ImageAugmenter((8, 8), rotation=10.0, zoom=0.1)},
    ),
}
reports = {}
for name, (n_rows, hyperparameters) in networks.items():
    network = DeepClassifier(
        numerical_encoding=None,
        learning_rate=0.002,
        early_stopping=False,
        n_iter_no_change=None,
        random_state=0,
        **hyperparameters,
    )
    network.fit(X_train[:n_rows], y_train[:n_rows])
    reports[name] = BiasVarianceReport.from_estimator(
        network, X_train[:n_rows], y_train[:n_rows], X_dev, y_dev, bayes_error=0.0, tolerance=0.03
    )
    print(f"\n{name}\n{reports[name]}")

fig, axes = plt.subplots(2, 2, figsize=(8.5, 9), sharey=True, layout="constrained")
for ax, (name, report) in zip(axes.flat, reports.items(), strict=True):
    BiasVarianceDisplay.from_report(report, ax=ax)
    ax.set_title(f"{name}:\n{report.diagnosis}")
    ax.label_outer()

# %%
# The last network on the test set
# --------------------------------
# The dev set was used to choose this network, so only the test error is unbiased. The display also
# accepts a pipeline or a search instead of a network.

BiasVarianceDisplay.from_estimator(
    network,
    X_train,
    y_train,
    X_dev,
    y_dev,
    X_test=X_test,
    y_test=y_test,
    bayes_error=0.0,
    tolerance=0.03,
)
plt.show()
