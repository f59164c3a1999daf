"""The project's metadata, and that pages, workflow and hooks agree with it."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import pytest

import skdeep

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PYTHONS = [
    classifier.rpartition(" ")[2]
    for classifier in PYPROJECT["project"]["classifiers"]
    if re.search(r"Python :: 3\.\d+$", classifier)
]
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")


def test_the_distribution_is_scikit_deep_and_the_package_skdeep():
    assert PYPROJECT["project"]["name"] == "scikit-deep"
    assert skdeep.__version__ == version("scikit-deep") == PYPROJECT["project"]["version"]


def _imported(files):
    """Return the packages that files import at the top, by the names of their distributions."""
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    statements = list(chain.from_iterable(tree.body for tree in trees))
    imported = {name.name for s in statements if isinstance(s, ast.Import) for name in s.names}
    imported |= {s.module for s in statements if isinstance(s, ast.ImportFrom) and s.level == 0}
    packages = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    return {package.replace("sklearn", "scikit-learn") for package in packages}


def _names(requirements):
    return {re.match(r"[\w-]+", each)[0] for each in requirements}


def test_every_package_that_the_source_imports_at_the_top_is_declared():
    on_a_cluster = set((ROOT / "skdeep" / "dask").rglob("*.py"))
    required = _names(PYPROJECT["project"]["dependencies"])
    assert _imported(set((ROOT / "skdeep").rglob("*.py")) - on_a_cluster) == required
    extra = _names(PYPROJECT["project"]["optional-dependencies"]["distributed"])
    assert extra <= _imported(on_a_cluster) <= required | extra


def test_no_requirement_names_the_other_project_on_pypi_that_is_called_skdeep():
    optional = PYPROJECT["project"]["optional-dependencies"]
    required = [*PYPROJECT["project"]["dependencies"], *chain(*optional.values())]
    names = {re.match(r"[\w.-]+", requirement)[0].lower() for requirement in required}
    assert "skdeep" not in names


def test_the_workflow_runs_each_python_of_the_classifiers():
    (matrix,) = re.findall(r"^ +python: \[(.*)\]$", WORKFLOW, re.MULTILINE)
    assert re.findall(r"[\d.]+", matrix) == PYTHONS


def test_the_oldest_python_is_the_first_classifier_and_runs_the_oldest_dependencies():
    assert PYPROJECT["project"]["requires-python"] == f">={PYTHONS[0]}"
    assert re.findall(r'python-version: "(.*)"', WORKFLOW) == [PYTHONS[0]]


def test_the_workflow_runs_scripts_that_exist():
    scripts = re.findall(r"- run: (.*)", WORKFLOW)
    assert scripts == [".ci/run", ".ci/oldest"]
    assert all((ROOT / script).stat().st_mode & 0o100 for script in scripts)


@pytest.mark.parametrize("page", ["README.md", "docs/index.rst"])
def test_a_page_names_the_oldest_python(page):
    text = (ROOT / page).read_text("utf-8")
    assert re.findall(r"Python (3\.\d+) or later", text) == [PYTHONS[0]]


@pytest.mark.parametrize("page", ["README.md", "docs/index.rst", "docs/contributing.rst"])
def test_a_page_installs_extras_that_exist(page):
    extras = set(re.findall(r"'\.\[(\w+)\]'", (ROOT / page).read_text("utf-8")))
    assert extras
    assert extras <= set(PYPROJECT["project"]["optional-dependencies"])


def test_a_citation_names_the_version():
    text = (ROOT / "docs" / "citation.rst").read_text("utf-8")
    assert re.findall(r"version = \{(.*)\}", text) == [skdeep.__version__]


def test_continuous_integration_runs_every_hook():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    checks = [entry.split(" -")[0] for entry in re.findall(r"entry: (?:python -m )?(.*)", hooks)]
    assert len(checks) == hooks.count("- id: ")
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert [check for check in checks if check not in script] == []


def test_a_test_file_that_cannot_be_imported_is_an_error(tmp_path):
    file = tmp_path / "test_broken.py"
    file.write_text("import no_such_module\n\n\ndef test_nothing():\n    pass\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), str(file)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert "No module named 'no_such_module'" in run.stdout
    assert run.returncode == pytest.ExitCode.INTERRUPTED
