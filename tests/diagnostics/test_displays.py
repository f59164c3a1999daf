import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdeep import DeepClassifier, DeepRegressor, ReduceOnPlateau, VarianceScaling
from skdeep.diagnostics import (
    BiasVarianceDisplay,
    GradientFlowDisplay,
    LearningRateDisplay,
    LearningRateRangeDisplay,
    TrainingCurveDisplay,
    diagnose_bias_variance,
    ewma,
    find_learning_rate,
)

matplotlib = pytest.importorskip("matplotlib")


@pytest.fixture
def plt():
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


@pytest.fixture
def data(rng):
    X = rng.normal(size=(120, 3))
    return X, (X[:, 0] > 0).astype(int)


def _texts(legend):
    return [text.get_text() for text in legend.get_texts()]


def _assert_the_title_is_free(ax, legend):
    ax.set_title("a title of the user")
    ax.figure.canvas.draw()
    assert not legend.get_window_extent().overlaps(ax.title.get_window_extent())
    assert not legend.get_window_extent().overlaps(ax.xaxis.label.get_window_extent())
    for corner in legend.get_window_extent().corners():
        assert ax.figure.bbox.contains(*corner)


def test_training_curves_are_those_of_the_history(data, plt):
    X, y = data
    model = DeepClassifier(
        (8,), max_epochs=6, early_stopping=True, scoring="balanced_accuracy", random_state=0
    )
    pipeline = make_pipeline(StandardScaler(), model).fit(X, y)
    display = TrainingCurveDisplay.from_estimator(pipeline)
    drawn = [line.get_ydata() for line in display.lines_[:3]]
    history = pipeline[-1].history_
    for line, name in zip(drawn, ("train_loss", "val_loss", "val_score"), strict=True):
        np.testing.assert_array_equal(line, history[name])
    assert display.lines_[3].get_xdata()[0] == pipeline[-1].best_epoch_
    assert display.ax_.get_xlabel() == "epoch"
    assert display.ax_.get_ylabel() == "loss"
    assert display.score_ax_.get_ylabel() == "balanced accuracy"
    assert _texts(display.legend_) == [
        "training loss",
        "validation loss",
        "validation balanced accuracy (right)",
        f"best epoch ({pipeline[-1].best_epoch_})",
    ]
    _assert_the_title_is_free(display.ax_, display.legend_)


def test_penalties_are_left_out_of_the_losses_unless_asked_for(data, plt):
    model = DeepClassifier((8,), l2=30.0, max_epochs=6, random_state=0).fit(*data)
    loss, objective = (np.array(model.history_[name]) for name in ("train_loss", "objective"))
    assert (objective > loss).all()
    display = TrainingCurveDisplay.from_estimator(model)
    assert "training loss with penalties" not in _texts(display.legend_)
    display = TrainingCurveDisplay.from_estimator(model, objective=True)
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), loss)
    np.testing.assert_array_equal(display.lines_[1].get_ydata(), objective)
    assert _texts(display.legend_)[1] == "training loss with penalties"


@pytest.mark.parametrize("smoothing", [None, 0.9])
@pytest.mark.parametrize("kind", [DeepClassifier, DeepRegressor])
def test_the_best_epoch_is_marked_on_the_curve_that_decided_before_smoothing(
    kind, smoothing, data, plt
):
    model = kind((8,), max_epochs=6, early_stopping=True, random_state=0).fit(*data)
    display = TrainingCurveDisplay.from_estimator(model, smoothing=smoothing)
    is_scored = kind is DeepClassifier
    values = model.history_["val_score" if is_scored else "val_loss"]
    assert display.best_point_.axes is (display.score_ax_ if is_scored else display.ax_)
    assert display.best_point_.get_xydata().tolist() == [
        [model.best_epoch_, values[model.best_epoch_]]
    ]
    texts = _texts(display.legend_)
    assert len(texts) == len(set(texts))  # each line once


def test_curves_differ_in_color_and_in_dashes(data, plt):
    model = DeepClassifier((8, 8, 8), l2=1.0, max_epochs=4, random_state=0).fit(*data)
    curve = TrainingCurveDisplay.from_estimator(model, objective=True).lines_[:4]
    flow = GradientFlowDisplay.from_estimator(model).lines_
    for lines in (curve, flow):
        assert len({line.get_color() for line in lines}) == 4
        assert len({repr(line._dash_pattern) for line in lines}) == 4


