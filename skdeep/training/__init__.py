"""Training: the loop over epochs, its steps, and its results."""

from .convergence import why_no_progress
from .divergence import DivergenceError
from .history import COLUMNS, EpochRow, cut, new_history
from .holdout import split_rows
from .judging import Judge
from .loop import Listener, Training
from .start import start_training
from .state import TrainingState
from .steps import Step, Steps

__all__ = [
    "COLUMNS",
    "DivergenceError",
    "EpochRow",
    "Judge",
    "Listener",
    "Step",
    "Steps",
    "Training",
    "TrainingState",
    "cut",
    "new_history",
    "split_rows",
    "start_training",
    "why_no_progress",
]
