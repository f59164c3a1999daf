"""Sparse matrices, and frames of pandas and polars, are as good as arrays."""

import tracemalloc
from copy import deepcopy
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_diabetes, load_iris
from sklearn.preprocessing import scale

from skdeep import DeepClassifier, DeepRegressor

CONTAINERS = [sp.csr_matrix, sp.csc_matrix, sp.csr_array, sp.csc_array, sp.coo_matrix]


@pytest.fixture
def words(rng):
    """Rows with few numbers that are not zero, and both kinds of target."""
    X = sp.random(300, 40, density=0.1, format="csr", random_state=rng).toarray()
    raw = X @ rng.normal(size=(40, 3))
    return X, {DeepClassifier: raw.argmax(axis=1), DeepRegressor: raw[:, 0]}


def both(**hyperparameters):
    options = {"hidden_layer_sizes": (6,), "max_epochs": 5, "random_state": 0, **hyperparameters}
    return [
        pytest.param(partial(estimator, **options), id=estimator.__name__)
        for estimator in (DeepClassifier, DeepRegressor)
    ]


def raw(estimator, X):
    """Return what the network says, before any rounding to classes."""
    return getattr(estimator, "decision_function", estimator.predict)(X)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize(
    "make", both(dtype="float64", batch_size=32, batch_norm=True, numerical_encoding=None)
)
def test_a_sparse_matrix_trains_the_network_of_a_dense_one(words, make, container):
    estimator = make()
    X, y = words[0], words[1][type(estimator)]
    dense, sparse = deepcopy(estimator).fit(X, y), deepcopy(estimator).fit(container(X), y)
    # sparse products add in another order; five epochs amplify float64's round-off
    np.testing.assert_allclose(raw(sparse, X), raw(dense, X), rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(raw(dense, container(X)), raw(dense, X), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("options", [{"optimizer": "lbfgs"}, {"early_stopping": True}])
@pytest.mark.parametrize(
    "make", both(dtype="float64", n_iter_no_change=None, numerical_encoding=None)
)
def test_a_sparse_matrix_works_with_every_kind_of_training(words, make, options):
    estimator = make()
    X, y = words[0], words[1][type(estimator)]
    estimator.set_params(**options)
    dense, sparse = deepcopy(estimator).fit(X, y), deepcopy(estimator).fit(sp.csr_matrix(X), y)
    # line searches amplify round-off more than steps do
    np.testing.assert_allclose(raw(sparse, X), raw(dense, X), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("container", [sp.csr_matrix, sp.csc_matrix])
@pytest.mark.parametrize("make", both(dtype="float64", batch_size=32, numerical_encoding=None))
def test_a_sparse_matrix_streams_and_validates(words, make, container, rng):
    estimator = make()
    X, y = words[0], words[1][type(estimator)]
    weight = rng.uniform(size=len(y))
    streamed = [deepcopy(estimator), deepcopy(estimator)]
    for model, data in zip(streamed, (X, container(X)), strict=True):
        model.partial_fit(data, y, sample_weight=weight).partial_fit(data, y)
    np.testing.assert_allclose(*(raw(model, X) for model in streamed), rtol=1e-8, atol=1e-10)
    watched = [deepcopy(estimator).fit(data, y, X_val=data, y_val=y) for data in (X, container(X))]
    np.testing.assert_allclose(*(m.history_["val_loss"] for m in watched), rtol=1e-8)


@pytest.mark.parametrize("container", [sp.csr_matrix, sp.csc_matrix, sp.csr_array, sp.csc_array])
@pytest.mark.parametrize("batch_size", [64, "full"])
@pytest.mark.parametrize("make", both(max_epochs=2, early_stopping=True))
def test_a_large_sparse_matrix_is_never_made_dense(monkeypatch, rng, make, batch_size, container):
    estimator = make()
    X = container(sp.random(2000, 3000, density=0.002, format="csr", random_state=rng))
    y = rng.integers(3, size=2000)

    def refuse(*args, **kwargs):
        raise AssertionError("made dense")

    for kind in (sp.csr_matrix, sp.csr_array, sp.csc_matrix, sp.csc_array):
        for name in ("toarray", "todense"):
            monkeypatch.setattr(kind, name, refuse)
    scoring = "accuracy" if isinstance(estimator, DeepClassifier) else "r2"
    estimator.set_params(batch_size=batch_size, scoring=scoring)
    tracemalloc.start()
    try:
        estimator.fit(X, y).predict(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # 24 MB dense in float32; the matrix itself, its copies and the network take 2 or 3
    assert peak < 8e6


@pytest.mark.parametrize("make", both())
def test_augmentation_of_sparse_rows_is_an_error_that_names_the_remedy(words, make):
    estimator = make()
    X, y = words[0], words[1][type(estimator)]
    estimator.set_params(augment=lambda X, y, rng: (X, y))
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message follows
        estimator.fit(sp.csr_matrix(X), y)
    assert str(error.value) == (
        f"{type(estimator).__name__}: augment works on dense rows, and X is sparse. Give "
        "X.toarray(), or leave augment=None."
    )


def frames(X, y):
    names = [f"feature {i}" for i in range(X.shape[1])]
    return {
        "pandas": (pd.DataFrame(X, columns=names), pd.Series(y)),
        "polars": (pl.DataFrame(X, schema=names), pl.Series(y)),
    }


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize(
    ("estimator", "load"), [(DeepClassifier, load_iris), (DeepRegressor, load_diabetes)]
)
def test_a_frame_trains_the_network_of_an_array(estimator, load, library):
    X, y = load(return_X_y=True)
    X = scale(X)
    frame, series = frames(X, y)[library]
    model = estimator((6,), batch_size=32, max_epochs=3, random_state=0)
    plain, framed = deepcopy(model).fit(X, y), deepcopy(model).fit(frame, series)
    np.testing.assert_array_equal(raw(framed, frame), raw(plain, X))
    assert framed.feature_names_in_.tolist() == list(frame.columns)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_validation_data_may_be_a_frame_too(library):
    X, y = load_iris(return_X_y=True)
    X = scale(X)
    frame, series = frames(X, y)[library]
    model = DeepClassifier((6,), scoring="accuracy", max_epochs=3, random_state=0)
    plain = deepcopy(model).fit(X, y, X_val=X, y_val=y)
    framed = deepcopy(model).fit(frame, series, X_val=frame, y_val=series)
    assert framed.validation_scores_ == plain.validation_scores_


@pytest.mark.parametrize(
    ("estimator", "load"), [(DeepClassifier, load_iris), (DeepRegressor, load_diabetes)]
)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_an_array_of_dask_trains_the_network_of_an_array(estimator, load, method):
    array = pytest.importorskip("dask.array")
    X, y = load(return_X_y=True)
    X = scale(X)
    model = estimator((6,), batch_size=32, max_epochs=3, random_state=0)
    plain = getattr(deepcopy(model), method)(X, y)
    lazy = getattr(deepcopy(model), method)(array.from_array(X), array.from_array(y))
    np.testing.assert_array_equal(raw(lazy, X), raw(plain, X))


def test_classes_announced_by_dask_are_classes():
    array = pytest.importorskip("dask.array")
    X, y = load_iris(return_X_y=True)
    known = array.from_array(np.arange(4))
    model = DeepClassifier((6,)).partial_fit(X, array.from_array(y), classes=known)
    assert model.partial_fit(X, y, classes=known).classes_.tolist() == [0, 1, 2, 3]


def test_a_frame_of_nullable_labels_is_a_multilabel_target():
    X, y = load_iris(return_X_y=True)
    Y = np.eye(3, dtype=int)[y]
    model = DeepClassifier((4,), max_epochs=2, random_state=0)
    plain = deepcopy(model).fit(X, Y).predict_proba(X)
    np.testing.assert_array_equal(
        model.fit(X, pd.DataFrame(Y).astype("Int64")).predict_proba(X), plain
    )


def test_a_frame_of_several_targets_is_a_target():
    X, y = load_diabetes(return_X_y=True)
    Y = np.column_stack([y, y**2])
    model = DeepRegressor((4,), max_epochs=2, random_state=0)
    plain = deepcopy(model).fit(X, Y).predict(X)
    np.testing.assert_array_equal(model.fit(X, pd.DataFrame(Y)).predict(X), plain)


def test_a_frame_of_words_predicts_words():
    X, y = load_iris(return_X_y=True, as_frame=True)
    names = y.map({0: "setosa", 1: "versicolor", 2: "virginica"})
    model = DeepClassifier((6,), learning_rate=0.03, max_epochs=30, random_state=0).fit(X, names)
    assert set(model.predict(X)) <= set(names)
    assert model.score(X, names) > 0.9
