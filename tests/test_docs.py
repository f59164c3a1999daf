"""The documentation's snippets run, and its reference and its map leave nothing out."""

import ast
import doctest
import re
import textwrap
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import skdeep
from skdeep import augmentation, diagnostics, onnx, tuning

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MADE = {"_build", "auto_examples", "generated"}
PAGES = sorted(
    path
    for suffix in ("rst", "md")
    for path in DOCS.rglob(f"*.{suffix}")
    if not MADE & set(path.relative_to(DOCS).parts)
)
RUNNABLE = [
    path for path in [ROOT / "README.md", *PAGES] if ">>> " in path.read_text(encoding="utf-8")
]
NEEDS = {
    ">>> import skops": "skops",
    ">>> from distributed": "distributed",
    ">>> import onnxruntime": "onnxruntime",
    ">>> import skl2onnx": "skl2onnx",
}
LINKS = {"doc", "ref", "term", "class", "func"}
OF_DASK = {"dask.DaskDeepClassifier"}  # needs the extra
TABLES = {
    "ACTIVATIONS",
    "ENCODINGS",
    "LAYERS",
    "LOSSES",
    "TARGETS",
}  # dicts, described in a sentence


def _name(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", RUNNABLE, ids=_name)
def test_the_snippets_of_a_page_give_what_it_shows(path, monkeypatch, tmp_path):
    text = path.read_text(encoding="utf-8")
    for line, package in NEEDS.items():
        if line in text:
            pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, tried = doctest.testfile(
        str(path), module_relative=False, optionflags=flags, encoding="utf-8"
    )
    assert tried
    assert not failed


@pytest.mark.parametrize("module", [skdeep, augmentation, diagnostics, onnx, tuning])
def test_every_public_name_is_in_the_reference(module):
    text = (DOCS / "api" / "index.rst").read_text(encoding="utf-8")
    listed = {line.strip().split(".")[-1] for line in text.splitlines() if line[:3] == "   "}
    public = set(module.__all__) - {"__version__"} - TABLES
    assert public - listed == set()


def test_every_page_of_the_guide_is_on_the_map():
    text = (DOCS / "building" / "map.rst").read_text(encoding="utf-8")
    pages = {path.stem for path in (DOCS / "guide").glob("*.rst")} - {"index"}
    assert {page for page in pages if f"<../guide/{page}>" not in text} == set()


def test_every_test_on_the_map_exists():
    text = (DOCS / "building" / "map.rst").read_text(encoding="utf-8")
    files = {path.relative_to(ROOT / "tests").as_posix(): path for path in _test_files()}
    named = re.findall(r"``([\w/]+\.py)``:\s+``(test_\w+)``", text)
    assert len(named) > 30
    missing = [f"{file}::{name}" for file, name in named if name not in _tests(files.get(file))]
    assert missing == []


def test_all_code_on_the_map_exists():
    text = (DOCS / "building" / "map.rst").read_text(encoding="utf-8")
    named = re.findall(r"^     - ``([\w/.]+)``$", text, flags=re.MULTILINE)
    assert len(named) > 30
    assert [name for name in named if not (ROOT / "skdeep" / name).exists()] == []


def _test_files():
    return (ROOT / "tests").rglob("test_*.py")


def _tests(path):
    """Return the names of the test functions of a file."""
    if path is None:
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_picture_of_a_page_has_its_example():
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    pictures = set(
        re.findall(r"auto_examples/([\w/]*)images/sphx_glr_(plot_\w+?)_\d{3}\.png", text)
    )
    examples = {f"{folder}{name}.py" for folder, name in pictures}
    assert examples
    assert {name for name in examples if not (ROOT / "examples" / name).exists()} == set()


@pytest.mark.parametrize(
    "tex",
    [
        r"\lVert W^{[l]} \rVert_F^2 + \lvert W^{[l]}_{jk} \rvert",
        r"p_k \log p_k - \log_2 W",
        r"\alpha_\max = \max(|r| - \varepsilon, 0)",
    ],
)
def test_the_spaces_of_an_equation_leave_its_tree_as_it_was(tex, monkeypatch):
    pytest.importorskip("docutils")
    convert = pytest.importorskip("latex2mathml.converter").convert
    monkeypatch.syspath_prepend(DOCS / "_ext")
    spaced = import_module("mathml")._mathml(tex, "block")
    assert spaced != convert(tex, display="block")
    assert _tree(spaced) == _tree(convert(tex, display="block"))


def _tree(math):
    nodes = [
        node for node in ElementTree.fromstring(math).iter() if not node.tag.endswith("mspace")
    ]
    return [(node.tag, node.text, node.tag.endswith("mrow") or len(node)) for node in nodes]


def test_the_questions_have_answers_with_links():
    text = (DOCS / "questions.rst").read_text(encoding="utf-8")
    answers = dict(re.findall(r"^(\S.*\?)\n~+\n\n((?:.+\n)+)", text, flags=re.MULTILINE))
    links = {question: re.findall(r":(\w+):`", answer) for question, answer in answers.items()}
    assert len(answers) >= 30
    assert [q for q, roles in links.items() if not set(roles) & LINKS] == []


def test_the_names_in_the_answers_exist():
    text = (DOCS / "questions.rst").read_text(encoding="utf-8")
    names = set(re.findall(r":(?:class|func):`~skdeep\.([\w.]+)`", text)) - OF_DASK
    assert names
    for name in names:
        attrgetter(name)(skdeep)


def _blocks(page):
    """Return the code on a page that is no doctest."""
    text = (DOCS / page).read_text(encoding="utf-8")
    blocks = re.findall(r"code-block:: python\n\n((?:   .*\n|\n)+)", text)
    return [textwrap.dedent(block) for block in blocks]


def _run_block(page, package, shown):
    """Run the block of code of a page that imports a package."""
    imports = re.compile(rf"^(import|from) {package}\b", flags=re.MULTILINE)
    (block,) = filter(imports.search, _blocks(page))
    exec(block, shown)
    return shown


def _run_snippets(page):
    """Run the snippets of a page, and return its names."""
    text = (DOCS / page).read_text(encoding="utf-8")
    shown = {}
    for example in doctest.DocTestParser().get_examples(text):
        exec(example.source, shown)
    return shown


@pytest.mark.slow
def test_the_intervals_of_mapie_hold():
    pytest.importorskip("mapie")
    shown = _run_block("guide/uncertainty.rst", "mapie", {})
    # of 111 test rows; the share of a single split varies by 3 %
    assert 0.8 < shown["coverage"] < 0.99


@pytest.mark.slow
def test_the_code_for_pytorch_runs(monkeypatch, tmp_path):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    loop, copied = _blocks("coming_from/pytorch.rst")
    exec(loop, {})
    exec(copied, {})  # asserts that the copied module predicts the same


@pytest.mark.slow
def test_the_shap_values_of_a_row_add_up_to_its_probability(monkeypatch):
    pytest.importorskip("shap")
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    page = "how_to/importance.rst"
    shown = _run_block(page, "shap", _run_snippets(page))
    explained, proba = shown["explained"], shown["model"].predict_proba(shown["X_test"][:20])
    # probabilities are float32
    np.testing.assert_allclose(explained.values.sum(1) + explained.base_values, proba, atol=1e-6)


@pytest.mark.slow
def test_the_plotted_homes_are_dearer_in_the_center():
    plt = pytest.importorskip("matplotlib.pyplot")
    page = "how_to/importance.rst"
    shown = _run_block(page, "matplotlib", _run_snippets(page))
    center, north, west = (bar.get_height() for bar in shown["bars"].axes_[0, 0].patches)
    plt.close("all")
    assert center > 1.5 * max(north, west)


@pytest.mark.slow
def test_the_plotted_probabilities_under_balanced_weights_are_too_high():
    plt = pytest.importorskip("matplotlib.pyplot")
    page = "how_to/imbalanced.rst"
    shown = _run_block(page, "matplotlib", _run_snippets(page))
    curves = {line.get_label(): line.get_xydata() for line in shown["axes"].get_lines()}
    plt.close("all")
    above = {name: np.mean(xy[:, 0] - xy[:, 1]) for name, xy in curves.items()}
    # eight groups of 250 rows: their shares have standard errors of 0.01 to 0.03
    assert abs(above["no weights"]) < 0.03
    assert abs(above["balanced, undone"]) < 0.03
    assert above["balanced"] > 0.2
