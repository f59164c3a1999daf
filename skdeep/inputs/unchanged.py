"""Numbers as they are."""

from typing import ClassVar

import numpy as np

from .numerical import Learned, NumericalEncoding
from .statistics import ColumnStatistics

__all__ = ["Unchanged"]


class Unchanged(NumericalEncoding):
    """Numbers as they are, beside encoded categories."""

    takes_nan: ClassVar[bool] = False

    def learn(self, statistics: ColumnStatistics) -> Learned:
        n = len(statistics.mean)
        return {"center": np.zeros(n), "scale": np.ones(n)}
