import pickle
from io import BytesIO

import numpy as np
import pytest

from skdeep import SGD, Adam, DeepClassifier, DeepRegressor, Exponential
from skdeep.layers import BatchNorm
from skdeep.schedules import Constant
from skdeep.training import TrainingState


class Recording(pickle.Unpickler):
    """Notes which packages a pickle takes classes and functions from."""

    def __init__(self, file):
        super().__init__(file)
        self.packages = set()

    def find_class(self, module, name):
        self.packages.add(module.partition(".")[0])
        return super().find_class(module, name)


@pytest.mark.parametrize("estimator", [DeepClassifier, DeepRegressor])
def test_the_state_of_a_training_pickles_as_plain_values(estimator, iris):
    model = estimator((4,), optimizer=Adam(), lr_schedule=Exponential(), max_epochs=2).fit(*iris)
    recording = Recording(BytesIO(pickle.dumps(model.__getstate__()["_state"])))
    state = recording.load()
    assert recording.packages == {"numpy"}
    assert TrainingState(**state).epoch == 2


def test_the_seed_makes_the_state():
    one, same, other = (TrainingState.seeded(seed) for seed in (3, 3, 4))
    assert one.rng.random() == same.rng.random() != other.rng.random()


def test_without_a_seed_the_global_generator_draws_one():
    np.random.seed(1)  # noqa: NPY002
    one = TrainingState.seeded(None).rng.random()
    np.random.seed(1)  # noqa: NPY002
    assert TrainingState.seeded(None).rng.random() == one


def test_the_seed_of_the_hold_out_is_drawn_once():
    state = TrainingState.seeded(0)
    seed = state.hold_out_seed()
    drawn = state.rng.bit_generator.state
    assert state.hold_out_seed() == seed
    assert state.rng.bit_generator.state == drawn


def test_a_component_goes_on_from_its_state():
    state, theta = TrainingState.seeded(0), np.zeros(3)
    state.carry_on(Adam(), Constant(), theta)
    kept = dict(state.components)
    state.carry_on(Adam(beta_1=0.5), Constant(), theta)
    assert all(state.components[role] is kept[role] for role in ("optimizer", "schedule"))


def test_another_component_begins_anew():
    state, theta = TrainingState.seeded(0), np.zeros(3)
    state.carry_on(Adam(), Constant(), theta)
    kept = state.components["schedule"]
    state.carry_on(SGD(), Constant(), theta)
    assert state.components["optimizer"][0] == "SGD"
    assert state.components["schedule"] is kept


def test_hyperparameters_that_changed_since_the_last_call_are_told():
    state = TrainingState.seeded(0)
    assert state.note({"l2": 0.0, "optimizer": "adam"}) == {}
    assert state.note({"l2": 1.0, "optimizer": "adam"}) == {"l2": 1.0}
    assert state.note({"l2": 1.0, "optimizer": Adam(), "optimizer__beta_1": 0.9}) == {
        "optimizer": "Adam",
        "optimizer__beta_1": 0.9,
    }
    assert state.note({"l2": 1.0, "optimizer": Adam(), "optimizer__beta_1": 0.9}) == {}


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (np.array([0.1, 0.2]), np.array([0.1, 0.3]), [0.1, 0.3]),
        (range(2), range(3), [0, 1, 2]),
        (np.float32(0.5), np.float32(0.25), 0.25),
        ([BatchNorm(), True], [BatchNorm(momentum=0.5), True], ["BatchNorm(momentum=0.5)", True]),
        ([SGD, 1], [SGD, 2], ["type", 2]),
        ({0: 1.0, 1: 2.0}, {0: 1.0, 1: 3.0}, {0: 1.0, 1: 3.0}),
        ((0.1, [0.2]), (0.1, [0.3]), (0.1, [0.3])),
    ],
    ids=str,
)
def test_a_change_inside_a_value_is_told(before, now, told):
    state = TrainingState.seeded(0)
    state.note({"value": before})
    assert state.note({"value": now}) == {"value": told}
    assert state.note({"value": now}) == {}


def test_a_change_in_place_is_told():
    state, rates = TrainingState.seeded(0), [0.1, 0.2]
    state.note({"dropout": rates})
    rates[0] = 0.5
    assert state.note({"dropout": rates}) == {"dropout": [0.5, 0.2]}


def test_components_in_a_list_are_stored_as_text(iris):
    model = DeepClassifier((4,), batch_norm=[BatchNorm()], max_epochs=1).fit(*iris)
    recording = Recording(BytesIO(pickle.dumps(model.__getstate__()["_state"])))
    recording.load()
    assert recording.packages == {"numpy"}
