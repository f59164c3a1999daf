"""Create a training from a plan and rows, from initial weights or from an earlier training."""

from ..base import UsageError
from ..batches import Batches
from ..inputs import Inputs
from ..model import Model
from ..network import Network
from ..objective import Objective
from ..plan import Plan
from ..rows import Rows
from ..targets import Target
from .loop import Training
from .state import TrainingState

__all__ = ["start_networks", "start_training", "training_batches"]


def start_training(
    plan: Plan,
    rows: Rows,
    inputs: Inputs,
    target: Target,
    state: TrainingState,
    history: dict[str, list],
    before: Model | None,
) -> tuple[Training, Model]:
    """Return a training, and the model that it trains.

    Parameters
    ----------
    plan : Plan
    rows : Rows
        The training rows.
    inputs : Inputs
    target : Target
        It has learned its scale.
    state : TrainingState
    history : dict of str to list
    before : Model or None
        The model whose training continues.
    """
    batches = training_batches(plan, rows, inputs, target)
    objective, networks = start_networks(plan, rows.total_weight, inputs, target, state, before)
    training = Training(plan, objective, networks, batches, state, history)
    return training, Model(inputs, networks[-1], target)


def start_networks(
    plan: Plan,
    total_weight: float,
    inputs: Inputs,
    target: Target,
    state: TrainingState,
    before: Model | None,
) -> tuple[Objective, list[Network]]:
    """Return the objective, and the network in training with its average if there is one.

    Parameters
    ----------
    plan : Plan
    total_weight : float
        Sum of the weights of the training rows.
    inputs : Inputs
    target : Target
    state : TrainingState
        Gets what the optimizer and the schedule start from.
    before : Model or None
        The model whose training continues.
    """
    if plan.augment is not None and inputs.layers():
        raise UsageError(
            "augment changes encoded numbers, and columns of X are encoded by the places of their "
            "categories. Use category_encoding='one_hot', or augment=None."
        )
    network = Network([*inputs.layers(), *plan.layers], inputs.n_encoded, plan.dtype)
    if before is None:
        network.initialize(state.rng)
    else:
        _check_same(before.network, network)
        network.restore(state.moving or before.network.snapshot())
    state.moving = state.best_epoch = None
    networks = _with_average(plan, network, state, before)
    # early stopping fits another temperature
    temperature = before.network.temperature if before is not None and plan.is_stream else 1.0
    for each in networks:
        each.temperature = temperature
    if not plan.is_stream:
        state.samples_seen = 0.0
        if state.pause is None:
            state.plan_start = state.epoch
    state.samples_seen = m = state.samples_seen + total_weight
    state.carry_on(plan.optimizer, plan.schedule, network.theta)
    return Objective(network, target.loss, plan.l2 / m, plan.l1 / m), networks


def training_batches(plan: Plan, rows: Rows, inputs: Inputs, target: Target) -> Batches:
    """Return the mini-batches of a plan."""
    return Batches(
        rows,
        inputs,
        target.encode_training,
        plan.dtype,
        plan.batch_size,
        plan.shuffle,
        plan.min_rows,
    )


def _with_average(
    plan: Plan, network: Network, state: TrainingState, before: Model | None
) -> list[Network]:
    """Return the network, and the one that receives the average of its weights if there is one."""
    if plan.beta is None:
        state.average["mass"] = 0.0
        return [network]
    average = network.copy()
    if before is not None and state.average["mass"]:
        average.restore(before.network.snapshot())
    return [network, average]


def _check_same(before: Network, now: Network) -> None:
    """Refuse to continue the training with a different network."""
    if before.describe() != now.describe():
        raise UsageError(
            "the network cannot change while it goes on training. It was "
            f"'{before.describe()}' and would become '{now.describe()}'. Put "
            "hidden_layer_sizes, activation, n_members, batch_norm, dtype and the classes back, or "
            "fit anew with warm_start=False."
        )
