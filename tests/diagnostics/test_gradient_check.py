import copy

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skdeep import DeepClassifier, DeepRegressor
from skdeep.diagnostics import check_gradient
from skdeep.estimators.inside import is_fitted, model_of, open_up
from skdeep.layers import Activation, BatchNorm, Dense
from skdeep.losses import SoftmaxCrossEntropy

N = 30


@pytest.fixture(name="X")
def features(rng):
    return rng.normal(size=(N, 4))


@pytest.fixture(name="y")
def classes(rng):
    return np.array(list("abc"))[rng.integers(3, size=N)]


def _classifier(**hyperparameters):
    return DeepClassifier((7, 6), random_state=0, **hyperparameters)


CONFIGURATIONS = {
    "plain": {},
    "tanh": {"activation": "tanh"},
    "leaky and selu": {"activation": ["leaky_relu", "selu"]},
    "elu and gelu": {"activation": ["elu", "gelu"]},
    "l2": {"l2": 3.0},
    "l1": {"l1": 0.7},
    "l1 and l2 and batch norm": {"l1": 0.3, "l2": 1.0, "batch_norm": [True, False]},
    "batch norm": {"batch_norm": True, "activation": "logistic"},
    "label smoothing": {"label_smoothing": 0.2},
    "class weight": {"class_weight": {"a": 1.0, "b": 3.0, "c": 0.5}},
    "balanced": {"class_weight": "balanced"},
    "averaged, clipped": {"weight_averaging": 0.9, "clip_norm": 0.1},
    "lbfgs": {"optimizer": "lbfgs"},
    "early stopping": {"early_stopping": True},
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_gradient_of_a_classifier_is_correct_before_and_after_training(name, X, y):
    check = check_gradient(_classifier(**CONFIGURATIONS[name]), X, y, epochs=5)
    assert check.verdict == "correct"
    assert list(check.errors) == [0, 5]
    assert all(c.n_checked + c.n_kinks == c.size for c in check.parameters)


@pytest.mark.parametrize(
    "loss", ["squared_error", "absolute_error", "huber", "quantile", "poisson"]
)
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_the_gradient_of_a_regressor_is_correct(loss, n_outputs, X, rng):
    y = 1e4 * rng.exponential(size=(N, n_outputs))
    model = DeepRegressor((6,), loss=loss, quantile=0.8, l2=0.5, random_state=0)
    y = y[:, 0] if n_outputs == 1 else y
    check = check_gradient(model, X, y, sample_weight=rng.random(N), epochs=3)
    assert check.verdict == "correct"


def test_targets_with_two_classes_and_with_several_labels_are_checked(X, rng):
    for y in (rng.integers(2, size=N), rng.integers(2, size=(N, 3))):
        model = DeepClassifier((5,), label_smoothing=0.1, random_state=0)
        assert check_gradient(model, X, y).verdict == "correct"


def test_a_network_without_hidden_layers_and_sparse_data_are_checked(X, y):
    check = check_gradient(DeepClassifier((), random_state=0), csr_matrix(X), y)
    assert check.verdict == "correct"
    assert [(c.layer, c.parameter) for c in check.parameters] == [
        ("output", "weight"),
        ("output", "bias"),
    ]


def _spoil(monkeypatch, layer_class, change):
    """Let ``change(layer, slot, backward)`` wrap the backward of a class of layers."""
    bind = layer_class.bind

    def bind_wrongly(layer, slot):
        forward, backward = bind(layer, slot)
        return forward, change(layer, slot, backward)

    monkeypatch.setattr(layer_class, "bind", bind_wrongly)


@pytest.mark.parametrize(("n_units", "layer"), [(7, "hidden 1"), (6, "hidden 2"), (3, "output")])
@pytest.mark.parametrize("parameter", ["weight", "bias"])
def test_a_wrong_gradient_planted_in_one_parameter_is_named_exactly(
    n_units, layer, parameter, X, y, monkeypatch
):
    def spoil(dense, slot, backward):
        def wrong(dy):
            dx = backward(dy)
            slot.grad[parameter][...] *= 1.01 if dense.n_units == n_units else 1
            return dx

        return wrong

    _spoil(monkeypatch, Dense, spoil)
    check = check_gradient(_classifier(), X, y)
    assert check.wrong == [(layer, parameter)]
    assert check.verdict == "wrong"
    assert str(check).endswith(f"Wrong: {layer} {parameter}.")
    (wrong,) = [c for c in check.parameters if c.verdict == "wrong"]
    assert wrong.error == pytest.approx(0.01 / 2.01, rel=1e-4)


def test_a_wrong_gamma_of_batch_norm_is_named(X, y, monkeypatch):
    def spoil(norm, slot, backward):
        def wrong(dy):
            dx = backward(dy)
            slot.grad["gamma"][0] *= -1
            return dx

        return wrong

    _spoil(monkeypatch, BatchNorm, spoil)
    check = check_gradient(_classifier(batch_norm=[False, True]), X, y)
    assert check.wrong == [("hidden 2", "gamma")]


def test_a_wrong_dx_is_traced_to_the_layer_above_those_that_it_spoils(X, y, monkeypatch):
    def spoil(activation, slot, backward):
        scale = 1.5 if slot.n_inputs == 6 else 1.0  # that of the second hidden layer
        return lambda dy: backward(dy) * scale

    _spoil(monkeypatch, Activation, spoil)
    check = check_gradient(_classifier(), X, y)
    layers = ("hidden 1", "hidden 2")
    assert check.wrong == [(layer, name) for layer in layers for name in ("weight", "bias")]
    assert str(check).endswith(
        "Gradients are wrong in hidden 2 and below, and correct above. Check the dx of output "
        "first, then hidden 2."
    )


def test_a_wrong_gradient_of_the_loss_spoils_all(X, y, monkeypatch):
    bind = SoftmaxCrossEntropy.bind

    def bind_wrongly(loss, *args):
        evaluate = bind(loss, *args)

        def wrong(*args):
            value, d_raw = evaluate(*args)
            return value, 0.5 * d_raw

        return wrong

    monkeypatch.setattr(SoftmaxCrossEntropy, "bind", bind_wrongly)
    check = check_gradient(_classifier(), X, y)
    assert len(check.wrong) == 6
    assert check.error == pytest.approx(1 / 3)
    assert str(check).endswith("All gradients are wrong. Check the loss first, then output.")


def test_a_wrong_gradient_is_found_in_a_sampled_network(X, y, monkeypatch):
    def spoil(dense, slot, backward):
        def wrong(dy):
            dx = backward(dy)
            if dense.n_units == 6:  # one number of 240, which only the directions reach for sure
                slot.grad["weight"][0, 0] += 10.0
            return dx

        return wrong

    _spoil(monkeypatch, Dense, spoil)
    model = DeepClassifier((40, 6), random_state=0)
    check = check_gradient(model, X, y, max_coordinates=60, random_state=0)
    assert check.sampled
    assert check.wrong == [("hidden 2", "weight")]


def test_a_sample_has_the_stated_size_and_says_so(X, y):
    model = DeepClassifier((40, 30), numerical_encoding=None, random_state=0)
    check = check_gradient(model, X, y, max_coordinates=200, random_state=0)
    assert check.verdict == "correct"
    n = {(c.layer, c.parameter): c.n_checked + c.n_kinks for c in check.parameters}
    # 1523 parameters; ten coordinates at least, and five directions where that is not all
    assert n[("hidden 2", "weight")] == round(1200 * 200 / 1523) + 5
    assert n[("hidden 1", "bias")] == 10 + 5
    assert n[("output", "bias")] == 3
    assert "a random sample of the coordinates and 5 random directions" in str(check)


def test_a_step_across_a_kink_is_left_out_and_counted(y):
    X = np.zeros((N, 2))  # with zero biases, each unit's input lies on the kink
    model = DeepClassifier((5,), "relu", weight_init="he_normal", random_state=0)
    check = check_gradient(model, X, y)
    by_name = {(c.layer, c.parameter): c for c in check.parameters}
    assert by_name["hidden 1", "bias"].n_kinks == 5
    assert by_name["hidden 1", "bias"].verdict == "not checked"
    assert by_name["hidden 1", "weight"].n_kinks == 0  # x = 0 stays on the kink
    assert check.verdict == "correct"
    assert "5 steps crossed a kink and were left out" in str(check)


def test_a_kink_on_one_side_of_a_step_only_is_seen(X):
    model = DeepRegressor((), loss="absolute_error", standardize_target=False, max_epochs=1)
    model.fit(X, X[:, 0])
    network = model_of(model).network
    network.theta.fill(0)
    # the bias steps from r = ε/2 across zero: J is |r| and its difference no derivative
    y = np.full(N, -0.5e-5)
    check = check_gradient(model, np.zeros_like(X), y, epsilon=1e-5)
    assert {c.parameter: c.n_kinks for c in check.parameters} == {"weight": 0, "bias": 1}
    check = check_gradient(model, np.zeros_like(X), y, epsilon=1e-6)
    assert {c.parameter: c.n_kinks for c in check.parameters} == {"weight": 0, "bias": 0}
    assert check.verdict == "correct"


def test_a_weight_that_l1_holds_at_zero_is_left_out(X, y):
    model = DeepClassifier((), l1=1.0, max_epochs=1, random_state=0).fit(X, y)
    model.coefs_[0][1, 2] = 0
    check = check_gradient(model, X, y)
    assert {c.parameter: c.n_kinks for c in check.parameters} == {"weight": 1, "bias": 0}
    assert check.verdict == "correct"


def test_a_vanishing_gradient_does_not_read_as_wrong(X):
    y = X[:, 0]
    model = DeepRegressor((6,), activation="tanh", max_epochs=2, random_state=0).fit(X, y)
    model.coefs_[1][...] = 0  # nothing comes down to the hidden layer
    check = check_gradient(model, X, y)
    assert check.verdict == "correct"


def test_dropout_is_switched_off_and_the_result_says_so(X, y):
    check = check_gradient(_classifier(dropout=[0.5, 0.0]), X, y)
    assert check.dropout_switched_off
    assert "Dropout was switched off for the check." in str(check)
    without = check_gradient(_classifier(), X, y)
    assert not without.dropout_switched_off
    assert "Dropout" not in str(without)
    assert check.errors == without.errors


def test_a_fitted_estimator_is_checked_at_its_theta_and_left_as_it_was(X, y, monkeypatch):
    model = _classifier(max_epochs=3, dropout=0.2, batch_norm=True).fit(X, y)
    before = copy.deepcopy(model)
    seen = []
    bind = Dense.bind
    monkeypatch.setattr(
        Dense,
        "bind",
        lambda self, slot: seen.append(slot.theta["weight"].copy()) or bind(self, slot),
    )
    check = check_gradient(model, X, y, epochs=2)
    assert check.verdict == "correct"
    assert seen[0].dtype == np.float64
    np.testing.assert_array_equal(seen[0], before.coefs_[0])
    np.testing.assert_array_equal(model_of(model).network.theta, model_of(before).network.theta)
    np.testing.assert_array_equal(model_of(model).network.running, model_of(before).network.running)
    assert model.get_params() == before.get_params()
    assert model.history_ == before.history_


def test_a_fitted_regressor_is_trained_towards_the_scale_that_is_checked(X):
    y = X[:, 0]
    model = DeepRegressor((4,), max_epochs=2, dtype="float64", random_state=0).fit(X, y)
    opened = open_up(model, X, y + 1000)
    network = opened.network()
    objective, batches = opened.objective(network)
    ((x, target, weight),) = batches.epoch()
    step = objective.bind(len(target), None, weight is not None)
    before = step(x, target, weight)
    opened.train(network, 20)
    assert before - step(x, target, weight) > 1.0  # a new scale would change little


def test_an_unfitted_estimator_stays_unfitted(X, y):
    model = _classifier()
    check_gradient(model, X, y)
    assert not is_fitted(model)
    assert not hasattr(model, "classes_")


@pytest.mark.parametrize("fit", [False, True])
def test_the_estimator_is_found_in_pipelines_and_searches(fit, X, y):
    X = 1e3 * X + 1e4
    pipeline = make_pipeline(StandardScaler(), _classifier(max_epochs=2))
    search = GridSearchCV(pipeline, {"deepclassifier__l2": [1.0]}, cv=2)
    for model in (pipeline, search):
        if fit:
            model.fit(X, y)
        check = check_gradient(model, X, y)
        assert check.verdict == "correct"
        assert check.estimator == "DeepClassifier"


def test_what_has_no_deep_estimator_is_refused(X, y):
    with pytest.raises(TypeError) as error:
        check_gradient(make_pipeline(StandardScaler(), SVC()), X, y)
    assert str(error.value) == (
        "Expected a DeepClassifier or a DeepRegressor: alone, as the last step of a Pipeline, or "
        "inside a search. Got SVC() instead."
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("epochs", -1, "an int in the range [0, inf)"),
        ("epochs", 1.5, "an int in the range [0, inf)"),
        ("max_coordinates", 0, "an int in the range [1, inf)"),
        ("epsilon", 0.0, "a float in the range (0.0, inf)"),
        ("epsilon", "small", "a float in the range (0.0, inf)"),
    ],
)
def test_bad_options_are_refused(name, value, expected, X, y):
    with pytest.raises(ValueError, match="check_gradient") as error:
        check_gradient(_classifier(), X, y, **{name: value})
    assert str(error.value) == (
        f"The {name!r} parameter of check_gradient must be {expected}. Got {value!r} instead."
    )


def test_batch_norm_needs_two_rows(X, y):
    with pytest.raises(ValueError, match="2 rows") as error:
        check_gradient(_classifier(batch_norm=True), X[:1], y[:1])
    assert str(error.value) == (
        "DeepClassifier: batch_norm needs training batches of 2 rows or more. Got "
        "batch_size='auto' and n_samples=1."
    )


def test_the_result_shows_as_a_table_in_text_and_in_html(X, y):
    model = DeepClassifier((5,), numerical_encoding=None, random_state=0)
    check = check_gradient(model, X, y)
    lines = str(check).splitlines()
    assert lines[0].startswith("Gradient check of DeepClassifier: correct (relative error ")
    assert lines[1].split()[1:5] == ["layer", "parameter", "size", "compared"]
    assert lines[2].split()[:5] == ["0", "hidden", "1", "weight", "20"]
    assert lines[-1] == "43 parameters, every coordinate; 30 rows, float64, steps of ±1e-05."
    html = check._repr_html_()
    assert html.count("<tr>") == 5
    assert "<td>hidden 1</td><td>weight</td>" in html


def test_an_interrupt_ends_the_check(X, y):
    def interrupt(X, y, rng):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_gradient(_classifier(augment=interrupt), X, y, epochs=2)
