"""Everything that one application consists of on one cluster, whatever its kind."""

from collections.abc import Sequence

from gitops.manifests import apps, batch, chart, core, networking, rollouts, scaling
from gitops.manifests.site import Site
from gitops.model import Chart, ScheduledJob, Service, Stateful, Worker, Workload
from gitops.objects import Manifest


def objects(site: Site, raw: Sequence[Manifest] = ()) -> list[Manifest]:
    """Return the objects of the application at *site*; *raw* are those of its directory, if any."""
    app = site.app
    if isinstance(app, Chart):
        return [*chart.chart(site, app), networking.chart_policy(site, app, app.network)]
    if not isinstance(app, Workload):
        return list(raw)
    found = [core.service_account(site, app)]
    if app.config:
        found.append(core.config_map(site, app))
    found += _workload(site, app)
    found.append(networking.network_policy(site, app))
    return found


def tests(site: Site) -> list[Manifest]:
    """Return the objects that test the application at *site* after each of its deployments."""
    app = site.app
    if not isinstance(app, Workload) or app.integration_test is None:
        return []
    return [
        networking.test_policy(site, app),
        batch.integration_test(site, app, app.integration_test),
    ]


def _workload(site: Site, app: Workload) -> list[Manifest]:
    if isinstance(app, ScheduledJob):
        return [batch.cron_job(site, app)]
    found: list[Manifest] = []
    if isinstance(app, Service | Stateful):
        found += core.services(site, app)
    if isinstance(app, Stateful):
        found.append(apps.stateful_set(site, app))
    if isinstance(app, Service | Worker):
        progressive = app.rollout.strategy in rollouts.PROGRESSIVE
        found.append((rollouts.rollout if progressive else apps.deployment)(site, app))
        if app.autoscaling is not None:
            found.append(scaling.autoscaler(site, app, app.autoscaling))
    if isinstance(app, Service) and app.route is not None:
        found.append(networking.route(site, app, app.route))
    if isinstance(app, Service | Worker | Stateful):
        budget = scaling.disruption_budget(site, app)
        found += [budget] if budget else []
    return found
