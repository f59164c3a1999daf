"""Losses and targets as ONNX nodes: from raw outputs to labels, probabilities or numbers.

``LOSSES`` has a converter for each type of loss: ``convert(graph, loss, raw, n_members) -> mean``.
``raw`` has shape (n_rows, n_outputs), or (n_rows, n_members, n_outputs) if there are several
members. ``mean`` is the mean of the members' predictions, of shape (n_rows, n_predictions);
``pooled`` takes it. Numbers are computed in float64, in units of the target in training.
``STDS`` has a converter of the same kind for each type of loss that predicts a standard deviation.

``TARGETS`` has a converter for each type of target: ``convert(graph, target, raw, n_members)``
returns the outputs of the model as a list of ``Answer``. ``raw`` has shape
(n_rows, n_members · n_outputs).
"""

from typing import NamedTuple

import numpy as np

from ..base import UsageError
from ..losses import (
    AbsoluteError,
    Gamma,
    Gaussian,
    Huber,
    Logistic,
    Loss,
    Poisson,
    Quantile,
    SoftmaxCrossEntropy,
    SquaredError,
)
from ..targets import Classes, ClassTarget, Labels, Numbers, Target
from .columns import FLOAT32, FLOAT64, INT64
from .graph import Graph, Tensor
from .tables import Table, converter_of

__all__ = ["LOSSES", "TARGETS", "Answer", "answer_nodes", "pooled", "scores_nodes"]


class Answer(NamedTuple):
    """An output of the model.

    Attributes
    ----------
    x : str
        The tensor in the graph.
    output : Tensor
        Its name for users, and its type.
    """

    x: str
    output: Tensor


def answer_nodes(graph: Graph, target: Target, raw: str, n_members: int) -> list[Answer]:
    """Add the nodes that turn raw outputs into the outputs of the model.

    Parameters
    ----------
    graph : Graph
    target : Target
    raw : str
        Of shape (n_rows, n_members · n_outputs).
    n_members : int

    Returns
    -------
    list of Answer
        ``label`` and ``probabilities``, or ``prediction``, and ``std`` if the loss predicts it.
    """
    return converter_of(TARGETS, "TARGETS", target)(graph, target, raw, n_members)


def _classes(graph: Graph, target: Classes, raw: str, n_members: int) -> list[Answer]:
    choices = _choices(graph, target, raw, n_members)
    p = _mean(graph, target.loss, choices, n_members)
    # without members, the raw outputs differ where probabilities are rounded to the same number
    best = graph.node("ArgMax", choices if n_members == 1 else p, axis=1, keepdims=0)
    classes = _plain_classes(target.classes)
    label = graph.node("Gather", classes, best, axis=0)
    return [
        Answer(label, Tensor("label", classes.dtype, (None,))),
        Answer(p, Tensor("probabilities", FLOAT32, (None, len(classes)))),
    ]


def _labels(graph: Graph, target: Labels, raw: str, n_members: int) -> list[Answer]:
    choices = _choices(graph, target, raw, n_members)
    p = _mean(graph, target.loss, choices, n_members)
    decided_by, limit = (choices, 0) if n_members == 1 else (p, 0.5)
    has = graph.node("Greater", decided_by, np.float32(limit))
    shape = (None, len(target.classes))
    return [
        Answer(graph.cast(has, INT64), Tensor("label", INT64, shape)),
        Answer(p, Tensor("probabilities", FLOAT32, shape)),
    ]


def _choices(graph: Graph, target: ClassTarget, raw: str, n_members: int) -> str:
    """Return a raw output for each class or label; two classes have one raw output."""
    raw = _by_member(graph, raw, n_members, target.n_outputs)
    if len(target.classes) == target.n_outputs:
        return raw
    return graph.concat([graph.node("Neg", raw), raw], axis=-1)


