"""Which rows of each partition are trained on, which are held out, and where they lie."""

from math import ceil

import numpy as np
import pytest

from skdeep import DeepClassifier, DeepRegressor

pytest.importorskip("distributed")
pytest.importorskip("dask.dataframe")

import dask.array as da

from skdeep.dask.cluster import Cluster
from skdeep.dask.collections import blocks_of
from skdeep.dask.shards import joined, quotas_of, read_data, split_data
from skdeep.estimators.parts import plan_for
from tests.dask.helpers import in_chunks, persisted
from tests.helpers import error_of


@pytest.mark.parametrize("n_held_out", [0, 1, 17, 60, 113])
def test_each_partition_gives_its_share_to_less_than_one_row(n_held_out):
    sizes = [1, 1, 50, 3, 7, 52]
    quotas = quotas_of(sizes, n_held_out, seed=0)
    exact = np.array(sizes) * n_held_out / sum(sizes)
    assert sum(quotas) == n_held_out
    assert (np.abs(quotas - exact) < 1).all()


def test_partitions_of_equal_size_give_a_row_more_at_random():
    times = np.sum([quotas_of([5] * 4, 2, seed) for seed in range(400)], axis=0)
    # 200 of 400 draws each, with a standard deviation of 10
    assert np.all(np.abs(times - 200) < 50)


SIZES = [1, 300, 2, 40, 97, 1, 160]


def _rows(rng, sizes):
    """Return rows with the number of their partition and their own number, and three classes."""
    n = sum(sizes)
    X = np.column_stack([np.repeat(np.arange(len(sizes)), sizes), np.arange(n)]).astype(float)
    return X, rng.choice(3, n, p=[0.6, 0.3, 0.1])


def _split(client, deep, sizes, X, y):
    """Return the training rows of each worker, and the rows held out."""
    cluster = Cluster(client)
    at = [0, 1, 1, 0, 1, 0, 0][: len(sizes)]
    parts = persisted(client, in_chunks(X, sizes), in_chunks(y, sizes), at=at)
    data = read_data(cluster, deep, blocks_of(*parts, None))
    assert [shard.n_samples for shard in joined(cluster, data.parts)] == [
        sum(n for n, home in zip(sizes, at, strict=True) if home == worker) for worker in (0, 1)
    ]
    plan = plan_for(data.deep, data.survey, data.n_samples, False, data.n_workers)
    shards, held_out = split_data(cluster, data, plan, seed=3)
    return cluster.fetch([shard.rows for shard in shards]), cluster.fetch(held_out)


@pytest.mark.parametrize("fraction", [0.1, 0.6])
@pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])
def test_every_partition_has_its_share_of_the_validation_rows(client, kind, fraction, rng):
    X, y = _rows(rng, SIZES)
    deep = kind(validation_fraction=fraction, early_stopping=True)
    train, held_out = _split(client, deep, SIZES, X, y)
    held = held_out.features()
    assert len(held) == ceil(fraction * len(y))
    numbers = np.concatenate([held[:, 1], *(rows.features()[:, 1] for rows in train)])
    np.testing.assert_array_equal(np.sort(numbers), np.arange(len(y)))
    exact = np.array(SIZES) * len(held) / len(y)
    counts = np.bincount(held[:, 0].astype(int), minlength=len(SIZES))
    assert np.all(np.abs(counts - exact) < 1)
    if kind is DeepClassifier:
        for part in (1, 4, 6):  # large enough to hold out a row of each class
            of_part, of_held = X[:, 0] == part, held[:, 0] == part
            share = np.bincount(y[of_part]) * of_held.sum() / of_part.sum()
            found = np.bincount(y[held[of_held, 1].astype(int)], minlength=3)
            assert np.all(np.abs(found - share) < 1)


def _made(n_rows, seed):
    return np.random.default_rng(seed).normal(size=(n_rows, 3)).astype(np.float32)


def _lies_in(rows, parts):
    """Return whether rows lie in the memory of parts, one after another."""
    begins = zip(rows.X.starts, parts, strict=True)
    return all(np.shares_memory(rows.X[start : start + 1], part) for start, part in begins)


@pytest.mark.parametrize("splits", [False, True], ids=["all rows", "some held out"])
def test_a_worker_trains_on_its_partitions_where_they_lie(client, splits):
    worker = sorted(client.scheduler_info()["workers"])[0]
    parts = [
        client.submit(_made, n, seed, workers=[worker], pure=False)
        for seed, n in enumerate([50, 20, 90])
    ]
    X = [da.from_delayed(part, (np.nan, 3), np.float32) for part in parts]
    X, cluster = da.concatenate(X, allow_unknown_chunksizes=True), Cluster(client)
    data = read_data(cluster, DeepRegressor(), blocks_of(X, X[:, 0], None))
    if splits:
        plan = plan_for(data.deep, data.survey, 160, False, 1)
        (shard,), held_out = split_data(cluster, data, plan, seed=0)
        assert shard.n_samples + cluster.fetch(held_out).n_samples == 160
    else:
        (shard,) = joined(cluster, data.parts)
    assert shard.at == worker
    assert client.submit(_lies_in, shard.rows, parts, workers=[worker], pure=False).result()


def test_partitions_of_one_row_are_held_out_as_a_whole(client, rng):
    X, y = _rows(rng, [1] * 7)
    deep = DeepRegressor(validation_fraction=0.4, early_stopping=True)
    train, held_out = _split(client, deep, [1] * 7, X, y)
    assert (sum(rows.n_samples for rows in train), held_out.n_samples) == (4, 3)


def test_all_rows_cannot_be_held_out(client, rng):
    X, y = _rows(rng, [1, 2])
    deep = DeepRegressor(validation_fraction=0.9, early_stopping=True)
    assert error_of(lambda: _split(client, deep, [1, 2], X, y)) == (
        "early_stopping cannot hold out validation_fraction=0.9 of 3 samples: one of the two parts "
        "would be empty. Give more samples, another validation_fraction, X_val and y_val, or "
        "early_stopping='auto'."
    )
