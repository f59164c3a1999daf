"""Converters for skl2onnx: its options, and estimators around ours."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, StackingRegressor, VotingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier, DeepRegressor
from skdeep.onnx import register
from tests.helpers import error_of
from tests.onnx.helpers import ROUNDING, session

pytest.importorskip("onnxruntime")
skl2onnx = pytest.importorskip("skl2onnx")

members = pytest.mark.parametrize("n_members", [1, 3])


@pytest.fixture(autouse=True)
def registered():
    register()


def _classifier(**options):
    return DeepClassifier((8,), max_epochs=5, random_state=0, **options)


def _regressor():
    return DeepRegressor((8,), max_epochs=5, random_state=0)


def _ask(model, X, options=None, **others):
    """Return what the converted model gives for X, by the name of the output."""
    exported = session(skl2onnx.to_onnx(model, X[:1], options=options, **others))
    outputs = [each.name for each in exported.get_outputs()]
    return dict(zip(outputs, exported.run(outputs, {"X": X}), strict=True))


LABELS = {
    "text": np.array(["a", "b", "c"]),
    "integers": np.array([3, 5, 8]),
    "booleans": np.array([False, True, True]),
    "floats": np.array([0.0, 1.0, 2.0]),
}


@members
@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_the_options_of_classifiers_are_those_of_skl2onnx(labels, n_members, iris):
    X, y = iris[0].astype(np.float32), labels[iris[1]]
    model = _classifier(n_members=n_members).fit(X, y)
    p, classes, label = model.predict_proba(X), model.classes_, model.predict(X)
    if labels.dtype.kind in "bf":  # skl2onnx has integers in their place
        classes, label = classes.astype(int), label.astype(int)

    found = _ask(model, X, {"zipmap": False})
    np.testing.assert_array_equal(found["label"], label)
    np.testing.assert_allclose(found["probabilities"], p, atol=ROUNDING)

    dicts = _ask(model, X)["output_probability"]
    assert list(dicts[0]) == classes.tolist()
    np.testing.assert_allclose([[*row.values()] for row in dicts], p, atol=ROUNDING)

    columns = list(_ask(model, X, {"zipmap": "columns"}).values())[1:]
    np.testing.assert_allclose(np.column_stack(columns), p, atol=ROUNDING)

    numbered = _ask(model, X, {"zipmap": False, "nocl": True})["label"]
    np.testing.assert_array_equal(classes[numbered], label)


def test_the_labels_can_be_an_output(iris):
    X, y = iris[0].astype(np.float32), np.array(["a", "b", "c"])[iris[1]]
    found = _ask(_classifier().fit(X, y), X, {"zipmap": False, "output_class_labels": True})
    assert found["class_labels"].tolist() == ["a", "b", "c"]


@members
def test_raw_scores_are_those_of_the_decision_function(n_members, iris):
    X, y = iris[0].astype(np.float32), iris[1]
    options = {"zipmap": False, "raw_scores": True}
    for target in (y, y > 0, np.column_stack([y > 0, y > 1, y == 1]).astype(int)):
        model = _classifier(n_members=n_members).fit(X, target)
        expected = model.decision_function(X)
        if expected.ndim == 1:
            expected = np.column_stack([-expected, expected])
        found = _ask(model, X, options)["probabilities"]
        np.testing.assert_allclose(found, expected, atol=ROUNDING)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("two", [False, True])
def test_classifiers_around_ours_predict_the_same(two, dtype, iris):
    X, y = iris[0].astype(dtype), np.minimum(iris[1], 1) if two else iris[1]
    deep = _classifier(n_members=2)
    others = [("deep", deep), ("linear", LogisticRegression())]
    for model in (
        make_pipeline(StandardScaler(), deep),
        CalibratedClassifierCV(deep, method="sigmoid", cv=2),
        StackingClassifier(others, cv=2),
    ):
        model.fit(X, y)
        found = _ask(model, X, {"zipmap": False})["probabilities"]
        np.testing.assert_allclose(found, model.predict_proba(X), atol=ROUNDING)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_regressors_around_ours_predict_the_same(dtype, diabetes):
    X, y = diabetes[0].astype(dtype), diabetes[1]
    others = [("deep", _regressor()), ("linear", LinearRegression())]
    for model in (
        make_pipeline(StandardScaler(), _regressor()),
        StackingRegressor(others, cv=2),
        VotingRegressor(others),
    ):
        model.fit(X, y)
        found = _ask(model, X)["variable"]
        assert found.dtype == dtype
        np.testing.assert_allclose(found[:, 0], model.predict(X), atol=ROUNDING * y.std())


def test_several_outputs_are_columns(diabetes):
    X, y = diabetes[0].astype(np.float32), np.column_stack([diabetes[1], -diabetes[1]])
    model = _regressor().fit(X, y)
    np.testing.assert_allclose(
        _ask(model, X)["variable"], model.predict(X), atol=ROUNDING * y.std()
    )


@pytest.mark.parametrize(
    "options", [{"loss": "quantile", "quantile": (0.9, 0.1)}, {"loss": "gaussian"}], ids=str
)
def test_quantiles_are_columns_and_a_deviation_is_left_out(options, diabetes):
    X, y = diabetes[0].astype(np.float32), np.column_stack([diabetes[1], -diabetes[1]])
    model = _regressor().set_params(**options).fit(X, y)
    expected = model.predict(X).reshape(len(X), -1)
    np.testing.assert_allclose(_ask(model, X)["variable"], expected, atol=ROUNDING * y.std())


def test_an_opset_that_is_too_old_is_refused(iris):
    X = iris[0].astype(np.float32)
    model = _classifier(n_members=2).fit(X, iris[1])
    assert error_of(lambda: _ask(model, X, target_opset=15)) == (
        "skl2onnx: a network of skdeep needs a target_opset of 18 or later. Got 15."
    )


def test_numbers_that_are_categories_are_looked_up(iris):
    X, y = np.round(iris[0]).astype(np.float32), iris[1]
    model = _classifier(categorical_features=[3]).fit(X, y)
    found = _ask(model, X, {"zipmap": False})
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(X), atol=ROUNDING)


def test_a_tensor_for_each_column_is_taken_or_one_for_all(iris):
    from skl2onnx.common.data_types import FloatTensorType

    X, y = iris[0].astype(np.float32), iris[1]
    model = _classifier().fit(X, y)
    types = [(name, FloatTensorType([None, 1])) for name in "abcd"]
    proto = skl2onnx.convert_sklearn(model, initial_types=types, options={"zipmap": False})
    columns = dict(zip("abcd", np.hsplit(X, 4), strict=True))
    found = session(proto).run(["probabilities"], columns)[0]
    np.testing.assert_allclose(found, model.predict_proba(X), atol=ROUNDING)
    types = [("a", FloatTensorType([None, 3])), ("b", FloatTensorType([None, 1]))]
    assert error_of(lambda: skl2onnx.convert_sklearn(model, initial_types=types)) == (
        "DeepClassifier: skl2onnx must give one tensor of 4 columns, or one for each column. Got 2 "
        "tensors. Concatenate them."
    )


def test_a_type_that_skdeep_does_not_read_is_named(iris):
    from skl2onnx.common.data_types import Int32TensorType

    model = _classifier().fit(*iris)
    types = [("X", Int32TensorType([None, 4]))]
    assert error_of(lambda: skl2onnx.convert_sklearn(model, initial_types=types)) == (
        "DeepClassifier: X is a Int32TensorType of skl2onnx. Expected one of BooleanTensorType, "
        "FloatTensorType, DoubleTensorType, Int64TensorType, StringTensorType."
    )


def test_text_is_looked_up_and_refused_where_numbers_were():
    from skl2onnx.common.data_types import StringTensorType

    X = np.array([["a", "b"], ["c", "b"]] * 10, dtype=object)
    model = _classifier(categorical_features=[0, 1]).fit(X, [0, 1] * 10)
    types = [("X", StringTensorType([None, 2]))]
    proto = skl2onnx.convert_sklearn(model, initial_types=types, options={"zipmap": False})
    found = session(proto).run(["probabilities"], {"X": X})[0]
    np.testing.assert_allclose(found, model.predict_proba(X), atol=ROUNDING)
    assert error_of(lambda: skl2onnx.to_onnx(model, np.zeros((1, 2), np.float32))) == (
        "DeepClassifier: the categorical column 0 of X had text in training, and X has numbers. "
        "Give rows as in training."
    )
