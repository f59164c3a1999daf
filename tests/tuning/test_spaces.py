import re

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterSampler
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import SGD, BatchNorm, DeepClassifier, DeepRegressor, OneHot
from skdeep.optimizers import OPTIMIZERS
from skdeep.schedules import SCHEDULES
from skdeep.tuning import HiddenLayers, LogUniform, OneMinusLogUniform, search_space


def names(estimator, level, **options):
    return list(search_space(estimator, level, **options))


def test_the_learning_rate_comes_first():
    assert names(DeepClassifier(), "minimal") == ["learning_rate"]


def test_penalty_width_momentum_dropout_and_batch_come_second():
    assert names(DeepClassifier(optimizer="momentum"), "main") == [
        "learning_rate",
        "l2",
        "hidden_layer_sizes",
        "optimizer__momentum",
        "dropout",
        "batch_size",
    ]


def test_encoding_decay_depth_and_members_come_third():
    second = search_space(DeepClassifier((8, 8)), "main", regularization=False)
    third = search_space(DeepClassifier((8, 8)), "extended", regularization=False)
    assert list(third) == [*second, "numerical_encoding", "lr_schedule", "n_members"]
    assert second["hidden_layer_sizes"].depth == 2
    assert third["hidden_layer_sizes"].depth == (1, 4)


def test_the_numbers_of_adam_come_last():
    added = set(names(DeepClassifier(), "all")) - set(names(DeepClassifier(), "extended"))
    expected = {"optimizer__beta_1", "optimizer__beta_2", "optimizer__epsilon"}
    assert added == expected | {"activation", "batch_norm", "category_encoding"}


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_the_default_activation_is_among_the_choices(optimizer):
    network = DeepClassifier(optimizer=optimizer)
    assert network.activation in search_space(network, "all")["activation"]


@pytest.mark.parametrize(
    "options",
    [
        {"numerical_encoding": None, "category_encoding": OneHot(5)},
        {"augment": lambda X, y, rng: (X, y)},
    ],
)
def test_encodings_that_are_chosen_or_augmented_are_not_searched(options):
    space = search_space(DeepClassifier(**options), "all")
    assert not {"numerical_encoding", "category_encoding"} & set(space)


def test_regularization_can_be_left_out_of_the_second_level():
    with_it = set(names(DeepClassifier(), "main"))
    assert with_it - set(names(DeepClassifier(), "main", regularization=False)) == {"dropout", "l2"}


def test_decoupled_decay_matters_less_than_l2():
    assert list(search_space(DeepClassifier(optimizer="adamw"))) == [
        "learning_rate", "hidden_layer_sizes", "optimizer__weight_decay", "dropout", "batch_size",
    ]  # fmt: skip
    assert list(search_space(DeepClassifier(optimizer="momentum"))) == [
        "learning_rate", "l2", "hidden_layer_sizes", "optimizer__momentum", "dropout", "batch_size",
    ]  # fmt: skip


def test_gradient_descent_without_momentum_has_no_beta():
    assert not [
        n for n in names(DeepClassifier(optimizer="sgd"), "all") if n.startswith("optimizer")
    ]


def test_an_optimizer_object_is_known_as_its_name_is():
    one = search_space(
        DeepClassifier(optimizer=SGD(momentum=0.5)), "extended", regularization=False
    )
    other = search_space(DeepClassifier(optimizer="momentum"), "extended", regularization=False)
    assert one == other
    assert one["optimizer__momentum"] == OneMinusLogUniform(0.5, 0.999)


def test_lbfgs_takes_no_steps_and_no_noise():
    assert names(DeepClassifier(optimizer="lbfgs"), "minimal") == ["l2"]
    expected = {"l2", "hidden_layer_sizes", "optimizer__history", "activation"}
    expected |= {"numerical_encoding", "category_encoding"}
    assert set(names(DeepClassifier(optimizer="lbfgs"), "all")) == expected


@pytest.mark.parametrize(
    "without", [{"hidden_layer_sizes": ()}, {"optimizer": "lbfgs"}, {"hidden_layer_sizes": []}]
)
def test_members_are_searched_where_hidden_layers_take_steps(without):
    assert search_space(DeepClassifier(), "extended")["n_members"] == [1, 2, 4, 8]
    assert "n_members" not in names(DeepClassifier(**without), "all")


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_space_prints_as_it_is_written(schedule):
    text = repr(search_space(DeepClassifier(lr_schedule=schedule), "all"))
    assert " object at 0x" not in text
    known = {"LogUniform", "LogUniformInt", "OneMinusLogUniform", "Uniform", "HiddenLayers"}
    assert set(re.findall(r"([A-Z]\w+)\(", text)) <= known
    assert "'dropout': Uniform(0.0, 0.5)" in text


