"""Many models side by side: candidates in several processes, and on a cluster."""

import tracemalloc

import joblib
import numpy as np
import pytest
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.model_selection import RandomizedSearchCV
from threadpoolctl import threadpool_info

from skdeep import DeepClassifier
from skdeep.tuning import CoarseToFineSearchCV, HiddenLayers, LogUniform

SPACE = {"learning_rate": LogUniform(1e-3, 0.1), "hidden_layer_sizes": HiddenLayers((1, 2), (4, 8))}
BIG = np.zeros((1000, 300))  # 2.4 MB: joblib maps arrays above 1 MB

each_search = pytest.mark.parametrize("search_class", [RandomizedSearchCV, CoarseToFineSearchCV])


class Watched:
    """A data set whose rows say whether it lies in a file that processes share."""

    def __init__(self, array):
        self.array = array

    def __len__(self):
        return len(self.array)

    def __getitem__(self, i):
        return float(isinstance(self.array, np.memmap))


class Inspector(BaseEstimator):
    """An estimator whose score is what it is asked for."""

    def __init__(self, what="shared", candidate=0):
        self.what = what
        self.candidate = candidate

    def fit(self, X, y=None, X_val=None):
        seen = {
            "shared": np.mean(X),
            "validation shared": float(isinstance(X_val, np.memmap)),
            "threads": max([pool["num_threads"] for pool in threadpool_info()], default=1),
        }
        self.seen_ = seen[self.what]
        return self

    def score(self, X, y=None):
        return self.seen_


def inspect(search_class, what, X=BIG, **fit_params):
    """Return what the candidates saw in two processes."""
    search = search_class(
        Inspector(what), {"candidate": stats.uniform(0, 1)}, n_iter=4, cv=2, n_jobs=2, refit=False
    )
    return search.fit(X, **fit_params).cv_results_["mean_test_score"]


@each_search
def test_two_processes_find_what_one_finds(search_class):
    X, y = load_iris(return_X_y=True)
    network = DeepClassifier(max_epochs=3, random_state=0)
    one, two = (
        search_class(network, SPACE, n_iter=4, cv=2, random_state=0, n_jobs=n_jobs).fit(X, y)
        for n_jobs in (1, 2)
    )
    assert one.best_params_ == two.best_params_
    scores = [search.cv_results_["mean_test_score"] for search in (one, two)]
    np.testing.assert_array_equal(*scores)


@pytest.mark.parametrize("backend", ["threading", "multiprocessing"])
def test_any_backend_finds_the_same(backend):
    X, y = load_iris(return_X_y=True)
    network = DeepClassifier(max_epochs=2, random_state=0)
    search = CoarseToFineSearchCV(network, SPACE, n_iter=4, cv=2, random_state=0, n_jobs=2)
    expected = search.fit(X, y).cv_results_["mean_test_score"]
    with joblib.parallel_backend(backend):
        np.testing.assert_array_equal(search.fit(X, y).cv_results_["mean_test_score"], expected)


@each_search
def test_processes_share_the_data_set_instead_of_copying_it(search_class):
    np.testing.assert_array_equal(inspect(search_class, "shared", Watched(BIG)), 1.0)


@each_search
def test_processes_share_the_validation_data_of_a_fit(search_class):
    # not as long as X, so it is passed on whole
    assert inspect(search_class, "validation shared", X_val=BIG[:900]).tolist() == [1.0] * 4


@each_search
def test_processes_leave_the_cores_to_each_other(search_class):
    limit = max(1, joblib.cpu_count() // 2)
    assert inspect(search_class, "threads").max() <= limit


def test_a_network_trains_on_a_mapped_data_set_without_copying_it(tmp_path):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20_000, 100)), rng.integers(2, size=20_000)  # 16 MB
    joblib.dump(X, tmp_path / "X.joblib")
    mapped = joblib.load(tmp_path / "X.joblib", mmap_mode="r")
    network = DeepClassifier((4,), max_epochs=1, batch_size=256, random_state=0)
    tracemalloc.start()
    network.fit(mapped, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.nbytes / 2  # not even half of it, in any precision


@pytest.fixture(scope="module")
def cluster():
    """A cluster of two workers on this machine."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit=0
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.wait_for_workers(2)
        yield client


@pytest.mark.slow
@each_search
def test_a_cluster_of_two_workers_finds_what_one_process_finds(search_class, cluster):
    X, y = load_iris(return_X_y=True)
    network = DeepClassifier(max_epochs=3, random_state=0)
    search = search_class(network, SPACE, n_iter=6, cv=2, random_state=0)
    expected = search.fit(X, y).cv_results_["mean_test_score"]
    with joblib.parallel_backend("dask", wait_for_workers_timeout=60):
        found = search.set_params(n_jobs=-1).fit(X, y).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.slow
def test_workers_of_a_cluster_multiply_in_one_thread(cluster):
    def most_threads():
        np.ones((8, 8)) @ np.ones((8, 8))
        return max(pool["num_threads"] for pool in threadpool_info())

    assert set(cluster.run(most_threads).values()) == {1}