def _plain_classes(classes: np.ndarray) -> np.ndarray:
    """Return the classes in a type that ONNX has."""
    if classes.dtype.kind == "U" or all(isinstance(each, str) for each in classes):
        return classes.astype(object)
    if classes.dtype.kind not in "biuf":
        kinds = ", ".join(sorted({type(each).__name__ for each in classes.tolist()}))
        raise UsageError(
            f"the classes are of the types {kinds}. A label in ONNX is text, a number or a bool. "
            "Train on y of one of these types."
        )
    of_kind = {"b": np.bool_, "f": np.float64}
    return classes.astype(of_kind.get(classes.dtype.kind, np.int64))


def _numbers(graph: Graph, target: Numbers, raw: str, n_members: int) -> list[Answer]:
    """y = mean · scale + shift, and the constant of an output that has one."""
    raw = _by_member(graph, graph.cast(raw, FLOAT64), n_members, target.n_outputs)
    mean = _mean(graph, target.loss, raw, n_members)
    varies, n_levels = np.isnan(target.constant), len(target.loss.levels or [None])
    scale = np.where(varies, target.scale, 0.0)
    shift = np.where(varies, target.shift, target.constant)
    y = graph.node("Mul", mean, scale.repeat(n_levels))
    y = graph.node("Add", y, shift.repeat(n_levels))
    _, *shape = target.predict(np.zeros((1, target.n_outputs))).shape

    def answer(x: str, name: str) -> Answer:
        return Answer(graph.reshape(x, -1, *shape), Tensor(name, FLOAT64, (None, *shape)))

    answers = [answer(y, "prediction")]
    if (std := STDS.get(type(target.loss))) is not None:
        std_of_y = graph.node("Mul", std(graph, target.loss, raw, n_members), scale)
        answers.append(answer(std_of_y, "std"))
    return answers


TARGETS: Table = {Classes: _classes, Labels: _labels, Numbers: _numbers}


def _by_member(graph: Graph, raw: str, n_members: int, n_outputs: int) -> str:
    return raw if n_members == 1 else graph.reshape(raw, -1, n_members, n_outputs)


def _mean(graph: Graph, loss: Loss, raw: str, n_members: int) -> str:
    return converter_of(LOSSES, "LOSSES", loss)(graph, loss, raw, n_members)


def pooled(graph: Graph, predicted: str, n_members: int) -> str:
    """Return the mean of the members' predictions.

    Parameters
    ----------
    graph : Graph
    predicted : str
        Of shape (n_rows, n_members, n_predictions). Without the middle axis for one member.
    n_members : int

    Returns
    -------
    str
        Of shape (n_rows, n_predictions).
    """
    if n_members == 1:
        return predicted
    return graph.node("ReduceMean", predicted, np.array([1]), keepdims=0)


def _softmax(graph: Graph, loss: Loss, raw: str, n_members: int) -> str:
    return pooled(graph, graph.node("Softmax", raw, axis=-1), n_members)


def _logistic(graph: Graph, loss: Loss, raw: str, n_members: int) -> str:
    """1 / (1 + e⁻ʳᵃʷ). The Sigmoid of onnxruntime rounds small probabilities to 1e-7."""
    odds_against = graph.node("Exp", graph.node("Neg", raw))
    one = graph.node("CastLike", np.float32(1), raw)
    p = graph.node("Reciprocal", graph.node("Add", odds_against, one))
    return pooled(graph, p, n_members)


def _identity(graph: Graph, loss: Loss, raw: str, n_members: int) -> str:
    return pooled(graph, raw, n_members)


def _quantiles(graph: Graph, loss: Quantile, raw: str, n_members: int) -> str:
    """Each member's outputs for a number, sorted by size, in the order of the levels."""
    if loss.levels is None:
        return pooled(graph, raw, n_members)
    rows_and_members, n = [0] * (1 if n_members == 1 else 2), len(loss.levels)  # 0: as it is
    by_number = graph.reshape(raw, *rows_and_members, -1, n)
    ranked = graph.node("TopK", by_number, np.array([n]), axis=-1, largest=0, sorted=1)
    quantiles = graph.node("Gather", ranked, np.argsort(np.argsort(loss.levels)), axis=-1)
    return pooled(graph, graph.reshape(quantiles, *rows_and_members, -1), n_members)


