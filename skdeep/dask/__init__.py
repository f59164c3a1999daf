"""Train on a Dask cluster, where the data lie. Needs the extra ``distributed``."""

from .estimators import DaskDeepClassifier, DaskDeepRegressor

__all__ = ["DaskDeepClassifier", "DaskDeepRegressor"]
