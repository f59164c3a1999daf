"""Export an estimator, or a pipeline that ends in one, as an ONNX model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sklearn.pipeline import Pipeline

from ..base import UsageError, __version__, naming
from ..estimators.base import BaseDeepEstimator
from ..estimators.features import names_of
from ..estimators.inside import model_of
from ..inputs import Reader
from .columns import FLOAT32, TEXT, Columns, tensors_of
from .graph import Graph, Tensor
from .inputs import encoded_nodes
from .layers import network_nodes
from .proto import append, import_onnx, model_proto
from .steps import steps_proto
from .targets import answer_nodes

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["to_onnx"]


def to_onnx(model: Any, X: Any) -> "ModelProto":
    """Return a fitted estimator as an ONNX model, which predicts without Python or skdeep.

    Everything that ``predict`` and ``predict_proba`` do is in the model: what the inputs learned
    (scales, bins, categories, missing values), the network with all its members, and the target
    (classes, probabilities at their temperature, the scale of y). The network computes in float32.

    Parameters
    ----------
    model : DeepClassifier, DeepRegressor, Pipeline or search
        Fitted. A pipeline ends in a DeepClassifier or DeepRegressor, and its other steps are
        converted by the package ``skl2onnx``. Of a search, the best estimator is exported.
    X : array-like, frame or sparse matrix of shape (n_rows, n_features)
        A few rows of data. They show the types of the columns.

    Returns
    -------
    onnx.ModelProto
        With these inputs:

        - for an array of numbers, ``X`` in float32, of shape (n_rows, n_features);
        - for a frame, one input for each column, with its name and of shape (n_rows, 1). An array
          of objects with categories has the names x0, x1, ... Text is text, and the other types are
          those of the column, where float64 replaces integers and booleans if some are missing.
          With other steps before the estimator, all numbers are float32.

        And with these outputs:

        - of a classifier, ``label`` of shape (n_rows,) and ``probabilities`` of shape
          (n_rows, n_classes); for a multilabel target both are of shape (n_rows, n_labels);
        - of a regressor, ``prediction`` in float64, with the shape that ``predict`` returns, and
          ``std`` of the same shape with ``loss="gaussian"``.

    Raises
    ------
    ImportError
        If ``onnx`` is not installed, or ``skl2onnx`` where it is needed.
    ValueError
        If ONNX has no type for the classes, if a component of your own has no converter, or if a
        column has the name of an output.

    Notes
    -----
    A missing number is nan. A missing category is any text that is no category, such as an empty
    one, or nan in a column of numbers. Sparse rows are given dense.

    ``metadata_props`` of the model has the version of skdeep, the columns, their categories, and
    the classes. The model needs a runtime for opset 18 (onnxruntime 1.14 or later).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdeep import DeepClassifier
    >>> from skdeep.onnx import to_onnx
    >>> X, y = load_iris(return_X_y=True)
    >>> network = DeepClassifier((8,), max_epochs=5, random_state=0).fit(X, y)
    >>> proto = to_onnx(network, X[:1])  # doctest: +SKIP
    >>> with open("network.onnx", "wb") as file:  # doctest: +SKIP
    ...     file.write(proto.SerializeToString())
    """
    import_onnx("to_onnx")
    if hasattr(model, "best_estimator_"):
        return to_onnx(model.best_estimator_, X)
    deep = model.steps[-1][1] if isinstance(model, Pipeline) else model
    if not isinstance(deep, BaseDeepEstimator):
        raise TypeError(
            "to_onnx: expected a DeepClassifier or a DeepRegressor: alone, as the last step of a "
            f"Pipeline, or in a fitted search. Got {model!r} instead."
        )
    model.predict(X)  # raises an error if the model is not fitted, or has other columns
    with naming("to_onnx"):
        if isinstance(model, Pipeline) and not _passes_all(model):
            return _of_pipeline(model, deep, X)
        return _of_estimator(deep, X)


def _passes_all(pipeline: Pipeline) -> bool:
    """Return whether the steps before the last one change nothing."""
    return all(step in (None, "passthrough") for _, step in pipeline.steps[:-1])


def _of_estimator(deep: BaseDeepEstimator, X: Any) -> "ModelProto":
    inputs, graph = tensors_of(X, model_of(deep).inputs.reader), Graph()
    outputs = _add_outputs(graph, deep, inputs)
    _refuse_names(inputs, outputs)
    return model_proto(graph, inputs, outputs, *_card(deep, inputs))


def _of_pipeline(pipeline: Pipeline, deep: BaseDeepEstimator, X: Any) -> "ModelProto":
    """Convert the other steps by skl2onnx, and append the estimator."""
    inputs = [
        tensor if tensor.dtype == TEXT else tensor._replace(dtype=FLOAT32)
        for tensor in tensors_of(X, Reader.learn(X, "from_dtype"))
    ]
    proto, transformed = steps_proto(pipeline[:-1], inputs, deep.n_features_in_)
    graph = Graph()
    outputs = _add_outputs(graph, deep, [transformed])
    _refuse_names(inputs, outputs)
    return append(proto, graph, outputs, *_card(deep, inputs))


def _add_outputs(graph: Graph, deep: BaseDeepEstimator, inputs: Sequence[Tensor]) -> list[Tensor]:
    """Add all nodes of an estimator to a graph, and return the outputs."""
    model = model_of(deep)
    x = encoded_nodes(graph, model.inputs, Columns(graph, inputs))
    raw = network_nodes(graph, model.network, x)
    answers = answer_nodes(graph, model.target, raw, model.network.n_members)
    for answer in answers:
        graph.output(answer.output.name, answer.x)
    outputs = [answer.output for answer in answers]
    graph.prune([output.name for output in outputs])
    return outputs


def _refuse_names(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> None:
    """Raise an error if a column cannot be an input under its name."""
    names = [tensor.name for tensor in (*outputs, *inputs)]
    for tensor in inputs:
        if names.count(tensor.name) > 1 or not tensor.name:
            raise UsageError(
                f"the column {tensor.name!r} of X needs another name. It must not be empty, that "
                f"of another column, or that of an output: {', '.join(names[: len(outputs)])}."
            )


def _card(deep: BaseDeepEstimator, inputs: Sequence[Tensor]) -> tuple[str, dict[str, Any]]:
    """Return a sentence about the model, and the facts that travel with it."""
    model, name = model_of(deep), type(deep).__name__
    sentence = f"{name} of skdeep {__version__}, {model.network.describe()}"
    facts = {
        "estimator": name,
        "skdeep_version": __version__,
        "inputs": [tensor.name for tensor in inputs],
        "features": names_of(deep),
        "categories": model.inputs.categories_of(names_of(deep)),
        "n_members": model.network.n_members,
    }
    if hasattr(deep, "classes_"):
        facts["classes"] = deep.classes_.tolist()
    return sentence, facts
