"""Training: the loop over epochs, its steps, and its results."""

from .convergence import why_no_progress
from .divergence import DivergenceError
from .history import COLUMNS, EpochRow, cut, new_history
from .holdout import cannot_hold_out, split_rows
from .judging import Judge, Judgment
from .loop import Listener, Training, take_pass
from .outcome import Outcome
from .start import start_networks, start_training, training_batches
from .state import TrainingState
from .steps import Step, Steps, augmented_batch

__all__ = [
    "COLUMNS",
    "DivergenceError",
    "EpochRow",
    "Judge",
    "Judgment",
    "Listener",
    "Outcome",
    "Step",
    "Steps",
    "Training",
    "TrainingState",
    "augmented_batch",
    "cannot_hold_out",
    "cut",
    "new_history",
    "split_rows",
    "start_networks",
    "start_training",
    "take_pass",
    "training_batches",
    "why_no_progress",
]
