"""Input that is odd, but right."""

from copy import deepcopy

import numpy as np
import pytest

from skdeep import DeepClassifier, DeepRegressor
from tests.helpers import error_of

BOTH = pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])


@BOTH
@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_one_row_works(iris, estimator, optimizer):
    X, _ = iris
    model = estimator(
        (3,), activation="tanh", optimizer=optimizer, learning_rate=0.03, random_state=0
    ).fit(X[:1], [5])
    assert model.predict(X).shape == (150,)
    # the one class; or a number near, where training stopped for want of progress
    assert model.predict(X[:1])[0] == pytest.approx(5, abs=0.2)


@BOTH
def test_one_row_at_a_time_works(iris, estimator):
    X, y = iris
    model = estimator((3,))
    options = {"classes": [0, 1, 2]} if estimator is DeepClassifier else {}
    for i in range(0, 150, 30):
        model.partial_fit(X[i : i + 1], y[i : i + 1], **options)
    assert model.n_epochs_ == 5
    assert np.isfinite(model.loss_curve_).all()


@BOTH
def test_one_feature_works(iris, estimator):
    X, y = iris
    model = estimator((8,), "tanh", learning_rate=0.03, max_epochs=60, random_state=0)
    assert model.fit(X[:, 2:3], y).score(X[:, 2:3], y) > 0.7  # the petals' length tells


@BOTH
@pytest.mark.parametrize("batch_norm", [False, True])
def test_constant_features_work(iris, estimator, batch_norm):
    X, y = iris
    model = estimator((3,), batch_norm=batch_norm, max_epochs=3)
    predicted = model.fit(np.full_like(X, 7), y).predict(np.full_like(X, 7))
    assert np.ptp(predicted) < 1e-5  # float32 rows of a product round alike, or nearly so
    assert np.isfinite(model.loss_curve_).all()


@pytest.mark.parametrize(
    "options",
    [{}, {"optimizer": "lbfgs"}, {"early_stopping": True}, {"class_weight": "balanced"}],
)
def test_one_class_works(iris, options):
    X, _ = iris
    model = DeepClassifier((3,), max_epochs=3, **options).fit(X, np.full(150, "a"))
    assert set(model.predict(X)) == {"a"}
    assert model.predict_proba(X).shape == (150, 1)
    assert model.n_epochs_ >= 1


@BOTH
def test_integers_booleans_and_lists_work(iris, estimator):
    X, y = iris
    whole = (10 * X).astype(int)
    model = estimator((3,), max_epochs=2, random_state=0)
    expected = deepcopy(model).fit(whole.astype(float), y).predict(whole)
    np.testing.assert_array_equal(deepcopy(model).fit(whole, y).predict(whole), expected)
    in_lists = deepcopy(model).fit(whole.tolist(), y.tolist()).predict(whole.tolist())
    np.testing.assert_array_equal(in_lists, expected)
    assert model.fit(X > 0, y).predict(X > 0).shape == (150,)


@BOTH
def test_a_read_only_array_is_left_alone(iris, estimator):
    X, y = (array.copy() for array in iris)
    X.flags.writeable = y.flags.writeable = False
    assert estimator((3,), batch_norm=True, max_epochs=2).fit(X, y).n_epochs_ == 2


@BOTH
@pytest.mark.parametrize("encoding", [None, "standardize"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_an_array_predicts_what_a_list_does(iris, estimator, encoding, dtype):
    X, y = iris
    X = X.astype(dtype)
    model = estimator((3,), numerical_encoding=encoding, max_epochs=2).fit(X, y)
    expected = model.predict(X.astype(float).tolist())
    for same in (X, np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2]):
        rounding = 1e-4 if encoding and dtype != "float64" else 0  # scaled in float32
        np.testing.assert_allclose(model.predict(same), expected, rtol=rounding)


@BOTH
@pytest.mark.parametrize("encoding", [None, "standardize"])
@pytest.mark.parametrize(
    "bad",
    [
        np.full((2, 4), np.inf),
        np.full((2, 4), [1, np.nan, 3, 4]),
        np.ones((2, 3)),
        np.ones((0, 4)),
        np.ones(4),
        np.ones((1, 2, 4)),
    ],
    ids=str,
)
def test_a_bad_array_is_the_error_that_a_list_is(iris, estimator, encoding, bad):
    model = estimator((3,), numerical_encoding=encoding, max_epochs=2).fit(*iris)
    if encoding and np.isnan(bad).any():  # a missing number is encoded
        np.testing.assert_array_equal(model.predict(bad), model.predict(bad.tolist()))
    else:
        in_a_list = bad.tolist() if len(bad) else bad.astype(object)
        expected = error_of(lambda: model.predict(in_a_list))
        assert error_of(lambda: model.predict(bad)) == expected


@BOTH
def test_an_array_without_the_names_of_the_training_frame_is_a_warning(iris, estimator):
    pd = pytest.importorskip("pandas")
    X, y = iris
    model = estimator((3,), max_epochs=2).fit(pd.DataFrame(X, columns=list("abcd")), y)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        model.predict(X)
