"""Every example runs as a script, without a warning, and the ``plot_`` ones make figures."""

import runpy
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[1] / "examples").rglob("*.py"))
PLOTS = [path for path in SCRIPTS if path.stem.startswith("plot_")]
OTHERS = [path for path in SCRIPTS if path not in PLOTS]


def _name(path):
    return path.stem


@pytest.fixture
def plt(monkeypatch):
    matplotlib = pytest.importorskip("matplotlib")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    monkeypatch.setattr(plt, "show", lambda: None)  # Agg would warn that it has no window
    plt.close("all")
    yield plt
    plt.close("all")


def test_there_are_examples_of_both_kinds():
    assert PLOTS
    assert OTHERS


@pytest.mark.parametrize("path", OTHERS, ids=_name)
def test_a_script_runs_and_prints(path, capsys):
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("path", PLOTS, ids=_name)
def test_a_plot_script_runs_and_makes_figures_that_can_be_drawn(path, plt):
    runpy.run_path(str(path), run_name="__main__")
    assert plt.get_fignums()
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()


def test_each_display_has_an_example():
    from skdeep import diagnostics

    text = "".join(path.read_text(encoding="utf-8") for path in PLOTS)
    displays = [name for name in diagnostics.__all__ if name.endswith("Display")]
    assert [name for name in displays if f"{name}." not in text] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_a_script_begins_with_a_title_as_galleries_need_it(path):
    title, line = path.read_text(encoding="utf-8").split("\n")[1:3]
    assert set(line) == {"="}
    assert len(line) >= len(title)
