"""
Augmentation: more images from the existing ones
================================================

An image of a seven that is rotated a little or shifted by one pixel is still a seven. A network
learns this only from examples. ``augment`` changes each training mini-batch at random before it is
used, so the network almost never sees the same image twice. Validation and prediction use the
original images.

This example uses the digits data set of scikit-learn. It can use Fashion-MNIST instead: set the
environment variable ``SKDEEP_DATA`` to a folder with the file ``fashion_mnist.npz``, which must
hold the arrays ``X_train`` and ``y_train``.
"""

# %%
# Data
# ----
# All pixels are scaled by the same number, to the range from 0 to 1. If each pixel were
# standardized separately, neighboring pixels would have different units, and shifting an image
# would be meaningless. The training set has only an eighth of the images, so that the network
# overfits without augmentation.

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
# Look at the images before training
# ----------------------------------
# Use only changes that do not change the class: a flipped shirt is a shirt, but a flipped 3 is
# not a digit. If the changes are too strong, the network learns from images that never occur in
# the test set. Check that you still recognize the classes.

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
# Effect on the accuracy
# ----------------------
# The same network is trained with three seeds for each augmentation. The column "spread" is the
# difference between the best and the worst seed. Differences of that size between two lines are
# random.

print(f"{'augmentation':<15}{'training':>9}{'test':>8}{'spread':>9}")
for name, augmenter in augmenters.items():
    scores = []
    for seed in range(3):
        network = DeepClassifier(
            hidden_layer_sizes=(128, 64),
            numerical_encoding=None,
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
# The gap between training and test accuracy is the variance. Augmentation reduces it, but it also
# makes the task harder. Here the gain is small, only a little more than the spread of the seeds.
# The digits are centered in their images, so shifts do not help. Rotations of up to 90 degrees
# make the task too different. If augmentation lowers both accuracies, the network is too small,
# the training is too short, or the changes are too strong. Always measure the effect on held-out
# data. A search can tune the strength as ``augment__rotation``, or as ``augment__0__rotation``
# inside a ``Compose``.