def test_displays_show_the_training_of_several_members(data, plt):
    model = DeepClassifier((8,), n_members=3, max_epochs=6, random_state=0).fit(*data)
    curve = TrainingCurveDisplay.from_estimator(model)
    np.testing.assert_array_equal(curve.lines_[0].get_ydata(), model.history_["train_loss"])
    flow = GradientFlowDisplay.from_estimator(model)
    np.testing.assert_array_equal(flow.norms, model.history_["layer_gradient_norms"])
    assert flow.norms.shape == (model.n_epochs_, 2)


def test_what_decides_without_a_scorer_is_drawn(data, plt):
    X, y = data
    model = DeepClassifier((8,), max_epochs=6, early_stopping=True, random_state=0).fit(X, y)
    display = TrainingCurveDisplay.from_estimator(model)
    np.testing.assert_array_equal(display.lines_[2].get_ydata(), model.history_["val_score"])
    assert display.score_ax_.get_ylabel() == "D² Brier score"
    model = DeepRegressor((8,), max_epochs=6, early_stopping=True, random_state=0).fit(X, X[:, 0])
    display = TrainingCurveDisplay.from_estimator(model)  # by the loss
    assert display.score_ax_ is None
    assert display.best_epoch == model.best_epoch_


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_a_legend_of_two_scales_stays_in_the_figure(layout, plt):
    curve = np.linspace(1, 0, 5)
    display = TrainingCurveDisplay(np.arange(5), curve, curve, 1 - curve, 2, "accuracy")
    _, ax = plt.subplots(layout=layout)
    display.plot(ax)
    _assert_the_title_is_free(ax, display.legend_)
    assert display.legend_.axes is display.score_ax_  # drawn last, so no curve runs over it
    assert display.legend_.get_window_extent().overlaps(ax.bbox) == (layout is None)


def test_r2_is_written_as_it_is_spoken(data, plt):
    X, _ = data
    model = DeepRegressor((8,), max_epochs=3, early_stopping=True, scoring="r2", random_state=0)
    display = TrainingCurveDisplay.from_estimator(model.fit(X, X[:, 0]))
    assert display.score_ax_.get_ylabel() == "R²"
    assert "validation R² (right)" in _texts(display.legend_)


def test_without_validation_there_is_the_training_loss_alone_on_the_given_axes(data, plt):
    _, ax = plt.subplots()
    model = DeepClassifier((8,), max_epochs=6, early_stopping=False, random_state=0).fit(*data)
    display = TrainingCurveDisplay.from_estimator(model, smoothing=0.5, ax=ax)
    assert display.ax_ is ax
    assert display.score_ax_ is None
    faint, smooth = ax.get_lines()[:2]
    np.testing.assert_array_equal(faint.get_ydata(), model.history_["train_loss"])
    np.testing.assert_array_equal(smooth.get_ydata(), ewma(model.history_["train_loss"], 0.5))
    assert display.legend_.get_title().get_text() == "smoothed, β = 0.5"
    _assert_the_title_is_free(ax, display.legend_)


def test_there_is_a_best_epoch_only_where_its_weights_were_kept(data, plt):
    X, y = data
    model = DeepClassifier((8,), max_epochs=3, early_stopping=False, random_state=0)
    display = TrainingCurveDisplay.from_estimator(model.fit(X, y, X_val=X, y_val=y))
    assert display.best_epoch is None
    assert _texts(display.legend_) == ["training loss", "validation loss"]


@pytest.mark.parametrize("max_epochs", [1, 2, 5, 6])
def test_the_ticks_of_short_trainings_are_whole_epochs(max_epochs, data, plt):
    model = DeepClassifier((8,), max_epochs=max_epochs, random_state=0).fit(*data)
    displays = [
        TrainingCurveDisplay.from_estimator(model),
        GradientFlowDisplay.from_estimator(model),
        LearningRateDisplay.from_schedule("cosine", max_epochs=max_epochs),
    ]
    for display in displays:
        low, high = display.ax_.get_xlim()
        ticks = [tick for tick in display.ax_.get_xticks() if low <= tick <= high]
        assert ticks
        np.testing.assert_array_equal(ticks, np.round(ticks))


def test_the_ticks_divide_an_epoch_that_is_alone(plt):
    display = LearningRateDisplay.from_schedule("cosine", max_epochs=1, steps_per_epoch=5)
    low, high = display.ax_.get_xlim()
    assert sum(low <= tick <= high for tick in display.ax_.get_xticks()) > 2


