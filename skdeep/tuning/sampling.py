"""Draw candidates from the whole search space, or near good candidates.

An axis is one hyperparameter. A candidate has a *place* on each axis, and the axis converts
the place to the value of the hyperparameter. For a distribution or an ordered list of
numbers, a place is a point of the unit cube. For a list of categories, it is an index. For
an object with ``rvs`` only, it is the value itself.

Each axis has a *width*, the size of the box around a good candidate. It is learned from the
spread of the good candidates: they lie close together on an axis that matters, and anywhere on
another. A box yields several drafts. The one in the best neighborhood becomes a candidate.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from sklearn.model_selection import ParameterGrid, ParameterSampler

from ..base import is_real
from .distributions import Distribution

__all__ = ["Proposals"]

_SMALLEST = 1e-9  # lowest quantile, because the quantile 0 can be infinite
_TRIES = 20  # to find a new candidate near another one, then again in the whole space
_MIN_GOOD = 3  # candidates to sample around; the spread of fewer says little
_PRIOR = 2.0  # weight of the width of the round before, as a number of candidates
_FACTOR = 0.9  # of a box to the spread: the boxes of spread candidates reach beyond them
_N_DRAFTS = 32
_N_NEIGHBORS = 3  # whose ranks predict that of a draft; the mean is less noisy than a single rank

Width = float | np.ndarray  # of a box, as a fraction of the axis, or of each of its coordinates


class Axis:
    """One hyperparameter of a search.

    Attributes
    ----------
    n_values : float
        Number of different values; inf for a distribution.
    """

    n_values: float = np.inf

    def spread(self, n: int, rng: np.random.RandomState) -> list[Any]:
        """Return n random places, evenly spread if the axis supports it."""
        raise NotImplementedError

    def near(self, place: Any, width: Width, rng: np.random.RandomState) -> Any:
        """Return a random place near another, in a box of a width in (0, 1]."""
        raise NotImplementedError

    def variance(self, places: list[Any]) -> Width:
        """Return the variance of two or more places, relative to that of the whole axis."""
        raise NotImplementedError

    def distances(self, place: Any, places: list[Any], width: Width) -> np.ndarray:
        """Return the squared distances of a place from others, in units of ``width``."""
        raise NotImplementedError

    def value(self, place: Any) -> Any:
        """Return the hyperparameter's value at a place."""
        raise NotImplementedError

    def key(self, place: Any) -> Any:
        """Return a hashable key that is equal for places with the same value."""
        return repr(self.value(place))


class Cube(Axis):
    """An axis whose places are points of the unit cube."""

    n_coordinates = 1

    def spread(self, n: int, rng: np.random.RandomState) -> list[Any]:
        # Latin hypercube: each n-th of each coordinate contains one of the n points
        strata = np.transpose([rng.permutation(n) for _ in range(self.n_coordinates)])
        return list((strata + rng.uniform(size=strata.shape)) / n)

    def near(self, place: Any, width: Width, rng: np.random.RandomState) -> Any:
        point = place + width * (rng.uniform(size=place.shape) - 0.5)
        return np.clip(np.where(point < 0, -point, np.where(point > 1, 2 - point, point)), 0, 1)

    def variance(self, places: list[Any]) -> Width:
        return 12 * np.var(places, axis=0, ddof=1)  # that of a uniform number is 1/12

    def distances(self, place: Any, places: list[Any], width: Width) -> np.ndarray:
        return np.square((place - np.array(places)) / width).sum(axis=1)


class OnDistribution(Cube):
    """A distribution of this package."""

    def __init__(self, distribution: Distribution) -> None:
        self.distribution, self.n_coordinates = distribution, distribution.n_coordinates

    def value(self, place: Any) -> Any:
        return self.distribution.at(place)


class OnQuantiles(Cube):
    """A distribution with ``ppf``, such as SciPy's frozen ones."""

    def __init__(self, distribution: Any) -> None:
        self.distribution = distribution
        self.is_discrete = hasattr(getattr(distribution, "dist", distribution), "pmf")

    def value(self, place: Any) -> Any:
        quantile = self.distribution.ppf(np.clip(place[0], _SMALLEST, 1 - _SMALLEST))
        value = np.asarray(quantile).item()
        return int(value) if self.is_discrete and value == int(value) else value


class OnOrderedList(Cube):
    """An increasing or decreasing list of numbers: each has the same part of the axis."""

    def __init__(self, values: list) -> None:
        self.values, self.n_values = values, len(values)

    def value(self, place: Any) -> Any:
        n = len(self.values)
        return self.values[min(int(place[0] * n), n - 1)]


