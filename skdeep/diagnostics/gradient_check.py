"""Compare the gradient that training uses with differences of the objective."""

import copy
from dataclasses import dataclass, field

import numpy as np
from sklearn.utils import check_random_state

from ..estimators.architecture import build_network
from ..estimators.base import BaseDeepEstimator
from ..estimators.fitting import Rows, build_training, make_batches, new_state
from ..layers import BatchNorm
from ..network import Network
from ..objective import Objective
from .checks import check_int, is_real
from .differences import DIRECTIONS, bind_value, compare, relative_error
from .locate import copy_with_rows, find_deep, is_fitted
from .tables import Table
from .watching import layer_names

__all__ = ["GradientCheck", "ParameterCheck", "check_gradient"]

_VERDICTS = ((1e-7, "correct"), (1e-5, "probably correct"), (1e-3, "suspicious"))


def _verdict(error: float) -> str:
    """Return what a relative error means."""
    if np.isnan(error):
        return "not checked"
    return next((verdict for most, verdict in _VERDICTS if error <= most), "wrong")


@dataclass(frozen=True)
class ParameterCheck:
    """The gradient check of one parameter of one layer.

    Attributes
    ----------
    epochs : int
        Epochs of training before this check.
    layer : str
        ``"hidden 1"``, ..., ``"output"``, from the data up.
    parameter : str
        ``"weight"``, ``"bias"``, ``"gamma"`` or ``"beta"``.
    size : int
        How many numbers the parameter has.
    n_checked : int
        Coordinates and random directions that were compared.
    n_kinks : int
        Coordinates and directions left out because the step crossed a kink.
    error : float
        Relative error; nan when every step crossed a kink.
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
        """The error in words."""
        return _verdict(self.error)


@dataclass(frozen=True, repr=False)
class GradientCheck(Table):
    """Result of :func:`check_gradient`; prints as a table.

    Attributes
    ----------
    estimator : str
        Name of the class that was checked.
    errors : dict of int to float
        Relative error over all parameters, by epochs of training before the check.
    parameters : list of ParameterCheck
        One for each parameter of each layer, from the data up, and each stage.
    n_rows, n_parameters : int
        Size of the data and of ``theta``.
    epsilon : float
        Length of the steps.
    sampled : bool
        Whether a random sample of the coordinates was compared rather than all.
    dropout_switched_off : bool
        Whether the estimator has dropout, which the check leaves out.
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

        That of the worst parameter: a small parameter's wrong gradient can hide in the
        overall error.
        """
        errors = [self.error, *(check.error for check in self.parameters)]
        return _verdict(np.nan if np.isnan(errors).all() else float(np.nanmax(errors)))

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """(layer, parameter) of every gradient that is wrong, from the data up."""
        found = [(c.layer, c.parameter) for c in self.parameters if c.verdict == "wrong"]
        return list(dict.fromkeys(found))

    def _heading(self):
        return (
            f"Gradient check of {self.estimator}: {self.verdict} (relative error {self.error:.1e})"
        )

    def _header(self):
        return ("epochs", "layer", "parameter", "size", "compared", "kinks", "error", "verdict")

    def _rows(self):
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

    def _notes(self):
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
                f"{n_kinks} steps crossed a kink and were left out; fewer rows cross less."
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
            source = "the loss" if top + 1 == len(layers) else f"the dx of {layers[top + 1]}"
            return [f"Wrong up to {layers[top]} and nowhere above: look at {source}, or there."]
        return [f"Wrong: {where}."]


def check_gradient(
    estimator,
    X,
    y,
    *,
    sample_weight=None,
    epochs=0,
    epsilon=1e-5,
    max_coordinates=1000,
    random_state=None,
) -> GradientCheck:
    r"""Check the gradient of an estimator's training objective by two-sided differences.

    For a coordinate, or a direction d, of theta the difference [1]_

    .. math:: \tilde g = \frac{J(\theta + \varepsilon d) - J(\theta - \varepsilon d)}
              {2 \varepsilon}

    approximates the derivative to O(ε²). All that training minimizes is in J: the loss,
    the penalties, class and sample weights, label smoothing, and batch norm with the
    statistics of the rows given. Everything is computed in float64 on a copy of the
    estimator, which is left as it was.

    Parameters
    ----------
    estimator : DeepClassifier or DeepRegressor
        Fitted or not, alone, in a Pipeline or in a search. A fitted one is checked at
        its theta, another where its training would begin.
    X : array-like of shape (n_samples, n_features)
        A few dozen rows are enough, and cross fewer kinks than many.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
    sample_weight : array-like of shape (n_samples,), default=None
    epochs : int, default=0
        If positive, check again after that many epochs of training on the rows.
    epsilon : float, default=1e-5
        ε > 0. Truncation grows with ε², rounding with 1/ε; at 1e-5 they meet in float64.
    max_coordinates : int, default=1000
        A longer theta is sampled: about this many coordinates, at least 10 of each
        parameter, and 5 random directions within each sampled parameter, which reach all
        of its coordinates.
    random_state : int, RandomState instance or None, default=None
        Of the sample and the directions.

    Returns
    -------
    GradientCheck
        With the relative error ‖g − g̃‖ / (‖g‖ + ‖g̃‖) of every parameter of every layer
        and overall. Up to 1e-7 is correct, to 1e-5 probably correct, to 1e-3
        suspicious, beyond it wrong.

    Raises
    ------
    TypeError
        When there is no deep estimator in ``estimator``.
    ValueError
        For bad hyperparameters, data or options.

    Notes
    -----
    - Dropout is switched off, and the result says so.
    - A difference across a kink is no derivative. Steps that change the sign of an input
      of relu, leaky_relu, elu or selu, of a weight under ``l1``, or of a residual of the
      absolute or pinball loss, or that cross the Huber loss's δ, are left out and counted.
    - Rounding makes an error of about u max(1, \|J\|) / ε in each of the k differences
      (u = 2.2e-16). So that it does not read as a mistake where the gradient
      vanishes, the denominator is at least 1e7 √k times that.
    - A wrong dx of a layer spoils every gradient below it and none above; a wrong loss
      spoils all. The printed table points there.
    - m in the penalties is the number (sum of weights) of the rows given here.

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
    given, _ = find_deep(estimator)
    deep, rows = copy_with_rows(estimator, X, y, sample_weight, dtype="float64", dropout=0.0)
    network = _network(deep, rows)
    errors, parameters = {}, []
    for stage in sorted({0, epochs}):
        if stage:
            _train(deep, rows, network, stage)
        errors[stage], checks = _check(deep, rows, network, stage, epsilon, max_coordinates, rng)
        parameters += checks
    return GradientCheck(
        type(given).__name__,
        errors,
        parameters,
        len(rows.y),
        network.theta.size,
        epsilon,
        network.theta.size > max_coordinates,
        bool(np.any(given.dropout)),
    )


