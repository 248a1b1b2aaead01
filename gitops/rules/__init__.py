"""Policy rules, pure: one object in, complaints out. One file for each rule; this is their list."""

from importlib import import_module
from pkgutil import iter_modules

from gitops.rules.rule import Rule


def _rules() -> dict[str, Rule]:
    modules = (import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__))
    found = (getattr(module, "RULE", None) for module in modules)
    return {each.name: each for each in sorted((r for r in found if r), key=lambda r: r.name)}


RULES = _rules()
"""Every rule by name; a new file with a ``RULE`` in it is found by itself."""