class Unordered(Axis):
    """An axis whose places are equal or not: a place is kept, or drawn again."""

    def near(self, place: Any, width: Width, rng: np.random.RandomState) -> Any:
        return self.spread(1, rng)[0] if rng.uniform() < width else place

    def variance(self, places: list[Any]) -> Width:
        # the fraction of pairs that differ, relative to that of pairs drawn at random
        pairs = combinations(map(self.key, places), 2)
        differ = float(np.mean([one != other for one, other in pairs]))
        return differ / (1 - 1 / self.n_values) if differ else 0.0

    def distances(self, place: Any, places: list[Any], width: Width) -> np.ndarray:
        differs = [self.key(place) != self.key(other) for other in places]
        return np.array(differs) / width**2


class OnList(Unordered):
    """A list of categories or other values without an order."""

    def __init__(self, values: list) -> None:
        self.values, self.n_values = values, len(values)

    def spread(self, n: int, rng: np.random.RandomState) -> list[Any]:
        return _in_turn(len(self.values), n, rng)

    def value(self, place: Any) -> Any:
        return self.values[place]

    def key(self, place: Any) -> Any:
        return place


class OnDraws(Unordered):
    """An object with ``rvs`` only."""

    def __init__(self, distribution: Any) -> None:
        self.distribution = distribution

    def spread(self, n: int, rng: np.random.RandomState) -> list[Any]:
        return [self.distribution.rvs(random_state=rng) for _ in range(n)]

    def value(self, place: Any) -> Any:
        return place