def _check_options(epochs, epsilon, max_coordinates) -> None:
    check_int("check_gradient", "epochs", epochs, 0)
    check_int("check_gradient", "max_coordinates", max_coordinates, 1)
    if not is_real(epsilon) or not 0 < epsilon < np.inf:
        raise ValueError(
            "The 'epsilon' parameter of check_gradient must be a float in the range (0.0, inf). "
            f"Got {epsilon!r} instead."
        )


def _network(deep: BaseDeepEstimator, rows: Rows) -> Network:
    """Return the estimator's network at its present or first theta."""
    network = build_network(deep, rows.X.shape[1], deep.n_outputs_)
    if len(rows.y) < 2 and any(isinstance(layer, BatchNorm) for layer in network.layers):
        raise ValueError("check_gradient: batch_norm needs two rows or more. Got 1.")
    if is_fitted(deep):
        network.restore(deep._network.snapshot())
    else:
        network.initialize(new_state(deep)["rng"])
    return network


def _train(deep: BaseDeepEstimator, rows: Rows, network: Network, n_epochs: int) -> None:
    """Move a network by some epochs of the estimator's training."""
    training, networks = build_training(copy.copy(deep), rows, new_state(deep), resume=False)
    networks[0].restore(network.snapshot())

    def after(row):
        training.end_epoch(row["train_loss"])
        return False

    try:
        training.run(n_epochs, lambda: None, after)
    except FloatingPointError as error:
        raise ValueError(f"{type(deep).__name__}: {error}") from None
    network.restore(networks[0].snapshot())


def _check(
    deep, rows, network, stage, epsilon, max_coordinates, rng
) -> tuple[float, list[ParameterCheck]]:
    """Compare all parameters of a network where it stands."""
    batches = make_batches(deep, rows, len(rows.y), deep._encode_training)
    m = batches.total_weight
    objective = Objective(network, deep._loss(), deep.l2 / m, deep.l1 / m)
    ((x, target, weight),) = batches.epoch()
    objective.bind(len(target), None, weight is not None)(x, target, weight)
    value = bind_value(objective, x, target, weight)
    floor = 1e7 * np.finfo(np.float64).eps * max(1.0, abs(value()[0])) / epsilon
    share = max_coordinates / network.theta.size
    checks, pairs = [], []
    for layer, (theta, grad, _) in zip(layer_names(network), network.views, strict=True):
        for name in theta:
            pair = compare(
                value, theta[name].reshape(-1), grad[name].reshape(-1), share, epsilon, rng
            )
            kept = pair[:, ~np.isnan(pair[1])]
            size, n_kinks = theta[name].size, pair.shape[1] - kept.shape[1]
            error = relative_error(kept, floor)
            checks.append(ParameterCheck(stage, layer, name, size, kept.shape[1], n_kinks, error))
            pairs.append(kept)
    return relative_error(np.hstack(pairs), floor), checks
