"""Training on a cluster of two processes."""

import pickle

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from skdeep import DeepClassifier, DeepRegressor, GaussianNoise
from tests.helpers import error_of, thetas

pytest.importorskip("distributed")
pytest.importorskip("dask.dataframe")

import dask.array as da
import dask.dataframe as dd
import pandas as pd

from skdeep.dask import DaskDeepClassifier, DaskDeepRegressor
from tests.dask.helpers import in_chunks, persisted

PLAIN = {DaskDeepClassifier: DeepClassifier, DaskDeepRegressor: DeepRegressor}


def _digits():
    return load_digits(return_X_y=True)


def _diabetes():
    return load_diabetes(return_X_y=True)


def _labels():
    X, y = load_digits(return_X_y=True)
    return X, np.column_stack([y % 2 == 0, y % 3 == 0]).astype(int)


def _sparse():
    X, y = load_digits(return_X_y=True)
    return sparse.csr_array(X), y


def _missing():
    X, y = load_diabetes(return_X_y=True)
    X[::7, 2] = np.nan
    return X, y


CASES = {
    "defaults": (DaskDeepClassifier, _digits, {}),
    "two classes": (DaskDeepClassifier, lambda: load_breast_cancer(return_X_y=True), {}),
    "batch norm and dropout": (
        DaskDeepRegressor,
        _diabetes,
        {"batch_norm": True, "dropout": 0.1, "lr_schedule": "cosine"},
    ),
    "one network, no hold-out": (
        DaskDeepRegressor,
        _missing,
        {"n_members": 1, "early_stopping": False, "l2": 0.1, "optimizer": "momentum"},
    ),
    "several labels": (DaskDeepClassifier, _labels, {"class_weight": "balanced"}),
    "sparse": (DaskDeepClassifier, _sparse, {"label_smoothing": 0.1, "clip_norm": 1.0}),
    "linear, L-BFGS": (
        DaskDeepClassifier,
        lambda: load_iris(return_X_y=True),
        {"hidden_layer_sizes": (), "optimizer": "lbfgs", "dtype": "float64", "l2": 1.0},
    ),
    "full batch": (DaskDeepRegressor, _diabetes, {"batch_size": "full", "dropout": 0.2}),
    "augmented full batch": (
        DaskDeepRegressor,
        _diabetes,
        {"batch_size": "full", "augment": GaussianNoise(0.1), "dropout": 0.2},
    ),
    "quantiles": (DaskDeepRegressor, _diabetes, {"loss": "quantile", "quantile": (0.1, 0.9)}),
    "scoring": (DaskDeepRegressor, _diabetes, {"scoring": "neg_mean_absolute_error"}),
    "counts": (DaskDeepRegressor, _diabetes, {"loss": "poisson", "numerical_encoding": "robust"}),
}


def _fitted(kind, client, X, y, sizes, weight=None, **hyperparameters):
    given = [None if each is None else in_chunks(each, sizes) for each in (X, y, weight)]
    return kind(client=client, random_state=0, **hyperparameters).fit(*given)


@pytest.mark.parametrize(("kind", "load", "options"), CASES.values(), ids=CASES)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_one_partition_with_a_round_for_each_epoch_equals_fit(client, kind, load, options):
    (X, y), options = load(), {"max_epochs": 3, **options}
    one = PLAIN[kind](random_state=0, **options).fit(X, y)
    n = X.shape[0]
    found = _fitted(kind, client, X, y, [n], steps_per_round="epoch", **options).to_local()
    np.testing.assert_array_equal(thetas(found), thetas(one))
    for column in ("train_loss", "val_loss", "val_score", "learning_rate", "gradient_norm"):
        np.testing.assert_array_equal(found.history_[column], one.history_[column])
    np.testing.assert_array_equal(found.predict(X[:100]), one.predict(X[:100]))


SEVERAL = {
    "rounds": (DaskDeepClassifier, _digits, {"dropout": 0.1}),
    "rounds in float64": (DaskDeepRegressor, _missing, {"dtype": "float64", "batch_norm": True}),
    "given order": (DaskDeepRegressor, _missing, {"shuffle": False}),
    "numbers as they are": (DaskDeepRegressor, _diabetes, {"numerical_encoding": None}),
    "sparse": (DaskDeepClassifier, _sparse, {"steps_per_round": "epoch"}),
    "categories": (DaskDeepRegressor, _diabetes, {"categorical_features": [1]}),
    "L-BFGS": (DaskDeepRegressor, _diabetes, {"optimizer": "lbfgs", "n_members": 1}),
    "full batch": (DaskDeepClassifier, _digits, {"batch_size": "full", "max_epochs": 2}),
    "sparse full batch": (DaskDeepClassifier, _sparse, {"batch_size": "full", "max_epochs": 2}),
    "augmented": (DaskDeepRegressor, _diabetes, {"augment": GaussianNoise(0.1)}),
}


