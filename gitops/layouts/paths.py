"""Where things lie in the rendered repository; the engines' roots point to the same paths."""

from gitops.model import Fleet


def environment(fleet: Fleet, name: str) -> str:
    """Return the folder of environment *name*."""
    return f"{fleet.repository.path}/{name}" if fleet.repository.path else name


def cluster(fleet: Fleet, environment_name: str, name: str) -> str:
    """Return the folder of cluster *name* of an environment."""
    return f"{environment(fleet, environment_name)}/{name}"


def platform(fleet: Fleet, environment_name: str, cluster_name: str) -> str:
    """Return the folder of what Pulumi applies itself; no engine syncs it."""
    return f"{cluster(fleet, environment_name, cluster_name)}/platform"


def team(fleet: Fleet, environment_name: str, cluster_name: str, name: str) -> str:
    """Return the folder of the applications of team *name*."""
    return f"{cluster(fleet, environment_name, cluster_name)}/apps/{name}"


def tests(fleet: Fleet, environment_name: str, cluster_name: str, team_name: str) -> str:
    """Return the folder of a team's integration tests, where the engine needs them apart."""
    return f"{cluster(fleet, environment_name, cluster_name)}/tests/{team_name}"


def application(
    fleet: Fleet, environment_name: str, cluster_name: str, team_name: str, name: str
) -> str:
    """Return the folder of application *name*."""
    return f"{team(fleet, environment_name, cluster_name, team_name)}/{name}"
