"""One thing that a check found."""

from dataclasses import dataclass

from gitops.model import Level


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Finding:
    """One thing that is wrong: where, what, what is accepted, what to do."""

    check: str
    """Name of the check, such as ``one-owner``."""
    level: Level
    """``enforce`` fails the run, ``warn`` does not."""
    where: str
    """Environment, cluster and object; or a file."""
    what: str
    accepted: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """Return one line with all parts."""
        parts = [f"{self.where}: [{self.check}] {self.what}."]
        parts += [f"Accepted: {self.accepted}."] if self.accepted else []
        parts += [f"{self.remedy}."] if self.remedy else []
        return " ".join(parts)
