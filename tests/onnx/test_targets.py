"""What a target makes of raw outputs, as nodes and as NumPy."""

import numpy as np
import pytest

from skdeep import DeepClassifier, DeepRegressor
from skdeep.estimators.inside import model_of
from skdeep.losses import LOSSES as KNOWN
from skdeep.losses import LogitLoss, SquaredError
from skdeep.onnx import LOSSES, Graph, pooled, to_onnx
from skdeep.onnx.targets import LOGITS
from skdeep.targets import Numbers
from tests import cases
from tests.helpers import error_of
from tests.onnx.helpers import ask, assert_same, run, session

pytest.importorskip("onnxruntime")

members = pytest.mark.parametrize("n_members", [1, 3])


@members
@pytest.mark.parametrize("case", cases.LOSSES.values(), ids=cases.LOSSES)
def test_a_loss_pools_the_same_predictions(case, n_members, rng):
    """Computed in float64, so that nothing but the equations can differ."""
    loss, (_, n_outputs) = case.component, case.options
    raw = 5 * rng.normal(size=(20, n_members * n_outputs))
    shape = (20, n_outputs) if n_members == 1 else (20, n_members, n_outputs)
    graph = Graph()
    mean = LOSSES[type(loss)](graph, loss, "raw", n_members)
    found = run(graph, {"raw": raw.reshape(shape)}, mean)
    expected = loss.inverse_link(loss.pooled(raw, n_members)).reshape(20, -1)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_every_loss_has_nodes():
    assert set(KNOWN.values()) == set(LOSSES)


class Root(SquaredError):  # noqa: N818
    """A loss of one's own: it predicts what the base class predicts not."""

    def inverse_link(self, raw):
        return np.sqrt(np.abs(raw))


def test_a_loss_of_ones_own_is_exported_by_its_converter(diabetes):
    X, y = diabetes
    model = DeepRegressor((4,), n_members=2, max_epochs=2, random_state=0).fit(X, y)
    model_of(model).target = model_of(model).target.going_on(Root(), True)
    assert error_of(lambda: to_onnx(model, X)) == (
        "to_onnx: Root() has no conversion to ONNX. Write one, and add it to the table: "
        "skdeep.onnx.LOSSES[Root] = convert."
    )

    def root(graph, loss, raw, n_members):
        return pooled(graph, graph.node("Sqrt", graph.node("Abs", raw)), n_members)

    LOSSES[Root] = root
    try:
        found = ask(model, X)["prediction"]
    finally:
        del LOSSES[Root]
    target, raw = model_of(model).target, model_of(model).raw(X)
    assert found.shape == target.predict(raw).shape
    np.testing.assert_allclose(found, model.predict_members(X).mean(axis=0), rtol=1e-5)  # float32


class Ranks(Numbers):
    """A target of one's own."""


def test_a_target_without_a_converter_is_named(diabetes):
    X, y = diabetes
    model = DeepRegressor((4,), max_epochs=2, random_state=0).fit(X, y)
    model_of(model).target.__class__ = Ranks
    message = error_of(lambda: to_onnx(model, X))
    assert message.endswith("add it to the table: skdeep.onnx.TARGETS[Ranks] = convert.")


CLASSES = {
    "text": np.array(["setosa", "versicolor", "virginica"]),
    "objects": np.array(["setosa", "versicolor", "virginica"], dtype=object),
    "integers": np.array([-3, 5, 1000]),
    "small integers": np.array([1, 2, 3], dtype=np.uint8),
    "floats": np.array([1.0, 2.0, 3.0]),
}


def _classifier(X, y, **options):
    return DeepClassifier((8,), max_epochs=10, random_state=0, **options).fit(X, y)


@members
@pytest.mark.parametrize("classes", CLASSES.values(), ids=CLASSES)
def test_labels_of_any_type_are_predicted(classes, n_members, iris):
    X, y = iris
    assert_same(_classifier(X, classes[y], n_members=n_members), X)
    assert_same(_classifier(X, classes[np.minimum(y, 1)], n_members=n_members), X)


