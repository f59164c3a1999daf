import pytest


@pytest.fixture(scope="session")
def client():
    """A client of a cluster of two processes on this machine."""
    distributed = pytest.importorskip("distributed")
    from tests.dask.helpers import two_processes

    with two_processes() as cluster, distributed.Client(cluster) as client:
        client.wait_for_workers(2)
        yield client
