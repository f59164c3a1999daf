"""The rows of each worker: read, divided into training and validation rows, and measured."""

from collections.abc import Sequence
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
from ..training import split_rows
from .cluster import Cluster
from .collections import Block

__all__ = ["Data", "Shard", "read_data"]


@dataclass(frozen=True)
class Shard:
    """The rows of one worker. The rows themselves are on the worker.

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
    shards : list of Shard
    """

    deep: BaseDeepEstimator
    survey: Survey
    shards: list[Shard]

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return sum(shard.n_samples for shard in self.shards)


def read_data(cluster: Cluster, deep: BaseDeepEstimator, blocks: Sequence[Block]) -> Data:
    """Read training data where they lie. Empty partitions are left out.

    Parameters
    ----------
    cluster : Cluster
    deep : DeepClassifier or DeepRegressor
    blocks : sequence of Block
    """
    parts, homes = _computed(cluster, blocks)
    surveys = [cluster.submit(survey_part, deep, X, y) for X, y, _ in parts]
    survey: Survey = cluster.fetch(cluster.merged(surveys, Survey.merge))
    counts = [cluster.submit(count_part, survey.target, y, weight) for _, y, weight in parts]
    survey.target.learn_weights_from(cluster.fetch(cluster.merged(counts, np.add)))
    deep = with_features(deep, survey)
    read = [cluster.submit(read_part, deep, survey.reader, survey.target, *part) for part in parts]
    shards = _grouped(cluster, read, homes)
    check_weights(np.array([shard.weight for shard in shards]))
    moments = [cluster.submit(_measure_y, survey.target, shard.rows) for shard in shards]
    survey.target.note_from(cluster.fetch(cluster.merged(moments, _merge_moments)))
    return Data(deep, survey, shards)


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


def split_data(
    cluster: Cluster, data: Data, plan: Plan, seed: int
) -> tuple[list[Shard], Future | None]:
    """Hold out a share of the rows of each worker, and bring them together on one.

    Parameters
    ----------
    cluster : Cluster
    data : Data
    plan : Plan
    seed : int

    Returns
    -------
    list of Shard, Future
        Training rows, and the rows held out.
    """
    shards, target = data.shards, data.survey.target
    quotas = _quotas([shard.n_samples for shard in shards], plan.n_held_out)
    split: list[Future] = [
        cluster.submit(
            _split, shard.rows, target, _part_of(plan, n, len(shards)), seed + i, at=shard.at
        )
        for i, (shard, n) in enumerate(zip(shards, quotas, strict=True))
    ]
    train = [cluster.submit(_first, each, at=s.at) for each, s in zip(split, shards, strict=True)]
    parts = [cluster.submit(_second, each) for each, n in zip(split, quotas, strict=True) if n]
    return _shards(cluster, train, [s.at for s in shards]), cluster.submit(_join, parts)


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


def _grouped(cluster: Cluster, read: Sequence[Future], homes: Sequence[str]) -> list[Shard]:
    """Join the rows that lie on one worker. Workers are in the order of their first rows."""
    by_home: dict[str, list[Future]] = {}
    for future, home in zip(read, homes, strict=True):
        by_home.setdefault(home, []).append(future)
    rows = [cluster.submit(_join, parts, at=home) for home, parts in by_home.items()]
    return [shard for shard in _shards(cluster, rows, list(by_home)) if shard.n_samples]


def _shards(cluster: Cluster, rows: Sequence[Future], homes: Sequence[str]) -> list[Shard]:
    sizes = cluster.fetch([cluster.submit(_size, each) for each in rows])
    return [
        Shard(*each)
        for each in ((r, h, *size) for r, h, size in zip(rows, homes, sizes, strict=True))
    ]


def _quotas(sizes: Sequence[int], n_held_out: int) -> list[int]:
    """Divide a number in proportion to sizes, rounded by the largest remainders."""
    exact = np.array(sizes) * (n_held_out / sum(sizes))
    quotas = np.floor(exact).astype(int)
    quotas[np.argsort(quotas - exact, kind="stable")[: n_held_out - quotas.sum()]] += 1
    return quotas.tolist()


def _part_of(plan: Plan, n_held_out: int, n_shards: int) -> Plan:
    """Return the plan for the hold-out of one of several workers, where a class can be rare."""
    refuses_rare = plan.refuses_rare and n_shards == 1
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


def _split(rows: Rows, target: Target, plan: Plan, seed: int) -> tuple[Rows, Rows | None]:
    return split_rows(rows, target, plan, seed) if plan.n_held_out else (rows, None)


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
