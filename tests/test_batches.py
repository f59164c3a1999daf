import numpy as np
import pytest
from scipy import sparse

from skdeep.batches import Batches

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def column(y):
    return y[:, None].astype(float)


def _numbered(n_rows, batch_size, *, n_features=2, of=FLOAT64, dtype=FLOAT64, **options):
    """Return batches of rows whose features and target are the row's number."""
    X = np.repeat(np.arange(n_rows)[:, None], n_features, axis=1).astype(of)
    options = {"weight": None, **options}
    y = np.arange(n_rows) if options.get("rows") is None else options["rows"]
    return Batches(X, y, batch_size=batch_size, encode=column, dtype=dtype, **options)


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
    assert all(np.shares_memory(x, batches.X) for x, _, _ in batches.epoch())


@pytest.mark.parametrize("shuffle", [False, True])
def test_x_is_left_alone(shuffle):
    batches = _numbered(10, 3, shuffle=shuffle)
    batches.X.flags.writeable = False
    kept = batches.X.copy()
    _epoch(batches)
    np.testing.assert_array_equal(batches.X, kept)


@pytest.mark.parametrize("of", [FLOAT32, FLOAT64])
@pytest.mark.parametrize("shuffle", [False, True])
def test_samples_stand_in_the_rows_that_the_index_names(shuffle, of):
    index = np.array([8, 3, 5, 1, 9])
    batches = _numbered(10, 2, rows=index, shuffle=shuffle, of=of)
    assert batches.n_samples == 5
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
        batches = Batches(X, np.arange(23), None, 5, column, FLOAT32, shuffle=shuffle)
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
    options = {"weight": None, "batch_size": 5, "encode": column, "dtype": FLOAT64, "shuffle": True}
    for ours, theirs in zip(
        _epoch(Batches(mapped, np.arange(23), **options)),
        _epoch(Batches(X, np.arange(23), **options)),
        strict=True,
    ):
        np.testing.assert_array_equal(ours[0], theirs[0])


def test_m_is_the_number_of_samples_or_the_sum_of_their_weights():
    assert _numbered(10, 3).total_weight == 10.0
    assert _numbered(10, 3, weight=np.full(10, 0.25)).total_weight == 2.5


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
