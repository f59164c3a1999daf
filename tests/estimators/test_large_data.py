"""Memory-mapped arrays train the same network, and are never copied whole."""

import tracemalloc
from copy import deepcopy
from functools import partial

import numpy as np
import pytest

from skdeep import DeepClassifier, DeepRegressor

N_ROWS, N_FEATURES = 40_000, 200


def both(**hyperparameters):
    options = {"hidden_layer_sizes": (8,), "max_epochs": 2, "random_state": 0, **hyperparameters}
    return [
        pytest.param(partial(estimator, **options), id=estimator.__name__)
        for estimator in (DeepClassifier, DeepRegressor)
    ]


def mapped(path, X, order="C"):
    """Write X to a file and return it as a read-only memory-mapped array."""
    file = np.memmap(path, dtype=X.dtype, mode="w+", shape=X.shape, order=order)
    file[:] = X
    file.flush()
    return np.memmap(path, dtype=X.dtype, mode="r", shape=X.shape, order=order)


def target(estimator, X):
    return X[:, 0] > 0 if isinstance(estimator, DeepClassifier) else X[:, 0].astype(float)


def raw(estimator, X):
    return getattr(estimator, "decision_function", estimator.predict)(X)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int16"])
@pytest.mark.parametrize("n_rows", [100, 2000])  # one full batch, and many
@pytest.mark.parametrize("make", both(batch_norm=True))
def test_a_mapped_array_trains_the_network_of_one_in_memory(
    tmp_path, rng, make, n_rows, dtype, order
):
    estimator = make()
    X = (10 * rng.normal(size=(n_rows, 6))).astype(dtype)
    y = target(estimator, X)
    file = mapped(tmp_path / "X", X, order)
    in_memory, on_disk = deepcopy(estimator).fit(X, y), deepcopy(estimator).fit(file, y)
    np.testing.assert_array_equal(raw(on_disk, X), raw(in_memory, X))
    np.testing.assert_array_equal(raw(on_disk, file), raw(in_memory, X))


@pytest.mark.parametrize("n_rows", [100, 2000])
@pytest.mark.parametrize("make", both())
def test_fractions_of_weights_count_for_whole_numbers_too(tmp_path, rng, make, n_rows):
    estimator = make()
    X = rng.integers(-9, 9, size=(n_rows, 6)).astype("int8")
    y, weight = target(estimator, X), rng.uniform(size=n_rows)
    one = deepcopy(estimator).fit(X.astype("float32"), y, weight)
    two = deepcopy(estimator).fit(mapped(tmp_path / "X", X), y, weight)
    np.testing.assert_array_equal(raw(two, X), raw(one, X))


@pytest.mark.parametrize("make", both())
def test_a_mapped_array_streams_validates_and_stops_early(tmp_path, rng, make):
    estimator = make()
    X = rng.normal(size=(1000, 6))
    y, file = target(estimator, X), mapped(tmp_path / "X", X)
    for options in ({"early_stopping": True}, {"early_stopping": True, "scoring": "SCORE"}, {}):
        if "scoring" in options:
            options["scoring"] = "accuracy" if isinstance(estimator, DeepClassifier) else "r2"
        model = deepcopy(estimator).set_params(**options)
        one, two = deepcopy(model).fit(X, y), deepcopy(model).fit(file, y)
        np.testing.assert_array_equal(raw(two, X), raw(one, X))
    one, two = deepcopy(estimator), deepcopy(estimator)
    one.partial_fit(X, y).partial_fit(X, y)
    two.partial_fit(file, y).partial_fit(file, y)
    np.testing.assert_array_equal(raw(two, X), raw(one, X))


@pytest.fixture(scope="module", params=["float32", "float64"])
def large(request, tmp_path_factory):
    """A mapped array of 32 or 64 MB."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N_ROWS, N_FEATURES), dtype="float32").astype(request.param)
    return mapped(tmp_path_factory.mktemp("large") / "X", X)


def peak_of(function, *args, **kwargs):
    """Return the most that NumPy and Python held at once, in bytes; a mapped file is not in it."""
    tracemalloc.start()
    try:
        function(*args, **kwargs)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# chunks of 2 and 4 MB, prediction's buffers, targets, weights and the order of the rows: 14 MB
ALLOWED = 20e6


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("make", both(max_epochs=1))
def test_training_and_prediction_hold_only_chunks_of_a_mapped_array(large, make, shuffle):
    estimator = make()
    y = target(estimator, large)
    assert peak_of(estimator.set_params(shuffle=shuffle).fit, large, y) < ALLOWED
    assert peak_of(estimator.predict, large) < ALLOWED


@pytest.mark.parametrize("options", [{"early_stopping": True}, {"l2": 1.0, "batch_norm": True}])
@pytest.mark.parametrize("make", both(max_epochs=1))
def test_no_kind_of_training_copies_a_mapped_array(large, make, options):
    estimator = make()
    y = target(estimator, large)
    assert peak_of(estimator.set_params(**options).fit, large, y) < ALLOWED


@pytest.mark.parametrize("make", both(max_epochs=1))
def test_weights_validation_data_and_partial_fit_do_not_copy_a_mapped_array(large, make):
    estimator = make()
    y, weight = target(estimator, large), np.ones(N_ROWS)
    assert peak_of(estimator.fit, large, y, weight, X_val=large, y_val=y) < ALLOWED
    assert peak_of(estimator.partial_fit, large, y) < ALLOWED


@pytest.mark.parametrize("make", both(max_epochs=1))
def test_a_mapped_array_in_columns_is_not_copied_either(tmp_path, rng, make):
    estimator = make()
    X = rng.standard_normal((N_ROWS, N_FEATURES), dtype="float32")
    file = mapped(tmp_path / "X", X, order="F")
    assert peak_of(estimator.fit, file, target(estimator, file)) < ALLOWED


def test_a_mapped_array_with_a_nan_is_an_error(tmp_path, rng):
    X = rng.normal(size=(500, 4))
    X[400, 2] = np.nan
    with pytest.raises(ValueError, match=r"^DeepClassifier: the column 'x2' of X contains NaN\."):
        DeepClassifier(()).fit(mapped(tmp_path / "X", X), X[:, 0] > 0)


@pytest.mark.parametrize("options", [{}, {"batch_size": 32}, {"batch_size": 32, "shuffle": False}])
@pytest.mark.filterwarnings("ignore:.* numbers are used as they are:UserWarning")
@pytest.mark.parametrize("make", both(early_stopping=False, numerical_encoding=None))
def test_a_mapped_array_beyond_the_range_of_float32_is_an_error(tmp_path, rng, make, options):
    X = rng.normal(size=(200, 4))
    y = target(make(), X)
    fitted = make(**options).fit(X, y)
    X[150, 2] = 1e39
    file = mapped(tmp_path / "X", X)
    message = r"^Input X contains infinity or a value too large for dtype\('float32'\)\.$"
    with pytest.raises(ValueError, match=message):
        make(**options).fit(file, y)
    with pytest.raises(ValueError, match=message):
        fitted.predict(file)
