"""Several augmenters, one after another."""

from typing import Any, ClassVar, Self

import numpy as np

from ..base import InvalidParameterError, plain
from .base import Augment, Augmenter

__all__ = ["Compose"]


class Compose(Augmenter):
    """Apply several augmenters, one after another.

    Parameters
    ----------
    augmenters : list of Augmenter or callable
        Applied in this order. A callable is a function ``(X, y, rng) -> (X, y)``.

    Notes
    -----
    The name of a hyperparameter starts with the position of the augmenter in the list. It is
    ``0__rotation`` in ``set_params``, and ``augment__0__rotation`` in a search over an
    estimator. The name ``0`` replaces the first augmenter.

    Examples
    --------
    >>> from skdeep.augmentation import Compose, ImageAugmenter, Mixup
    >>> both = Compose([ImageAugmenter((28, 28), crop=2), Mixup()])
    >>> both.set_params(**{"0__crop": 1, "1__alpha": 0.4})
    Compose(augmenters=[ImageAugmenter(crop=1, image_shape=(28, 28)),
                        Mixup(alpha=0.4)])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {"augmenters": [list, tuple]}

    def __init__(self, augmenters: list[Augment] | tuple[Augment, ...]) -> None:
        self.augmenters = augmenters

    @property
    def image_shape(self) -> tuple[int, ...] | None:
        """Shape of the images that its augmenters take; None if it is unknown."""
        shapes = (getattr(each, "image_shape", None) for each in self.augmenters)
        return next((shape for shape in shapes if shape is not None), None)

    def validate(self) -> Self:
        """Raise a ``ValueError`` that names the first bad hyperparameter; return self."""
        super().validate()
        for place, augmenter in enumerate(self.augmenters):
            if not callable(augmenter) or isinstance(augmenter, type):
                raise InvalidParameterError(
                    "The 'augmenters' parameter of Compose must be a list of Augmenter objects or "
                    f"callables (X, y, rng) -> (X, y). Got {augmenter!r} at place {place} instead."
                )
            plain(augmenter)  # validates it
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the hyperparameters, with ``deep=True`` also those of the augmenters.

        Parameters
        ----------
        deep : bool, default=True

        Returns
        -------
        params : dict
        """
        params = super().get_params(deep=False)
        if deep:
            for place, augmenter in self._by_place().items():
                params[place] = augmenter
                if hasattr(augmenter, "get_params"):
                    nested = augmenter.get_params().items()
                    params |= {f"{place}__{name}": value for name, value in nested}
        return params

    def set_params(self, **params: Any) -> Self:
        """Set hyperparameters: ``0`` is the first augmenter, ``0__rotation`` its rotation.

        Parameters
        ----------
        **params : dict

        Returns
        -------
        self : Compose
        """
        if "augmenters" in params:
            self.augmenters = params.pop("augmenters")
        replaced = {place: params.pop(place) for place in self._by_place() if place in params}
        if replaced:
            self.augmenters = list({**self._by_place(), **replaced}.values())
        return super().set_params(**params)

    def _by_place(self) -> dict[str, Augment]:
        """Return the augmenters by position; nothing if ``augmenters`` is not a list."""
        known = self.augmenters if isinstance(self.augmenters, list | tuple) else []
        return {str(place): augmenter for place, augmenter in enumerate(known)}

    def __call__(
        self, X: np.ndarray, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        for augmenter in self.augmenters:
            X, y = augmenter(X, y, rng)
        return X, y
