"""Inputs: from rows of X to the numbers that the network sees."""

from collections.abc import Callable

from ..base import plain, unknown_name
from .as_given import AsGiven
from .base import Inputs
from .categorical import Category, CategoryEncoding, Embedding, OneHot
from .numerical import NumericalEncoding
from .piecewise_linear import PiecewiseLinear
from .reading import Reader
from .robust_scale import RobustScale
from .scaled import Scaled
from .scales import why_other_scales, why_wild_scales
from .standardize import Standardize
from .table import Table

__all__ = [
    "CATEGORY_ENCODINGS",
    "INPUTS",
    "NUMERICAL_ENCODINGS",
    "AsGiven",
    "Category",
    "CategoryEncoding",
    "Embedding",
    "Inputs",
    "NumericalEncoding",
    "OneHot",
    "PiecewiseLinear",
    "Reader",
    "RobustScale",
    "Scaled",
    "Standardize",
    "Table",
    "make_category_encoding",
    "make_numerical_encoding",
    "why_other_scales",
    "why_wild_scales",
]

NUMERICAL_ENCODINGS: dict[str, Callable[[], NumericalEncoding]] = {
    "standardize": Standardize,
    "robust": RobustScale,
    "piecewise_linear": PiecewiseLinear,
}

CATEGORY_ENCODINGS: dict[str, Callable[[], CategoryEncoding]] = {
    "one_hot": OneHot,
    "embedding": Embedding,
}

INPUTS: dict[str, type[Inputs]] = {kind.__name__: kind for kind in (AsGiven, Scaled, Table)}


def make_numerical_encoding(encoding: str | NumericalEncoding) -> NumericalEncoding:
    """Return the encoding for a value of the hyperparameter ``numerical_encoding``."""
    if isinstance(encoding, NumericalEncoding):
        return plain(encoding)
    if encoding not in NUMERICAL_ENCODINGS:
        raise unknown_name("numerical_encoding", encoding, ["auto", *NUMERICAL_ENCODINGS])
    return NUMERICAL_ENCODINGS[encoding]()


def make_category_encoding(encoding: str | CategoryEncoding) -> CategoryEncoding:
    """Return the encoding for a value of the hyperparameter ``category_encoding``."""
    if isinstance(encoding, CategoryEncoding):
        return plain(encoding)
    if encoding not in CATEGORY_ENCODINGS:
        raise unknown_name("category_encoding", encoding, ["auto", *CATEGORY_ENCODINGS])
    return CATEGORY_ENCODINGS[encoding]()
