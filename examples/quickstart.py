"""
A quickstart: handwritten digits
================================

Split the data, train a network, and compare it with simpler models on images that no model has
seen. This script needs neither matplotlib nor a download.
"""

# %%
# Split the data
# --------------
# A quarter of the images is kept for the test, with the same share of each digit.

# sphinx_gallery_thumbnail_path = '_static/quickstart.svg'
from sklearn.datasets import load_digits
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
print(f"data      {len(X)} images of 8 × 8 pixels, digits 0 to 9")
print(f"split     {len(X_train)} to train on, {len(X_test)} kept for the test")

# %%
# Train a network
# ---------------
# Early stopping holds out some of the training images, watches the score on them, and keeps the
# weights of the best epoch.

network = DeepClassifier(
    hidden_layer_sizes=(128, 64),
    numerical_encoding="standardize",
    batch_norm=True,
    dropout=0.3,
    lr_schedule="exponential",
    max_epochs=100,
    early_stopping=True,
    random_state=0,
)
print("network   64 → 128 → 64 → 10, batch norm and 30 % dropout in both hidden layers")
print("training  standardized pixels, Adam, exponential decay, at most 100 epochs, early stopping")
network.fit(X_train, y_train)

# %%
# Look at the training
# --------------------
# ``history_`` has a row for each epoch. These are every tenth and the best.

history = network.history_
print("\nepoch  learning rate  training loss  validation loss  D² Brier score")
for epoch in range(network.n_epochs_):
    best = epoch == network.best_epoch_
    if epoch % 10 == 0 or best:
        print(
            f"{epoch:5}  {history['learning_rate'][epoch]:13.5f}  "
            f"{history['train_loss'][epoch]:13.4f}  {history['val_loss'][epoch]:15.4f}  "
            f"{history['val_score'][epoch]:14.4f}"
            f"{'  best: these weights are kept' if best else ''}"
        )
print(f"{network.n_epochs_} epochs in {sum(history['seconds']):.1f} s")

# %%
# Compare on the test images
# --------------------------

linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
guess = DummyClassifier().fit(X_train, y_train)
print("\naccuracy on the test images")
print(f"  this network          {network.score(X_test, y_test):6.1%}")
print(f"  logistic regression   {linear.fit(X_train, y_train).score(X_test, y_test):6.1%}")
print(f"  most frequent digit   {guess.score(X_test, y_test):6.1%}")

table = confusion_matrix(y_test, network.predict(X_test))
wrong = table.sum(axis=1) - table.diagonal()
print(f"wrong: {wrong.sum()} of {len(y_test)}; most often the digit {wrong.argmax()}, ", end="")
print(f"{wrong.max()} of {table.sum(axis=1)[wrong.argmax()]}")