def test_gradient_flow_joins_a_matrix_with_its_batch_norm(data, plt):
    model = DeepClassifier((8, 7), batch_norm=[True, False], max_epochs=3, random_state=0)
    display = GradientFlowDisplay.from_estimator(model.fit(*data))
    raw = np.array(model.history_["layer_gradient_norms"])
    assert raw.shape == (3, 4)
    joined = np.column_stack([np.hypot(raw[:, 0], raw[:, 1]), raw[:, 2:]])
    np.testing.assert_allclose(display.norms, joined)
    assert _texts(display.ax_.get_legend()) == ["hidden 1", "hidden 2", "output"]
    np.testing.assert_allclose(
        np.sqrt((display.norms**2).sum(axis=1)), model.history_["gradient_norm"], rtol=1e-6
    )
    assert display.ax_.get_yscale() == "log"


@pytest.mark.parametrize(
    ("first", "verdict", "title"),
    [
        ([1.0] * 10, "steady", "steady gradients"),
        ([0.011] * 10, "steady", "steady gradients"),
        ([0.009] + [1.0] * 9, "vanishing", "vanishing gradients in 1 of 10 epochs"),
        ([0.009] + [1.0] * 10, "steady", "steady gradients"),
        ([101.0] * 4 + [1.0] * 6, "exploding", "exploding gradients in 4 of 10 epochs"),
        ([0.0] * 10, "vanishing", "vanishing gradients in 10 of 10 epochs"),
    ],
)
def test_vanishing_and_exploding_gradients_are_called_so(first, verdict, title, plt):
    norms = np.column_stack([first, np.ones(len(first))])
    for unit in (1.0, 1e-3):
        display = GradientFlowDisplay(np.arange(len(first)), unit * norms, ["hidden 1", "output"])
        assert display.verdict == verdict
        assert display.plot().ax_.get_title() == title


@pytest.mark.parametrize(
    ("norms", "verdict"),
    [([79.0, 60.0], "steady"), ([81.0, 60.0], "exploding"), ([1.0, 101.0], "vanishing")],
)
def test_gradients_that_are_large_in_all_layers_explode(norms, verdict):
    display = GradientFlowDisplay(np.arange(1), np.array([norms]), ["hidden 1", "output"])
    assert display.verdict == verdict
    display.limit = np.inf
    assert display.verdict == ("steady" if verdict == "exploding" else verdict)


@pytest.mark.parametrize(("gain", "verdict"), [(2.0, "steady"), (4.0, "exploding")])
def test_a_relu_net_that_doubles_its_signal_in_each_layer_explodes(gain, verdict, plt):
    X, y = load_digits(return_X_y=True)
    model = DeepClassifier(
        (100,) * 12,
        weight_init=VarianceScaling(gain=gain),
        optimizer="sgd",
        learning_rate=0.03,
        clip_norm=1.0,
        batch_size=64,
        max_epochs=3,
        random_state=0,
    ).fit(X / 16, y)
    display = GradientFlowDisplay.from_estimator(model)
    assert display.verdict == verdict
    ratio = display.norms[:, 0] / display.norms[:, -1]
    assert np.all((ratio > 0.01) & (ratio < 100))  # it is the level that tells, not the ratio


@pytest.mark.parametrize("standardize_target", [True, False])
def test_a_target_of_large_unit_is_not_an_explosion(standardize_target, data):
    X, _ = data
    model = DeepRegressor(
        (8,), standardize_target=standardize_target, max_epochs=3, random_state=0
    ).fit(X, 1e4 * X[:, 0])
    display = GradientFlowDisplay.from_estimator(model, plot=False)
    assert display.verdict == "steady"
    assert (max(model.history_["gradient_norm"]) > 100) is not standardize_target


def test_a_deep_logistic_net_vanishes_and_a_relu_net_does_not(data):
    X, y = data
    sizes = (10,) * 8
    deep = DeepClassifier(sizes, "logistic", max_epochs=3, random_state=0).fit(X, y)
    assert GradientFlowDisplay.from_estimator(deep, plot=False).verdict == "vanishing"
    relu = DeepClassifier(sizes, "relu", max_epochs=3, random_state=0).fit(X, y)
    assert GradientFlowDisplay.from_estimator(relu, plot=False).verdict == "steady"