def _every_second(graph: Graph, raw: str, start: int) -> str:
    """Return every second raw output."""
    start_stop_axis_step = (start, np.iinfo(np.int64).max, -1, 2)
    return graph.node("Slice", raw, *(np.array([each]) for each in start_stop_axis_step))


def _gaussian_mean(graph: Graph, loss: Gaussian, raw: str, n_members: int) -> str:
    return pooled(graph, _every_second(graph, raw, 0), n_members)


def _gaussian_std(graph: Graph, loss: Gaussian, raw: str, n_members: int) -> str:
    """σ = least + softplus(raw + start); σ² of several members is mean σ_j² + var μ_j."""
    x = graph.node("Add", _every_second(graph, raw, 1), np.float64(loss.start))
    std = graph.node("Add", _softplus(graph, x), np.float64(loss.least))
    if n_members == 1:
        return std
    mean = _every_second(graph, raw, 0)
    second_moment = graph.node("Add", _square(graph, std), _square(graph, mean))
    variance = graph.node(
        "Sub",
        pooled(graph, second_moment, n_members),
        _square(graph, pooled(graph, mean, n_members)),
    )
    return graph.node("Sqrt", variance)


def _softplus(graph: Graph, x: str) -> str:
    """log(1 + eˣ) = max(x, 0) + log(1 + e^-|x|)."""
    small = graph.node("Exp", graph.node("Neg", graph.node("Abs", x)))
    logarithm = graph.node("Log", graph.node("Add", small, np.float64(1)))
    return graph.node("Add", graph.node("Max", x, np.float64(0)), logarithm)


def _square(graph: Graph, x: str) -> str:
    return graph.node("Mul", x, x)


def _exponential(graph: Graph, loss: Loss, raw: str, n_members: int) -> str:
    return pooled(graph, graph.node("Exp", raw), n_members)


LOSSES: Table = {
    SoftmaxCrossEntropy: _softmax,
    Logistic: _logistic,
    SquaredError: _identity,
    AbsoluteError: _identity,
    Huber: _identity,
    Quantile: _quantiles,
    Poisson: _exponential,
    Gamma: _exponential,
    Gaussian: _gaussian_mean,
}

STDS: Table = {Gaussian: _gaussian_std}


def scores_nodes(graph: Graph, target: ClassTarget, raw: str, n_members: int) -> str:
    """Add the nodes of the logits, as ``decision_function`` returns them.

    Parameters
    ----------
    graph : Graph
    target : ClassTarget
    raw : str
        Of shape (n_rows, n_members · n_outputs).
    n_members : int

    Returns
    -------
    str
        Of shape (n_rows, n_classes) or (n_rows, n_labels). For two classes, the first logit is
        minus the second.
    """
    choices = _choices(graph, target, raw, n_members)
    if n_members == 1:
        return choices
    p = _mean(graph, target.loss, graph.cast(choices, FLOAT64), n_members)  # of the members' mean
    logits = converter_of(LOGITS, "targets.LOGITS", target.loss)(graph, p)
    return graph.cast(logits, FLOAT32)


def _log(graph: Graph, p: str) -> str:
    return graph.node("Log", graph.node("Max", p, np.float64(np.finfo(float).tiny)))


def _logit(graph: Graph, p: str) -> str:
    """log p - log (1 - p)."""
    q = graph.node("Sub", np.float64(1), p)
    return graph.node("Sub", _log(graph, p), _log(graph, q))


LOGITS: Table = {SoftmaxCrossEntropy: _log, Logistic: _logit}
