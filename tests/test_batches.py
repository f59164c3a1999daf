import numpy as np
import pytest
from scipy import sparse

from skdeep.batches import Batches
from skdeep.inputs import AsGiven
from skdeep.rows import Rows, distinct

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def column(y, dtype):
    return y[:, None].astype(dtype)


def _batches(X, y, batch_size, *, weight=None, index=None, dtype=FLOAT64, **options):
    rows = Rows(X, y, weight, index=index)
    return Batches(rows, AsGiven(X.shape[1]), column, dtype, batch_size, **options)


def _numbered(n_rows, batch_size, *, n_features=2, of=FLOAT64, dtype=FLOAT64, **options):
    """Return batches of rows whose features and target are the row's number."""
    X = np.repeat(np.arange(n_rows)[:, None], n_features, axis=1).astype(of)
    y = np.arange(n_rows) if options.get("index") is None else options["index"]
    return _batches(X, y, batch_size, dtype=dtype, **options)


def _epoch(batches, seed=0):
    """Return copies of an epoch's batches."""
    rng = np.random.default_rng(seed)
    return [
        (x.copy(), target.copy(), None if weight is None else weight.copy())
        for x, target, weight in batches.epoch(rng)
    ]


def _rows(epoch):
    return np.concatenate([target[:, 0] for _, target, _ in epoch]).astype(int)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("of", [FLOAT32, FLOAT64, np.dtype(int)])
@pytest.mark.parametrize(("n_rows", "batch_size"), [(1, 1), (7, 1), (10, 3), (10, 5), (10, 20)])
def test_every_sample_is_seen_once_an_epoch_beside_its_target(n_rows, batch_size, of, shuffle):
    batches = _numbered(n_rows, batch_size, of=of, shuffle=shuffle)
    for seed in range(3):
        epoch = _epoch(batches, seed)
        np.testing.assert_array_equal(np.sort(_rows(epoch)), np.arange(n_rows))
        for x, target, _ in epoch:
            np.testing.assert_array_equal(x, np.repeat(target, 2, axis=1))


@pytest.mark.parametrize("shuffle", [False, True])
def test_chunks_do_not_show(monkeypatch, shuffle):
    batches = _numbered(103, 5, shuffle=shuffle)
    expected = _epoch(batches)
    monkeypatch.setattr("skdeep.batches._CHUNK_BYTES", 3 * 5 * 16)  # three batches at a time
    for ours, whole in zip(_epoch(batches), expected, strict=True):
        np.testing.assert_array_equal(ours[0], whole[0])
        np.testing.assert_array_equal(ours[1], whole[1])


def test_without_shuffling_the_order_is_kept():
    np.testing.assert_array_equal(_rows(_epoch(_numbered(20, 3))), np.arange(20))


def test_each_epoch_has_a_new_order_that_follows_from_the_seed():
    batches = _numbered(20, 3, shuffle=True)
    rng, same = np.random.default_rng(1), np.random.default_rng(1)
    orders = [[int(t[0]) for _, target, _ in batches.epoch(rng) for t in target] for _ in range(3)]
    again = [[int(t[0]) for _, target, _ in batches.epoch(same) for t in target] for _ in range(3)]
    assert orders == again
    assert len(set(map(tuple, orders))) == 3


def test_without_a_generator_the_order_is_kept():
    epoch = [(x, t.copy(), w) for x, t, w in _numbered(20, 3, shuffle=True).epoch()]
    np.testing.assert_array_equal(_rows(epoch), np.arange(20))


def test_a_shorter_last_batch_is_used():
    batches = _numbered(10, 4)
    assert batches.sizes == [4, 4, 2]
    assert [len(x) for x, _, _ in _epoch(batches)] == [4, 4, 2]


@pytest.mark.parametrize(
    ("n_rows", "batch_size", "sizes"),
    [(9, 4, [4, 5]), (10, 4, [4, 4, 2]), (5, 4, [5]), (4, 4, [4]), (1, 4, [1]), (8, 4, [4, 4])],
)
def test_a_last_batch_of_too_few_rows_joins_the_one_before(n_rows, batch_size, sizes):
    batches = _numbered(n_rows, batch_size, min_rows=2, shuffle=True)
    assert batches.sizes == sizes
    epoch = _epoch(batches)
    assert [len(x) for x, _, _ in epoch] == sizes
    np.testing.assert_array_equal(np.sort(_rows(epoch)), np.arange(n_rows))


@pytest.mark.parametrize("shuffle", [False, True])
def test_x_is_cast_by_the_chunk_and_never_as_a_whole(monkeypatch, shuffle):
    monkeypatch.setattr("skdeep.batches._CHUNK_BYTES", 2 * 5 * 8)
    batches = _numbered(50, 5, of=FLOAT64, dtype=FLOAT32, shuffle=shuffle)
    bases = set()
    for x, target, _ in batches.epoch(np.random.default_rng(0)):
        assert x.dtype == np.float32
        np.testing.assert_array_equal(x, np.repeat(target, 2, axis=1))
        bases.add(x.base.shape if x.base is not None else x.shape)
    assert bases == {(10, 2)}


def test_unshuffled_rows_of_the_right_dtype_are_not_copied():
    batches = _numbered(10, 3)
    assert all(np.shares_memory(x, batches.rows.X) for x, _, _ in batches.epoch())


