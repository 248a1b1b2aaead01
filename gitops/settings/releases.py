"""Which release an application has in an environment: ``releases/<env>.yaml`` is the only source."""

from gitops.model import Application, Chart, Manifests, Release
from gitops.settings.meaning import Complaint


def complaint(
    app: Application, environment: str, release: Release | None, *, before: str | None = None
) -> Complaint | None:
    """Return what is wrong with *release* as the release of *app*, or None.

    *before* is the environment before this one, when *app* has a release there.
    """
    if isinstance(app, Manifests):
        return None
    needed = "'chart'" if isinstance(app, Chart) else "'tag' and 'digest'"
    if release is None:
        source = f", or copy its entry from releases/{before}.yaml" if before else ""
        return Complaint(
            (),
            f"{app.name!r} has no release in {environment!r}",
            remedy=f"Add {app.name!r} with {needed} to releases/{environment}.yaml{source}",
        )
    if isinstance(app, Chart):
        if release.chart is None:
            return Complaint(
                (app.name,), "a chart's release needs its version", remedy="Add 'chart: 1.2.3'"
            )
        return None
    if release.digest is None:
        return Complaint(
            (app.name,), "the release has no digest, and a tag can move", needed, "Add 'digest'"
        )
    return None
