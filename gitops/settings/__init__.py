"""YAML to model: the only place that knows files, layers and keys."""

from gitops.settings.agree import agree
from gitops.settings.load import Loaded, load, policy

__all__ = ["Loaded", "agree", "load", "policy"]
