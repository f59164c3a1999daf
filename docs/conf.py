"""Configuration of the documentation: ``python -m sphinx -W -b html docs docs/_build/html``."""

import os
import sys
import tomllib
from pathlib import Path

# Examples run while the site is built, one after the other, with small products.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from members import inherited, own_attributes, own_methods  # noqa: E402

from skdeep import __version__  # noqa: E402

project = "skdeep"
author = "The skdeep developers"
copyright = "The skdeep developers, BSD-3-Clause"
release = version = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "myst_parser",
    "mathml",
]
exclude_patterns = ["_build", "auto_examples/**/*.ipynb", "auto_examples/*.py.md5"]
templates_path = ["_templates"]
default_role = "literal"
add_module_names = False
toc_object_entries_show_parents = "hide"
html_math_renderer = "mathml"

# -- API reference ----------------------------------------------------------------------

autosummary_generate = True
autosummary_context = {
    "own_methods": own_methods,
    "own_attributes": own_attributes,
    "inherited": inherited,
}
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
_PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
# These need the objects: signatures of dataclasses, filled-in docstrings, what is a property.
numpydoc_validation_checks = {"SS02", "SS05", "PR01", "PR02", "PR04"}
numpydoc_validation_checks |= set(_PYPROJECT["tool"]["numpydoc_validation"]["checks"])
# These are described by their attributes.
_RESULTS = "BiasVarianceReport|ActivationStatistics|LayerActivations|GradientCheck|ParameterCheck"
numpydoc_validation_exclude = {
    rf"({_RESULTS}|LearningRateRange|ActivationFunction|Parameter|Slot|Time|Tensor|Answer)$",
    r"\.set_\w+_request$",
}

# -- Examples ---------------------------------------------------------------------------

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"plot_|quickstart",
    "subsection_order": [
        f"../examples/{topic}"
        for topic in ("tables", "training", "diagnosis", "tuning", "augmentation")
    ],
    "within_subsection_order": "ExampleTitleSortKey",
    "reset_modules": ("matplotlib", "figures.set_style"),
    "thumbnail_size": (500, 350),
    "abort_on_example_error": True,
    "capture_repr": (),
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "remove_config_comments": True,
}

# -- Pages ------------------------------------------------------------------------------

html_theme = "pydata_sphinx_theme"
html_title = "skdeep"
html_static_path = ["_static"]
html_css_files = ["skdeep.css"]
# The theme's first choice, until a reader chooses. Without it, the theme logs an error.
html_js_files = [(None, {"body": 'document.documentElement.dataset.mode ||= "auto";'})]
html_show_sourcelink = False
# These pages have no section, so no navigation beside them.
_ALONE = "citation contributing deployment persistence questions scale whats_new"
html_sidebars = {page: [] for page in _ALONE.split()}
html_theme_options = {
    "logo": {"text": "skdeep"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "navigation_with_keys": False,
    "show_nav_level": 1,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "header_links_before_dropdown": 5,
}
myst_heading_anchors = 3
