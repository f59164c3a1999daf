"""Records epochs. After an interrupt, each epoch is recorded completely or not at all."""

from typing import Any

from ..network import Network, Snapshot
from ..schedules import Schedule
from .history import EpochRow, set_row
from .state import TrainingState
from .stopping import Stopping

__all__ = ["Progress"]


class Progress:
    """Records each epoch, and keeps the best or the last one.

    Parameters
    ----------
    networks : list of Network
        The network in training, and its average if there is one.
    schedule : Schedule
    state : TrainingState
    history : dict of str to list
        Receives a row for each epoch.
    stopping : Stopping
    """

    def __init__(
        self,
        networks: list[Network],
        schedule: Schedule,
        state: TrainingState,
        history: dict[str, list],
        stopping: Stopping,
    ):
        self._networks, self._schedule, self._state = networks, schedule, state
        self._history, self._stopping = history, stopping
        stopping.snapshot = lambda: (state.epoch - 1, self._snapshots())
        self._first = state.epoch
        self._steps = self._count_steps()
        self._last: tuple[EpochRow, float, float] | None = None
        self._start: tuple[list[Snapshot], Any] | None = None
        if state.step == 0:
            self._start = self._snapshots(), state.rng.bit_generator.state

    def add(self, row: EpochRow, loss: float, score: float) -> bool:
        """Record an epoch and return whether to stop.

        Parameters
        ----------
        row : EpochRow
        loss : float
            The loss for the schedule.
        score : float
            The score for early stopping. Higher is better.

        Returns
        -------
        bool
        """
        self._steps, self._last = self._count_steps(), (row, loss, score)
        stop = self._note(row, loss, score)
        self._start = None
        return stop

    def finish(self) -> None:
        """Restore the best epoch if required, and keep the state that a warm start needs."""
        if self._stopping.keeps_best and self._stopping.best is not None:
            self._state.best_epoch, snapshots = self._stopping.best
            self._restore(snapshots)
        if len(self._networks) > 1:
            self._state.moving = self._networks[0].snapshot()

    def pause(self, is_over: bool) -> None:
        """Keep where the training stands. ``finish`` follows."""
        self._state.pause = {
            "networks": self._snapshots(),
            "seen": self._stopping.seen(),
            "is_over": is_over,
        }

    def go_on(self, pause: dict[str, Any]) -> None:
        """Continue where a training has paused."""
        self._restore(pause["networks"])
        self._stopping.go_on(pause["seen"])
        self._state.pause = None

    def settle(self) -> None:
        """Finish after an interrupt: complete a half-recorded epoch, or drop an unfinished one."""
        if self._last is not None:
            self._note(*self._last)
        self._state.step, self._state.average["mass"] = self._steps
        if self._state.epoch == self._first and self._start is not None:
            self._go_back(*self._start)
        self._stopping.keeps_best = True
        self.finish()

    def _note(self, row: EpochRow, loss: float, score: float) -> bool:
        """Record an epoch. It can be called again after an interrupt."""
        set_row(self._history, row)
        if self._state.epoch == row.epoch:
            self._count(loss)
        return self._stopping.should_stop(score)

    def _count(self, loss: float) -> None:
        """Count the epoch and give the loss to the schedule, in one step."""
        watched = dict(self._state.components["schedule"][1])
        self._schedule.observe(watched, loss)
        components = {
            **self._state.components,
            "schedule": (type(self._schedule).__name__, watched),
        }
        vars(self._state).update(components=components, epoch=self._state.epoch + 1)

    def _go_back(self, snapshots: list[Snapshot], rng_state: Any) -> None:
        """Undo a first epoch. The states of optimizer and schedule are created again."""
        self._restore(snapshots)
        self._state.rng.bit_generator.state = rng_state
        self._state.components = {}

    def _count_steps(self) -> tuple[int, float]:
        return self._state.step, self._state.average["mass"]

    def _snapshots(self) -> list[Snapshot]:
        return [network.snapshot() for network in self._networks]

    def _restore(self, snapshots: list[Snapshot]) -> None:
        for network, snapshot in zip(self._networks, snapshots, strict=True):
            network.restore(snapshot)