def test_learning_rates_are_those_of_the_training_to_come(data):
    X, y = data
    model = DeepClassifier(
        (4,), lr_schedule="cosine", batch_size=40, max_epochs=5, n_iter_no_change=None
    )
    display = LearningRateDisplay.from_estimator(model, steps_per_epoch=3, plot=False)
    assert not hasattr(model, "history_")
    last_steps = display.learning_rate[2::3]
    np.testing.assert_allclose(last_steps, model.fit(X, y).history_["learning_rate"], rtol=1e-12)
    np.testing.assert_allclose(display.epoch[:4], [0, 1 / 3, 2 / 3, 1])


def test_schedules_that_share_axes_have_colors_and_dashes_of_their_own(plt):
    _, ax = plt.subplots()
    show = LearningRateDisplay.from_schedule
    lines = [show(name, ax=ax).line_ for name in ("constant", "exponential", "cosine")]
    assert len({line.get_color() for line in lines}) == 3
    assert len({line.get_linestyle() for line in lines}) == 3
    line = show("cosine", plot=False).plot(ax, color="k", linestyle=":").line_
    assert (line.get_color(), line.get_linestyle()) == ("k", ":")


def test_a_schedule_that_goes_by_losses_is_shown_the_losses(plt):
    schedule = ReduceOnPlateau(factor=0.5, n_iter_no_change=1)
    show = LearningRateDisplay.from_schedule
    steady = show(schedule, max_epochs=6, plot=False)
    np.testing.assert_array_equal(steady.learning_rate, np.ones(6))
    display = show(schedule, max_epochs=6, losses=[1.0] * 6)
    np.testing.assert_array_equal(display.learning_rate, [1, 1, 1, 0.5, 0.5, 0.25])
    assert _texts(display.ax_.get_legend()) == ["ReduceOnPlateau(factor=0.5, n_iter_no_change=1)"]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("epoch", "learning rate")


@pytest.mark.parametrize("name", ["max_epochs", "steps_per_epoch"])
def test_a_training_of_no_length_is_refused(name):
    with pytest.raises(ValueError, match=name) as error:
        LearningRateDisplay.from_schedule("cosine", **{name: 0})
    assert str(error.value) == (
        f"The {name!r} parameter of LearningRateDisplay must be an int in the range [1, inf). "
        "Got 0 instead."
    )


def test_the_range_test_is_drawn_with_its_suggestion(data, plt):
    model = make_pipeline(StandardScaler(), DeepClassifier((8,), random_state=0))
    display = LearningRateRangeDisplay.from_estimator(model, *data, n_steps=40)
    found = find_learning_rate(model, *data, n_steps=40)
    np.testing.assert_array_equal(display.result.losses, found.losses)
    raw, smooth, mark = display.lines_
    np.testing.assert_array_equal(raw.get_ydata(), found.losses)
    np.testing.assert_array_equal(smooth.get_ydata(), found.smoothed_losses)
    assert mark.get_xdata()[0] == found.suggestion
    assert display.ax_.get_xscale() == "log"
    low, high = display.ax_.get_ylim()
    assert low < found.losses.min() < found.losses[0] < high
    _assert_the_title_is_free(display.ax_, display.ax_.get_legend())


def test_errors_are_drawn_as_bars_with_their_gaps(plt):
    report = diagnose_bias_variance(
        0.03, 0.15, train_dev_error=0.09, test_error=0.12, bayes_error=0.01
    )
    display = BiasVarianceDisplay.from_report(report)
    ax = display.ax_
    names = [label.get_text() for label in ax.get_xticklabels()]
    gaps = {c.get_label(): c[0].get_height() for c in ax.containers if c.get_label()[0] != "_"}
    assert gaps == pytest.approx(
        {
            "lowest possible error": 0.01,
            "avoidable bias": 0.02,
            "variance": 0.06,
            "data mismatch": 0.06,
            "overfitting to the dev set (negative)": -0.03,
        }
    )
    assert names == [
        "Bayes",
        "training\navoidable bias",
        "train-dev\nvariance",
        "dev\ndata mismatch",
        "test\noverfitting\nto the dev set",
    ]
    assert ax.get_legend() is None
    assert ax.get_title() == report.diagnosis
    assert ax.get_ylim()[1] > 0.15
    assert [text.get_text() for text in ax.texts] == ["0.01", "0.03", "0.09", "0.15", "0.12"]


