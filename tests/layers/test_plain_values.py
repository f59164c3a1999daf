import pytest

from skdeep.base import Component
from skdeep.initializers import VarianceScaling
from skdeep.layers import Activation, BatchNorm, Chain, Dense, Dropout
from skdeep.layers.plain_values import from_plain, to_plain
from tests.cases import LAYERS
from tests.own_layers import Residual, Scale, Sum

every_layer = pytest.mark.parametrize("layer", [c.component for c in LAYERS.values()], ids=LAYERS)


@every_layer
def test_our_own_layers_become_names_and_numbers(layer):
    def check(value):
        if isinstance(value, dict | list | tuple):
            for item in value.values() if isinstance(value, dict) else value:
                check(item)
        else:
            assert type(value) in (str, int, float, bool)

    check(to_plain(layer))


def test_a_layer_of_a_user_becomes_its_class_and_the_layers_in_it_names():
    initializer = VarianceScaling()
    layer = Residual([Dense(4, initializer=initializer), Sum(Scale(2.0), Dropout(0.5))])
    parts = [
        {"layer": ("Dense", {"n_units": 4, "bias": True, "n_members": 1})},
        {
            "layer": (
                Sum,
                {
                    "left": {"layer": (Scale, {"start": 2.0})},
                    "right": {"layer": ("Dropout", {"rate": 0.5})},
                },
            )
        },
    ]
    assert to_plain(layer) == (Residual, {"layers": parts})


@pytest.mark.parametrize(
    "layer",
    [
        BatchNorm(momentum=0.5),
        Dense(3, bias=False),
        Chain([Dense(3), Chain((Activation("relu"),))]),
        Residual([Dense(4), Sum(Scale(2.0), Dropout(0.5))]),
    ],
    ids=repr,
)
def test_a_layer_comes_back_from_plain_values(layer):
    again = from_plain(to_plain(layer))
    assert type(again) is type(layer)
    assert repr(again) == repr(layer)


def test_skops_asks_about_the_layers_of_a_user_and_none_of_ours():
    skops_io = pytest.importorskip("skops.io")
    layer = Residual([Dense(4, initializer=VarianceScaling()), BatchNorm(), Chain([Scale(2.0)])])
    stored = skops_io.dumps(to_plain(layer))
    asked = skops_io.get_untrusted_types(data=stored)
    assert asked == ["tests.own_layers.Residual", "tests.own_layers.Scale"]
    assert to_plain(from_plain(skops_io.loads(stored, trusted=asked))) == to_plain(layer)


def test_a_class_that_borrows_one_of_our_names_stays_itself():
    theirs = type("Dense", (Scale,), {})
    assert to_plain(theirs())[0] is theirs


def test_an_unknown_layer_is_an_error():
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        from_plain(("Dence", {}))
    assert str(error.value) == (
        "Unknown layer 'Dence'; expected one of 'Activation', 'BatchNorm', 'Chain', 'Dense', "
        "'Dropout', 'Embed', 'SeparateDense', 'SplitDense'. Did you mean 'Dense'?"
    )


def test_a_class_that_is_no_layer_is_an_error():
    with pytest.raises(TypeError) as error:
        from_plain((Component, {}))
    assert str(error.value) == (
        "Expected a subclass of Layer. Got <class 'skdeep.base.Component'> instead."
    )
