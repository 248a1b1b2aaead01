"""Which release an application has in an environment: ``releases/<env>.yaml`` is the only source."""

from gitops.model import Application, Chart, Manifests, Release
from gitops.settings.meaning import Complaint


def complaint(app: Application, environment: str, release: Release | None) -> Complaint | None:
    """Return what is wrong with *release* as the release of *app*, or None."""
    if isinstance(app, Manifests):
        return None
    if release is None:
        return Complaint(
            (),
            f"{app.name!r} has no release in {environment!r}",
            remedy=f"Promote one, or add {app.name!r} to releases/{environment}.yaml",
        )
    if isinstance(app, Chart):
        if release.chart is None:
            return Complaint(
                (app.name,), "a chart's release needs its version", remedy="Add 'chart: 1.2.3'"
            )
        return None
    if release.digest is None and release.tag is None:
        return Complaint(
            (app.name,), "the release names no image", "tag and digest", "Add 'tag' and 'digest'"
        )
    return None
