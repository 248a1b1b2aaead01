"""YAML to model: the only place that knows files, layers and keys."""

from gitops.settings.agree import agree
from gitops.settings.credentials import credentials
from gitops.settings.load import Loaded, excerpt, load, policy

__all__ = ["Loaded", "agree", "credentials", "excerpt", "load", "policy"]
