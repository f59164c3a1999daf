"""Leave out the doctests of modules whose packages are not installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("distributed") else ["skdeep/dask"]