@pytest.mark.parametrize(("kind", "load", "options"), SEVERAL.values(), ids=SEVERAL)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_several_partitions_on_a_worker_are_one_with_their_rows(client, kind, load, options):
    X, y = load()
    n, weight = X.shape[0], np.where(np.arange(X.shape[0]) % 5, 1.5, 0.0)  # some rows are left out
    options = {"max_epochs": 3, "early_stopping": False, "random_state": 0, **options}
    fitted = []
    for sizes in ([n], [1, 200, 2, n - 203]):
        data = [in_chunks(each, sizes) for each in (X, y, weight)]
        data = persisted(client, *data, at=[1] * len(sizes))
        fitted.append(kind(client=client, **options).fit(*data))
    several, one = fitted
    np.testing.assert_array_equal(thetas(several), thetas(one))
    assert several.history_["train_loss"] == one.history_["train_loss"]


def test_weights_and_given_validation_rows_equal_those_of_fit(client, rng):
    X, y = _digits()
    weight, val = rng.integers(0, 3, 1500).astype(float), (X[1500:], y[1500:], np.ones(297))
    options = {"max_epochs": 3, "class_weight": "balanced", "random_state": 0}
    names = ("X_val", "y_val", "sample_weight_val")
    one = DeepClassifier(**options).fit(
        X[:1500], y[:1500], weight, **dict(zip(names, val, strict=True))
    )
    model = DaskDeepClassifier(client=client, steps_per_round="epoch", **options).fit(
        *(da.from_array(each, chunks=-1) for each in (X[:1500], y[:1500], weight)),
        **{name: da.from_array(each, chunks=100) for name, each in zip(names, val, strict=True)},
    )
    np.testing.assert_array_equal(thetas(model), thetas(one))
    assert model.history_["val_score"] == one.history_["val_score"]
    assert model.temperature_ == one.temperature_


@pytest.mark.parametrize("size", [(), (32,)], ids=str)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_lbfgs_on_two_workers_agrees_with_fit(client, size):
    X, y = _diabetes()
    options = {
        "hidden_layer_sizes": size, "optimizer": "lbfgs", "dtype": "float64", "max_epochs": 15,
        "l2": 1.0, "numerical_encoding": "standardize",
    }  # fmt: skip
    one = DeepRegressor(random_state=0, **options).fit(X, y)
    data = persisted(client, in_chunks(X, [50, 300, 92]), in_chunks(y, [50, 300, 92]))
    found = DaskDeepRegressor(client=client, random_state=0, **options).fit(*data)
    # sums in another order; 15 iterations make their rounding errors grow
    np.testing.assert_allclose(found.history_["train_loss"], one.history_["train_loss"], rtol=1e-6)
    expected = one.predict(X)
    np.testing.assert_allclose(
        found.to_local().predict(X), expected, atol=1e-6 * np.abs(expected).max()
    )


def _twice(X, y, rng):
    return 2 * X, y


def test_several_quantiles_have_twice_as_many_members(client):
    X = np.random.default_rng(0).normal(size=(500, 2))
    data = persisted(client, in_chunks(X, [200, 300]), in_chunks(X[:, 0], [200, 300]))
    options = {"loss": "quantile", "quantile": (0.1, 0.9), "max_epochs": 1}
    found = DaskDeepRegressor((8,), client=client, random_state=0, **options).fit(*data)
    assert found.to_local().n_members_ == 8


@pytest.mark.parametrize("augment", [None, _twice])
def test_full_batches_on_two_workers_agree_with_fit(client, augment):
    X, y = _diabetes()
    options = {
        "batch_size": "full", "dtype": "float64", "max_epochs": 10, "early_stopping": False,
        "augment": augment,
    }  # fmt: skip
    one = DeepRegressor(random_state=0, **options).fit(X, y)
    data = persisted(client, in_chunks(X, [142, 300]), in_chunks(y, [142, 300]))
    found = DaskDeepRegressor(client=client, random_state=0, **options).fit(*data)
    np.testing.assert_allclose(found.history_["train_loss"], one.history_["train_loss"], rtol=1e-6)


