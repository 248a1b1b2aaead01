"""Runs the unmodified program of a stack offline, and records what it asks the engine for."""

from recording.monitor import Recording, Resource
from recording.run import Run, record, record_all, recording_of

__all__ = ["Recording", "Resource", "Run", "record", "record_all", "recording_of"]
