"""Write a graph as a model of the package ``onnx``, which is imported only here."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..base import __version__
from .graph import ML, Graph, Node, Tensor

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto

__all__ = ["OPSET", "append", "import_onnx", "model_proto", "node_attributes", "tensor_proto"]

OPSET = {"": 18, ML: 3}  # ReduceMean takes its axes as an input


def import_onnx(who: str) -> Any:
    """Return the package ``onnx``, or raise an error that says how to install it."""
    try:
        import onnx
    except ImportError:
        raise ImportError(
            f"{who} needs onnx, which is not installed. Install it by 'pip install onnx'."
        ) from None
    return onnx


def model_proto(
    graph: Graph,
    inputs: Sequence[Tensor],
    outputs: Sequence[Tensor],
    description: str,
    facts: dict[str, Any],
) -> "ModelProto":
    """Return a checked model.

    Parameters
    ----------
    graph : Graph
    inputs, outputs : sequence of Tensor
    description : str
    facts : dict of str to object
        For ``metadata_props``, where they are text. What is not text is written as JSON.

    Returns
    -------
    onnx.ModelProto
    """
    onnx = import_onnx("to_onnx")
    opsets = [onnx.helper.make_opsetid(*each) for each in OPSET.items()]
    proto = onnx.helper.make_model(
        onnx.helper.make_graph(
            [_node_proto(node) for node in graph.nodes],
            "skdeep",
            [_value_info(tensor) for tensor in inputs],
            [_value_info(tensor) for tensor in outputs],
            [tensor_proto(value, name) for name, value in graph.constants.items()],
        ),
        opset_imports=opsets,
        ir_version=onnx.helper.find_min_ir_version_for(opsets),
    )
    _describe(proto, description, facts)
    onnx.checker.check_model(proto)
    return proto


def append(
    proto: "ModelProto",
    graph: Graph,
    outputs: Sequence[Tensor],
    description: str,
    facts: dict[str, Any],
) -> "ModelProto":
    """Return a checked model that goes on with a graph where another model ends.

    Parameters
    ----------
    proto : onnx.ModelProto
        The other model, for the same opsets. It is changed.
    graph : Graph
        Its nodes read outputs of the other model.
    outputs, description, facts
        As for ``model_proto``.

    Returns
    -------
    onnx.ModelProto
    """
    onnx = import_onnx("to_onnx")
    opsets = [onnx.helper.make_opsetid(*each) for each in OPSET.items()]
    del proto.opset_import[:], proto.graph.output[:]
    proto.opset_import.extend(opsets)
    proto.ir_version = onnx.helper.find_min_ir_version_for(opsets)
    proto.graph.node.extend(map(_node_proto, graph.nodes))
    proto.graph.initializer.extend(
        tensor_proto(value, name) for name, value in graph.constants.items()
    )
    proto.graph.output.extend(map(_value_info, outputs))
    _describe(proto, description, facts)
    onnx.checker.check_model(proto)
    return proto


def _describe(proto: "ModelProto", description: str, facts: dict[str, Any]) -> None:
    """Write who made a model, and facts about it, into the model."""
    onnx = import_onnx("to_onnx")
    proto.producer_name, proto.producer_version = "skdeep", __version__
    proto.doc_string = description
    as_text = {k: v if isinstance(v, str) else json.dumps(v) for k, v in facts.items()}
    onnx.helper.set_model_props(proto, as_text)


def _node_proto(node: Node) -> "NodeProto":
    onnx = import_onnx("to_onnx")
    return onnx.helper.make_node(
        node.op, node.inputs, node.outputs, domain=node.domain, **node_attributes(node)
    )


def node_attributes(node: Node) -> dict[str, Any]:
    """Return the attributes of a node, with a dtype as ONNX's number and an array as a tensor."""
    onnx = import_onnx("to_onnx")

    def converted(value: Any) -> Any:
        if isinstance(value, np.dtype):
            return onnx.helper.np_dtype_to_tensor_dtype(value)
        return tensor_proto(value, "") if isinstance(value, np.ndarray) else value

    return {name: converted(value) for name, value in node.attributes.items()}


def tensor_proto(value: np.ndarray, name: str) -> "TensorProto":
    """Return a constant."""
    return import_onnx("to_onnx").numpy_helper.from_array(np.asarray(value, order="C"), name)


def _value_info(tensor: Tensor) -> "ValueInfoProto":
    onnx = import_onnx("to_onnx")
    shape = ["n_rows" if size is None else size for size in tensor.shape]
    kind = onnx.helper.np_dtype_to_tensor_dtype(tensor.dtype)
    return onnx.helper.make_tensor_value_info(tensor.name, kind, shape)
