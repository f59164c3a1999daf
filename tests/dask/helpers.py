"""What the tests of the Dask estimators share."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import issparse

pytest.importorskip("dask.dataframe")

import dask.array as da
import dask.dataframe as dd
import distributed


def two_processes():
    """Return a cluster of two processes on this machine."""
    return distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",
        memory_limit=0,
    )


def persisted(client, *collections, at=None):
    """Compute collections on the workers, partition i on worker ``at[i]``, in turn by default."""
    workers = sorted(client.scheduler_info()["workers"])
    found = []
    for each in collections:
        blocks = np.ravel(each.to_delayed())
        n = len(blocks)
        places = [workers[i % len(workers)] for i in (range(n) if at is None else at)]
        futures = [
            client.compute(block, workers=[place], allow_other_workers=True)
            for block, place in zip(blocks, places, strict=True)
        ]
        found.append(_rebuilt(each, futures))
    return found


def _rebuilt(collection, futures):
    if hasattr(collection, "divisions"):
        return dd.from_delayed(futures, meta=collection._meta, verify_meta=False)
    columns = collection.shape[1:]
    blocks = [
        da.from_delayed(future, (n, *columns), meta=collection._meta)
        for future, n in zip(futures, collection.chunks[0], strict=True)
    ]
    return da.concatenate(blocks)


def in_chunks(array, sizes):
    """Return an array, sparse or not, as a Dask array with chunks of these sizes."""
    if not issparse(array):
        return da.from_array(array, chunks=(tuple(sizes), *((n,) for n in array.shape[1:])))
    ends = np.cumsum(sizes)
    array = sparse.csr_matrix(array)  # the oldest Dask does not concatenate blocks of csr_array
    blocks = [array[end - n : end] for end, n in zip(ends, sizes, strict=True)]
    return da.concatenate(
        [
            da.from_delayed(_delayed(block), block.shape, meta=sparse.csr_matrix((0, 0)))
            for block in blocks
        ]
    )


def _delayed(value):
    import dask

    return dask.delayed(value, traverse=False)
