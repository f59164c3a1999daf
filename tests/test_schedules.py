import pickle
from math import sqrt

import numpy as np
import pytest

from skdeep.schedules import (
    Cosine,
    Custom,
    InverseSqrt,
    InverseTime,
    OneCycle,
    Piecewise,
    ReduceOnPlateau,
    Time,
    make_schedule,
)
from tests.cases import EPOCH_LOSSES, N_EPOCHS, N_STEPS, SCHEDULES, inverse_square


def factors(schedule, n_epochs=N_EPOCHS, n_steps=N_STEPS, losses=EPOCH_LOSSES):
    """Return an array of shape (n_epochs, n_steps) of the factors in a training."""
    state = schedule.initial_state()
    stride = 1 / (n_epochs * n_steps)
    values = np.empty((n_epochs, n_steps))
    for epoch in range(n_epochs):
        for i in range(n_steps):
            time = Time(epoch, epoch * n_steps + i, epoch / n_epochs + i * stride, stride)
            values[epoch, i] = schedule.at(time, state)
        schedule.observe(state, losses[epoch % len(losses)])
    return values


@pytest.mark.parametrize("name", [name for name in SCHEDULES if SCHEDULES[name].reference])
def test_factors_are_pytorchs(name, torch_values):
    ours = factors(SCHEDULES[name].component)
    if SCHEDULES[name].options == ("epoch",):
        expected = np.repeat(torch_values[f"schedule {name}"][:, None], N_STEPS, axis=1)
    else:
        expected = torch_values[f"schedule {name}"].reshape(N_EPOCHS, N_STEPS)
    # PyTorch's recurrences gather round-off over 100 steps
    np.testing.assert_allclose(ours, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_goes_on_from_its_pickled_state(name):
    schedule, state = SCHEDULES[name].component, SCHEDULES[name].component.initial_state()
    time = Time(15, 75, 0.75, 0.01)
    for loss in EPOCH_LOSSES[:13]:
        schedule.observe(state, loss)
    restored = pickle.loads(pickle.dumps(state))
    for loss in EPOCH_LOSSES[13:]:
        schedule.observe(state, loss)
        schedule.observe(restored, loss)
    assert restored == state
    assert schedule.at(time, restored) == schedule.at(time, state)


@pytest.mark.parametrize("name", SCHEDULES)
def test_factors_beyond_the_planned_training_are_finite_and_not_negative(name):
    schedule = SCHEDULES[name].component
    state = schedule.initial_state()
    for epoch in range(2 * N_EPOCHS):
        time = Time(epoch, 5 * epoch, epoch / N_EPOCHS, 0.01)
        assert 0 <= schedule.at(time, state) < np.inf


def test_inverse_time_is_one_over_one_plus_the_decayed_epochs():
    expected = [1 / (1 + 0.5 * epoch) for epoch in range(N_EPOCHS)]
    np.testing.assert_array_equal(factors(InverseTime(decay_rate=0.5))[:, 0], expected)


def test_inverse_sqrt_counts_epochs_or_steps_from_one():
    by_epoch = [0.7 / sqrt(epoch + 1) for epoch in range(N_EPOCHS)]
    by_step = [0.7 / sqrt(step + 1) for step in range(N_EPOCHS * N_STEPS)]
    np.testing.assert_array_equal(factors(InverseSqrt(k=0.7))[:, -1], by_epoch)
    np.testing.assert_array_equal(factors(InverseSqrt(k=0.7, per="step")).ravel(), by_step)


def test_a_sequence_is_a_factor_for_each_epoch_and_its_last_one_stays():
    schedule = make_schedule([1.0, 0.5, 0.25])
    np.testing.assert_array_equal(factors(schedule, 5)[:, 0], [1.0, 0.5, 0.25, 0.25, 0.25])


def test_piecewise_is_one_before_its_first_milestone():
    schedule = Piecewise(milestones=[2, 4], factors=[0.5, 0.0])
    np.testing.assert_array_equal(factors(schedule, 6)[:, 0], [1, 1, 0.5, 0.5, 0, 0])


def test_a_function_is_asked_for_each_epoch():
    schedule = make_schedule(inverse_square)
    assert isinstance(schedule, Custom)
    np.testing.assert_array_equal(factors(schedule, 4)[:, 0], [1, 1 / 4, 1 / 9, 1 / 16])


def test_cosine_begins_at_one_and_would_end_at_its_final_factor():
    schedule = Cosine(final=0.2)
    assert schedule.at(Time(0, 0, 0.0, 0.01), {}) == 1.0
    # round-off of a cosine
    np.testing.assert_allclose(schedule.at(Time(10, 50, 0.5, 0.01), {}), 0.6, rtol=1e-15)
    assert schedule.at(Time(20, 100, 1.0, 0.01), {}) == 0.2
    assert schedule.at(Time(30, 150, 1.5, 0.01), {}) == 0.2


def test_warm_up_climbs_by_equal_steps_to_one():
    values = factors(Cosine(warmup=0.1)).ravel()
    # round-off of the progress, a sum of fractions
    np.testing.assert_allclose(values[:10], np.arange(1, 11) / 10, rtol=1e-12)
    assert values[10] == pytest.approx(1.0, rel=1e-12)
    assert (np.diff(values[10:]) < 0).all()


def test_one_cycle_begins_at_its_start_peaks_at_one_and_ends_at_its_final_factor():
    values = factors(OneCycle(warmup=0.25, start=0.1, final=0.01)).ravel()
    # round-off of the progress, a sum of fractions
    np.testing.assert_allclose(values[[0, 24, -1]], [0.1, 1.0, 0.01], rtol=1e-12)
    assert (np.diff(values[:25]) > 0).all()
    assert (np.diff(values[24:]) < 0).all()


@pytest.mark.parametrize("n_steps", range(1, 13))
@pytest.mark.parametrize("warmup", [0.1, 0.25, 0.3, 0.5, 0.9])
def test_one_cycle_fits_into_the_shortest_training(warmup, n_steps):
    values = factors(OneCycle(warmup=warmup), n_epochs=n_steps, n_steps=1)
    assert ((values >= 0) & (values <= 1)).all()


def test_a_plateau_is_more_than_n_iter_no_change_epochs_without_improvement():
    schedule = ReduceOnPlateau(factor=0.5, n_iter_no_change=2)
    values = factors(schedule, 8, 1, losses=[1.0] * 8)[:, 0]
    # epoch 0 sets the best, 1 to 3 are one more than n_iter_no_change
    np.testing.assert_array_equal(values, [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25])


@pytest.mark.parametrize("losses", [[-1.0] * 4, [-1.0, -0.99995, -0.9999, -0.99985]])
def test_a_negative_loss_that_does_not_fall_is_a_plateau(losses):
    schedule = ReduceOnPlateau(factor=0.5, n_iter_no_change=2, tol=1e-3)
    values = factors(schedule, 6, 1, losses=losses + losses[-1:] * 2)[:, 0]
    np.testing.assert_array_equal(values, [1, 1, 1, 1, 0.5, 0.5])


def test_a_negative_loss_that_falls_by_tol_is_no_plateau():
    schedule = ReduceOnPlateau(factor=0.5, n_iter_no_change=0, tol=0.1)
    values = factors(schedule, 4, 1, losses=[-1.0, -1.2, -1.25, -1.3])[:, 0]
    np.testing.assert_array_equal(values, [1, 1, 1, 0.5])


def test_a_nan_loss_is_no_improvement():
    schedule = ReduceOnPlateau(factor=0.5, n_iter_no_change=0)
    values = factors(schedule, 4, 1, losses=[1.0, float("nan"), 0.5, 0.4])[:, 0]
    np.testing.assert_array_equal(values, [1, 1, 0.5, 0.5])


@pytest.mark.parametrize("name", [name for name in SCHEDULES if "," not in name])
def test_a_schedule_stands_for_itself(name):
    schedule = SCHEDULES[name].component
    assert make_schedule(schedule) is schedule


def test_an_unknown_schedule_is_an_error():
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        make_schedule("cosin")
    assert str(error.value) == (
        "Unknown lr_schedule 'cosin'; expected one of 'constant', 'cosine', 'exponential', "
        "'inverse_sqrt', 'inverse_time', 'one_cycle', 'reduce_on_plateau', 'staircase'. "
        "Did you mean 'cosine'?"
    )


@pytest.mark.parametrize(
    ("milestones", "given"),
    [
        ([3, 1], [0.1, 0.2]),
        ([1, 1], [0.1, 0.2]),
        ([1, 2], [0.1]),
        ([1, 2], [0.1, -0.2]),
        ([True, 2], [0.1, 0.2]),
        ([1, 2], [True, 0.2]),
        ({1, 2}, [0.1, 0.2]),
    ],
)
def test_piecewise_with_milestones_and_factors_that_do_not_fit_is_an_error(milestones, given):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        Piecewise(milestones, given).validate()
    assert str(error.value) == (
        "Piecewise needs increasing milestones and one factor >= 0 for each. Got "
        f"milestones={milestones!r} and factors={given!r} instead."
    )


@pytest.mark.parametrize("given", [[], [1.0, float("nan")]])
def test_an_empty_or_nan_sequence_of_factors_is_an_error_that_says_so(given):
    with pytest.raises(ValueError, match=r"^Piecewise needs increasing milestones and one factor"):
        make_schedule(given)
