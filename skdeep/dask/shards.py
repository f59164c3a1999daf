"""Rows on workers: read, divided into training and validation rows, and measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from distributed import Future

from ..estimators import BaseDeepEstimator
from ..estimators.parts import Survey, count_part, read_part, survey_part, with_features
from ..inputs import Inputs
from ..plan import Plan
from ..rows import Rows, check_weights, distinct, join
from ..targets import Target
from ..training import cannot_hold_out, split_rows
from .cluster import Cluster
from .collections import Block

__all__ = [
    "Data",
    "Shard",
    "distinct_rows",
    "joined",
    "learn_inputs",
    "quotas_of",
    "read_data",
    "read_validation",
    "split_data",
]


@dataclass(frozen=True)
class Shard:
    """Rows on one worker: those of a partition, or of all its partitions.

    They stay on the worker, and are in its memory once: the rows of all its partitions lie where
    those of each partition do.

    Attributes
    ----------
    rows : Future
        Of :class:`~skdeep.rows.Rows`.
    at : str
        Address of the worker.
    n_samples : int
    weight : float
        Sum of the weights of the rows.
    """

    rows: Future
    at: str
    n_samples: int
    weight: float


@dataclass(frozen=True)
class Data:
    """A data set on a cluster.

    Attributes
    ----------
    deep : DeepClassifier or DeepRegressor
        It knows the features.
    survey : Survey
    parts : list of Shard
        The rows of each partition that has rows.
    """

    deep: BaseDeepEstimator
    survey: Survey
    parts: list[Shard]

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return sum(part.n_samples for part in self.parts)

    @property
    def n_workers(self) -> int:
        """Number of workers that have rows."""
        return len({part.at for part in self.parts})


def read_data(cluster: Cluster, deep: BaseDeepEstimator, blocks: Sequence[Block]) -> Data:
    """Read training data where they lie. Empty partitions are left out.

    Parameters
    ----------
    cluster : Cluster
    deep : DeepClassifier or DeepRegressor
    blocks : sequence of Block
    """
    given, homes = _computed(cluster, blocks)
    surveys = [cluster.submit(survey_part, deep, X, y) for X, y, _ in given]
    survey: Survey = cluster.fetch(cluster.merged(surveys, Survey.merge))
    counts = [cluster.submit(count_part, survey.target, y, weight) for _, y, weight in given]
    survey.target.learn_weights_from(cluster.fetch(cluster.merged(counts, np.add)))
    deep = with_features(deep, survey)
    read = [
        cluster.submit(read_part, deep, survey.reader, survey.target, *each, at=home)
        for each, home in zip(given, homes, strict=True)
    ]
    del given  # the workers let go of each block that has been read
    parts = _shards(cluster, read, homes)
    check_weights(np.array([part.weight for part in parts]))
    moments = [cluster.submit(_measure_y, survey.target, part.rows) for part in parts]
    survey.target.note_from(cluster.fetch(cluster.merged(moments, _merge_moments)))
    return Data(deep, survey, parts)


def read_validation(cluster: Cluster, data: Data, blocks: Sequence[Block]) -> Future:
    """Return the checked validation rows, all on one worker."""
    parts, _ = _computed(cluster, blocks)
    survey = data.survey
    return cluster.submit(
        _join,
        [
            cluster.submit(read_part, data.deep, survey.reader, survey.target, *part, False)
            for part in parts
        ],
    )


def split_data(cluster: Cluster, data: Data, plan: Plan, seed: int) -> tuple[list[Shard], Future]:
    """Hold out a share of the rows of each partition, and bring them together on one worker.

    Parameters
    ----------
    cluster : Cluster
    data : Data
    plan : Plan
    seed : int

    Returns
    -------
    list of Shard, Future
        The training rows of each worker, and the rows held out.
    """
    if plan.n_held_out == data.n_samples:
        raise cannot_hold_out(plan, data.n_samples, "one of the two parts would be empty")
    quotas = quotas_of([part.n_samples for part in data.parts], plan.n_held_out, seed)
    train, held_out = [], []
    for i, (part, n) in enumerate(zip(data.parts, quotas, strict=True)):
        if n == 0:
            train.append((part.rows, part.at))
        elif n == part.n_samples:  # a partition of a few rows
            held_out.append(part.rows)
        else:
            plan_of_part = _plan_of(plan, n, len(quotas))
            split = cluster.submit(
                split_rows, part.rows, data.survey.target, plan_of_part, seed + i, at=part.at
            )
            train.append((cluster.submit(_first, split, at=part.at), part.at))
            held_out.append(cluster.submit(_second, split))
    return _by_worker(cluster, train), cluster.submit(_join, held_out)


def joined(cluster: Cluster, parts: Sequence[Shard]) -> list[Shard]:
    """Return all rows of each worker."""
    return _by_worker(cluster, [(part.rows, part.at) for part in parts])


def learn_inputs(cluster: Cluster, data: Data, plan: Plan, shards: Sequence[Shard]) -> Inputs:
    """Learn the inputs and the scale of the target from the training rows: one reduction."""
    reader, target = data.survey.reader, data.survey.target
    kind = plan.kind_of_inputs(reader)
    measured = [
        cluster.submit(_measure, kind, reader, target, shard.rows, at=shard.at) for shard in shards
    ]
    merged = cluster.merged(measured, _Merge(kind))
    inputs, moments = cluster.fetch(cluster.submit(_inputs_from, plan, reader, merged))
    target.learn_from(moments)
    return inputs


def distinct_rows(cluster: Cluster, shards: Sequence[Shard]) -> list[Shard]:
    """Merge equal rows of each worker into one row with the sum of their weights."""
    rows = [cluster.submit(distinct, shard.rows, at=shard.at) for shard in shards]
    return _shards(cluster, rows, [shard.at for shard in shards])


def _computed(cluster: Cluster, blocks: Sequence[Block]) -> tuple[list[Any], list[str]]:
    """Return the parts of the blocks that have rows, and the worker that holds each block."""
    given = [part for block in blocks for part in block if part is not None]
    computed = iter(cluster.compute(given))
    futures: list[Any] = [
        [None if part is None else next(computed) for part in block] for block in blocks
    ]
    homes = cluster.holders([X for X, _, _ in futures])
    sizes = cluster.fetch([cluster.submit(_n_rows, X) for X, _, _ in futures])
    full = [i for i, size in enumerate(sizes) if size]
    return [futures[i] for i in full], [homes[i] for i in full]


def _by_worker(cluster: Cluster, parts: Iterable[tuple[Future, str]]) -> list[Shard]:
    """Return the rows of each worker. Workers are in the order of their first rows."""
    by_home: dict[str, list[Future]] = {}
    for rows, home in parts:
        by_home.setdefault(home, []).append(rows)
    joined = [cluster.submit(_join, some, at=home) for home, some in by_home.items()]
    return _shards(cluster, joined, list(by_home))


def _shards(cluster: Cluster, rows: Sequence[Future], homes: Sequence[str]) -> list[Shard]:
    """Return the shards that have rows."""
    sizes = cluster.fetch([cluster.submit(_size, each) for each in rows])
    shards = [Shard(r, home, *size) for r, home, size in zip(rows, homes, sizes, strict=True)]
    return [shard for shard in shards if shard.n_samples]


def quotas_of(sizes: Sequence[int], n_held_out: int, seed: int) -> list[int]:
    """Divide a number in proportion to sizes, rounded by the largest remainders.

    Equal remainders are in a random order, because neighbors can be alike.
    """
    exact = np.array(sizes) * (n_held_out / sum(sizes))
    quotas = np.floor(exact).astype(int)
    order = np.lexsort((np.random.default_rng(seed).random(len(sizes)), quotas - exact))
    quotas[order[: n_held_out - quotas.sum()]] += 1
    return quotas.tolist()


def _plan_of(plan: Plan, n_held_out: int, n_parts: int) -> Plan:
    """Return the plan for the hold-out of one of several partitions, where a class can be rare."""
    refuses_rare = plan.refuses_rare and n_parts == 1
    return replace(plan, n_held_out=n_held_out, refuses_rare=refuses_rare)


class _Merge:
    """Merges what ``_measure`` returns."""

    def __init__(self, kind: type[Inputs]) -> None:
        self.kind = kind

    def __call__(self, some: Any, others: Any) -> Any:
        return self.kind.merge(some[0], others[0]), _merge_moments(some[1], others[1])


def _merge_moments(some: Any, others: Any) -> Any:
    return None if some is None else some.merge(others)


def _measure(kind: type[Inputs], reader: Any, target: Target, rows: Rows) -> Any:
    return kind.measure(reader, rows), _measure_y(target, rows)


def _measure_y(target: Target, rows: Rows) -> Any:
    return target.measure(rows.y, rows.weight)


def _inputs_from(plan: Plan, reader: Any, measured: Any) -> Any:
    return plan.inputs_from(reader, measured[0]), measured[1]


def _first(pair: tuple) -> Any:
    return pair[0]


def _second(pair: tuple) -> Any:
    return pair[1]


def _join(parts: list[Rows]) -> Rows:
    return join([rows for rows in parts if rows.n_samples] or parts[:1])


def _n_rows(X: Any) -> int:
    return X.shape[0]


def _size(rows: Rows) -> tuple[int, float]:
    return rows.n_samples, rows.total_weight
