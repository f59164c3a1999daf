"""What holds for the code as a whole, read off its syntax trees."""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "skdeep"
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 400, 40

COMPARE_AUTO = {
    "planning.py",
    "diagnostics/splitting.py",  # the sizes of its own parts
}
IMPORT_LBFGS = {
    "__init__.py",
    "optimizers/__init__.py",
}
OF_SCIKIT_LEARN = {"_parameter_constraints", "_validate_params", "_get_param_names"}

every_file = pytest.mark.parametrize("file", FILES)


@cache
def _tree(file):
    return ast.parse((PACKAGE / file).read_text(encoding="utf-8"))


def _nodes(file, kinds):
    return [node for node in ast.walk(_tree(file)) if isinstance(node, kinds)]


@every_file
def test_no_file_is_too_long(file):
    assert len((PACKAGE / file).read_text(encoding="utf-8").splitlines()) <= LINES_OF_A_FILE


@every_file
def test_no_function_is_too_long(file):
    functions = _nodes(file, ast.FunctionDef)
    lengths = {function.name: _length(function) for function in functions}
    assert {name: n for name, n in lengths.items() if n > LINES_OF_A_FUNCTION} == {}


def _length(function):
    """Return the number of lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


@every_file
def test_automatic_values_are_decided_in_the_plan(file):
    compared = [
        constant
        for comparison in _nodes(file, ast.Compare)
        for constant in ast.walk(comparison)
        if isinstance(constant, ast.Constant) and constant.value == "auto"
    ]
    assert bool(compared) is (file in COMPARE_AUTO)


@every_file
def test_few_files_know_the_optimizer_without_steps(file):
    imported = {
        alias.name for node in _nodes(file, (ast.Import, ast.ImportFrom)) for alias in node.names
    }
    assert ("LBFGS" in imported) is (file in IMPORT_LBFGS)


def _private_attributes():
    """Return the private attributes and methods of the estimators and their bases."""
    names = set()
    for file in FILES:
        if not file.startswith("estimators/"):
            continue
        for owner in _nodes(file, ast.ClassDef):
            names |= {of.name for of in owner.body if isinstance(of, ast.FunctionDef)}
            names |= {of.target.id for of in owner.body if isinstance(of, ast.AnnAssign)}
        names |= {
            of.attr
            for of in _nodes(file, ast.Attribute)
            if isinstance(of.value, ast.Name) and of.value.id == "self"
        }
    private = {name for name in names if name.startswith("_") and not name.startswith("__")}
    return private - OF_SCIKIT_LEARN


def test_estimators_have_private_attributes():
    assert {"_model", "_state", "_train", "_read_y"} <= _private_attributes()


@every_file
def test_nothing_outside_the_estimators_uses_their_private_attributes(file):
    """What is private in another class may bear the same name, if it is reached by ``self``."""
    if file.startswith("estimators/"):
        return
    used = {
        node.attr
        for node in _nodes(file, ast.Attribute)
        if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    }
    used |= {
        node.args[1].value
        for node in _nodes(file, ast.Call)
        if isinstance(node.func, ast.Name)
        and node.func.id in ("getattr", "hasattr", "setattr")
        and isinstance(node.args[1], ast.Constant)
    }
    assert used & _private_attributes() == set()
