"""What one cluster is watched for: the rules that Prometheus judges, and what it is to scrape."""

from collections.abc import Callable, Iterable, Iterator

from gitops.alerts import applications, argocd, flux, programs
from gitops.alerts.monitors import monitors, state
from gitops.alerts.objects import API, manifest
from gitops.alerts.rule import Alert, rule
from gitops.alerts.watch import Watch, owners
from gitops.manifests.rollouts import PROGRESSIVE
from gitops.model import AlertGroup, Cluster, Delivery, Fleet, Service, Stack, Worker
from gitops.objects import Manifest

GROUPS: dict[AlertGroup, Callable[[Watch], Iterable[Alert]]] = {
    AlertGroup.ARGO_CD: argocd.alerts,
    AlertGroup.FLUX: flux.alerts,
    AlertGroup.ARGO_ROLLOUTS: programs.rollouts,
    AlertGroup.SEALED_SECRETS: programs.sealed_secrets,
    AlertGroup.EXTERNAL_SECRETS: programs.external_secrets,
    AlertGroup.APPLICATIONS: applications.alerts,
}


def alerts(fleet: Fleet, stack: Stack, cluster: Cluster, *, engine: bool) -> Iterator[Manifest]:
    """Yield what *cluster* is watched with; nothing where the environment has no `alerts`.

    *engine* says whether a GitOps engine there has roots of the environment.
    """
    settings = stack.environment.alerts
    if settings is None:
        return
    watch = Watch(fleet=fleet, stack=stack, cluster=cluster, settings=settings, engine=engine)
    yield _rules(watch, "owners", owners(watch))
    found = [each for each in _groups(watch) if each not in settings.without]
    for group in found:
        yield _rules(watch, group.value, [rule(watch, each) for each in GROUPS[group](watch)])
    if settings.monitors:
        yield from monitors(watch)
        if AlertGroup.FLUX in found:
            yield state(watch)


def _groups(watch: Watch) -> Iterator[AlertGroup]:
    """Yield what there is to watch: programs that are there, or that something needs."""
    environment, platform = watch.environment, watch.environment.platform
    if watch.engine:
        delivered = environment.delivery is Delivery.ARGOCD
        yield AlertGroup.ARGO_CD if delivered else AlertGroup.FLUX
    if platform.argo_rollouts is not None or any(
        isinstance(each, Service | Worker) and each.rollout.strategy in PROGRESSIVE
        for each in watch.applications.values()
    ):
        yield AlertGroup.ARGO_ROLLOUTS
    if platform.sealed_secrets is not None:
        yield AlertGroup.SEALED_SECRETS
    if platform.external_secrets is not None:
        yield AlertGroup.EXTERNAL_SECRETS
    if watch.applications:
        yield AlertGroup.APPLICATIONS


def _rules(watch: Watch, name: str, rules: list[dict[str, object]]) -> Manifest:
    groups = [{"name": f"gitops-{watch.environment.name}-{name}", "rules": rules}]
    return manifest(watch, API, "PrometheusRule", name, spec={"groups": groups})


__all__ = ["GROUPS", "Alert", "alerts"]
