"""The steps of a pipeline before the estimator, converted by skl2onnx."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.pipeline import Pipeline

from ..base import UsageError
from .columns import BOOL, FLOAT32, FLOAT64, INT64, TEXT
from .graph import Tensor
from .proto import OPSET, import_onnx

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = ["dtype_of", "import_skl2onnx", "steps_proto", "type_in_skl2onnx"]

_TYPES = {
    BOOL: "BooleanTensorType",
    FLOAT32: "FloatTensorType",
    FLOAT64: "DoubleTensorType",
    INT64: "Int64TensorType",
    TEXT: "StringTensorType",
}


def import_skl2onnx(what: str) -> Any:
    """Return the package ``skl2onnx``, or raise an error that says how to install it."""
    try:
        import skl2onnx
        import skl2onnx.common.data_types
    except ImportError:
        raise ImportError(
            f"{what} needs skl2onnx, which is not installed. Install it by 'pip install skl2onnx'."
        ) from None
    return skl2onnx


def type_in_skl2onnx(tensor: Tensor) -> Any:
    """Return the type of a tensor as skl2onnx writes it."""
    types = import_skl2onnx("register").common.data_types
    return getattr(types, _TYPES[tensor.dtype])(list(tensor.shape))


def dtype_of(kind: Any) -> np.dtype:
    """Return the dtype of a type of skl2onnx."""
    for dtype, name in _TYPES.items():
        if type(kind).__name__ == name:
            return dtype
    raise UsageError(
        f"X is a {type(kind).__name__} of skl2onnx. Expected one of {', '.join(_TYPES.values())}."
    )


def steps_proto(
    steps: Pipeline, inputs: Sequence[Tensor], n_features: int
) -> tuple["ModelProto", Tensor]:
    """Return a model of some steps, and its output.

    Parameters
    ----------
    steps : Pipeline
        Transformers.
    inputs : sequence of Tensor
    n_features : int
        Number of columns of the output.

    Returns
    -------
    onnx.ModelProto
    Tensor
    """
    skl2onnx = import_skl2onnx("to_onnx of a pipeline with several steps")
    types = [(tensor.name, type_in_skl2onnx(tensor)) for tensor in inputs]
    proto = skl2onnx.convert_sklearn(steps, initial_types=types, target_opset=OPSET)
    if len(proto.graph.output) != 1:
        names = ", ".join(output.name for output in proto.graph.output)
        raise UsageError(
            f"{steps[-1]!r} before the estimator has several outputs in skl2onnx: {names}. Use a "
            "step that has one."
        )
    (output,) = proto.graph.output
    onnx = import_onnx("to_onnx")
    dtype = onnx.helper.tensor_dtype_to_np_dtype(output.type.tensor_type.elem_type)
    return proto, Tensor(output.name, dtype, (None, n_features))
