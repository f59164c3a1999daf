"""What Ctrl-C leaves of a training."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from tests.estimators.helpers import assert_same_network, overfitting, small


class CtrlC:
    """A callback that interrupts the training as it enters or leaves an epoch."""

    def __init__(self, hook, epoch):
        self.hook, self.epoch = hook, epoch

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        self._interrupt("begin", context)

    def on_fit_task_end(self, estimator, context):
        self._interrupt("end", context)

    def _interrupt(self, hook, context):
        if (hook, "epoch", self.epoch) == (self.hook, context.task_name, context.task_id):
            raise KeyboardInterrupt


INTERRUPTED = (
    r"^DeepClassifier: training was interrupted in epoch {}; the estimator keeps the best weights "
    r"so far\.$"
)


def test_ctrl_c_warns_and_leaves_the_best_weights_so_far(noise):
    X, X_val, y, y_val = train_test_split(*noise, random_state=0)
    estimator = overfitting().set_callbacks(CtrlC("begin", 20))
    with pytest.warns(ConvergenceWarning, match=INTERRUPTED.format(20)):
        estimator.fit(X, y, X_val=X_val, y_val=y_val)
    losses = estimator.history_["val_loss"]
    assert np.argmin(losses) < len(losses) - 1 == 19
    loss = log_loss(y_val, estimator.predict_proba(X_val))
    assert loss == pytest.approx(min(losses), rel=1e-12)  # round-off


def test_ctrl_c_without_early_stopping_leaves_the_present_weights(iris):
    estimator = small().set_callbacks(CtrlC("end", 2))
    with pytest.warns(ConvergenceWarning, match=INTERRUPTED.format(3)):
        estimator.fit(*iris)
    assert_same_network(estimator, small(max_epochs=3).fit(*iris))


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_the_warning_points_at_the_call(method, iris):
    def interrupt(X, y, rng):
        raise KeyboardInterrupt

    with pytest.warns(ConvergenceWarning, match=INTERRUPTED.format(0)) as caught:
        getattr(small(augment=interrupt), method)(*iris)
    assert [warning.filename for warning in caught] == [__file__]


def test_ctrl_c_within_a_scorer_leaves_a_usable_estimator(iris):
    def interrupt(estimator, X, y):
        raise KeyboardInterrupt

    estimator = small(early_stopping=True, scoring=interrupt)
    with pytest.warns(ConvergenceWarning, match="training was interrupted"):
        estimator.fit(*iris)
    assert set(estimator.predict(iris[0])) <= {0, 1, 2}


def test_ctrl_c_before_the_end_of_the_first_epoch_leaves_a_usable_estimator(iris):
    estimator = small(early_stopping=True).set_callbacks(CtrlC("begin", 0))
    with pytest.warns(ConvergenceWarning, match=INTERRUPTED.format(0)):
        estimator.fit(*iris)
    assert set(estimator.predict(iris[0])) <= {0, 1, 2}
    assert estimator.n_epochs_ == estimator.n_iter_ == 0
    assert estimator.loss_curve_ == []
    assert estimator.validation_scores_ is None
    assert estimator.history_["epoch"] == []


def test_an_interrupted_estimator_trains_on(iris):
    interrupted = small(warm_start=True).set_callbacks(CtrlC("end", 2))
    with pytest.warns(ConvergenceWarning, match="training was interrupted"):
        interrupted.fit(*iris)
    interrupted.set_callbacks().set_params(max_epochs=2).fit(*iris)
    assert interrupted.n_epochs_ == 5
    assert_same_network(interrupted, small().fit(*iris))
