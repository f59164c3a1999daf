"""Say which members of a class the API reference shows."""

import inspect
from importlib import import_module


def _find(fullname):
    """Import the object with a dotted name."""
    parts = fullname.split(".")
    for n in range(len(parts) - 1, 0, -1):
        try:
            found = import_module(".".join(parts[:n]))
        except ImportError:
            continue
        for part in parts[n:]:
            found = getattr(found, part)
        return found
    raise ImportError(fullname)


def _members(fullname):
    """Yield the public members that this package defines."""
    cls = _find(fullname)
    for name in sorted(dir(cls)):
        value = inspect.getattr_static(cls, name, None)
        if name.startswith("_") or name.endswith("_request"):
            continue
        home = next(c for c in cls.__mro__ if name in vars(c))
        if home.__module__.startswith("skdeep"):
            yield name, value


class Methods:
    """The methods of a class; an object, since Sphinx cannot keep a function."""

    def __call__(self, fullname):
        """Return the names of the documented methods."""
        cls = _find(fullname)
        return [
            name
            for name, value in _members(fullname)
            if not isinstance(value, property)
            and callable(getattr(cls, name, None) or getattr(value, "fn", None))
            and not inspect.isclass(value)
            and (getattr(value, "__doc__", None) or "").strip()
        ]


class Attributes:
    """The properties of a class."""

    def __call__(self, fullname):
        """Return the names of the documented properties."""
        return [n for n, v in _members(fullname) if isinstance(v, property) and v.__doc__]


class Inherited:
    """The methods that a class has from scikit-learn."""

    def __call__(self, fullname):
        """Return the names of those that users call."""
        cls = _find(fullname)
        own = {name for name, _ in _members(fullname)}
        return [
            n for n in ("get_params", "score", "set_params") if hasattr(cls, n) and n not in own
        ]


own_methods = Methods()
own_attributes = Attributes()
inherited = Inherited()
