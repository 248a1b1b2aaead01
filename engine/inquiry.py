"""Finds out from the clusters whether objects exist, and lets the state say so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pulumi.automation.events import StepEventMetadata

from engine import unsure
from engine.events import Planned, name_of
from engine.unsure import State
from gitops.errors import ProgramError


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """What it takes to ask: the state of a stack, and a refresh of some of its objects."""

    exported: Callable[[], State]
    replace: Callable[[State], None]
    """Puts another state in the place of the one that there is."""
    refresh: Callable[[list[str]], Planned]
    """Asks about the objects with these URNs."""
    say: Callable[[str], None]

    def settle(self, without: Sequence[str]) -> Planned | None:
        """Ask about all of which an update could not tell; None where there is no such thing.

        Clusters in *without* are not asked.
        """
        before = self.exported()
        found = unsure.unsure(before)
        if found or unsure.creating(before):
            self.replace(unsure.noted(before, found))
        asked = [each for each in found if unsure.cluster_of(each) not in without]
        if not asked:
            return None
        planned = self._asked(asked)
        if planned.failed or planned.interrupted:
            return planned
        after = self.exported()
        others = unsure.strangers(asked, after)
        if others:
            self.replace(unsure.without(after, others))
        for each in asked:
            there = each["urn"] in unsure.urns(after) - others
            came = "it was created" if there else "it was not created"
            self.say(f"{name_of(each['urn'])} was cut off: {came}")
        return planned

    def adopt(self, planned: Planned, names: Sequence[str]) -> Planned:
        """Take into the state what *planned* would create and somebody else has made, by *names*.

        Raises:
            ProgramError: it would not be created, or cannot be taken over.

        """
        created = planned.created()
        for name in names:
            if name not in created:
                accepted = ", ".join(created) or "nothing"
                raise ProgramError(
                    f"--adopt {name}: this update does not create it. It creates: {accepted}."
                )
        now = self.exported()
        found: list[State] = []
        for name in names:
            for step in created[name]:
                if other := unsure.twin(step, now):
                    raise ProgramError(
                        f"--adopt {name}: it is in the state already, as {name_of(other)}, which this "
                        "update deletes. Where an application was renamed, write its old name as "
                        "'formerly' into its file; otherwise let it stay where it was."
                    )
                noted = unsure.of_step(step, now)
                if noted is None:
                    raise ProgramError(
                        f"--adopt {name}: it holds a secret, or what it belongs to is not there yet. "
                        f"Run gitops up {planned.stack} first, which says what is in the way next; a "
                        "Secret can only be deleted where it is, and made again."
                    )
                found.append(noted)
        self.replace(unsure.noted(now, found))
        asked = self._asked(found)
        if not asked.failed:
            there = unsure.urns(self.exported())
            for each in found:
                came = "is in the state now" if each["urn"] in there else "is not there"
                self.say(f"{name_of(each['urn'])} {came}")
        return asked

    def note(self, steps: Sequence[StepEventMetadata]) -> None:
        """Let the state say of what *steps* create that nobody knows whether it exists."""
        now = self.exported()
        # What the engine noted itself holds secrets too.
        cut = unsure.unsure(now)
        named = {each["urn"] for each in cut}
        more = [unsure.of_step(each, now) for each in steps if each.urn not in named]
        found = [*cut, *(each for each in more if each is not None)]
        if found:
            self.replace(unsure.noted(now, found))

    def _asked(self, found: Sequence[State]) -> Planned:
        return self.refresh([each["urn"] for each in found])
