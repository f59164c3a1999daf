"""Tables as they are: categories, missing values and any scale, inside the estimators."""

import pickle
import warnings
from copy import deepcopy
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags

from skdeep import (
    BiasVarianceReport,
    DeepClassifier,
    DeepRegressor,
    Embedding,
    Mixup,
    OneHot,
    PiecewiseLinear,
    activation_statistics,
    check_gradient,
    find_learning_rate,
    search_space,
)
from skdeep.estimators.inside import model_of
from tests.helpers import error_of, thetas

ENCODINGS = ["standardize", "robust", "piecewise_linear"]
BOTH = pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])


def passengers(n=300, seed=0):
    """Return a table with categories and missing values, and a target of two classes."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "age": np.where(rng.random(n) < 0.2, np.nan, rng.normal(40, 12, n)),
            "fare": np.exp(rng.normal(3, 1.5, n)),
            "port": rng.choice(["Cherbourg", "Queenstown", "Southampton", None], n),
            "alone": rng.random(n) < 0.5,
            "class": pd.Categorical(rng.choice(["1st", "2nd", "3rd"], n)),
        }
    )
    y = (X["fare"] > 25) ^ (X["class"] == "3rd") ^ (X["age"].isna() & X["alone"])
    return X, y.to_numpy().astype(int)


def small(kind=DeepClassifier, **options):
    """Return an estimator that trains in no time."""
    defaults = {"hidden_layer_sizes": (16,), "max_epochs": 4, "random_state": 0}
    return kind(**{**defaults, **options})


def raw(model, X):
    return getattr(model, "decision_function", model.predict)(X)


@BOTH
def test_a_raw_frame_is_learned(kind):
    X, y = passengers(1500)
    model = kind((32, 32), random_state=0).fit(X[:1000], y[:1000])
    found = model.predict(X[1000:])
    assert np.mean((found > 0.5) == y[1000:]) > 0.9  # always the larger class: 0.53


@BOTH
@pytest.mark.parametrize("category_encoding", ["one_hot", "embedding"])
def test_pandas_and_polars_and_objects_are_alike(kind, category_encoding):
    X, y = passengers()
    model = small(kind, category_encoding=category_encoding).fit(X, y)
    columns = {name: X[name].astype(object) for name in X}
    polars = pl.DataFrame({k: v.where(v.notna(), None).tolist() for k, v in columns.items()})
    np.testing.assert_array_equal(raw(clone(model).fit(polars, y), polars), raw(model, X))
    objects = X.to_numpy(dtype=object)
    by_index = clone(model).set_params(categorical_features=[2, 3, 4]).fit(objects, y)
    np.testing.assert_array_equal(raw(by_index, objects), raw(model, X))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        np.testing.assert_array_equal(raw(model, objects), raw(model, X))


@pytest.mark.parametrize(
    "columns", [["port", "alone", "class"], [2, 3, 4], [False, False, True, True, True]]
)
def test_columns_are_declared_by_name_number_or_mask(columns):
    X, y = passengers()
    model = small().fit(X, y)
    declared = small(categorical_features=columns).fit(X, y)
    np.testing.assert_array_equal(raw(declared, X), raw(model, X))


def test_numbers_can_be_categories(tmp_path):
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=400), rng.integers(5, size=400) * 1000])
    y = np.isin(X[:, 1], [1000, 4000]).astype(int)
    model = small(categorical_features=[1], max_epochs=30).fit(X, y)
    assert model.score(X, y) == 1
    assert model.encoded_feature_names_[-5:].tolist() == [
        "x1_0.0", "x1_1000.0", "x1_2000.0", "x1_3000.0", "x1_4000.0"
    ]  # fmt: skip
    file = np.memmap(tmp_path / "X", dtype=X.dtype, mode="w+", shape=X.shape)
    file[:] = X
    np.testing.assert_array_equal(raw(clone(model).fit(file, y), X), raw(model, X))
    as_words = clone(model).fit(X.astype(object), y)
    np.testing.assert_array_equal(raw(as_words, X.astype(object)), raw(model, X))


def test_unknown_and_missing_categories_are_one():
    X, y = passengers()
    model = small().fit(X, y)
    odd = X.head(3).astype({"port": object, "class": object})
    missing, unknown = odd.assign(port=None), odd.assign(port="Belfast")
    np.testing.assert_array_equal(raw(model, unknown), raw(model, missing))
    # no training row lacks its class: the inputs of an unknown class are zeros
    zeros = odd.assign(**{"class": "4th"})
    assert np.isfinite(raw(model, zeros)).all()
    np.testing.assert_array_equal(raw(model, zeros), raw(model, odd.assign(**{"class": None})))


@BOTH
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("options", [{}, {"batch_norm": True, "optimizer": "lbfgs"}])
def test_shift_and_scale_of_a_column_change_nothing_but_rounding(kind, encoding, options):
    X, y = passengers(600)
    model = small(kind, numerical_encoding=encoding, dtype="float64", **options)
    model.set_params(early_stopping=False)
    moved = X.assign(age=1e4 * X["age"] + 1e6, fare=1e-6 * X["fare"] - 1)
    # float64 keeps ten digits of a column near one million; training amplifies the rest
    one, two = deepcopy(model).fit(X, y), deepcopy(model).fit(moved, y)
    np.testing.assert_allclose(raw(two, moved), raw(one, X), rtol=1e-5, atol=1e-6)


@BOTH
def test_names_of_categories_and_order_of_rows_change_nothing(kind):
    X, y = passengers(40)
    model = small(kind, batch_size="full", early_stopping=False).fit(X, y)
    # the same order of the names, so that each has the same place and the same first weights
    names = {"Cherbourg": "Aberdeen", "Queenstown": "Bristol", "Southampton": "Cork"}
    renamed = X.assign(port=X["port"].map(names))
    np.testing.assert_array_equal(raw(clone(model).fit(renamed, y), renamed), raw(model, X))
    order = np.random.default_rng(1).permutation(40)
    shuffled = clone(model).fit(X.iloc[order], y[order])
    np.testing.assert_array_equal(raw(shuffled, X), raw(model, X))


@BOTH
@pytest.mark.parametrize("encoding", [None, *ENCODINGS])
def test_a_weight_of_two_is_a_row_given_twice(kind, encoding):
    X, y = passengers(40)
    X = X.drop(columns="age") if encoding is None else X
    weight = np.arange(40) % 3
    twice = np.repeat(np.arange(40), weight)
    model = small(kind, numerical_encoding=encoding, batch_size="full", early_stopping=False)
    model.set_params(hidden_layer_sizes=(8,), dtype="float64")
    if encoding is None:
        X = X.assign(fare=X["fare"] / 100)
    weighted, repeated = (
        deepcopy(model).fit(X, y, weight),
        deepcopy(model).fit(X.iloc[twice], y[twice]),
    )
    # sums of weighted and of repeated rows are rounded differently
    np.testing.assert_allclose(raw(weighted, X), raw(repeated, X), rtol=1e-7, atol=1e-9)


@BOTH
def test_statistics_are_those_of_the_training_rows(kind):
    X, y = passengers()
    far = X.assign(fare=X["fare"] * 50, port="Belfast")
    model = small(kind, early_stopping=False)
    alone = deepcopy(model).fit(X, y)
    with pytest.warns(UserWarning, match="of X_val has mean"):
        watched = deepcopy(model).fit(X, y, X_val=far, y_val=y)
    np.testing.assert_array_equal(raw(watched, X), raw(alone, X))


@BOTH
@pytest.mark.parametrize("options", [{}, {"category_encoding": "embedding"}])
def test_a_pickle_predicts_and_goes_on_alike(kind, options):
    X, y = passengers()
    model = small(kind, **options).fit(X, y)
    loaded = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(raw(loaded, X), raw(model, X))
    for each in (model, loaded):
        each.partial_fit(X, y)
    np.testing.assert_array_equal(raw(loaded, X), raw(model, X))


@BOTH
def test_skops_needs_to_trust_nothing_new(kind):
    skops_io = pytest.importorskip("skops.io")
    X, y = passengers()
    model = small(kind, category_encoding="embedding").fit(X, y)
    stored = skops_io.dumps(model)
    plain = small(kind, numerical_encoding=None).fit(np.zeros((60, 2)), y[:60])
    asked = skops_io.get_untrusted_types(data=stored)
    assert set(asked) == set(skops_io.get_untrusted_types(data=skops_io.dumps(plain)))
    np.testing.assert_array_equal(raw(skops_io.loads(stored, trusted=asked), X), raw(model, X))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_pickle_holds_statistics_and_no_rows(encoding):
    sizes = []
    for n in (600, 6000):
        X, y = passengers(n)
        model = small(numerical_encoding=encoding, n_members=2, max_epochs=1).fit(X, y)
        sizes.append(len(pickle.dumps(model)))
    assert abs(sizes[0] - sizes[1]) < 200  # counters and labels of other lengths


@BOTH
@pytest.mark.parametrize("category_encoding", ["one_hot", "embedding"])
def test_training_goes_on_with_the_inputs_of_the_first_call(kind, category_encoding):
    X, y = passengers()
    other = X.assign(fare=X["fare"] * 2 + 1, port="Belfast")
    for method, options in (("partial_fit", {}), ("fit", {"warm_start": True})):
        model = small(kind, category_encoding=category_encoding, **options)
        names = getattr(model, method)(X, y).encoded_feature_names_.tolist()
        before = thetas(model)
        getattr(model, method)(other, y)
        assert model.encoded_feature_names_.tolist() == names
        assert not np.array_equal(thetas(model), before)


@pytest.mark.parametrize(
    ("change", "name", "value"),
    [
        ({"numerical_encoding": "robust"}, "numerical_encoding", "'robust'"),
        ({"category_encoding": OneHot()}, "category_encoding", "'OneHot'"),
        ({"categorical_features": ["port"]}, "categorical_features", "['port']"),
    ],
)
def test_encodings_cannot_change_while_training_goes_on(change, name, value):
    X, y = passengers()
    model = small(warm_start=True).fit(X, y)
    assert error_of(lambda: model.set_params(**change).fit(X, y)) == (
        f"DeepClassifier: {name} cannot change while training goes on: what the inputs learned is "
        f"kept. Got {value}. Put it back, or fit anew with warm_start=False."
    )


def test_the_names_of_the_inputs_are_those_of_the_first_weights():
    X, y = passengers()
    model = small(numerical_encoding="standardize").fit(X, y)
    assert model.encoded_feature_names_.tolist() == [
        "age", "fare", "age_missing", "port_Cherbourg", "port_Queenstown", "port_Southampton",
        "port_other", "alone_False", "alone_True", "class_1st", "class_2nd", "class_3rd",
    ]  # fmt: skip
    assert model.coefs_[0].shape == (12, 16)
    assert model.n_features_in_ == 5
    assert model.feature_names_in_.tolist() == list(X)
    model.set_params(category_encoding=Embedding(2, max_one_hot=2)).fit(X, y)
    assert model.encoded_feature_names_.tolist() == [
        "age", "fare", "age_missing", "alone_False", "alone_True", "port_embedding0",
        "port_embedding1", "class_embedding0", "class_embedding1",
    ]  # fmt: skip
    assert model.coefs_[0].shape == (9, 16)


def test_a_linear_model_keeps_its_columns_and_names():
    X, y = passengers()
    numbers = X[["fare"]].assign(log=np.log(X["fare"]))
    model = DeepClassifier((), max_epochs=2).fit(numbers, y)
    assert model.encoded_feature_names_.tolist() == ["fare", "log"]
    assert model.embeddings_ == {}
    array = DeepClassifier((), max_epochs=2).fit(numbers.to_numpy(), y)
    assert array.encoded_feature_names_.tolist() == ["x0", "x1"]


def test_embeddings_have_a_vector_for_each_category():
    X, y = passengers()
    model = small(category_encoding=Embedding(3, max_one_hot=2)).fit(X, y)
    assert list(model.embeddings_) == ["port", "class"]
    assert list(model.embeddings_["port"]) == ["Cherbourg", "Queenstown", "Southampton", None]
    frame = pd.DataFrame(model.embeddings_["class"])
    assert frame.shape == (3, 4)
    assert not frame[None].any()  # no training row lacks its class
    assert not hasattr(DeepClassifier(), "embeddings_")
    # a copy: the network is not changed through it
    before = raw(model, X)
    model.embeddings_["class"]["1st"][:] = 100
    np.testing.assert_array_equal(raw(model, X), before)


@pytest.mark.parametrize(
    ("options", "nan", "category", "sparse"),
    [
        ({}, True, True, True),
        ({"numerical_encoding": "standardize"}, True, True, True),
        ({"numerical_encoding": "robust"}, True, True, False),
        ({"numerical_encoding": PiecewiseLinear(4)}, True, True, False),
        ({"numerical_encoding": None}, False, True, True),
        ({"hidden_layer_sizes": ()}, False, True, True),
        ({"categorical_features": None}, True, False, True),
        ({"augment": Mixup()}, False, True, False),
    ],
)
def test_tags_say_what_is_accepted(options, nan, category, sparse):
    tags = get_tags(DeepClassifier(**options)).input_tags
    assert (tags.allow_nan, tags.categorical, tags.string, tags.sparse) == (
        nan, category, category, sparse
    )  # fmt: skip


@BOTH
def test_missing_numbers_are_replaced_and_indicated(kind):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y = np.isnan(np.where(rng.random(200) < 0.3, np.nan, 0)).astype(int)
    X[y == 1, 1] = np.nan  # that it is missing says all
    model = small(kind, max_epochs=60).fit(X, y)
    assert np.mean((model.predict(X) > 0.5) == y) > 0.98
    assert "x1_missing" in model.encoded_feature_names_
    # a column without missing values in training gets its mean
    at_mean, missing = X[y == 0], X[y == 0].copy()
    at_mean[:, 0], missing[:, 0] = X[:, 0].mean(), np.nan
    held_in = clone(model).set_params(early_stopping=False, numerical_encoding="standardize")
    held_in.fit(X, y)
    np.testing.assert_allclose(raw(held_in, missing), raw(held_in, at_mean), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("encoding", ["auto", *ENCODINGS])
def test_useless_columns_do_no_harm(encoding, diabetes):
    X, y = diabetes
    odd = np.column_stack([X, np.full(len(X), np.nan), np.full(len(X), 0.1), X[:, 0] * 1e-300])
    model = small(DeepRegressor, numerical_encoding=encoding, max_epochs=20).fit(odd, y)
    assert model.score(odd, y) > 0.4
    assert np.isfinite(model.predict(np.where(np.isnan(odd), 7.0, odd))).all()


def test_thousands_of_categories_are_learned():
    rng = np.random.default_rng(0)
    city = rng.integers(3000, size=20_000)
    y = np.isin(city, rng.permutation(3000)[:1500]).astype(int)
    X = pd.DataFrame({"city": city.astype(str), "size": rng.normal(size=20_000)})
    model = DeepClassifier((32,), max_epochs=15, random_state=0).fit(X[:19_000], y[:19_000])
    assert model.score(X[19_000:], y[19_000:]) > 0.95
    assert model.coefs_[0].shape[0] < 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda X: X.assign(port=np.resize(["a", 1], len(X)).astype(object)).assign(
                port=lambda f: [v if v == "a" else 1 for v in f["port"]]
            ),
            "DeepClassifier: the categorical column 'port' of X has labels of the types int, str. "
            "Convert them to one type, such as str.",
        ),
        (
            lambda X: X.assign(age=pd.Timestamp("2020-01-01")),
            "DeepClassifier: the column 'age' of X has the value Timestamp('2020-01-01 00:00:00'), "
            "which is no number. Declare the column in categorical_features, or convert it to "
            "numbers.",
        ),
        (
            lambda X: X.assign(age=np.inf),
            "Input X contains infinity or a value too large for dtype('float64').",
        ),
    ],
)
def test_columns_that_cannot_be_read_are_named(change, message):
    X, y = passengers()
    assert error_of(lambda: small().fit(change(X), y)) == message


def test_text_that_is_not_declared_is_an_error():
    X, y = passengers()
    assert error_of(lambda: small(categorical_features=["port"]).fit(X, y)) == (
        "DeepClassifier: the column 'class' of X has the value '3rd', which is no number. Declare "
        "the column in categorical_features, or convert it to numbers."
    ).replace("'3rd'", repr(X["class"][0]))
    message = error_of(lambda: small().fit(X[["class", "port"]].to_numpy(), y))
    assert message.startswith("DeepClassifier: the column 0 of X has the value '")


def test_other_columns_at_prediction_are_an_error():
    X, y = passengers()
    model = small().fit(X, y)
    assert "must be in the same order" in error_of(lambda: model.predict(X[list(X)[::-1]]))
    assert "yet now missing:\n- fare" in error_of(lambda: model.predict(X.drop(columns="fare")))


def test_augmented_rows_have_no_embeddings():
    X, y = passengers()
    model = small(augment=Mixup(), numerical_encoding="standardize").fit(X, y)
    assert "class_1st" in model.encoded_feature_names_
    model.set_params(category_encoding="embedding")
    expected = (
        "DeepClassifier: augment changes encoded numbers, and columns of X are encoded by the "
        "places of their categories. Use category_encoding='one_hot', or augment=None."
    )
    assert error_of(lambda: model.fit(X, y)) == expected
    # also if the augmenter comes later
    goes_on = small(category_encoding="embedding", warm_start=True).fit(X, y)
    assert error_of(lambda: goes_on.set_params(augment=Mixup()).fit(X, y)) == expected


def test_sparse_rows_have_no_bins_and_no_categories(rng):
    from scipy.sparse import csr_array

    X, y = csr_array(rng.random((60, 3)) * (rng.random((60, 3)) < 0.4)), rng.integers(2, size=60)
    assert error_of(lambda: small(numerical_encoding="robust").fit(X, y)) == (
        "DeepClassifier: numerical_encoding='robust' needs dense X, and X is sparse. Give "
        "X.toarray(), or numerical_encoding='standardize', which scales sparse X."
    )
    assert error_of(lambda: small(categorical_features=[0]).fit(X, y)) == (
        "DeepClassifier: categorical_features needs dense X, and X is sparse. Give X.toarray(), or "
        "categorical_features=None."
    )
    model = small().fit(X, y)
    scaled = small().fit(csr_array(X * 1000), y)
    # the rows are divided by the largest value of each column
    np.testing.assert_allclose(raw(scaled, X * 1000), raw(model, X), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(raw(model, X.toarray()), raw(model, X), rtol=1e-5, atol=1e-6)
    X.data[0] = np.nan
    assert error_of(lambda: model.predict(X)).startswith("DeepClassifier: the column 'x")


@BOTH
def test_diagnostics_work_on_raw_frames(kind):
    X, y = passengers(120)
    model = small(kind, category_encoding="embedding")
    assert check_gradient(model, X, y).verdict == "correct"
    fitted = clone(model).fit(X, y)
    assert check_gradient(fitted, X, y).verdict == "correct"
    for each in (model, fitted):
        assert np.isfinite(activation_statistics(each, X).layers[0].input_variance)
    assert np.isfinite(find_learning_rate(model, X, y, n_steps=20).losses[0])
    report = BiasVarianceReport.from_estimator(fitted, X[:80], y[:80], X[80:], y[80:])
    assert report.train_error >= 0


def test_scikit_learns_tools_work_on_raw_frames():
    X, y = passengers(400)
    model = small(max_epochs=30).fit(X, y)
    importance = permutation_importance(model, X, y, n_repeats=2, random_state=0)
    assert importance.importances_mean.argmax() in (1, 4)
    for feature in ("fare", "class"):
        shown = partial_dependence(model, X, [feature], categorical_features=["class"])
        assert np.isfinite(shown["average"]).all()
    assert cross_val_score(small(), X, y, cv=2, error_score="raise").shape == (2,)
    pipe = make_pipeline(small()).fit(X, y)
    assert pipe.predict(X).shape == (400,)


def test_encodings_can_be_searched():
    X, y = passengers(120)
    grid = {"numerical_encoding__n_bins": [4, 8], "category_encoding__n_dims": [1, 2]}
    model = small(numerical_encoding="piecewise_linear", category_encoding="embedding")
    search = GridSearchCV(model, grid, cv=2).fit(X, y)
    assert search.best_params_.keys() == grid.keys()
    space = search_space(small(), "all")
    tried = RandomizedSearchCV(
        small(max_epochs=1), space, n_iter=4, cv=2, random_state=0, error_score="raise"
    ).fit(X, y)
    assert len(tried.cv_results_["params"]) == 4


@pytest.mark.parametrize("scoring", ["accuracy", lambda model, X, y: model.score(X, y)])
def test_scorers_are_asked_about_the_held_out_rows(scoring):
    X, y = passengers(400)
    model = small(scoring=scoring, category_encoding="embedding", max_epochs=3)
    kept = model.fit(X, y, X_val=X, y_val=y).best_epoch_
    assert model.validation_scores_[kept] == pytest.approx(model.score(X, y))


# what a user is told


def test_wild_scales_are_told_where_numbers_are_used_as_they_are():
    X, y = passengers()
    numbers = X[["fare"]].assign(income=1000 * X["fare"])
    model = small(numerical_encoding=None)
    with pytest.warns(UserWarning, match="the column 'income' of X has mean") as caught:
        model.fit(numbers, y)
    assert caught[0].filename == __file__
    quiet = partial(warnings.catch_warnings, action="error")
    with quiet():
        model.fit(StandardScaler().fit_transform(numbers), y)
        small().fit(numbers, y)
        DeepClassifier((), max_epochs=1).fit(numbers / 1e5, y)


def test_validation_data_in_other_units_are_told():
    X, y = passengers()
    X = X[["fare"]]
    pipe = make_pipeline(StandardScaler(), small(early_stopping=True))
    with pytest.warns(UserWarning, match="X_val has mean") as caught:
        pipe.fit(X, y, deepclassifier__X_val=X.to_numpy(), deepclassifier__y_val=y)
    mean, deviation = X["fare"].mean(), X["fare"].std(ddof=0)
    assert str(caught[-1].message) == (
        f"DeepClassifier: the column 'x0' of X_val has mean {mean:.3g} and standard deviation "
        f"{deviation:.3g}. In X they are 0 and 1. Give X_val in "
        "the units of X: a pipeline transforms X, but not the X_val that it passes on."
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small().fit(X, y, X_val=X[:40], y_val=y[:40])


# columns that are odd


def test_a_column_of_missing_categories_is_no_error():
    X, y = passengers()
    X = X.assign(port=pd.Series([None] * len(X), dtype=object))
    model = small().fit(X, y)
    assert "port_other" in model.encoded_feature_names_
    assert np.isfinite(raw(model, X)).all()


def test_intervals_are_the_same_with_and_without_missing_values():
    values = np.random.default_rng(0).integers(1, 5, 100).astype(float)
    X = pd.DataFrame({"bin": pd.cut(values, [0, 2, 4])})
    model = small().fit(X, values > 2)
    gap = pd.DataFrame({"bin": pd.cut(np.append(values, np.nan), [0, 2, 4])})
    np.testing.assert_array_equal(raw(model, gap)[:-1], raw(model, X))


def test_missing_values_of_pandas_are_missing_numbers():
    X, y = passengers()
    odd = X.assign(
        alone=pd.array(np.where(X["alone"], True, None), dtype="boolean"),
        age=pd.Series([pd.NA if np.isnan(v) else v for v in X["age"]], dtype=object),
    )
    model = small(categorical_features=["port", "class"]).fit(odd, y)
    assert {"age_missing", "alone_missing"} <= set(model.encoded_feature_names_)


def test_sparse_rows_of_a_model_of_labels_are_an_error():
    from scipy.sparse import csr_array

    X, y = passengers()
    model = small().fit(X.set_axis(range(5), axis=1), y)
    assert error_of(lambda: model.predict(csr_array(np.ones((3, 5))))) == (
        "DeepClassifier: X is sparse, and a column of the training data had labels. Give a frame, "
        "or an array of objects."
    )


@pytest.mark.parametrize("make", [lambda v: [v], lambda v: v + 0j])
def test_values_that_are_neither_numbers_nor_labels_are_an_error(make):
    X, y = passengers()
    model = small().fit(X, y)
    name = "port" if isinstance(make(1), list) else "age"
    odd = X.assign(**{name: [make(1)] * len(X)})
    assert error_of(lambda: model.predict(odd)).startswith("DeepClassifier: the ")
    assert repr(name) in error_of(lambda: model.predict(odd))


@pytest.mark.parametrize("value", [1700000000123456789, 0.1, -1e200])
def test_a_constant_column_is_zero_whatever_its_size(value):
    X = np.column_stack([np.full(1001, float(value)), np.arange(1001.0)])
    if abs(value) > 1e154:  # its square is too large
        X[:, 0] = value / 1e50
    model = small(DeepRegressor, max_epochs=1).fit(X, X[:, 1])
    x = model_of(model).inputs.encode(X, slice(0, 5), np.dtype("float32"))
    assert np.abs(x[:, 0]).max() < 1e-13  # rounding errors of a mean of equal numbers


def test_outliers_are_clipped_whatever_their_size():
    X = np.random.default_rng(0).normal(size=(600, 1))
    for encoding in ("robust", "piecewise_linear"):
        model = small(DeepRegressor, numerical_encoding=encoding, max_epochs=1).fit(X, X[:, 0])
        limit = 3 if encoding == "robust" else 5
        for dtype, huge in (("float32", 1e30), ("float64", 1e200)):
            x = model_of(model).inputs.encode(np.array([[huge]]), slice(0, 1), np.dtype(dtype))
            assert x[0, 0] == pytest.approx(limit)


def test_numbers_whose_squares_overflow_are_an_error():
    X, y = passengers()
    assert error_of(lambda: small().fit(X.assign(fare=X["fare"] * 1e180), y)) == (
        "Input X contains infinity or a value too large for dtype('float64')."
    )


def test_a_validation_column_without_values_is_not_far():
    X, y = passengers()
    X = X.assign(age=X["age"] + 1000)
    small().fit(X, y, X_val=X.assign(age=np.nan), y_val=y)


def test_dates_are_no_numbers():
    X, y = np.zeros((50, 2)), np.arange(50) % 2
    model = small().fit(X, y)
    dates = np.zeros((50, 2), dtype="datetime64[D]")
    assert error_of(lambda: model.predict(dates)) == (
        "DeepClassifier: the column 0 of X has the value datetime.date(1970, 1, 1), which is no "
        "number. Declare the column in categorical_features, or convert it to numbers."
    )


def test_validation_rows_may_be_sparse():
    from scipy.sparse import csr_array

    X, y = np.random.default_rng(0).normal(size=(60, 3)), np.arange(60) % 2
    dense, sparse = (small().fit(X, y, X_val=form(X), y_val=y) for form in (np.array, csr_array))
    assert sparse.history_["val_loss"] == dense.history_["val_loss"]


@pytest.mark.parametrize(
    "options",
    [
        {"numerical_encoding": None},
        {"hidden_layer_sizes": ()},
        {"augment": lambda X, y, rng: (X, y)},
        {"category_encoding": "embedding"},
    ],
)
def test_scorers_take_held_out_rows_with_new_and_missing_categories(options):
    X, y = passengers()
    X = X[["port", "class"]].assign(port=X["port"].fillna("Cork"))
    odd = X.assign(port=np.where(y == 1, "Belfast", None))
    model = small(scoring="accuracy", early_stopping=True, **options)
    model.fit(X, y, X_val=odd, y_val=y)
    assert model.validation_scores_[model.best_epoch_] == pytest.approx(model.score(odd, y))


def test_inputs_stay_when_an_augmenter_comes_or_goes():
    X = np.random.default_rng(0).normal(50, 10, size=(80, 3))
    y = (X[:, 0] > 50).astype(int)
    model = small(warm_start=True).fit(X, y)
    missing = np.where(np.arange(240).reshape(80, 3) % 17 == 0, np.nan, X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.set_params(augment=lambda X, y, rng: (X, y)).fit(missing, y)
    other = small(warm_start=True, augment=lambda X, y, rng: (X, y)).fit(X, y)
    other.set_params(augment=None)
    assert "contains NaN" in error_of(lambda: other.fit(missing, y))


def test_objects_that_are_numbers_are_numbers():
    X, y = passengers()
    numbers = X[["age", "fare"]]
    objects = numbers.astype(object).where(numbers.notna(), None)
    np.testing.assert_array_equal(
        raw(small().fit(objects, y), objects), raw(small().fit(numbers, y), numbers)
    )


def test_labels_of_another_type_are_told():
    X, y = passengers()
    model = small().fit(X, y)
    with pytest.warns(UserWarning, match="'port' of X has numbers. In training, it had text"):
        model.predict(X.assign(port=1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict(X.assign(port="Belfast"))


@pytest.mark.parametrize("extra", [{}, {"b": ["x", "y"] * 30}])
def test_dates_in_a_frame_are_no_numbers(extra):
    from datetime import datetime

    day = [datetime(2020, 1, 1)] * 60
    for frame in (pl.DataFrame, pd.DataFrame):
        X = frame({"a": np.arange(60.0), "day": day, **extra})
        assert "the column 'day' of X has the value" in error_of(lambda X=X: small().fit(X, day))


def test_columns_of_arrays_are_an_error():
    X = pl.DataFrame(
        {"b": ["x", "y"], "a": [[1.0, 2.0], [3.0, 4.0]]},
        schema_overrides={"a": pl.Array(pl.Float64, 2)},
    )
    assert "the column 'a' of X has the value [1.0, 2.0]" in error_of(
        lambda: small().fit(X, [0, 1])
    )
    lazy = X.lazy()
    assert error_of(lambda: small().fit(lazy, [0, 1])) == (
        "DeepClassifier: X is a LazyFrame. Give X.collect()."
    )


def test_vectors_of_several_lengths_are_refused():
    class BySize(Embedding):
        def learn(self, column, values, weights, has_missing):
            found = super().learn(column, values, weights, has_missing)
            return replace(found, n_dims=len(values))

    X, y = passengers()
    assert error_of(lambda: small(category_encoding=BySize()).fit(X, y)) == (
        "DeepClassifier: category_encoding gives vectors of the lengths [2, 3]. All columns must "
        "have vectors of one length."
    )


def test_a_category_of_the_name_other_is_not_the_category_other():
    X, y = passengers()
    model = small().fit(X.assign(port=X["port"].replace("Cherbourg", "other")), y)
    names = model.encoded_feature_names_.tolist()
    assert len(set(names)) == len(names)


def test_wild_scales_are_told_beside_categories_too():
    X, y = passengers()
    X = X[["fare", "port"]].assign(fare=20 * X["fare"])
    with pytest.warns(UserWarning, match="the column 'fare' of X has mean"):
        small(numerical_encoding=None).fit(X, y)
