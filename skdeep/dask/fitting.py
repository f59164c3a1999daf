"""Fit an estimator on a cluster: read, plan, hold out, learn the inputs, train."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from distributed import Future

from ..estimators import BaseDeepEstimator
from ..estimators.parts import plan_for, remarks_on_scales, with_model
from ..plan import Plan
from ..training import Listener, TrainingState, new_history
from .cluster import Cluster
from .collections import Block
from .shards import (
    Data,
    Shard,
    distinct_rows,
    joined,
    learn_inputs,
    read_data,
    read_validation,
    split_data,
)
from .training import RemoteJudge, start_on_cluster, why_failed

__all__ = ["ClusterFit"]


@dataclass
class ClusterFit:
    """A fit on a cluster.

    Attributes
    ----------
    cluster : Cluster
    deep : DeepClassifier or DeepRegressor
        Not fitted; its hyperparameters are valid.
    steps_per_round : int, "epoch" or "auto"
    fitted : DeepClassifier or DeepRegressor
        The fitted estimator, whose model changes during the training.
    """

    cluster: Cluster
    deep: BaseDeepEstimator
    steps_per_round: int | str

    def prepare(self, blocks: list[Block], val_blocks: list[Block] | None) -> Iterator[str]:
        """Read the data and start the training. Yield what is to be warned of.

        Parameters
        ----------
        blocks : list of Block
        val_blocks : list of Block or None
        """
        cluster, deep = self.cluster, self.deep
        state = TrainingState.seeded(deep.random_state)
        state.note(deep.get_params())
        data = read_data(cluster, deep, blocks)
        val_rows = None if val_blocks is None else read_validation(cluster, data, val_blocks)
        plan = plan_for(
            data.deep, data.survey, data.n_samples, val_rows is not None, data.n_workers
        )
        yield from self._remarks(data, plan, val_rows)
        if plan.n_held_out:
            shards, val_rows = split_data(cluster, data, plan, state.hold_out_seed())
        else:
            shards = joined(cluster, data.parts)
        shards = distinct_rows(cluster, shards) if plan.is_distinct else shards
        inputs = learn_inputs(cluster, data, plan, shards)
        history = new_history()
        self._training, self._model = start_on_cluster(
            cluster, plan, shards, inputs, data.survey.target, state, history, self.steps_per_round
        )
        if val_rows is not None:
            self._training.judge = RemoteJudge(cluster, data.deep, self._model, plan, val_rows)
        self._shards = shards
        self.fitted = with_model(data.deep, self._model, state, history)

    def run(self, listener: Listener) -> str | None:
        """Train; return what went wrong, for a warning, or None.

        Raises
        ------
        ClusterLostError
            After the best complete epoch has been restored.
        """
        training = self._training
        if training.run(listener):
            return why_failed(self.cluster, training, self._shards, self._model)
        if training.lost is not None:
            raise training.lost
        return (
            f"training was interrupted in epoch {training.state.epoch}; the estimator keeps the "
            "best weights so far."
        )

    def _remarks(self, data: Data, plan: Plan, val_rows: Future | None) -> list[str]:
        largest: Shard = max(data.parts, key=lambda part: part.n_samples)
        submit: Callable[..., Future] = self.cluster.submit
        return self.cluster.fetch(
            submit(
                _remarks, data.deep, plan, largest.rows, val_rows, data.survey.reader, at=largest.at
            )
        )


def _remarks(*args: Any) -> list[str]:
    return list(remarks_on_scales(*args))
