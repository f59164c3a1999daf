from dataclasses import replace

from skdeep.training import COLUMNS, EpochRow, cut, new_history
from skdeep.training.history import set_row

ROW = EpochRow(0, 0.1, 3.0, 3.5, 2.0, -2.0, 1.0, [0.6, 0.8], 0.01, {})


def test_the_columns_are_the_fields_of_a_row():
    assert COLUMNS == (
        "epoch",
        "learning_rate",
        "train_loss",
        "objective",
        "val_loss",
        "val_score",
        "gradient_norm",
        "layer_gradient_norms",
        "seconds",
        "changed",
    )
    assert new_history() == {name: [] for name in COLUMNS}


def test_rows_are_added_in_order():
    history = new_history()
    for epoch in range(3):
        set_row(history, replace(ROW, epoch=epoch, train_loss=3.0 - epoch))
    assert history["epoch"] == [0, 1, 2]
    assert history["train_loss"] == [3.0, 2.0, 1.0]
    assert {len(column) for column in history.values()} == {3}


def test_setting_a_row_again_changes_nothing():
    history = new_history()
    for _ in range(2):
        set_row(history, ROW)
    assert history["epoch"] == [0]


def test_setting_a_row_completes_one_that_was_interrupted():
    history = new_history()
    history["epoch"].append(0)
    set_row(history, ROW)
    assert {len(column) for column in history.values()} == {1}


def test_a_cut_leaves_the_first_rows_of_the_same_lists():
    history = new_history()
    columns = list(history.values())
    for epoch in range(5):
        set_row(history, replace(ROW, epoch=epoch))
    cut(history, 2)
    assert history["epoch"] == [0, 1]
    assert all(ours is theirs for ours, theirs in zip(history.values(), columns, strict=True))
    assert {len(column) for column in history.values()} == {2}