def test_two_workers_with_uneven_partitions_learn_as_one_place_does(client):
    X, y = _digits()
    order = np.random.default_rng(0).permutation(len(y))
    X, y, X_test, y_test = X[order[:1400]], y[order[:1400]], X[order[1400:]], y[order[1400:]]
    sizes = [100, 700, 50, 350, 200]
    data = persisted(client, in_chunks(X, sizes), in_chunks(y, sizes))
    model = DaskDeepClassifier(client=client, max_epochs=20, random_state=0).fit(*data)
    one = DeepClassifier(max_epochs=20, random_state=0).fit(X, y)
    assert model.to_local().score(X_test, y_test) > one.score(X_test, y_test) - 0.01
    again = clone(model).fit(*data)
    np.testing.assert_array_equal(thetas(again), thetas(model))


@pytest.mark.parametrize("steps", [1, 7, 10**6])
def test_every_number_of_steps_trains_each_row_once_an_epoch(client, steps):
    X, y = _diabetes()
    data = persisted(client, in_chunks(X, [142, 300]), in_chunks(y, [142, 300]))
    model = DaskDeepRegressor(
        (8,), client=client, max_epochs=2, batch_size=16, steps_per_round=steps,
        early_stopping=False, lr_schedule="cosine", random_state=0,
    ).fit(*data)  # fmt: skip
    assert np.isfinite(model.history_["train_loss"]).all()
    assert model.n_epochs_ == 2


def _frame(n=600):
    rng = np.random.default_rng(0)
    city = rng.choice(["bern", "oslo", "rome"], n)
    frame = pd.DataFrame(
        {
            "city": city,
            "age": rng.normal(40, 10, n),
            "size": pd.Categorical(rng.choice(["s", "m", "l"], n)),
        }
    )
    frame.loc[::50, "age"] = np.nan
    y = (city == "rome").astype(int) + (frame["age"].to_numpy() > 40)
    return frame, pd.Series(y, name="y")


@pytest.mark.parametrize("n_partitions", [1, 5])
def test_frames_with_categories_give_the_inputs_of_fit(client, n_partitions):
    X, y = _frame()
    options = {"max_epochs": 3, "early_stopping": False, "random_state": 0}
    one = DeepClassifier(**options).fit(X, y)
    data = [dd.from_pandas(each, npartitions=n_partitions) for each in (X, y)]
    model = DaskDeepClassifier(client=client, steps_per_round="epoch", **options).fit(*data)
    assert model.encoded_feature_names_.tolist() == one.encoded_feature_names_.tolist()
    assert model.classes_.tolist() == [0, 1, 2]
    if n_partitions == 1:
        np.testing.assert_array_equal(thetas(model), thetas(one))
    predicted = model.predict(data[0])
    assert np.isnan(predicted.chunks[0]).all()
    np.testing.assert_array_equal(predicted.compute(), model.to_local().predict(X))
    assert model.score(*data) == pytest.approx(model.to_local().score(X, y))


def test_empty_partitions_and_unknown_sizes_do_not_matter(client):
    X, y = _frame()
    frame = dd.from_pandas(X.assign(y=y), npartitions=4)
    frame = frame[frame["y"] < 2]
    frame = dd.concat([frame, frame[frame["age"] > 1000]])  # empty partitions
    options = {"max_epochs": 2, "random_state": 0, "client": client}
    model = DaskDeepClassifier(**options).fit(frame.drop(columns="y"), frame["y"])
    assert model.classes_.tolist() == [0, 1]
    arrays = frame[["age"]].fillna(0).to_dask_array(), frame["y"].to_dask_array()
    assert DaskDeepRegressor(**options).fit(*arrays).n_epochs_ == 2


def test_the_estimators_keep_the_conventions_of_scikit_learn(client):
    X, y = (in_chunks(each, [1000, 797]) for each in _digits())
    model = DaskDeepClassifier((8,), optimizer="sgd", steps_per_round=5, client=client)
    assert is_classifier(model)
    assert is_regressor(DaskDeepRegressor())
    copied = clone(model)
    assert copied.client is client
    assert copied.get_params(deep=False) == model.get_params(deep=False)
    assert model.set_params(optimizer__momentum=0.5).optimizer.momentum == 0.5
    model.set_params(max_epochs=2, random_state=0).fit(X, y)
    saved = pickle.loads(pickle.dumps(model))
    assert saved.client is None
    np.testing.assert_array_equal(thetas(saved), thetas(model))
    assert repr(DaskDeepRegressor(steps_per_round=8)) == "DaskDeepRegressor(steps_per_round=8)"
    assert isinstance(model.to_local(), DeepClassifier)


