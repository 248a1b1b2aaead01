"""platform: settings of an installed program that are about something it has not."""

from collections.abc import Iterator, Mapping

from gitops.checks.finding import Finding, Place
from gitops.model import Level
from gitops.names import nearest
from gitops.plan import StackPlan


def findings(plans: Mapping[str, StackPlan]) -> Iterator[Finding]:
    """Yield every name under ``resources`` that is no workload of a program that was fetched."""
    for name, stack in plans.items():
        settings = dict(stack.environment.platform.installed())
        for cluster, plan in stack.clusters.items():
            for program in plan.platform.programs:
                known = program.workloads()
                for each in settings[program.name].resources:
                    if each not in known and not program.missing:
                        meant = nearest(each, known)
                        yield Finding(
                            check="platform",
                            level=Level.ENFORCE,
                            places=(Place(name, cluster),),
                            subject=f"platform.{program.name.value}.resources",
                            what=f"{program.name.value} {program.version} has no workload {each!r}",
                            accepted=", ".join(sorted(known)),
                            remedy=f"Write {meant!r}" if meant else "Remove it",
                        )
