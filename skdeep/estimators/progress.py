"""What a training has achieved: after an interrupt an epoch is there as a whole, or not at all."""

from typing import Any

from ..network import Network, Snapshot
from ..stopping import Stopping
from ..training import Training

__all__ = ["Progress"]


class Progress:
    """Takes note of each epoch, and leaves the best or the last one behind.

    Parameters
    ----------
    training : Training
    networks : list of Network
        The one that moves, and the averaged one if there is one.
    history : dict of str to list
        Receives a row an epoch.
    stopping : Stopping
    is_fresh : bool
        Whether the training has not gone on from another one.
    """

    def __init__(
        self,
        training: Training,
        networks: list[Network],
        history: dict[str, list],
        stopping: Stopping,
        is_fresh: bool,
    ):
        self._training, self._networks, self._history = training, networks, history
        self._stopping = stopping
        stopping.snapshot = lambda: (training.state["epoch"] - 1, self._snapshots())
        self._first = training.state["epoch"]
        self._steps = self._count_steps()
        self._last: tuple[dict[str, Any], float, float] | None = None
        self._start = None
        if is_fresh:
            self._start = self._snapshots(), training.state["rng"].bit_generator.state

    @property
    def has_epochs(self) -> bool:
        """Whether an epoch has been added."""
        return self._training.state["epoch"] > self._first

    def add(self, row: dict[str, Any], loss: float, score: float) -> bool:
        """Take note of an epoch, and return whether to stop.

        Parameters
        ----------
        row : dict
            Of the history.
        loss : float
            For the schedule.
        score : float
            Higher is better.
        """
        self._steps, self._last = self._count_steps(), (row, loss, score)
        stop = self._note(row, loss, score)
        self._start = None
        return stop

    def finish(self) -> None:
        """Go back to the best epoch if that is wanted, and leave what a warm start needs."""
        state = self._training.state
        if self._stopping.keeps_best and self._stopping.best is not None:
            state["best_epoch"], snapshots = self._stopping.best
            self._restore(snapshots)
        if len(self._networks) > 1:
            state["moving"] = self._networks[0].snapshot()

    def settle(self) -> None:
        """Complete an epoch whose noting was interrupted, leave out an unfinished one, finish."""
        if self._last is not None:
            self._note(*self._last)
        state = self._training.state
        state["step"], state["average"]["mass"] = self._steps
        if not self.has_epochs and self._start is not None:
            self._go_back(*self._start)
        self._stopping.keeps_best = True
        self.finish()

    def _note(self, row: dict[str, Any], loss: float, score: float) -> bool:
        """Take note of an epoch. After an interrupt, repeating the call completes it."""
        state, epoch = self._training.state, row["epoch"]
        for name, column in self._history.items():
            column[epoch:] = [row[name]]
        if state["epoch"] == epoch:
            self._training.end_epoch(loss)
        state.pop("changed", None)
        return self._stopping.should_stop(score)

    def _go_back(self, snapshots: list[Snapshot], rng_state) -> None:
        """Undo a first epoch; without a name, an optimizer's state is made anew."""
        state = self._training.state
        self._restore(snapshots)
        state["rng"].bit_generator.state = rng_state
        for kind in ("optimizer", "schedule"):
            state.pop(f"{kind}_name", None)

    def _count_steps(self) -> tuple[int, float]:
        state = self._training.state
        return state["step"], state["average"]["mass"]

    def _snapshots(self) -> list[Snapshot]:
        return [network.snapshot() for network in self._networks]

    def _restore(self, snapshots: list[Snapshot]) -> None:
        for network, snapshot in zip(self._networks, snapshots, strict=True):
            network.restore(snapshot)
