"""Export as users call it."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, ParameterSampler
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler

from skdeep import DeepClassifier, DeepRegressor, GaussianNoise, __version__
from skdeep.layers import ACTIVATIONS
from skdeep.onnx import to_onnx
from tests.helpers import error_of
from tests.onnx.helpers import ROUNDING, ask, assert_same, session
from tests.onnx.test_inputs import table

pytest.importorskip("onnxruntime")

GRID = {
    "hidden_layer_sizes": [(), (16,), (32, 16), (8, 8, 8)],
    "activation": list(ACTIVATIONS),
    "batch_norm": [False, True],
    "dropout": [0.0, 0.3],
    "n_members": [1, 2, 5],
    "numerical_encoding": ["standardize", "robust", "piecewise_linear"],
    "category_encoding": ["one_hot", "embedding"],
    "dtype": ["float32", "float64"],
    "weight_averaging": [None, 0.9],
    "early_stopping": [False, True],
}


def _data():
    frame, three = table()
    return {
        "wine": load_wine(return_X_y=True),
        "breast cancer": load_breast_cancer(return_X_y=True),
        "digits": tuple(each[:500] for each in load_digits(return_X_y=True)),
        "table": (frame, np.array(["a", "b", "c"])[three]),
    }


@pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])
@pytest.mark.parametrize("name", ["wine", "breast cancer", "digits", "table"])
def test_a_random_grid_of_hyperparameters_predicts_the_same(name, kind):
    X, y = _data()[name]
    if kind is DeepRegressor:
        y = np.unique(y, return_inverse=True)[1] * 100.0
    # of different seeds, so that the data sets together try more
    for options in ParameterSampler(GRID, 6, random_state=len(name)):
        if not options["hidden_layer_sizes"]:
            options = {**options, "activation": "relu", "batch_norm": False, "dropout": 0.0}
        assert_same(kind(max_epochs=5, random_state=0, **options).fit(X, y), X)


def test_one_row_is_predicted_as_among_others(iris):
    X, y = iris
    model = DeepClassifier((8,), n_members=2, max_epochs=5, random_state=0).fit(X, y)
    one, all_rows = ask(model, X, X[:1]), ask(model, X)
    np.testing.assert_allclose(one["probabilities"], all_rows["probabilities"][:1], atol=1e-6)


def test_augmentation_is_for_training_and_leaves_no_trace(iris):
    X, y = iris
    model = DeepClassifier((8,), augment=GaussianNoise(0.1), max_epochs=5, random_state=0)
    assert_same(model.fit(X, y), X)


def test_training_that_goes_on_is_exported_as_it_stands(iris):
    X, y = iris
    model = DeepClassifier((8,), max_epochs=5, random_state=0).fit(X, y)
    assert_same(model.partial_fit(X, y), X)


def test_the_file_says_what_it_is(iris):
    X, y = table()
    model = DeepClassifier((8,), n_members=2, max_epochs=2, random_state=0)
    model.fit(X[["fare", "port"]], np.array(["a", "b", "c"])[y])
    proto = to_onnx(model, X[["fare", "port"]])
    assert (proto.producer_name, proto.producer_version) == ("skdeep", __version__)
    assert proto.doc_string.startswith(f"DeepClassifier of skdeep {__version__}, float32: ")
    facts = {each.key: each.value for each in proto.metadata_props}
    assert facts.pop("estimator") == "DeepClassifier"
    assert facts.pop("skdeep_version") == __version__
    assert {name: json.loads(value) for name, value in facts.items()} == {
        "inputs": ["fare", "port"],
        "features": ["fare", "port"],
        "categories": {"port": ["Cherbourg", "Queenstown", "Southampton"]},
        "classes": ["a", "b", "c"],
        "n_members": 2,
    }
    assert session(proto).get_modelmeta().producer_name == "skdeep"


def test_the_file_is_small(iris):
    """It holds the weights, and nothing else of that size."""
    X, y = iris
    model = DeepClassifier((100, 100), n_members=1, max_epochs=1, random_state=0).fit(X, y)
    n_bytes = 4 * sum(w.size for w in (*model.coefs_, *model.intercepts_))
    assert n_bytes < len(to_onnx(model, X).SerializeToString()) < n_bytes + 8000


@pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])
def test_a_pipeline_is_exported_with_its_steps(kind, iris):
    pytest.importorskip("skl2onnx")
    X, y = load_wine(return_X_y=True)
    model = make_pipeline(StandardScaler(), kind((8,), max_epochs=4, random_state=0)).fit(X, y)
    assert_same(model, X)


def test_a_pipeline_of_a_frame_has_an_input_for_each_column():
    pytest.importorskip("skl2onnx")
    X, y = table()
    X = X[["age", "children", "fare", "class", "alone"]]
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["age", "children", "fare"]),
        (OneHotEncoder(handle_unknown="ignore"), ["class"]),
        (OneHotEncoder(), ["alone"]),
    )
    labels = np.array([False, True, True])[y]
    model = make_pipeline(columns, DeepClassifier((8,), max_epochs=4, random_state=0))
    # skl2onnx takes text in an object column, not a pandas category
    X = X.astype({"class": object})
    assert_same(model.fit(X, labels), X)
    proto = to_onnx(model, X)
    assert (proto.producer_name, proto.graph.output[0].type.tensor_type.elem_type) == ("skdeep", 9)
    assert {each.name: each.type for each in session(proto).get_inputs()} == {
        "age": "tensor(float)",
        "children": "tensor(float)",
        "fare": "tensor(float)",
        "class": "tensor(string)",
        "alone": "tensor(float)",
    }


def test_a_pipeline_of_text_has_one_input_of_text():
    pytest.importorskip("skl2onnx")
    X = np.array([["a", "x"], ["b", "x"], ["c", "y"]] * 20, dtype=object)
    deep = DeepClassifier((4,), max_epochs=4, random_state=0)
    model = make_pipeline(OneHotEncoder(), deep).fit(X, ["no", "yes", "yes"] * 20)
    found = session(to_onnx(model, X)).run(["label", "probabilities"], {"X": X})
    np.testing.assert_array_equal(found[0], model.predict(X))
    np.testing.assert_allclose(found[1], model.predict_proba(X), atol=ROUNDING)


def test_a_step_that_skl2onnx_does_not_know_is_named(iris):
    pytest.importorskip("skl2onnx")
    X, y = iris
    deep = DeepClassifier((4,), max_epochs=4, random_state=0)
    model = make_pipeline(SplineTransformer(), deep).fit(X, y)
    with pytest.raises(RuntimeError, match="SplineTransformer"):  # skl2onnx's own error
        to_onnx(model, X)


def test_a_step_with_several_outputs_is_refused(iris):
    pytest.importorskip("skl2onnx")
    X, y = iris
    deep = DeepClassifier((4,), max_epochs=4, random_state=0)
    model = make_pipeline(KMeans(3, n_init=1, random_state=0), deep).fit(X, y)
    assert error_of(lambda: to_onnx(model, X)) == (
        "to_onnx: KMeans(n_clusters=3, n_init=1, random_state=0) before the estimator has several "
        "outputs in skl2onnx: label, scores. Use a step that has one."
    )


def test_a_pipeline_without_other_steps_needs_no_skl2onnx(monkeypatch):
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    X, y = table()
    deep = DeepClassifier((8,), max_epochs=4, random_state=0)
    assert_same(make_pipeline("passthrough", deep).fit(X, y), X)
    model = make_pipeline(StandardScaler(), deep).fit(X[["fare"]], y)
    assert error_of(lambda: to_onnx(model, X[["fare"]]), ImportError) == (
        "to_onnx of a pipeline with several steps needs skl2onnx, which is not installed. Install "
        "it by 'pip install skl2onnx'."
    )


def test_without_onnx_the_error_says_how_to_install_it(monkeypatch, iris):
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert error_of(lambda: to_onnx(DeepClassifier(), iris[0]), ImportError) == (
        "to_onnx needs onnx, which is not installed. Install it by 'pip install onnx'."
    )


def test_the_best_estimator_of_a_search_is_exported(iris):
    X, y = iris
    search = GridSearchCV(DeepClassifier((4,), max_epochs=3), {"learning_rate": [0.01]}, cv=2)
    assert_same(search.fit(X, y), X)


def test_the_import_of_skdeep_imports_no_onnx():
    code = (
        "import sys, skdeep, skdeep.onnx;"
        "assert not {'onnx', 'onnxruntime', 'skl2onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_other_estimators_are_refused(iris):
    model = LogisticRegression().fit(*iris)
    assert error_of(lambda: to_onnx(model, iris[0]), TypeError) == (
        "to_onnx: expected a DeepClassifier or a DeepRegressor: alone, as the last step of a "
        "Pipeline, or in a fitted search. Got LogisticRegression() instead."
    )


def test_an_estimator_that_is_not_fitted_is_refused(iris):
    with pytest.raises(NotFittedError):
        to_onnx(DeepClassifier(), iris[0])


def test_rows_that_the_estimator_does_not_take_are_refused(iris):
    model = DeepClassifier((4,), max_epochs=2).fit(*iris)
    assert error_of(lambda: to_onnx(model, iris[0][:, :2])) == (
        "X has 2 features, but DeepClassifier is expecting 4 features as input."
    )


@pytest.mark.parametrize("name", ["label", ""])
def test_a_column_with_the_name_of_an_output_is_refused(name, iris):
    X = pd.DataFrame(iris[0], columns=["a", "b", "c", name])
    model = DeepClassifier((4,), max_epochs=2).fit(X, iris[1])
    assert error_of(lambda: to_onnx(model, X)) == (
        f"to_onnx: the column {name!r} of X needs another name. It must not be empty, that of "
        "another column, or that of an output: label, probabilities."
    )
