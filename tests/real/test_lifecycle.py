"""Our table of removed API versions against the lifecycle that Kubernetes' own source states."""

import re
from pathlib import Path

import pytest

from gitops.lifecycle import REMOVED, Removal, removal
from tests.real.schemas import UnavailableError, module

pytestmark = pytest.mark.real

VERSIONS = ("v0.21.0", "v0.24.0", "v0.27.0", "v0.31.0", "v0.36.3")
"""Each still holds the types that the next ones have lost."""
NEWEST = 36
NO_OBJECTS = {
    "extensions/v1beta1 DeploymentRollback",
    "apps/v1beta1 DeploymentRollback",
    "batch/v1beta1 JobTemplate",
    "admission.k8s.io/v1beta1 AdmissionReview",
    "apidiscovery.k8s.io/v2beta1 APIGroupDiscovery",
}
"""Types that nobody applies: requests, answers, and a template that was never served."""
_METHOD = re.compile(
    r"func \(in \*(\w+)\) (APILifecycle(?:Removed|Replacement))\(\) .*? \{\n\treturn (.*)\n\}"
)
_GROUP = re.compile(r"GroupName = \"([^\"]*)\"")


def lifecycle(folder: Path) -> dict[str, dict[str, str]]:
    """Return removal and replacement by ``apiVersion Kind``, as the source has them."""
    found: dict[str, dict[str, str]] = {}
    for file in folder.glob("*/*/zz_generated.prerelease-lifecycle.go"):
        register = (file.parent / "register.go").read_text(encoding="utf-8")
        match = _GROUP.search(register)
        assert match, file
        for kind, method, value in _METHOD.findall(file.read_text(encoding="utf-8")):
            name = f"{match[1]}/{file.parent.name} {kind}"
            found.setdefault(name, {})[method] = value
    return found


def stated() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for version in VERSIONS:
        for name, methods in lifecycle(module("k8s.io/api", version)).items():
            kind = name.partition(" ")[2]
            if kind.endswith(("List", "Options", "Status")) or kind in {"Scale", "Eviction"}:
                continue
            major, minor = methods["APILifecycleRemoved"].split(", ")
            numbers = re.findall(r"\"([^\"]*)\"", methods.get("APILifecycleReplacement", ""))
            replacement = f"{numbers[0]}/{numbers[1]}" if numbers else ""
            found[name] = (f"{major}.{minor}", replacement)
    return found


@pytest.fixture(scope="module")
def source() -> dict[str, tuple[str, str]]:
    try:
        return stated()
    except UnavailableError as error:
        pytest.skip(str(error))


def minor(version: str) -> int:
    return int(version.partition(".")[2])


def test_every_removal_that_kubernetes_states_is_in_our_table(
    source: dict[str, tuple[str, str]],
) -> None:
    beta = {
        name: (since, replacement)
        for name, (since, replacement) in source.items()
        if "alpha" not in name and minor(since) <= NEWEST and gone(name)
    }

    missing = {name: each for name, each in beta.items() if name not in {*REMOVED, *NO_OBJECTS}}
    assert not missing
    assert len(beta) > 30


def gone(name: str) -> bool:
    """Tell whether the newest source has lost the type: some removals were postponed."""
    api_version, _, kind = name.partition(" ")
    folder = module("k8s.io/api", VERSIONS[-1])
    current = lifecycle(folder).get(name)
    if current is None:
        return True
    return minor(current["APILifecycleRemoved"].replace(", ", ".")) <= NEWEST and bool(
        api_version and kind
    )


def test_our_table_says_what_kubernetes_says(source: dict[str, tuple[str, str]]) -> None:
    ours = {name: each for name, each in REMOVED.items() if name in source}
    wrong = {
        name: (each, source[name])
        for name, each in ours.items()
        if each.since != source[name][0]
        or (
            source[name][1]
            and each.replacement
            and each.replacement.split("/")[0] != source[name][1].split("/")[0]
        )
    }

    assert not wrong


def test_a_version_is_gone_from_the_release_that_removed_it() -> None:
    name = ("policy/v1beta1", "PodDisruptionBudget")

    assert removal(*name, "1.24") is None
    assert removal(*name, "1.25") == Removal("1.25", "policy/v1")
    assert removal("policy/v1", "PodDisruptionBudget", "1.36") is None
    assert removal("external-secrets.io/v1beta1", "ExternalSecret", "1.30") == Removal(
        "", "external-secrets.io/v1"
    )
