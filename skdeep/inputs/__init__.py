"""Inputs: encode rows of X for the network."""

from .as_given import AsGiven, cast

__all__ = ["AsGiven", "cast"]
