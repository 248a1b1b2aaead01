"""YAML to model: the only place that knows files, layers and keys."""

from gitops.settings.load import load

__all__ = ["load"]
