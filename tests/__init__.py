"""What holds in production, and what all tests need to know."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The checkout."""
CANARY = "hunter2-canary"
"""A secret that no output may have."""
