"""Convert encodings of numbers to plain values and back."""

from typing import Any

from ..base import unknown_name
from .numerical import NumericalEncoding
from .piecewise_linear import PiecewiseLinear
from .robust_scale import RobustScale
from .standardize import Standardize
from .unchanged import Unchanged

__all__ = ["PlainEncoding", "from_plain", "to_plain"]

PlainEncoding = tuple[str | type[NumericalEncoding], dict[str, Any]]

_KINDS: dict[str, type[NumericalEncoding]] = {
    kind.__name__: kind for kind in (PiecewiseLinear, RobustScale, Standardize, Unchanged)
}


def to_plain(encoding: NumericalEncoding) -> PlainEncoding:
    """Return the name of the class if it belongs to this package, else the class itself.

    The second value is the hyperparameters.
    """
    kind = type(encoding)
    known = _KINDS.get(kind.__name__) is kind
    return (kind.__name__ if known else kind), encoding.get_params(deep=False)


def from_plain(plain: PlainEncoding) -> NumericalEncoding:
    """Return the encoding for the values from ``to_plain``."""
    kind, hyperparameters = plain
    if isinstance(kind, str):
        if kind not in _KINDS:
            raise unknown_name("encoding", kind, _KINDS)
        kind = _KINDS[kind]
    return kind(**hyperparameters)
