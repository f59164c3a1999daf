"""Export fitted estimators as ONNX models.

An ONNX model predicts without Python, NumPy or skdeep: on a server, in a browser, on a phone. The
package ``onnx`` is imported when a model is exported, not before.

A graph is built in the order of a prediction: the columns of X (``columns.py``), the inputs of the
network (``inputs.py``), its layers (``layers.py``), the loss and the target (``targets.py``). A
component becomes nodes by its entry in a table: ``ENCODINGS``, ``LAYERS``, ``ACTIVATIONS``,
``LOSSES`` or ``TARGETS``. A component of your own needs an entry of its own.
"""

from .export import to_onnx
from .for_skl2onnx import register
from .graph import Graph, Tensor
from .inputs import ENCODINGS
from .layers import ACTIVATIONS, LAYERS, layer_nodes
from .targets import LOSSES, TARGETS, Answer, pooled

__all__ = [
    "ACTIVATIONS",
    "ENCODINGS",
    "LAYERS",
    "LOSSES",
    "TARGETS",
    "Answer",
    "Graph",
    "Tensor",
    "layer_nodes",
    "pooled",
    "register",
    "to_onnx",
]