def _in_turn(n_values: int, n: int, rng: np.random.RandomState) -> list[int]:
    """Return n numbers below ``n_values`` in random order, all equally often."""
    n_turns = -(-n // n_values)
    return [int(i) for _ in range(n_turns) for i in rng.permutation(n_values)][:n]


def make_axis(name: str, values: Any) -> Axis:
    """Return the axis of a distribution or a list."""
    if isinstance(values, Distribution):
        return OnDistribution(values)
    if hasattr(values, "rvs"):
        return OnQuantiles(values) if hasattr(values, "ppf") else OnDraws(values)
    if isinstance(values, str | np.ndarray) or not list(values):
        ParameterGrid({name: values})  # raises scikit-learn's error for what is no list of values
    values = list(values)
    return OnOrderedList(values) if _is_ordered(values) else OnList(values)


def _is_ordered(values: list) -> bool:
    """Return whether the values are strictly increasing or decreasing numbers."""
    if not all(map(is_real, values)):
        return False
    steps = np.diff(np.asarray(values, dtype=float))
    return bool(np.all(steps > 0) or np.all(steps < 0))


@dataclass(frozen=True)
class Candidate:
    """A place on each axis of a space, with the hyperparameters it represents."""

    space: "Space"
    places: dict[str, Any]

    @property
    def params(self) -> dict[str, Any]:
        """Hyperparameters by name."""
        return {name: axis.value(self.places[name]) for name, axis in self.space.axes.items()}

    @property
    def key(self) -> tuple:
        """A hashable key that is equal for candidates with the same values."""
        axes = self.space.axes
        return (id(self.space), *(axis.key(self.places[name]) for name, axis in axes.items()))


class Space:
    """The axes of one dict of distributions and lists, each with the width of its boxes."""

    def __init__(self, param_distributions: dict[str, Any]):
        # sorted, so that the samples do not depend on the order of the dict
        self.axes = {
            name: make_axis(name, param_distributions[name]) for name in sorted(param_distributions)
        }
        self.widths: dict[str, Width] = dict.fromkeys(self.axes, 1.0)

    @property
    def n_values(self) -> float:
        """Number of different candidates."""
        return prod(axis.n_values for axis in self.axes.values())

    def spread(self, n: int, rng: np.random.RandomState) -> list[Candidate]:
        """Return n candidates, evenly spread along each axis."""
        places = {name: axis.spread(n, rng) for name, axis in self.axes.items()}
        return [Candidate(self, {name: places[name][i] for name in places}) for i in range(n)]

    def learn(self, good: list[Candidate], shrink: float) -> None:
        """Learn the width of each axis from the spread of k good candidates.

        With their variance s² relative to that of the whole axis and k₀ = 2, the new width is
        ``0.9 √((k₀ w² + (k - 1) s²) / (k₀ + k - 1))``: the width w of the round before counts as
        much as k₀ candidates. It is at least ``shrink`` times w, and at most 1. One candidate has
        no spread: then the widths stay.
        """
        k = len(good)
        if k < 2:
            return
        for name, axis in self.axes.items():
            w, s2 = self.widths[name], axis.variance([each.places[name] for each in good])
            learned = _FACTOR * np.sqrt((_PRIOR * w**2 + (k - 1) * s2) / (_PRIOR + k - 1))
            self.widths[name] = np.clip(learned, shrink * w, 1)

    def near(self, one: Candidate, other: Candidate, rng: np.random.RandomState) -> Candidate:
        """Return a candidate that is near one of two candidates on each axis."""
        places = {}
        for name, axis in self.axes.items():
            parent = one if rng.uniform() < 0.5 else other
            places[name] = axis.near(parent.places[name], self.widths[name], rng)
        return Candidate(self, places)

    def nearest(self, draft: Candidate, tried: list[Candidate]) -> np.ndarray:
        """Return the indices of the nearest neighbors of a draft, in units of the widths."""
        distance = np.zeros(len(tried))
        for name, axis in self.axes.items():
            places = [each.places[name] for each in tried]
            distance += axis.distances(draft.places[name], places, self.widths[name])
        return np.argsort(distance, kind="stable")[:_N_NEIGHBORS]


class Proposals:
    """All candidates of a search, without repetition while the space has new ones.

    Parameters
    ----------
    param_distributions : dict or list of dicts
    rng : RandomState
    """

    def __init__(
        self, param_distributions: dict[str, Any] | list[dict[str, Any]], rng: np.random.RandomState
    ) -> None:
        ParameterSampler(param_distributions, 1)  # raises scikit-learn's error if need be
        dicts = param_distributions
        self._spaces = [Space(each) for each in ([dicts] if isinstance(dicts, dict) else dicts)]
        self._n_values = sum(space.n_values for space in self._spaces)
        self._rng = rng
        self._candidates: list[Candidate] = []
        self._known: set[tuple] = set()

    def count(self, wanted: int, who: str, hyperparameter: str) -> int:
        """Return the wanted number, or the number of different candidates if there are fewer."""
        if self._n_values >= wanted:
            return wanted
        warnings.warn(
            f"{who}: the lists give {self._n_values} different candidates, fewer than "
            f"{hyperparameter}={wanted}. Each is tried once.",
            UserWarning,
            stacklevel=2,
        )
        return int(self._n_values)

    def draw(self, n: int) -> list[dict[str, Any]]:
        """Return the hyperparameters of n new candidates from the whole space."""
        return self._add([self._new(each, self._anywhere) for each in self._spread(n)])

    def draw_near(
        self, n: int, best_first: list[int], top: float, shrink: float
    ) -> list[dict[str, Any]]:
        """Return the hyperparameters of n new candidates near good ones.

        ``best_first`` lists the indices of the candidates that have a score. The good ones are
        the first of them, a fraction ``top``. The boxes around them are learned anew, and are at
        least ``shrink`` times as wide as before.
        """
        ranked = [self._candidates[i] for i in best_first]
        good = ranked[: max(_MIN_GOOD, round(top * len(ranked)))]
        for space in self._spaces:
            space.learn([each for each in good if each.space is space], shrink)
        rank = np.full(len(self._candidates), len(ranked))  # that of a candidate that failed
        rank[best_first] = np.arange(len(ranked))
        drawn = []
        for i in range(n):
            one = good[i % len(good)]
            others = [each for each in good if each.space is one.space]
            make = partial(self._promising, one, others, rank)
            drawn.append(self._new(make(), make))
        return self._add(drawn)

    def _add(self, drawn: list[Candidate]) -> list[dict[str, Any]]:
        """Keep new candidates and return their hyperparameters."""
        self._candidates += drawn
        return [candidate.params for candidate in drawn]

    def _promising(self, one: Candidate, others: list[Candidate], rank: np.ndarray) -> Candidate:
        """Return a candidate near ``one`` and a random one of ``others``, of the same space.

        It is the draft whose nearest neighbors among all candidates have the best mean rank.
        """
        space, rng = one.space, self._rng
        inside = [i for i, each in enumerate(self._candidates) if each.space is space]
        tried, rank = [self._candidates[i] for i in inside], rank[inside]
        drafts = [space.near(one, others[rng.randint(len(others))], rng) for _ in range(_N_DRAFTS)]
        return min(drafts, key=lambda draft: rank[space.nearest(draft, tried)].mean())

    def _spread(self, n: int) -> list[Candidate]:
        """Return n candidates, distributed evenly over the spaces."""
        owners = _in_turn(len(self._spaces), n, self._rng)
        return [
            candidate
            for i, space in enumerate(self._spaces)
            for candidate in space.spread(owners.count(i), self._rng)
        ]

    def _anywhere(self) -> Candidate:
        """Return a candidate from the whole space."""
        return self._spread(1)[0]

    def _new(self, candidate: Candidate, again: Callable[[], Candidate]) -> Candidate:
        """Return the candidate. If it is known, try ``again``, then the whole space."""
        tries = 0
        while candidate.key in self._known and (tries < 2 * _TRIES or self._n_values < np.inf):
            tries += 1
            candidate = again() if tries <= _TRIES else self._anywhere()
        self._known.add(candidate.key)
        return candidate
