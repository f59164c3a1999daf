"""Checks of the functions' options, in scikit-learn's sentence."""

from numbers import Integral, Real
from typing import TypeGuard

__all__ = ["check_int", "is_int", "is_real"]


def is_int(value) -> TypeGuard[int]:
    """Return whether ``value`` is an integer; a bool is none."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_real(value) -> TypeGuard[float]:
    """Return whether ``value`` is a real number; a bool is none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def check_int(who: str, name: str, value, least: int) -> None:
    """Raise a ``ValueError`` unless ``value`` is an integer of at least ``least``."""
    if not is_int(value) or value < least:
        raise ValueError(
            f"The {name!r} parameter of {who} must be an int in the range [{least}, inf). "
            f"Got {value!r} instead."
        )