@pytest.mark.parametrize("shuffle", [False, True])
def test_x_is_left_alone(shuffle):
    batches = _numbered(10, 3, shuffle=shuffle)
    batches.rows.X.flags.writeable = False
    kept = batches.rows.X.copy()
    _epoch(batches)
    np.testing.assert_array_equal(batches.rows.X, kept)


@pytest.mark.parametrize("of", [FLOAT32, FLOAT64])
@pytest.mark.parametrize("shuffle", [False, True])
def test_samples_stand_in_the_rows_that_the_index_names(shuffle, of):
    index = np.array([8, 3, 5, 1, 9])
    batches = _numbered(10, 2, index=index, shuffle=shuffle, of=of)
    epoch = _epoch(batches)
    for x, target, _ in epoch:
        np.testing.assert_array_equal(x, np.repeat(target, 2, axis=1))
    if not shuffle:
        np.testing.assert_array_equal(_rows(epoch), index)
    np.testing.assert_array_equal(np.sort(_rows(epoch)), np.sort(index))


@pytest.mark.parametrize("shuffle", [False, True])
def test_sparse_rows_are_the_dense_ones(rng, shuffle):
    X = rng.normal(size=(23, 6)) * rng.integers(2, size=(23, 6))

    def epoch(X):
        batches = _batches(X, np.arange(23), 5, dtype=FLOAT32, shuffle=shuffle)
        return batches.epoch(np.random.default_rng(0))

    pairs = zip(epoch(X), epoch(sparse.csr_matrix(X)), strict=True)
    for (x, target, _), (x_sparse, target_sparse, _) in pairs:
        assert sparse.issparse(x_sparse)
        assert x_sparse.dtype == np.float32
        np.testing.assert_array_equal(x_sparse.toarray(), x)
        np.testing.assert_array_equal(target_sparse, target)


def test_memory_mapped_rows_are_the_same(rng, tmp_path):
    X = rng.normal(size=(23, 6))
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    for ours, theirs in zip(
        _epoch(_batches(mapped, np.arange(23), 5, shuffle=True)),
        _epoch(_batches(X, np.arange(23), 5, shuffle=True)),
        strict=True,
    ):
        np.testing.assert_array_equal(ours[0], theirs[0])


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("batch_size", [1, 3, 10])
def test_weighted_batches_are_unbiased(rng, batch_size, shuffle):
    weight, values = rng.uniform(0.1, 2, 10), rng.normal(size=10)
    batches = _numbered(10, batch_size, weight=weight, shuffle=shuffle)
    # batch sums, in proportion to the batch's rows, make up the weighted mean of the whole
    total = sum(
        len(x) / 10 * float(share @ values[target[:, 0].astype(int)])
        for x, target, share in _epoch(batches)
    )
    # round-off of ten terms
    assert total == pytest.approx(np.average(values, weights=weight), rel=1e-13)


def test_the_scale_of_the_weights_does_not_matter(rng):
    weight = rng.uniform(0.1, 2, 10)
    first, second = (_epoch(_numbered(10, 3, weight=w)) for w in (weight, 8 * weight))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one[2], other[2])  # a power of two changes no digit


def test_equal_weights_are_none_at_all():
    for _, target, weight in _epoch(_numbered(10, 3, weight=np.full(10, 0.7))):
        # round-off of a mean of ten numbers
        np.testing.assert_allclose(weight, 1 / len(target), rtol=1e-14)


@pytest.mark.parametrize("weighted", [False, True])
def test_all_targets_come_by_the_chunk_with_their_shares_of_the_whole(monkeypatch, weighted):
    monkeypatch.setattr("skdeep.batches._TARGET_ROWS", 4)
    weight = np.arange(1.0, 11.0) if weighted else None
    batches = _numbered(10, 3, weight=weight, shuffle=True)
    targets, shares = zip(*batches.targets(), strict=True)
    assert [len(target) for target in targets] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate(targets)[:, 0], np.arange(10))
    expected = np.full(10, 0.1) if weight is None else weight / 55
    np.testing.assert_allclose(np.concatenate(shares), expected, rtol=1e-15)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
def test_distinct_rows_come_once_in_a_fixed_order_with_the_sum_of_their_weights(form):
    X = np.array([[1.0, 2.0], [0.0, 1.0], [1.0, 2.0], [1.0, 2.0]])
    y, weight = np.array([0, 1, 0, 1]), np.array([1.0, 2.0, 4.0, 8.0])
    for order in ([0, 1, 2, 3], [3, 2, 1, 0]):
        rows = distinct(Rows(form(X[order]), y[order], weight[order]))
        X_found = rows.X.toarray() if sparse.issparse(rows.X) else rows.X
        assert X_found.tolist() == [[0.0, 1.0], [1.0, 2.0], [1.0, 2.0]]
        assert rows.y.tolist() == [1, 0, 1]
        assert rows.weight.tolist() == [2.0, 5.0, 8.0]
        assert rows.index is None


def test_a_row_without_weight_counts_as_one():
    rows = distinct(Rows(np.zeros((3, 1)), np.array([0, 0, 1])))
    assert rows.weight.tolist() == [2.0, 1.0]
