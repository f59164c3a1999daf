"""What an estimator tells of its training."""

import numpy as np
import pytest

from tests.estimators.helpers import overfitting, small


@pytest.mark.parametrize("scoring", ["accuracy", None])
def test_verbose_prints_one_aligned_line_an_epoch(iris, capsys, scoring):
    options = {"early_stopping": True, "scoring": scoring, "max_epochs": 12, "verbose": 1}
    small(**options, n_iter_no_change=None).fit(*iris)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    for i, line in enumerate(lines):
        assert line.startswith(f"[DeepClassifier] epoch {i:>4}  train_loss ")
        assert line.endswith(" s")
    for word in ("train_loss", "val_loss", "val_score", "learning_rate"):
        assert len({line.index(word) for line in lines}) == 1


def test_without_verbose_nothing_is_printed(iris, capsys):
    small().fit(*iris)
    assert capsys.readouterr() == ("", "")


def test_the_history_has_a_row_an_epoch_and_its_summaries_agree(noise):
    estimator = overfitting().fit(*noise)
    assert {len(values) for values in estimator.history_.values()} == {30}
    assert estimator.history_["epoch"] == list(range(30))
    assert estimator.loss_curve_ == estimator.history_["objective"]
    assert estimator.loss_ == estimator.loss_curve_[-1]
    assert estimator.best_loss_ == min(estimator.loss_curve_)
    assert estimator.best_epoch_ == np.argmax(estimator.validation_scores_)


def test_fitted_weights_have_the_shapes_of_the_layers(iris):
    estimator = small(hidden_layer_sizes=(8, 6), batch_norm=[True, False])
    estimator.set_params(numerical_encoding="standardize").fit(*iris)
    assert [W.shape for W in estimator.coefs_] == [(4, 8), (8, 6), (6, 3)]
    assert [b.shape for b in estimator.intercepts_] == [(8,), (6,), (3,)]
    assert (estimator.n_layers_, estimator.n_outputs_, estimator.n_features_in_) == (4, 3, 4)


def test_a_list_handed_out_is_not_changed_by_later_training(iris):
    X, y = iris
    model = small(max_epochs=2, early_stopping=True).fit(X, y)
    curve, scores = model.loss_curve_, model.validation_scores_
    model.set_params(early_stopping=False).partial_fit(X, y)
    assert (len(curve), len(scores), model.n_epochs_) == (2, 2, 3)


def test_a_warm_fit_leaves_the_history_handed_out_as_it_was(iris):
    model = small(max_epochs=2, warm_start=True).fit(*iris)
    before = model.history_
    epochs = list(before["epoch"])
    model.fit(*iris)
    assert before["epoch"] == epochs == [0, 1]
    assert model.history_["epoch"] == [0, 1, 2, 3]


def test_partial_fit_appends_to_the_history_in_place(iris):
    model = small().partial_fit(*iris)
    before = model.history_
    model.partial_fit(*iris)
    assert model.history_ is before
    assert before["epoch"] == [0, 1]


def test_a_warm_fit_that_fails_leaves_the_history_as_it_was(iris):
    X, y = iris
    model = small(max_epochs=2, warm_start=True).fit(X, y)
    before = model.history_
    with pytest.raises(ValueError, match=r"learning_rate"):
        model.set_params(learning_rate=1e38).fit(X, y)
    assert model.history_ is before
    assert before["epoch"] == [0, 1]


def test_a_changed_array_is_in_the_history(iris):
    model = small(lr_schedule=np.array([1.0, 0.5])).partial_fit(*iris)
    model.set_params(lr_schedule=np.array([1.0, 0.1])).partial_fit(*iris).partial_fit(*iris)
    assert model.history_["changed"] == [{}, {"lr_schedule": [1.0, 0.1]}, {}]
