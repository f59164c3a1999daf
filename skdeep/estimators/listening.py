"""Report each epoch to scikit-learn's callbacks and, with ``verbose``, to the user."""

from math import isnan

from ..base import FitTasks
from ..training import EpochRow

__all__ = ["Listeners"]


class Listeners:
    """Reports each epoch.

    Parameters
    ----------
    name : str
        Class name of the estimator.
    is_verbose : bool
        Whether to print a line for each epoch.
    tasks : FitTasks or None, default=None
        scikit-learn's callbacks.
    """

    def __init__(self, name: str, is_verbose: bool, tasks: FitTasks | None = None):
        self.name, self.is_verbose, self.tasks = name, is_verbose, tasks

    def begin_epoch(self) -> None:
        """Tell the callbacks that an epoch begins."""
        if self.tasks is not None:
            self.tasks.begin_epoch()

    def end_epoch(self, row: EpochRow) -> bool:
        """Report an epoch; return whether a callback asks to stop."""
        if self.is_verbose:
            print(self._line(row))
        return self.tasks is not None and self.tasks.end_epoch()

    def _line(self, row: EpochRow) -> str:
        validation = "" if isnan(row.val_loss) else f"  val_loss {row.val_loss:<9.4g}"
        if validation and row.val_score != -row.val_loss:
            validation += f"  val_score {row.val_score:<9.4g}"
        return (
            f"[{self.name}] epoch {row.epoch:>4}  train_loss {row.train_loss:<9.4g}{validation}"
            f"  learning_rate {row.learning_rate:<9.3g}  {row.seconds:.3f} s"
        )
