"""Columns of numbers and categories, encoded by what was learned of each."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from scipy.sparse import issparse

from ..base import UsageError
from ..blocks import gather, is_dense
from ..layers import Embed, Layer
from ..rows import Rows
from .base import Inputs
from .casting import too_large
from .categorical import Category, CategoryEncoding
from .numerical import Expand, Learned, NumericalEncoding
from .plain_encodings import from_plain, to_plain
from .reading import Reader
from .statistics import ColumnStatistics, Counts, count_values, merge_counts

__all__ = ["Table"]

_NEAR = 16  # scales from zero to a center: z is off by 1e-6 at most
_SMALL, _LARGE = 1e-30, 1e30  # scales that float32 holds, and their inverses

Measured = tuple[ColumnStatistics, Counts]


class _Bound(NamedTuple):
    """What is learned of the numbers, as ``encode`` uses it."""

    center: np.ndarray
    factor: np.ndarray
    expand: Expand


class _Buffer(NamedTuple):
    """Arrays for the rows of X, for the centered numbers, and for the inputs of the network."""

    gathered: np.ndarray | None
    centered: np.ndarray
    out: np.ndarray


class Table(Inputs):
    """Encodes columns of numbers and of categories.

    The inputs of the network are, in this order: one number for each column of numbers, the
    further inputs of their encoding, an indicator for each column that had a missing number in
    training, one input for each category of the one-hot columns, and the place of the category
    for each embedded column, which ``Embed`` replaces by its vector.

    Parameters
    ----------
    reader : Reader
    n_features : int
        Number of columns of X.
    encoding : NumericalEncoding
        Encoding of the numbers.
    learned : dict of str to ndarray
        What it learned, and ``missing``: which of the columns of numbers had a missing number.
    categories : list of Category
        One for each column of categories.

    Attributes
    ----------
    numbers : ndarray of int
        The columns of numbers.
    one_hot, embedded : list of Category
        The columns of categories, by their encoding.
    """

    def __init__(
        self,
        reader: Reader,
        n_features: int,
        encoding: NumericalEncoding,
        learned: Learned,
        categories: Sequence[Category],
    ) -> None:
        self.reader, self.n_features = reader, n_features
        self.encoding, self.learned, self.categories = encoding, learned, list(categories)
        self.numbers = np.setdiff1d(np.arange(n_features), reader.categories)
        self.one_hot = [each for each in categories if not each.n_dims]
        self.embedded = [each for each in categories if each.n_dims]
        widths = [
            len(self.numbers),
            encoding.n_further(learned),
            len(learned["missing"]),
            *(each.width for each in self.one_hot),
            len(self.embedded),
        ]
        stops = np.cumsum(widths).tolist()
        self._blocks = [slice(*ends) for ends in pairwise([0, *stops])]
        self.n_encoded = stops[-1]
        # a narrow bin would be misplaced
        self._takes_float32 = not encoding.n_further(learned) and _are_near_zero(learned)
        self._bound = cache(self._bind)

    @staticmethod
    def measure(reader: Reader, rows: Rows) -> Measured:
        """Return the statistics of the numbers, and the counts of the categories."""
        numbers = np.setdiff1d(np.arange(rows.X.shape[1]), reader.categories)
        counts = count_values(rows, reader.categories) if reader.categories else []
        return ColumnStatistics(rows, numbers), counts

    @staticmethod
    def merge(some: Measured, others: Measured) -> Measured:
        return some[0].merge(others[0]), merge_counts(some[1], others[1])

    @classmethod
    def from_statistics(
        cls,
        reader: Reader,
        measured: Measured,
        encoding: NumericalEncoding,
        category: CategoryEncoding,
    ) -> Self:
        statistics, counts = measured
        learned = encoding.learn(statistics)
        learned["missing"] = np.flatnonzero(statistics.has_missing)
        categories = [
            category.learn(column, *counted)
            for column, counted in zip(reader.categories, counts, strict=True)
        ]
        n_features = len(statistics.mean) + len(reader.categories)
        return cls(reader, n_features, encoding, learned, categories)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_bound"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._bound = cache(self._bind)

    @property
    def numerical_encoding(self) -> NumericalEncoding | None:
        return self.encoding if self.takes_nan else None

    @property
    def takes_nan(self) -> bool:
        return self.encoding.takes_nan

    def buffer(self, X: Any, n_rows: int, dtype: np.dtype, gathers: bool) -> _Buffer:
        centered = np.empty((n_rows, len(self.numbers)), self._precision(X.dtype, dtype))
        gathered = None
        if gathers and is_dense(X):
            may_share = X.dtype == centered.dtype and not self.categories
            gathered = centered if may_share else np.empty((n_rows, self.n_features), X.dtype)
        # NumPy's loops run along the rows of a block of inputs, or along the inputs of a row
        shape, by_input = (self.n_encoded, n_rows), self.n_encoded > len(self.numbers)
        out = np.empty(shape, dtype) if by_input else np.empty(shape[::-1], dtype).T
        return _Buffer(gathered, centered, out)

    def encode(
        self, X: Any, rows: slice | np.ndarray, dtype: np.dtype, buffer: _Buffer | None = None
    ) -> np.ndarray:
        x = _rows_of(X, rows, None if buffer is None else buffer.gathered)
        n = len(x)
        _, centered, out = self.buffer(X, n, dtype, False) if buffer is None else buffer
        z, further, missing, *one_hot, places = [out[block, :n] for block in self._blocks]
        numbers = x[:, self.numbers] if self.categories else x
        center, factor, expand = self._bound(centered.dtype, dtype)
        try:
            with np.errstate(over="raise"):  # as in checked, which takes 3 µs
                centered = np.subtract(numbers, center, out=centered[:n])
                np.multiply(centered.T, factor, out=z, casting="same_kind")
        except FloatingPointError:
            raise too_large(dtype) from None
        is_missing = np.isnan(z)
        if is_missing.any():
            z[is_missing] = 0
        expand(z, further)
        if len(missing):
            missing[...] = is_missing[self.learned["missing"]]
        for each, block in zip(self.one_hot, one_hot, strict=True):
            np.equal(each.places(x[:, each.column]), np.arange(each.width)[:, None], out=block)
        for each, row in zip(self.embedded, places, strict=True):
            row[...] = each.places(x[:, each.column])
        return out[:, :n].T

    def _bind(self, precision: np.dtype, dtype: np.dtype) -> _Bound:
        """Return what is learned of the numbers, which are scaled in ``precision``."""
        factor = np.minimum(1 / self.learned["scale"], np.finfo(precision).max)[:, None]
        center, factor = np.asarray(self.learned["center"], precision), factor.astype(precision)
        return _Bound(center, factor, self.encoding.bind(self.learned, dtype))

    def _precision(self, given: np.dtype, dtype: np.dtype) -> np.dtype:
        """Return the precision in which numbers in the type ``given`` are scaled."""
        return np.promote_types(given, dtype) if self._takes_float32 else np.dtype(float)

    def layers(self) -> list[Layer]:
        if not self.embedded:
            return []
        lengths = {each.n_dims for each in self.embedded}
        if len(lengths) > 1:
            raise UsageError(
                f"category_encoding gives vectors of the lengths {sorted(lengths)}. All columns "
                "must have vectors of one length."
            )
        return [Embed([len(each.values) for each in self.embedded], *lengths)]

    def names(self, features: list[str]) -> list[str]:
        numbers = [features[j] for j in self.numbers]
        return [
            *numbers,
            *self.encoding.names(numbers, self.learned),
            *(f"{numbers[j]}_missing" for j in self.learned["missing"]),
            *(name for each in self.one_hot for name in self._one_hot_names(each, features)),
            *(
                f"{features[each.column]}_embedding{d}"
                for each in self.embedded
                for d in range(each.n_dims)
            ),
        ]

    def _one_hot_names(self, category: Category, features: list[str]) -> list[str]:
        labels = self.labels_of(category)
        if category.has_other:
            labels = [*labels, "other" if "other" not in labels else "all others"]
        return [f"{features[category.column]}_{label}" for label in labels]

    def labels_of(self, category: Category) -> list:
        """Return the labels of the categories with a place of their own."""
        labels = self.reader.labels.get(category.column)
        values = category.values.tolist()
        return values if labels is None else [labels[int(code)] for code in values]

    def categories_of(self, features: list[str]) -> dict[str, list]:
        return {features[each.column]: self.labels_of(each) for each in self.categories}

    def embeddings(
        self, features: list[str], tables: list[np.ndarray]
    ) -> dict[str, dict[Any, np.ndarray]]:
        found, start = {}, 0
        for each in self.embedded:
            labels = [*self.labels_of(each), None]
            vectors = tables[0][start : start + len(labels)].copy()
            found[features[each.column]] = dict(zip(labels, vectors, strict=True))
            start += len(labels)
        return found

    def to_plain(self) -> dict[str, Any]:
        return {
            "reader": self.reader.to_plain(),
            "n_features": self.n_features,
            "encoding": to_plain(self.encoding),
            "learned": self.learned,
            "categories": [vars(each) for each in self.categories],
        }

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> Self:
        return cls(
            Reader(**values["reader"]),
            values["n_features"],
            from_plain(values["encoding"]),
            values["learned"],
            [Category(**each) for each in values["categories"]],
        )


def _are_near_zero(learned: Learned) -> bool:
    """Return whether float32 loses no digits of a number when it is centered and scaled."""
    center, scale = learned["center"], learned["scale"]
    is_usual = (scale >= _SMALL) & (scale <= _LARGE)
    return bool(np.all(is_usual & (np.abs(center) <= _NEAR * scale)))


def _rows_of(X: Any, rows: slice | np.ndarray, buffer: np.ndarray | None) -> np.ndarray:
    """Return rows of X, dense."""
    if buffer is None or isinstance(rows, slice):
        x = X[rows]
        return x.toarray() if issparse(x) else x
    return gather(X, rows, buffer[: len(rows)])
