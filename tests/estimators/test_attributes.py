"""What a fitted estimator tells of its training, and that an unfitted one does not."""

import pytest
from sklearn.exceptions import NotFittedError

from skdeep import DeepClassifier, DeepRegressor

NAMES = [
    "best_epoch_",
    "best_loss_",
    "coefs_",
    "intercepts_",
    "loss_",
    "loss_curve_",
    "n_epochs_",
    "n_iter_",
    "validation_scores_",
]
ATTRIBUTES = pytest.mark.parametrize(
    ("estimator", "name"),
    [(estimator, name) for estimator in (DeepClassifier, DeepRegressor) for name in NAMES]
    + [(DeepClassifier, "temperature_")],
)


@ATTRIBUTES
def test_an_attribute_before_fitting_is_an_error_of_scikit_learn(estimator, name):
    with pytest.raises(NotFittedError) as error:
        getattr(estimator(), name)
    assert str(error.value) == (
        f"This {estimator.__name__} instance is not fitted yet. Call 'fit' with appropriate "
        "arguments before using this estimator."
    )


@ATTRIBUTES
def test_an_estimator_has_an_attribute_once_it_is_fitted(estimator, name, rng):
    model = estimator((3,), max_epochs=1)
    assert not hasattr(model, name)
    model.fit(rng.normal(size=(20, 2)), [0, 1] * 10)
    assert hasattr(model, name)


@ATTRIBUTES
def test_an_attribute_is_documented(estimator, name):
    assert getattr(estimator, name).__doc__
