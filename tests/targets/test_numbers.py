import pickle

import numpy as np
import pytest

from skdeep.losses import Huber, Poisson, Quantile, SquaredError
from skdeep.targets import TARGETS, Numbers
from tests.helpers import refusal

Y = np.array([1.0, 2.0, 4.0, 9.0])
FLOAT64 = np.dtype(float)


def _learned(y, loss=None, weight=None, is_standardized=True):
    target, kept = Numbers.read(y, loss or SquaredError(), is_standardized)
    target.learn(kept, weight)
    return target, kept


def test_y_is_kept_in_columns_and_decoded_as_it_came():
    target, kept = Numbers.read(Y.astype(int), SquaredError(), True)
    assert kept.dtype == np.float64
    assert kept.shape == (4, 1)
    np.testing.assert_array_equal(target.decode(kept), Y)
    pair, kept = Numbers.read(np.column_stack([Y, -Y]), SquaredError(), True)
    assert (target.n_outputs, pair.n_outputs) == (1, 2)
    np.testing.assert_array_equal(pair.decode(kept), np.column_stack([Y, -Y]))


def test_training_sees_numbers_of_mean_zero_and_deviation_one():
    target, kept = _learned(np.column_stack([Y, 1e9 + Y]))
    encoded = target.encode(kept, FLOAT64)
    # float64 keeps 1e9 to about 1e-7
    np.testing.assert_allclose(encoded.mean(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(encoded.std(axis=0), 1, rtol=1e-7)
    assert target.encode(kept, np.dtype(np.float32)).dtype == np.float32
    np.testing.assert_array_equal(target.encode_training(kept, FLOAT64), encoded)


def test_the_mean_and_the_deviation_are_weighted():
    weight = np.array([1.0, 0.0, 2.0, 1.0])
    target, _ = _learned(Y, weight=weight)
    mean = np.average(Y, weights=weight)
    assert target.shift == pytest.approx(mean, rel=1e-15)
    assert target.scale == pytest.approx(np.sqrt(np.average((Y - mean) ** 2, weights=weight)))


@pytest.mark.parametrize("weight", [np.full(4, 1e307), np.full(4, 1e-307)])
def test_the_scale_of_the_weights_does_not_matter(weight):
    target, plain = _learned(Y, weight=weight)[0], _learned(Y)[0]
    np.testing.assert_allclose(target.shift, plain.shift, rtol=1e-15)
    np.testing.assert_allclose(target.scale, plain.scale, rtol=1e-15)


def test_under_the_logarithm_the_zero_stays_where_it_is():
    target, kept = _learned(Y, Poisson())
    assert (target.shift, target.scale) == (0.0, 4.0)
    np.testing.assert_array_equal(target.encode(kept, FLOAT64)[:, 0], Y / 4)


def test_without_standardization_numbers_are_as_they_are():
    target, kept = _learned(Y, is_standardized=False)
    np.testing.assert_array_equal(target.encode(kept, FLOAT64), kept)


@pytest.mark.parametrize("value", [0.1, 1e9 + 0.1, -1e-300])
def test_a_constant_has_deviation_one(value):
    target, _ = _learned(np.full(7, value))
    assert (target.shift, target.scale) == (value, 1.0)


@pytest.mark.parametrize("loss", [SquaredError(), Huber(), Poisson()], ids=repr)
def test_predictions_are_in_the_units_of_y(loss):
    target, kept = _learned(Y, loss)
    raw = loss.link(target.encode(kept, FLOAT64))
    # round-off of a logarithm and an exponential
    np.testing.assert_allclose(target.predict(raw), Y, rtol=1e-14)
    pair, kept = _learned(np.column_stack([Y, 3 * Y]), loss)
    raw = loss.link(pair.encode(kept, FLOAT64))
    np.testing.assert_allclose(pair.predict(raw), kept, rtol=1e-14)


def test_an_output_of_one_value_is_predicted_as_that_value(rng):
    target, kept = _learned(np.column_stack([Y, np.full(4, 0.1)]))
    target.note(kept, goes_on=False)
    assert np.isnan(target.constant[0])
    predicted = target.predict(rng.normal(size=(9, 2)))
    assert set(predicted[:, 1]) == {0.1}
    assert len(set(predicted[:, 0])) == 9


def test_a_constant_of_a_stream_must_stay_the_same_in_each_part():
    target, kept = _learned(np.full(4, 7.0))
    target.note(kept, goes_on=False)
    target.note(kept[:2], goes_on=True)
    assert target.constant == 7.0
    target.note(kept + 1, goes_on=True)
    assert np.isnan(target.constant)
    target.note(kept, goes_on=True)
    assert np.isnan(target.constant)


def test_strata_are_all_the_same():
    target, kept = _learned(Y)
    np.testing.assert_array_equal(target.strata(kept), np.zeros(4))
    np.testing.assert_array_equal(target.classes_of(kept), np.zeros(4))


def test_another_loss_of_the_same_link_goes_on_with_the_scale():
    target, _ = _learned(Y)
    other = target.going_on(Quantile(0.9), True)
    assert repr(other.loss) == repr(Quantile(0.9))
    assert repr(target.loss) == repr(SquaredError())
    assert other.scale is target.scale


@pytest.mark.parametrize(
    ("loss", "is_standardized"), [(Poisson(), True), (SquaredError(), False)], ids=str
)
def test_another_scale_is_refused(loss, is_standardized):
    target, _ = _learned(Y)
    assert refusal(lambda: target.going_on(loss, is_standardized)) == (
        "the scale of the target cannot change while training goes on. It is that of "
        "loss='squared_error' with standardize_target=True. Got "
        f"loss={loss.name!r} with standardize_target={is_standardized}. Put them back, or fit anew "
        "with warm_start=False."
    )


def test_another_number_of_outputs_is_refused():
    target, _ = _learned(Y)
    assert refusal(lambda: target.keep(np.column_stack([Y, Y]))) == (
        "y has 2 outputs, but had 1 before."
    )


def test_more_than_two_dimensions_are_refused():
    assert refusal(lambda: Numbers.read(np.zeros((2, 2, 2)), SquaredError(), True)) == (
        "y must have one or two dimensions. Got 3."
    )


def test_numbers_whose_sums_overflow_are_refused():
    assert refusal(lambda: Numbers.read([0.0, -1e301], SquaredError(), True)) == (
        "y must lie between -1e300 and 1e300, where sums of it are finite. Got values up to "
        "1e+301. Divide y by a constant."
    )


@pytest.mark.parametrize(("y", "smallest", "largest"), [([-1, 2], -1.0, 2.0), ([0, 0], 0.0, 0.0)])
def test_under_the_logarithm_y_must_not_be_negative_nor_all_zero(y, smallest, largest):
    assert refusal(lambda: Numbers.read(y, Poisson(), True)) == (
        "loss='poisson' needs y >= 0 with at least one y > 0. Got a smallest value of "
        f"{smallest} and a largest of {largest}."
    )


def test_later_rows_may_be_all_zero():
    target, _ = _learned(Y, Poisson())
    np.testing.assert_array_equal(target.keep([0.0, 0.0]), np.zeros((2, 1)))


def test_plain_values_restore_it(rng):
    target, kept = _learned(np.column_stack([Y, np.full(4, 2.0)]), Quantile(0.9))
    target.note(kept, goes_on=False)
    kind, values = pickle.loads(pickle.dumps(target.to_plain()))
    again, raw = TARGETS[kind].from_plain(values), rng.normal(size=(5, 2))
    assert kind == "Numbers"
    assert repr(again.loss) == repr(Quantile(0.9))
    np.testing.assert_array_equal(again.predict(raw), target.predict(raw))
    np.testing.assert_array_equal(again.encode(kept, FLOAT64), target.encode(kept, FLOAT64))


def test_saved_scales_of_different_lengths_are_refused():
    _, values = _learned(Y)[0].to_plain()
    assert refusal(lambda: Numbers.from_plain({**values, "shift": np.zeros(2)})) == (
        "the saved state does not fit together: the target's shift, scale and constant have shapes "
        "[(2,), (1,), (1,)]. Save it anew."
    )
