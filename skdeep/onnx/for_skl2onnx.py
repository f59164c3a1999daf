"""Converters for users of skl2onnx."""

import copy
from math import prod
from typing import Any

import numpy as np

from ..base import UsageError, naming
from ..estimators import DeepClassifier, DeepRegressor
from ..estimators.inside import model_of
from ..targets import ClassTarget
from .columns import FLOAT32, FLOAT64, Columns
from .graph import Graph, Tensor
from .inputs import encoded_nodes
from .layers import network_nodes
from .proto import OPSET, node_attributes, tensor_proto
from .steps import dtype_of, import_skl2onnx, type_in_skl2onnx
from .targets import Answer, answer_nodes, scores_nodes

__all__ = ["register"]

_OPTIONS = {
    "zipmap": [True, False, "columns"],
    "nocl": [True, False],
    "output_class_labels": [False, True],
    "raw_scores": [True, False],
}


def register() -> None:
    """Tell ``skl2onnx`` how to convert ``DeepClassifier`` and ``DeepRegressor``.

    After that, ``skl2onnx.to_onnx`` and ``skl2onnx.convert_sklearn`` convert them wherever they
    are: in a pipeline, stacking or calibration. :func:`to_onnx` of this package does not
    need it.

    A classifier has the options ``zipmap``, ``nocl``, ``output_class_labels`` and ``raw_scores``,
    with the same meaning as for scikit-learn's own classifiers. With ``raw_scores``, the logits
    of ``decision_function`` take the place of the probabilities; for two classes there are two
    columns, of which the first is minus the second. A regressor has no options. Its output
    ``variable`` has the precision of the input and two dimensions: the outputs, or the quantiles
    of each output, are side by side. There is no standard deviation.

    Raises
    ------
    ImportError
        If ``skl2onnx`` is not installed.

    Notes
    -----
    The target opset must be 18 or later.

    Examples
    --------
    >>> import skl2onnx  # doctest: +SKIP
    >>> from skdeep.onnx import register
    >>> register()  # doctest: +SKIP
    >>> proto = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False})  # doctest: +SKIP
    """
    update = import_skl2onnx("register").update_registered_converter
    update(DeepClassifier, "SkdeepDeepClassifier", _set_types, _convert, options=_OPTIONS)
    update(DeepRegressor, "SkdeepDeepRegressor", _set_types, _convert)


def _set_types(operator: Any) -> None:
    """Set the types of the outputs of an operator of skl2onnx."""
    for answer, variable in zip(_answers(operator, Graph()), operator.outputs, strict=True):
        variable.set_type(type_in_skl2onnx(answer.output))


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """Add the nodes of an estimator to a container of skl2onnx."""
    graph = Graph(scope.get_unique_variable_name)
    answers = _answers(operator, graph)
    for answer, variable in zip(answers, operator.outputs, strict=True):
        graph.output(variable.full_name, answer.x)
    graph.prune([variable.full_name for variable in operator.outputs])
    _check_opset(container)
    for name, value in graph.constants.items():
        container.initializers.append(tensor_proto(value, name))
    for node in graph.nodes:
        container.add_node(
            node.op,
            node.inputs,
            node.outputs,
            op_domain=node.domain,
            op_version=OPSET[node.domain] if node.domain else None,  # skl2onnx takes the latest
            name=scope.get_unique_operator_name(node.op),
            **node_attributes(node),
        )


def _check_opset(container: Any) -> None:
    given = container.target_opset_any_domain("")
    if given < OPSET[""]:
        raise ValueError(
            f"skl2onnx: a network of skdeep needs a target_opset of {OPSET['']} or later. Got "
            f"{given}."
        )


def _answers(operator: Any, graph: Graph) -> list[Answer]:
    """Add the nodes of an operator, and return its outputs."""
    deep = operator.raw_operator
    model = model_of(deep)
    with naming(type(deep).__name__):
        inputs = _tensors(operator)
        dtype = FLOAT64 if inputs[0].dtype == FLOAT64 else FLOAT32
        x = encoded_nodes(graph, model.inputs, Columns(graph, inputs))
        raw = network_nodes(graph, model.network, x)
        add = _of_classifier if isinstance(deep, DeepClassifier) else _of_regressor
        *label, (x, output) = add(graph, operator, model, raw)
    return [*label, Answer(graph.cast(x, dtype), output._replace(dtype=dtype))]


def _tensors(operator: Any) -> list[Tensor]:
    """Return the inputs: one of all columns, or one for each."""
    variables, n_features = operator.inputs, operator.raw_operator.n_features_in_
    if len(variables) not in (1, n_features):
        raise UsageError(
            f"skl2onnx must give one tensor of {n_features} columns, or one for each column. Got "
            f"{len(variables)} tensors. Concatenate them."
        )
    shape = (None, n_features // len(variables))
    return [Tensor(each.full_name, dtype_of(each.type), shape) for each in variables]


def _of_classifier(graph: Graph, operator: Any, model: Any, raw: str) -> list[Answer]:
    """Return the label and the probabilities, or what the options ask for."""
    defaults = {"nocl": False, "raw_scores": False}
    options = operator.scope_inst.get_options(operator.raw_operator, defaults)
    target, n_members = _with_plain_labels(model.target, options["nocl"]), model.network.n_members
    label, probabilities = answer_nodes(graph, target, raw, n_members)
    if options["raw_scores"]:
        probabilities = probabilities._replace(x=scores_nodes(graph, target, raw, n_members))
    return [label, probabilities]


def _with_plain_labels(target: ClassTarget, nocl: bool) -> ClassTarget:
    """Return the target with text or whole numbers as labels, as in skl2onnx."""
    target = copy.copy(target)
    if nocl:
        target.classes = np.arange(len(target.classes))
    if target.classes.dtype.kind in "bf":
        target.classes = target.classes.astype(int)
    return target


def _of_regressor(graph: Graph, operator: Any, model: Any, raw: str) -> list[Answer]:
    prediction, *_ = answer_nodes(graph, model.target, raw, model.network.n_members)
    shape = None, prod(n for n in prediction.output.shape if n is not None)
    return [Answer(graph.reshape(prediction.x, 0, -1), prediction.output._replace(shape=shape))]