def test_softmax_regression_has_no_width_to_search():
    assert "hidden_layer_sizes" not in names(DeepClassifier(hidden_layer_sizes=()), "main")


@pytest.mark.parametrize(
    "by_layer",
    [{"activation": ["relu", "tanh"]}, {"batch_norm": (True, BatchNorm())}, {"dropout": [0, 0.5]}],
)
def test_a_hyperparameter_by_the_layer_keeps_the_depth(by_layer):
    space = search_space(DeepClassifier((8, 8), **by_layer), "extended")
    assert space["hidden_layer_sizes"] == HiddenLayers(2, (16, 512))


def test_a_constant_rate_tries_the_kinds_of_decay():
    assert set(search_space(DeepClassifier(), "extended")["lr_schedule"]) <= set(SCHEDULES)


def test_a_chosen_decay_is_searched_in_its_own_numbers():
    space = search_space(DeepClassifier(lr_schedule="exponential"), "extended")
    assert space["lr_schedule__decay_rate"] == OneMinusLogUniform(0.8, 0.999)
    assert "lr_schedule" not in space


@pytest.mark.parametrize("own", [[1.0, 0.5], lambda epoch: 1.0])
def test_a_decay_of_ones_own_is_left_alone(own):
    space = names(DeepClassifier(lr_schedule=own), "extended")
    assert not [name for name in space if name.startswith("lr_schedule")]


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (make_pipeline(StandardScaler(), DeepClassifier()), "deepclassifier__"),
        (TransformedTargetRegressor(DeepRegressor()), "regressor__"),
        (
            TransformedTargetRegressor(make_pipeline(StandardScaler(), DeepRegressor())),
            "regressor__deepregressor__",
        ),
    ],
)
def test_names_are_prefixed_by_the_path_to_the_network(model, path):
    assert search_space(model, "minimal") == {f"{path}learning_rate": LogUniform(1e-4, 1e-1)}


@pytest.mark.parametrize("prefix", ["second", "second__"])
def test_a_prefix_chooses_one_of_two_networks(prefix):
    pair = TwoNetworks(DeepRegressor(), DeepRegressor(optimizer="sgd"))
    assert search_space(pair, "minimal", prefix=prefix) == {
        "second__learning_rate": LogUniform(1e-3, 1.0)
    }


class TwoNetworks(BaseEstimator):
    def __init__(self, first, second):
        self.first = first
        self.second = second


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_draw_is_valid_for_every_optimizer_and_schedule(optimizer, schedule):
    model = make_pipeline(StandardScaler(), DeepClassifier(optimizer=optimizer, max_epochs=1))
    if optimizer != "lbfgs":
        model.set_params(deepclassifier__lr_schedule=schedule)
    X, y = np.random.RandomState(0).normal(size=(30, 3)), np.arange(30) % 2
    space = search_space(model, "all")
    for name, values in space.items():  # width costs time and proves nothing here
        if name.endswith("hidden_layer_sizes"):
            space[name] = HiddenLayers(values.depth, (2, 4))
    for params in ParameterSampler(space, 2, random_state=0):
        clone(model).set_params(**params).fit(X, y)


@pytest.mark.parametrize(
    ("estimator", "options", "message"),
    [
        (
            DeepClassifier(),
            {"level": "most"},
            "search_space: level must be 'minimal', 'main', 'extended' or 'all'. "
            "Got 'most' instead.",
        ),
        (
            DeepClassifier(),
            {"level": 2},
            "search_space: level must be 'minimal', 'main', 'extended' or 'all'. Got 2 instead.",
        ),
        (
            LogisticRegression(),
            {},
            "search_space needs exactly one DeepClassifier or DeepRegressor in LogisticRegression. "
            "Found none. Give the prefix of one.",
        ),
        (
            TwoNetworks(DeepRegressor(), DeepRegressor()),
            {},
            "search_space needs exactly one DeepClassifier or DeepRegressor in TwoNetworks. "
            "Found 'first', 'second'. Give the prefix of one.",
        ),
        (
            make_pipeline(StandardScaler(), DeepClassifier()),
            {"prefix": "network"},
            "search_space needs exactly one DeepClassifier or DeepRegressor in Pipeline at "
            "prefix='network'. Found none. Give the prefix of one.",
        ),
    ],
)
def test_what_cannot_be_searched_is_named(estimator, options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        search_space(estimator, **options)
