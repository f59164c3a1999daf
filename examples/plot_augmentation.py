"""
Augmentation: more images from the ones there are
=================================================

A picture of a seven, turned a little or moved by a pixel, is still a seven. A network does not
know that unless it sees it. ``augment`` shows it: each training mini-batch is changed at
random before it is used, so that no image ever comes twice in the same form. Validation and
prediction see images as they are.

This example uses the digits that scikit-learn ships. With the environment variable
``SKDEEP_DATA`` naming a folder that holds ``fashion_mnist.npz``, with the arrays ``X_train`` and
``y_train``, it uses a part of that instead.
"""

# %%
# Data
# ----
# Pixels are scaled all alike, to the range from 0 to 1. Standardizing each pixel by itself would
# give neighbours different units, and moving one to another's place would mean nothing. The
# training set is an eighth of the images, so that the network overfits and there is something to
# gain.

import os
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skdeep import DeepClassifier
from skdeep.augmentation import Compose, ImageAugmenter, Mixup
from skdeep.diagnostics import AugmentationDisplay

folder = os.environ.get("SKDEEP_DATA")
if folder:
    with np.load(Path(folder) / "fashion_mnist.npz") as file:
        images, y = file["X_train"][:4000] / np.float32(255), file["y_train"][:4000]
    gentle = {"horizontal_flip": True, "rotation": 3.0, "zoom": 0.05}
else:
    images, y = load_digits(return_X_y=True)
    images = (images / 16).reshape(-1, 8, 8).astype(np.float32)
    gentle = {"rotation": 15.0, "zoom": 0.15}

image_shape = images.shape[1:]
X = images.reshape(len(images), -1)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=len(X) // 8, stratify=y, random_state=0
)
print(f"{len(X_train)} training and {len(X_test)} test images of shape {image_shape}")

# %%
# Look before you train
# ---------------------
# Augment by what leaves the class alone: a flipped shirt is a shirt, a flipped 3 is nothing. Too
# strong a change makes the network work on images that it will never meet. Can you still tell the
# classes apart?

augmenters = {
    "none": None,
    "gentle": ImageAugmenter(image_shape, **gentle),
    "shifts": ImageAugmenter(image_shape, crop=1),
    "elastic": ImageAugmenter(image_shape, **gentle, distortion=0.5),
    "too much": ImageAugmenter(image_shape, vertical_flip=True, crop=3, rotation=90.0),
    "gentle, mixup": Compose([ImageAugmenter(image_shape, **gentle), Mixup(alpha=0.2)]),
}
AugmentationDisplay.from_augmenter(augmenters["elastic"], X_train)
AugmentationDisplay.from_augmenter(augmenters["too much"], X_train)

# %%
# What it does to the accuracy
# ----------------------------
# The same network, three seeds each. Beside the mean accuracy stands the difference between the
# best and the worst seed: differences of that size between lines mean nothing.

print(f"{'augmentation':<15}{'training':>9}{'test':>8}{'spread':>9}")
for name, augmenter in augmenters.items():
    scores = []
    for seed in range(3):
        network = DeepClassifier(
            hidden_layer_sizes=(128, 64),
            batch_norm=True,
            lr_schedule="cosine",
            batch_size=64,
            max_epochs=80,
            early_stopping=False,
            n_iter_no_change=None,
            augment=augmenter,
            random_state=seed,
        ).fit(X_train, y_train)
        scores.append([network.score(X_train, y_train), network.score(X_test, y_test)])
    train, test = np.mean(scores, axis=0)
    print(f"{name:<15}{train:>9.1%}{test:>8.1%}{np.ptp(scores, axis=0)[1]:>9.1%}")

# %%
# Augmentation trades the gap between the columns, which is variance, for a harder task. What it
# gains is small here, little more than the spread of the seeds. Digits that stand in the middle of
# their image gain nothing from shifts that never occur in the test images, and images turned by up
# to 90 degrees are another task altogether. Where both columns fall, the network is
# too small, trained too briefly, or asked for too much. So measure it on held-out data: the
# strength is a hyperparameter like any other and can be searched, here as ``augment__rotation``,
# or for augmenters that follow each other as ``augment__0__rotation``.