def test_labels_keep_their_type(iris):
    X, y = iris
    of_type = {
        "tensor(string)": CLASSES["text"][y],
        "tensor(int64)": y,
        "tensor(double)": CLASSES["floats"][y],
        "tensor(bool)": y > 0,
    }
    for expected, labels in of_type.items():
        model = _classifier(X, labels)
        label, probabilities = session(to_onnx(model, X)).get_outputs()
        assert label.type == expected
        assert (label.shape, probabilities.type) == (["n_rows"], "tensor(float)")
        assert_same(model, X)


def test_labels_that_onnx_has_no_type_for_are_refused(iris):
    X, y = iris
    model = _classifier(X, np.array(["2020", "2021", "2022"], dtype="datetime64[Y]")[y])
    assert error_of(lambda: to_onnx(model, X)) == (
        "to_onnx: the classes are of the types date. A label in ONNX is text, a number or a bool. "
        "Train on y of one of these types."
    )


@members
def test_labels_of_a_multilabel_target_are_predicted(n_members, iris):
    X, y = iris
    labels = np.column_stack([y > 0, y > 1, y == 1]).astype(int)
    model = _classifier(X, labels, n_members=n_members)
    assert_same(model, X)
    assert [each.shape for each in session(to_onnx(model, X)).get_outputs()] == [["n_rows", 3]] * 2


def test_the_temperature_is_in_the_probabilities(iris):
    X, y = iris
    model = DeepClassifier((32,), max_epochs=60, early_stopping=True, random_state=0).fit(X, y)
    assert model.temperature_ != 1
    assert_same(model, X)


def test_the_smaller_probability_keeps_its_digits(iris):
    """1 - p would leave none of them in float32."""
    X, y = iris
    model = DeepClassifier((), max_epochs=300, learning_rate=0.1, random_state=0)
    model.fit(X, y > 0)
    found, expected = ask(model, X)["probabilities"], model.predict_proba(X)
    assert expected.min() < 1e-8
    np.testing.assert_allclose(found, expected, rtol=1e-4)  # of logits up to 20 in float32


@members
@pytest.mark.parametrize("standardize_target", [True, False])
@pytest.mark.parametrize(
    "options",
    [{"loss": name} for name in cases.LOSSES_OF_NUMBERS]
    + [{"loss": "quantile", "quantile": q} for q in ((0.5, 0.05, 0.95), (0.3,))],
    ids=str,
)
def test_numbers_are_predicted_for_every_loss(options, standardize_target, n_members, diabetes):
    X, y = diabetes
    model = DeepRegressor(
        (8,),
        standardize_target=standardize_target,
        n_members=n_members,
        max_epochs=4,
        random_state=0,
        **options,
    )
    y = y / 100
    for target in (y, np.column_stack([y, y**2])):
        assert_same(model.fit(X, target), X)


@members
@pytest.mark.parametrize("n_columns", [1, 2])
def test_the_standard_deviation_is_an_output(n_columns, n_members, diabetes):
    X, y = diabetes
    y = np.column_stack([y, np.full(len(y), 7.0)][:n_columns])  # the second one is constant
    y = y[:, 0] if n_columns == 1 else y
    options = {"loss": "gaussian", "n_members": n_members, "max_epochs": 4, "random_state": 0}
    model = DeepRegressor((8,), **options).fit(X, y)
    found = ask(model, X)
    assert list(found) == ["prediction", "std"]
    mean, std = model.predict(X, return_std=True)
    for name, expected in (("prediction", mean), ("std", std)):
        assert found[name].shape == expected.shape == y.shape
        np.testing.assert_allclose(found[name], expected, atol=1e-5 * mean.std())  # float32


def test_numbers_far_from_zero_keep_their_digits(diabetes):
    X, y = diabetes
    y = 1e9 + y / 1000
    model = DeepRegressor((8,), max_epochs=4, random_state=0).fit(X, y)
    found = ask(model, X)["prediction"]
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, model.predict(X), rtol=0, atol=1e-5 * y.std() + 1e-6)


def test_an_output_that_is_constant_is_exact(diabetes):
    X, y = diabetes
    y = np.column_stack([y, np.full(len(y), 0.1)])
    model = DeepRegressor((8,), max_epochs=4, random_state=0).fit(X, y)
    assert_same(model, X)
    assert set(ask(model, X)["prediction"][:, 1]) == {0.1}


def test_the_logits_need_a_table_too():
    assert set(LOGITS) == {kind for kind in KNOWN.values() if issubclass(kind, LogitLoss)}
