import numpy as np
import pytest

from skdeep.training.stopping import Stopping


def epochs_run(stopping, scores):
    """Return how many scores are shown before the stop; all of them if there is none."""
    for n, score in enumerate(scores, 1):
        if stopping.should_stop(score):
            return n
    return len(scores)


@pytest.mark.parametrize("patience", [1, 2, 5])
def test_it_stops_after_exactly_patience_epochs_without_progress(patience):
    scores = [0.1, 0.2, 0.3] + [0.3] * 20
    assert epochs_run(Stopping(patience, tol=0.0), scores) == 3 + patience


def test_progress_starts_the_count_anew():
    scores = [0.1, 0.0, 0.0, 0.2, 0.1, 0.1, 0.1]
    assert epochs_run(Stopping(3, tol=0.0), scores) == len(scores)


def test_without_patience_it_never_stops():
    assert epochs_run(Stopping(None, tol=0.0), [0.0] * 100) == 100


def test_progress_is_measured_from_the_last_progress():
    # each step is below tol, but three of them together are above
    slow = [0.0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24]
    assert epochs_run(Stopping(3, tol=0.1), slow) == len(slow)
    assert epochs_run(Stopping(2, tol=0.1), slow) == 3


def test_a_gain_of_exactly_tol_is_no_progress():
    assert epochs_run(Stopping(1, tol=0.5), [0.0, 0.5, 1.5]) == 2


def test_nan_is_no_progress_and_never_the_best():
    kept = iter(range(10))
    stopping = Stopping(2, 0.0, snapshot=lambda: next(kept))
    assert epochs_run(stopping, [np.nan, 0.5, np.nan, np.nan]) == 4
    assert (stopping.best, stopping.best_score) == (0, 0.5)


def test_nan_alone_stops_after_patience_epochs():
    stopping = Stopping(3, 0.0, snapshot=lambda: "kept")
    assert epochs_run(stopping, [np.nan] * 10) == 3
    assert stopping.best is None


def test_the_snapshot_is_of_the_best_epoch_even_below_tol():
    theta = np.zeros(1)
    stopping = Stopping(10, tol=1.0, snapshot=theta.copy)
    for epoch, score in enumerate([0.1, 0.4, 0.5, 0.3, 0.5]):
        theta[:] = epoch
        stopping.should_stop(score)
    assert stopping.best_score == 0.5
    assert stopping.best == 2


def test_an_interrupted_snapshot_is_made_up_for_by_repeating_the_call():
    def interrupted():
        raise KeyboardInterrupt

    stopping = Stopping(2, 0.0, snapshot=interrupted)
    with pytest.raises(KeyboardInterrupt):
        stopping.should_stop(0.5)
    stopping.snapshot = lambda: "kept"
    stopping.should_stop(0.5)
    assert (stopping.best, stopping.best_score) == ("kept", 0.5)


@pytest.mark.parametrize("pause", range(8))
def test_another_object_goes_on_where_one_has_paused(pause):
    scores = [0.1, 0.3, 0.2, 0.35, 0.34, 0.33, 0.3, 0.2]
    options = {"patience": 4, "tol": 0.1, "keeps_best": True}
    snapshots = iter(range(8))
    one = Stopping(**options, snapshot=lambda: next(snapshots))
    stops = [one.should_stop(score) for score in scores[:pause]]
    other = Stopping(**options, snapshot=lambda: next(snapshots))
    other.go_on(one.seen())
    stops += [other.should_stop(score) for score in scores[pause:]]
    assert stops == [False] * 5 + [True] * 3
    assert (other.best, other.best_score) == (2, 0.35)
