"""What the fleet makes of the containers of a release: exact images, from a mirror, with limits."""

from typing import Any

import pytest

from gitops.model import ComponentName, Movable, Resources
from gitops.model.parts import ResourceList
from gitops.objects import Manifest
from gitops.platform.install import Place, image, installed
from tests.published import VERSION, deployment, made, place


def one(manifest: Manifest, at: Place | None = None) -> Manifest:
    [found] = installed(at or place(), [manifest])
    return found


OWN = Resources(requests=ResourceList(cpu="2"), limits=ResourceList(memory="3Gi"))
DIGEST = f"sha256:{'0123456789abcdef' * 4}"


@pytest.mark.parametrize(
    ("written", "pulled"),
    [
        ("quay.io/x/controller:v1.2.3", "quay.io/x/controller:v1.2.3"),
        ("quay.io/x/controller:latest", f"quay.io/x/controller:{VERSION}"),
        ("quay.io/x/controller", f"quay.io/x/controller:{VERSION}"),
        (f"quay.io/x/controller@{DIGEST}", f"quay.io/x/controller@{DIGEST}"),
        (f"quay.io/x/controller:latest@{DIGEST}", f"quay.io/x/controller:latest@{DIGEST}"),
        ("redis:8", "docker.io/library/redis:8"),
        ("x/controller:v1.2.3", "docker.io/x/controller:v1.2.3"),
        ("docker.io/x/controller:v1.2.3", "docker.io/x/controller:v1.2.3"),
        ("localhost:5000/controller:v1", "localhost:5000/controller:v1"),
        ("NOT an image", "NOT an image"),
    ],
)
def test_an_image_is_exact_and_names_its_registry(written: str, pulled: str) -> None:
    assert image(place(), written) == pulled


def test_a_registry_that_a_project_takes_for_granted_is_its_own() -> None:
    flux = place(ComponentName.FLUX)

    assert image(flux, "fluxcd/source-controller:v1") == "ghcr.io/fluxcd/source-controller:v1"
    assert image(flux, "docker.io/fluxcd/a:v1") == "docker.io/fluxcd/a:v1"
    assert image(flux, "quay.io/fluxcd/a:v1") == "quay.io/fluxcd/a:v1"


@pytest.mark.parametrize("written", ["redis:8", "quay.io/x/controller:v1", f"quay.io/x/y@{DIGEST}"])
def test_in_a_mirror_images_lie_by_registry_and_path(written: str) -> None:
    alone, mirrored = (image(place(mirror=each), written) for each in (None, "mirror.corp/all"))

    assert mirrored == f"mirror.corp/all/{alone}"


def test_every_container_is_pulled_from_the_mirror_the_first_ones_too() -> None:
    given = deployment()
    pod = given["spec"]["template"]["spec"]
    pod["initContainers"] = [{"name": "first", "image": "redis:8"}]

    found = one(given, place(mirror="mirror.corp"))["spec"]["template"]["spec"]

    assert [each["image"] for each in (*found["initContainers"], *found["containers"])] == [
        "mirror.corp/docker.io/library/redis:8",
        "mirror.corp/quay.io/x/controller:v1.2.3",
    ]


@pytest.mark.parametrize("kind", ["Job", "CronJob"])
def test_jobs_of_a_release_are_pulled_from_the_mirror_and_need_what_the_fleet_says(
    kind: str,
) -> None:
    template = deployment("cleanup")["spec"]["template"]
    spec = (
        {"template": template}
        if kind == "Job"
        else {"jobTemplate": {"spec": {"template": template}}}
    )
    given = made("batch/v1", kind, "cleanup", spec={"suspend": False, **spec})
    there = place(mirror="mirror.corp", settings=Movable(resources={"cleanup": OWN}))

    found = one(given, there)["spec"]

    assert found["suspend"] is False
    job = found if kind == "Job" else found["jobTemplate"]["spec"]
    [container] = job["template"]["spec"]["containers"]
    assert container["image"] == "mirror.corp/quay.io/x/controller:v1.2.3"
    assert container["resources"]["limits"]["memory"] == "3Gi"


def needs(given: dict[str, Any], fleet: Resources | None = None, name: str = "controller") -> Any:
    """Return the resources of a container of which the release says *given*."""
    settings = Movable(resources={name: fleet} if fleet else {})
    found = one(deployment(resources=given), place(settings=settings))
    return found["spec"]["template"]["spec"]["containers"][0]["resources"]


def test_a_container_of_which_nobody_says_anything_has_requests_and_a_memory_limit() -> None:
    assert needs({}) == {
        "requests": {"cpu": "50m", "memory": "128Mi"},
        "limits": {"memory": "1Gi"},
    }


def test_the_fleet_decides_over_the_release_and_the_release_over_the_defaults() -> None:
    given = {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "4", "memory": "2Gi"}}

    assert needs(given) == given
    assert needs(given, OWN) == {
        "requests": {"cpu": "2", "memory": "2Gi"},
        "limits": {"cpu": "4", "memory": "3Gi"},
    }
    assert needs({}, OWN)["requests"] == {"cpu": "2", "memory": "3Gi"}


def test_what_the_fleet_says_is_for_the_workload_of_that_name_alone() -> None:
    assert needs({}, OWN, name="other") == needs({})


@pytest.mark.parametrize(
    ("given", "memory"),
    [
        ({"limits": {"memory": "64Mi"}}, ("64Mi", "64Mi")),
        ({"requests": {"memory": "2Gi"}}, ("2Gi", "2Gi")),
        ({"requests": {"memory": "2G"}}, ("2G", "2G")),
        ({"requests": {"memory": "512Mi"}}, ("512Mi", "1Gi")),
        ({"requests": {"memory": "1000M"}}, ("1000M", "1Gi")),
        ({"requests": {"memory": 4294967296}}, (4294967296, 4294967296)),
    ],
)
def test_no_default_puts_a_request_above_its_limit(
    given: dict[str, Any], memory: tuple[object, object]
) -> None:
    found = needs(given)

    assert (found["requests"]["memory"], found["limits"]["memory"]) == memory


def test_claims_and_the_rest_of_a_container_stay() -> None:
    given = deployment(resources={"claims": [{"name": "gpu"}]}, args=["--x"])

    [found] = one(given)["spec"]["template"]["spec"]["containers"]

    assert found["resources"]["claims"] == [{"name": "gpu"}]
    assert found["args"] == ["--x"]
