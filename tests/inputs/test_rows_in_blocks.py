"""Rows that lie in several blocks are measured and encoded as the joined rows are."""

import numpy as np
import pytest
from scipy import sparse

from skdeep.batches import Batches
from skdeep.inputs import AsGiven, OneHot, PiecewiseLinear, Reader, Scaled, Table
from skdeep.inputs.unchanged import Unchanged
from skdeep.rows import Rows, join

FORMS = {"arrays": np.asarray, "sparse": sparse.csr_array}
CASES = {
    "as they are": (AsGiven, Reader.of_numbers(), Unchanged, "arrays"),
    "as they are, sparse": (AsGiven, Reader.of_numbers(), Unchanged, "sparse"),
    "scaled": (Scaled, Reader.of_numbers(), Unchanged, "sparse"),
    "numbers and categories": (Table, Reader([2], {}), PiecewiseLinear, "arrays"),
}


def _encode(y, dtype):
    return y.astype(dtype)[:, None]


def _batches(inputs, rows, dtype, shuffle):
    batches = Batches(rows, inputs, _encode, np.dtype(dtype), batch_size=7, shuffle=shuffle)
    for x, y, weight in batches.epoch(np.random.default_rng(0)):
        yield x.toarray() if sparse.issparse(x) else x.copy(), y.copy(), weight


@pytest.mark.parametrize(("kind", "reader", "encoding", "form"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("given", ["float32", "float64", "mixed"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("is_part", [False, True], ids=["all rows", "a part of the rows"])
def test_blocks_give_the_batches_of_the_joined_rows(
    kind, reader, encoding, form, given, dtype, shuffle, is_part, rng
):
    X = np.round(rng.normal(size=(60, 3)), 1)
    types = ["float64", "float32", "int16"] if given == "mixed" else [given] * 3
    parts, y, weight = np.split(X, [25, 27]), np.arange(60.0), rng.random(60)
    blocks = [FORMS[form](part.astype(t)) for part, t in zip(parts, types, strict=True)]
    whole = sparse.vstack(blocks, "csr") if form == "sparse" else np.concatenate(blocks)
    cuts = [slice(0, 25), slice(25, 27), slice(27, 60)]
    rows = join([Rows(x, y[cut], weight[cut]) for x, cut in zip(blocks, cuts, strict=True)])
    expected = Rows(whole, y, weight)
    if is_part:
        some = np.flatnonzero(rng.random(60) < 0.7)
        rows, expected = rows.take(some), expected.take(some)
    found, inputs = (kind.learn(reader, each, encoding(), OneHot()) for each in (rows, expected))
    for name, value in inputs.to_plain().items():
        np.testing.assert_equal(found.to_plain()[name], value)
    pairs = zip(
        _batches(found, rows, dtype, shuffle),
        _batches(inputs, expected, dtype, shuffle),
        strict=True,
    )
    for one, other in pairs:
        for array, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(array, same)
            assert array.dtype == same.dtype
