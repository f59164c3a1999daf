"""Compare the gradient used in training with differences of the objective."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from ..base import POSITIVE, Interval, check_option
from ..estimators.inside import Opened, open_up
from ..network import Network
from .differences import DIRECTIONS, bind_value, compare, relative_error
from .forward_hooks import layer_names
from .locate import find_deep
from .tables import Rows, Table

__all__ = ["GradientCheck", "ParameterCheck", "check_gradient"]

_EPOCHS = Interval(Integral, 0, None, closed="left")
_COORDINATES = Interval(Integral, 1, None, closed="left")
_VERDICTS = ((1e-7, "correct"), (1e-5, "probably correct"), (1e-3, "suspicious"))


def _verdict(error: float) -> str:
    """Return the verdict for a relative error."""
    if np.isnan(error):
        return "not checked"
    return next((verdict for most, verdict in _VERDICTS if error <= most), "wrong")


@dataclass(frozen=True)
class ParameterCheck:
    """The gradient check of one parameter of one layer.

    Attributes
    ----------
    epochs : int
        Number of epochs of training before this check.
    layer : str
        ``"hidden 1"``, ..., ``"output"``.
    parameter : str
        ``"weight"``, ``"bias"``, ``"gamma"`` or ``"beta"``.
    size : int
        Number of elements of the parameter.
    n_checked : int
        Number of coordinates and random directions that were compared.
    n_kinks : int
        Number of coordinates and directions that were left out because the step crossed a kink.
    error : float
        Relative error. nan if every step crossed a kink.
    """

    epochs: int
    layer: str
    parameter: str
    size: int
    n_checked: int
    n_kinks: int
    error: float

    @property
    def verdict(self) -> str:
        """Verdict for the error, as in ``GradientCheck``, or ``"not checked"`` for nan."""
        return _verdict(self.error)


@dataclass(frozen=True, repr=False)
class GradientCheck(Table):
    """Result of :func:`check_gradient`. It prints as a table.

    Attributes
    ----------
    estimator : str
        Class name of the estimator.
    errors : dict of int to float
        Relative error over all parameters, by the number of epochs of training before the check.
    parameters : list of ParameterCheck
        One for each check, layer and parameter, in this order.
    n_rows, n_parameters : int
        Number of rows, and length of ``theta``.
    epsilon : float
        Length of the steps.
    sampled : bool
        Whether a random sample of the coordinates was compared. Otherwise, all were.
    dropout_switched_off : bool
        Whether the estimator has dropout, which is turned off for the check.
    """

    estimator: str
    errors: dict[int, float]
    parameters: list[ParameterCheck] = field(default_factory=list)
    n_rows: int = 0
    n_parameters: int = 0
    epsilon: float = 1e-5
    sampled: bool = False
    dropout_switched_off: bool = False

    @property
    def error(self) -> float:
        """The largest of ``errors``."""
        return float(np.max(list(self.errors.values())))

    @property
    def verdict(self) -> str:
        """``"correct"``, ``"probably correct"``, ``"suspicious"`` or ``"wrong"``.

        It is the verdict for the parameter with the largest error, because the wrong gradient of
        a small parameter has little effect on the overall error.
        """
        errors = [self.error, *(check.error for check in self.parameters)]
        return _verdict(np.nan if np.isnan(errors).all() else float(np.nanmax(errors)))

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """(layer, parameter) of every wrong gradient, from the first layer to the last."""
        found = [(c.layer, c.parameter) for c in self.parameters if c.verdict == "wrong"]
        return list(dict.fromkeys(found))

    def _heading(self) -> str:
        return (
            f"Gradient check of {self.estimator}: {self.verdict} (relative error {self.error:.1e})"
        )

    def _header(self) -> Sequence[str]:
        return ("epochs", "layer", "parameter", "size", "compared", "kinks", "error", "verdict")

    def _rows(self) -> Rows:
        return [
            (
                str(c.epochs),
                c.layer,
                c.parameter,
                str(c.size),
                str(c.n_checked),
                str(c.n_kinks),
                f"{c.error:.1e}",
                c.verdict,
            )
            for c in self.parameters
        ]

    def _notes(self) -> Sequence[str]:
        extent = (
            f"a random sample of the coordinates and {DIRECTIONS} random directions of each "
            "large parameter"
            if self.sampled
            else "every coordinate"
        )
        notes = [
            f"{self.n_parameters} parameters, {extent}; {self.n_rows} rows, float64, steps of "
            f"±{self.epsilon:g}."
        ]
        n_kinks = sum(c.n_kinks for c in self.parameters)
        if n_kinks:
            notes.append(
                f"{n_kinks} steps crossed a kink and were left out. Fewer rows cross fewer kinks."
            )
        if self.dropout_switched_off:
            notes.append("Dropout was switched off for the check.")
        return notes + self._where_to_look()

    def _where_to_look(self) -> list[str]:
        if not self.wrong:
            return []
        layers = list(dict.fromkeys(c.layer for c in self.parameters))
        every = dict.fromkeys((c.layer, c.parameter) for c in self.parameters)
        top = layers.index(self.wrong[-1][0])
        below = [name for name in every if layers.index(name[0]) <= top]
        where = ", ".join(" ".join(name) for name in self.wrong)
        if len(self.wrong) > 1 and below == self.wrong:
            if top + 1 == len(layers):
                return [f"All gradients are wrong. Check the loss first, then {layers[top]}."]
            return [
                f"Gradients are wrong in {layers[top]} and below, and correct above. Check the dx "
                f"of {layers[top + 1]} first, then {layers[top]}."
            ]
        return [f"Wrong: {where}."]


def check_gradient(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    sample_weight: ArrayLike | None = None,
    epochs: int = 0,
    epsilon: float = 1e-5,
    max_coordinates: int = 1000,
    random_state: int | np.random.RandomState | None = None,
) -> GradientCheck:
    r"""Check the gradient of an estimator's objective by two-sided differences.

    For a coordinate or another direction d of theta, the difference [1]_

    .. math:: \tilde g = \frac{J(\theta + \varepsilon d) - J(\theta - \varepsilon d)}
              {2 \varepsilon}

    approximates the derivative with an error of O(ε²). J is everything that training minimizes:
    the loss and the penalties, with class and sample weights, label smoothing, and batch norm
    with the statistics of the given rows. All computations use float64 and a copy of the
    estimator.

    Parameters
    ----------
    estimator : DeepClassifier or DeepRegressor
        Fitted or not. Or a Pipeline or a search that contains one. It is not changed. A fitted
        network is checked at its weights, and an unfitted one at its initial weights.
    X : array-like or sparse matrix of shape (n_samples, n_features)
        A few dozen rows are enough. More rows cross more kinks.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    sample_weight : array-like of shape (n_samples,), default=None
        Weights, at least 0.
    epochs : int, default=0
        If positive, check again after this number of epochs of training on the rows.
    epsilon : float, default=1e-5
        ε in (0, inf). The truncation error grows with ε², and the rounding error with 1/ε. In
        float64, they are balanced at about 1e-5.
    max_coordinates : int, default=1000
        At least 1. If theta has more elements, this number of coordinates is sampled
        approximately: at least 10 of each parameter. In addition, 5 random directions of each
        sampled parameter are compared, which depend on all of its coordinates.
    random_state : int, RandomState instance or None, default=None
        Source of randomness for the sample and the directions.

    Returns
    -------
    GradientCheck
        The relative error ‖g − g̃‖ / (‖g‖ + ‖g̃‖) of each parameter of each layer, and of all
        together. Up to 1e-7 is correct, up to 1e-5 probably correct, up to 1e-3 suspicious, and
        above 1e-3 wrong.

    Raises
    ------
    TypeError
        If ``estimator`` contains no DeepClassifier or DeepRegressor.
    ValueError
        If hyperparameters, data or options are not valid.

    Notes
    -----
    - Dropout is turned off, and the result says so.
    - A difference across a kink does not approximate a derivative. Such steps are left out and
      counted. They change the sign of an input of relu, leaky_relu, elu or selu, of a weight
      with ``l1``, or of a residual of the absolute or quantile loss, or they cross δ of the Huber
      loss.
    - The rounding error of each of the k differences is about u max(1, \|J\|) / ε with
      u = 2.2e-16. The denominator is at least 1e7 √k times that, so that the check does not fail
      where the gradient is zero.
    - If dx of a layer is wrong, the gradients of all layers before it are wrong, and those of
      later layers are correct. If the gradient of the loss is wrong, all gradients are wrong.
      The printed table names the likely source.
    - In the penalties, m is the number of given rows (the sum of their weights).

    References
    ----------
    .. [1] Bengio, "Practical recommendations for gradient-based training of deep
       architectures", 2012, section 4.2: "Gradient checking".

    Examples
    --------
    >>> import numpy as np
    >>> from skdeep import DeepClassifier
    >>> from skdeep.diagnostics import check_gradient
    >>> X = np.random.default_rng(0).normal(size=(20, 3))
    >>> model = DeepClassifier((4,), activation="tanh", l2=0.1, random_state=0)
    >>> check = check_gradient(model, X, X[:, 0] > 0)
    >>> check.verdict
    'correct'
    >>> {f"{c.layer} {c.parameter}": c.n_checked for c in check.parameters}
    {'hidden 1 weight': 12, 'hidden 1 bias': 4, 'output weight': 4, 'output bias': 1}
    """
    _check_options(epochs, epsilon, max_coordinates)
    rng = check_random_state(random_state)
    given, X = find_deep(estimator, X, y)
    opened = open_up(given, X, y, sample_weight, dtype="float64", dropout=0.0)
    network = opened.network()
    errors, parameters = {}, []
    for stage in sorted({0, epochs}):
        if stage:
            opened.train(network, stage)
        errors[stage], checks = _check(opened, network, stage, epsilon, max_coordinates, rng)
        parameters += checks
    return GradientCheck(
        type(given).__name__,
        errors,
        parameters,
        opened.rows.n_samples,
        network.theta.size,
        epsilon,
        network.theta.size > max_coordinates,
        bool(np.any(given.dropout)),
    )


def _check_options(epochs: Any, epsilon: Any, max_coordinates: Any) -> None:
    check_option("check_gradient", "epochs", epochs, _EPOCHS)
    check_option("check_gradient", "max_coordinates", max_coordinates, _COORDINATES)
    check_option("check_gradient", "epsilon", epsilon, POSITIVE[0])


def _check(
    opened: Opened,
    network: Network,
    stage: int,
    epsilon: float,
    max_coordinates: int,
    rng: np.random.RandomState,
) -> tuple[float, list[ParameterCheck]]:
    """Compare all parameters of the current network."""
    objective, batches = opened.objective(network)
    ((x, target, weight),) = batches.epoch()
    objective.bind(len(target), None, weight is not None)(x, target, weight)
    value = bind_value(objective, x, target, weight)
    floor = 1e7 * np.finfo(np.float64).eps * max(1.0, abs(value()[0])) / epsilon
    fraction = max_coordinates / network.theta.size
    checks, pairs = [], []
    for layer, (theta, grad, _) in zip(layer_names(network), network.views, strict=True):
        for name in theta:
            pair = compare(
                value, theta[name].reshape(-1), grad[name].reshape(-1), fraction, epsilon, rng
            )
            kept = pair[:, ~np.isnan(pair[1])]
            size, n_kinks = theta[name].size, pair.shape[1] - kept.shape[1]
            error = relative_error(kept, floor)
            checks.append(ParameterCheck(stage, layer, name, size, kept.shape[1], n_kinks, error))
            pairs.append(kept)
    return relative_error(np.hstack(pairs), floor), checks