ERRORS = {
    "data in memory": (
        {},
        lambda X, y: (X.compute(), y),
        "DaskDeepClassifier: X must be a Dask array or frame. Got ndarray. For data in memory, use "
        "DeepClassifier or DeepRegressor.",
    ),
    "rows": (
        {},
        lambda X, y: (X, y[:100]),
        "DaskDeepClassifier: X and y, and their weights, must have the same number of rows. Got "
        "150 and 100.",
    ),
    "partitions": (
        {},
        lambda X, y: (dd.from_dask_array(X), y.rechunk((75,))),
        "DaskDeepClassifier: the partitions do not match. Their numbers are {'X': 3, 'y': 2}. Give "
        "collections whose partitions have the same rows, or call compute_chunk_sizes() on arrays.",
    ),
    "warm start": (
        {"warm_start": True},
        lambda X, y: (X, y),
        "DaskDeepClassifier: a training on a cluster cannot be continued by warm_start=True. Set "
        "warm_start=False, or continue with to_local().partial_fit.",
    ),
    "batch norm of a full batch": (
        {"batch_norm": True, "batch_size": "full", "early_stopping": False},
        lambda X, y: (X, y),
        "DaskDeepClassifier: batch_norm needs the rows of a batch in one place, and a full batch "
        "lies on 2 workers. Take an optimizer with steps and a batch_size below the number of "
        "rows, or set batch_norm=False.",
    ),
    "no y": (
        {},
        lambda X, y: (X, None),
        "DaskDeepClassifier: fit requires y, but y is None.",
    ),
    "kinds of y": (
        {},
        lambda X, y: (
            X,
            y.map_blocks(_sometimes_labels, dtype=int, chunks=(y.chunks[0], (2,)), new_axis=1),
        ),
        "DaskDeepClassifier: y must have one form in all partitions. It has an indicator matrix "
        "of 2 labels in one partition, and an indicator matrix of 3 labels in another.",
    ),
}


def _sometimes_labels(y, block_info=None):
    n_labels = 2 + block_info[0]["chunk-location"][0]
    return np.eye(n_labels, dtype=int)[np.arange(len(y)) % n_labels]


@pytest.mark.parametrize(("options", "change", "message"), ERRORS.values(), ids=ERRORS)
def test_bad_input_gets_a_clear_error(client, options, change, message):
    X, y = load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(150)
    data = persisted(client, in_chunks(X[order], [50, 50, 50]), in_chunks(y[order], [50, 50, 50]))
    model = DaskDeepClassifier((8,), client=client, max_epochs=2, **options)
    assert error_of(lambda: model.fit(*change(*data))) == message
    assert not hasattr(model, "history_")


def test_a_round_needs_steps():
    model = DaskDeepClassifier(steps_per_round=0)
    message = error_of(lambda: model.fit(None, None))
    assert message.startswith(
        "The 'steps_per_round' parameter of DaskDeepClassifier must be an int in the range [1, "
        "inf) or a str among {"  # scikit-learn gives a set, in any order
    )
    assert message.endswith("}. Got 0 instead.")


def test_an_error_on_a_worker_names_the_estimator_and_leaves_it_as_it_was(client):
    X, y = (in_chunks(each, [1000, 797]) for each in _digits())
    model = DaskDeepClassifier((8,), client=client, max_epochs=2, random_state=0).fit(X, y)
    before = thetas(model)
    model.set_params(learning_rate=1e30, optimizer="sgd", early_stopping=False)
    message = error_of(lambda: model.fit(X, y))
    assert message.startswith("DaskDeepClassifier: the training ")
    assert message.endswith("(learning_rate=1e+30). Lower learning_rate.")
    np.testing.assert_array_equal(thetas(model), before)


def test_a_training_that_fails_is_warned_of(client):
    X, y = (in_chunks(each, [1000, 797]) for each in _digits())
    model = DaskDeepClassifier(
        (32,), client=client, max_epochs=6, learning_rate=1e-8, random_state=1,
        weight_init="he_normal", early_stopping=False, steps_per_round="epoch",
    )  # fmt: skip
    with pytest.warns(ConvergenceWarning, match="the network is no better than predicting"):
        model.fit(X, y)


def test_an_estimator_that_is_not_fitted_says_so():
    model = DaskDeepClassifier()
    assert error_of(model.to_local, NotFittedError) == (
        "This DaskDeepClassifier instance is not fitted yet. Call 'fit' first."
    )
    assert not hasattr(model, "classes_")


def test_without_a_client_there_is_an_error(monkeypatch):
    monkeypatch.setattr("skdeep.dask.cluster.get_client", _raise)
    X, y = load_iris(return_X_y=True)
    model = DaskDeepClassifier(client=None)
    assert error_of(lambda: model.fit(in_chunks(X, [150]), in_chunks(y, [150]))) == (
        "DaskDeepClassifier: there is no current client. Create a distributed.Client, or give it "
        "as client=."
    )


def _raise():
    raise ValueError("No clients found")
