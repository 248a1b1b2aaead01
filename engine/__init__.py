"""Drives the genuine Pulumi engine: one stack, through the Automation API."""

from engine.events import Planned
from engine.session import Session, open_session

__all__ = ["Planned", "Session", "open_session"]