def test_a_low_gap_does_not_fill_the_axes_and_the_tolerance_is_drawn(plt):
    ax = BiasVarianceDisplay.from_report(diagnose_bias_variance(0.005, 0.012)).ax_
    assert ax.get_title() == "low avoidable bias and low variance"
    assert ax.get_xlabel() == "a gap above 0.02 (dashed) is high"
    heights = [line.get_segments()[0][0, 1] for line in ax.collections]
    assert heights == pytest.approx([0.02, 0.025])  # the error before, plus the tolerance
    assert ax.get_ylim() == pytest.approx((0, 1.1 * 0.025))


def test_a_bayes_error_that_is_not_known_is_labeled_so(plt):
    for options, label in (({}, "Bayes\n(assumed)"), ({"bayes_error": 0.01}, "Bayes")):
        ax = BiasVarianceDisplay.from_report(diagnose_bias_variance(0.1, 0.2, **options)).ax_
        assert ax.get_xticklabels()[0].get_text() == label


@pytest.mark.parametrize("errors", [(0.4, 0.1), (0.1, 0.4)])
def test_bars_fit_axes_that_share_their_limits(errors, plt):
    _, axes = plt.subplots(2, sharey=True)
    for ax, error in zip(axes, errors, strict=True):
        BiasVarianceDisplay.from_report(diagnose_bias_variance(0.05, error), ax=ax)
    assert axes[0].get_ylim() == pytest.approx((0, 0.44))


def test_limits_that_leave_room_stay(plt):
    _, ax = plt.subplots()
    ax.set_ylim(0, 1)
    BiasVarianceDisplay.from_report(diagnose_bias_variance(0.1, 0.2), ax=ax)
    assert ax.get_ylim() == (0, 1)


def test_bars_come_from_a_search_over_pipelines(data, plt):
    X, y = data
    pipeline = make_pipeline(StandardScaler(), DeepClassifier((8,), max_epochs=5, random_state=0))
    search = GridSearchCV(pipeline, {"deepclassifier__l2": [0.1]}, cv=2).fit(X[:80], y[:80])
    display = BiasVarianceDisplay.from_estimator(
        search, X[:80], y[:80], X[80:], y[80:], bayes_error=0.0
    )
    assert display.report.dev_error == pytest.approx(1 - search.score(X[80:], y[80:]))


def test_displays_print_as_one_line(data, plt):
    model = DeepClassifier((8,), max_epochs=3, random_state=0).fit(*data)
    found = LearningRateRangeDisplay.from_estimator(model, *data, n_steps=20, plot=False)
    result = found.result
    tried = f"20 learning rates from 1e-06 to {result.learning_rates[-1]:.2g}"
    assert repr(result) == (
        f"LearningRateRange(suggestion={result.suggestion:.2g}, {tried}, stayed finite)"
    )
    assert repr(found) == repr(result).replace("Range(", "RangeDisplay(")
    curve = TrainingCurveDisplay.from_estimator(model, plot=False)
    assert repr(curve) == f"TrainingCurveDisplay(3 epochs, best epoch {model.best_epoch_})"
    flow = GradientFlowDisplay.from_estimator(model, plot=False)
    assert repr(flow) == "GradientFlowDisplay(steady gradients: 2 layers, 3 epochs)"
    rates = LearningRateDisplay.from_schedule("constant", max_epochs=9, plot=False)
    assert repr(rates) == "LearningRateDisplay(Constant(): 1 to 1 in 9 steps)"
    bars = BiasVarianceDisplay.from_report(diagnose_bias_variance(0.01, 0.2), plot=False)
    assert repr(bars) == ("BiasVarianceDisplay(high variance: training error 0.01, dev error 0.2)")


@pytest.mark.parametrize("display", [TrainingCurveDisplay, GradientFlowDisplay])
def test_what_is_not_fitted_has_no_curves(display):
    with pytest.raises(NotFittedError, match="DeepRegressor"):
        display.from_estimator(DeepRegressor())


def test_matplotlib_is_imported_only_to_plot_and_missed_in_plain_words():
    code = """
import sys
sys.modules["matplotlib"] = None
from skdeep.diagnostics import LearningRateDisplay
display = LearningRateDisplay.from_schedule("cosine", plot=False)
try:
    display.plot()
except ImportError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == (
        "LearningRateDisplay.plot needs matplotlib, which is not installed. Install it by "
        "'pip install matplotlib'."
    )
