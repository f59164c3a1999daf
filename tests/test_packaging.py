"""What the project is called where it is installed from."""

import re
import tomllib
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import skdeep

PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))


def test_the_distribution_is_scikit_deep_and_the_package_skdeep():
    assert PYPROJECT["project"]["name"] == "scikit-deep"
    assert skdeep.__version__ == version("scikit-deep") == PYPROJECT["project"]["version"]


def test_no_requirement_names_the_other_project_on_pypi_that_is_called_skdeep():
    optional = PYPROJECT["project"]["optional-dependencies"]
    required = [*PYPROJECT["project"]["dependencies"], *chain(*optional.values())]
    names = {re.match(r"[\w.-]+", requirement)[0].lower() for requirement in required}
    assert "skdeep" not in names
