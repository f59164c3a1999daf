"""The history of a training: one row for each epoch."""

from dataclasses import dataclass, fields
from typing import Any

__all__ = ["COLUMNS", "EpochRow", "cut", "new_history", "set_row"]


@dataclass(frozen=True)
class EpochRow:
    """The record of an epoch; each field is a column of ``history_``.

    Attributes
    ----------
    epoch : int
        Number of the epoch, from 0.
    learning_rate : float
        Learning rate of the last step.
    train_loss : float
        Mean loss over the steps, without penalties.
    objective : float
        ``train_loss`` plus the penalties at the end of the epoch.
    val_loss : float
        Mean loss over the validation rows, without penalties. nan without validation rows.
    val_score : float
        Validation score. Higher is better. nan without validation rows.
    gradient_norm : float
        Norm of the gradient of the last step, before clipping.
    layer_gradient_norms : list of float
        The same norm for each layer with parameters, from the first to the last.
    seconds : float
        Time of the steps, in seconds.
    changed : dict
        Hyperparameters with other values than in the last call.
    """

    epoch: int
    learning_rate: float
    train_loss: float
    objective: float
    val_loss: float
    val_score: float
    gradient_norm: float
    layer_gradient_norms: list[float]
    seconds: float
    changed: dict[str, Any]


COLUMNS = tuple(field.name for field in fields(EpochRow))


def new_history() -> dict[str, list]:
    """Return a history without rows."""
    return {name: [] for name in COLUMNS}


def set_row(history: dict[str, list], row: EpochRow) -> None:
    """Make ``row`` the last row. It can be called again after an interrupt."""
    for name in COLUMNS:
        history[name][row.epoch :] = [getattr(row, name)]


def cut(history: dict[str, list], n_epochs: int) -> None:
    """Keep only the first ``n_epochs`` rows."""
    for column in history.values():
        del column[n_epochs:]
