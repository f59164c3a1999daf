"""What a cluster does with tasks, without one."""

import pytest

pytest.importorskip("distributed")

from skdeep.dask.cluster import Cluster


class Recorded(Cluster):
    """Remembers tasks instead of running them. The result of a task is its number."""

    def __init__(self):
        self.tasks = []

    def submit(self, function, *args, at=None):
        self.tasks.append((args, at))
        return len(self.tasks) - 1


@pytest.mark.parametrize("n", [1, 2, 7])
def test_each_worker_that_has_a_value_passes_it_on_to_one_more_at_a_time(n):
    cluster, places = Recorded(), list("abcdefg"[:n])
    assert cluster.spread("value", places) == list(range(n))
    # after each line, twice as many workers have the value
    givers = ["value", 0, *(0, 1), *(0, 1, 2)][:n]
    assert cluster.tasks == [((giver,), at) for giver, at in zip(givers, places, strict=True)]


@pytest.mark.parametrize(("n", "depth"), [(1, 0), (2, 1), (5, 3), (8, 3)])
def test_results_are_merged_pairwise_in_their_order(n, depth):
    cluster = Recorded()
    first = [cluster.submit(None) for _ in range(n)]
    found = cluster.merged(first, None)
    levels = {number: (0, [number]) for number in first}
    for number, ((left, right), _) in enumerate(cluster.tasks[n:], n):
        level = 1 + max(levels[left][0], levels[right][0])
        levels[number] = level, levels[left][1] + levels[right][1]
    assert levels[found] == (depth, first)
