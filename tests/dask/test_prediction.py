"""Predictions and scores by partition, on a cluster of two processes."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_diabetes, load_digits

from tests.helpers import error_of

pytest.importorskip("distributed")
pytest.importorskip("dask.dataframe")

import dask.array as da

from skdeep.dask import DaskDeepClassifier, DaskDeepRegressor
from tests.dask.helpers import in_chunks


def test_predictions_are_lazy_and_in_the_chunks_of_x(client):
    X, y = load_digits(return_X_y=True)
    sizes = [1000, 500, 297]
    data = in_chunks(X, sizes), in_chunks(y, sizes)
    model = DaskDeepClassifier((16,), client=client, max_epochs=2, random_state=0).fit(*data)
    local = model.to_local()
    for method in ("predict", "predict_proba", "decision_function"):
        lazy = getattr(model, method)(data[0])
        expected = getattr(local, method)(X)
        assert isinstance(lazy, da.Array)
        assert lazy.chunks[0] == (1000, 500, 297)
        assert (lazy.shape, lazy.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(lazy.compute(), expected, rtol=1e-4, atol=1e-5)  # float32
    assert model.score(*data) == pytest.approx(local.score(X, y))


@pytest.mark.parametrize("columns", [0, 1])
def test_standard_deviations_are_lazy_and_from_the_same_tasks_as_predictions(client, columns):
    X, y = load_diabetes(return_X_y=True)
    y = np.column_stack([y, X[:, 0]]) if columns else y
    data = in_chunks(X, [100, 342]), in_chunks(y, [100, 342])
    options = {"loss": "gaussian", "max_epochs": 2, "random_state": 0}
    model = DaskDeepRegressor((8,), client=client, **options).fit(*data)
    lazy = model.predict(data[0], return_std=True)
    tasks = [{key for key in dict(each.dask) if "_ask_both" in str(key)} for each in lazy]
    assert len(tasks[0] & tasks[1]) == len(tasks[0]) == 2
    expected = model.to_local().predict(X, return_std=True)
    for found, one in zip(lazy, expected, strict=True):
        assert isinstance(found, da.Array)
        assert (found.chunks[0], found.shape, found.dtype) == ((100, 342), one.shape, one.dtype)
    for found, one in zip(da.compute(*lazy), expected, strict=True):
        # partitions have other products in float32
        np.testing.assert_allclose(found, one, rtol=1e-4, atol=1e-5 * np.abs(one).max())
    of_no_rows = model.predict(data[0][data[0][:, 0] > 1000], return_std=True)
    assert [len(each) for each in da.compute(*of_no_rows)] == [0, 0]


def test_a_loss_without_standard_deviations_says_so_before_anything_is_computed(client):
    X, y = (in_chunks(each, [442]) for each in load_diabetes(return_X_y=True))
    model = DaskDeepRegressor((8,), client=client, max_epochs=1, random_state=0).fit(X, y)
    assert error_of(lambda: model.predict(X, return_std=True)) == (
        "DaskDeepRegressor: loss='squared_error' predicts no standard deviation, which "
        "return_std=True asks for. Fit with loss='gaussian'."
    )


def test_sparse_blocks_are_predicted(client):
    X, y = load_digits(return_X_y=True)
    X = sparse.csr_array(X)
    data = in_chunks(X, [1000, 797]), in_chunks(y, [1000, 797])
    model = DaskDeepClassifier((8,), client=client, max_epochs=1, random_state=0).fit(*data)
    found = model.predict_proba(data[0]).compute()
    np.testing.assert_allclose(found, model.to_local().predict_proba(X), rtol=1e-4, atol=1e-5)
    assert model.score(*data) == pytest.approx(model.to_local().score(X, y))


@pytest.mark.parametrize("columns", [0, 1])
def test_the_score_of_a_regressor_is_r2(client, columns, rng):
    X, y = load_diabetes(return_X_y=True)
    y, weight = (np.column_stack([y, X[:, 0]]) if columns else y), rng.random(442)
    data = [in_chunks(each, [100, 342]) for each in (X, y, weight)]
    model = DaskDeepRegressor((8,), client=client, max_epochs=3, random_state=0).fit(*data)
    assert model.score(*data) == pytest.approx(model.to_local().score(X, y, weight), rel=1e-6)
