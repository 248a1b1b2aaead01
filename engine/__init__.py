"""Drives the genuine Pulumi engine: one stack, through the Automation API."""

from engine.events import Failure, Planned
from engine.session import Session, open_session

__all__ = ["Failure", "Planned", "Session", "open_session"]
