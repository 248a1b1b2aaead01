"""What the fleet makes of the objects of a release: namespace, labels, and nothing beside."""

import pytest

from gitops.model import ComponentName, Installed, Movable
from gitops.names import MAX_LABEL
from gitops.objects import Manifest
from gitops.platform.install import Place, installed, namespaces
from tests.published import definition, made, place, release

PREFIX = "gitops.example.com"


def one(manifest: Manifest, at: Place | None = None) -> Manifest:
    [found] = installed(at or place(), [manifest])
    return found


def labels(manifest: Manifest) -> dict[str, str]:
    return one(manifest)["metadata"]["labels"]


@pytest.mark.parametrize("manifest", [*release()[:5], definition()])
def test_nothing_but_metadata_workloads_and_empty_secrets_changes(manifest: Manifest) -> None:
    ours = {"metadata", *(("spec",) if manifest["kind"] == "Deployment" else ())}
    empty = ("data", "stringData") if manifest["kind"] == "Secret" else ()

    found = one(manifest)

    assert {key: each for key, each in found.items() if key not in ours} == {
        key: each for key, each in manifest.items() if key not in {*ours, *empty}
    }


def test_every_object_says_whose_it_is() -> None:
    assert labels(made("v1", "ServiceAccount", "controller")) == {
        "app.kubernetes.io/name": "controller",
        "app.kubernetes.io/part-of": "argo-rollouts",
        "app.kubernetes.io/managed-by": "gitops",
        f"{PREFIX}/environment": "test",
        f"{PREFIX}/component": "argo-rollouts",
    }


def test_labels_of_the_release_are_not_overwritten_where_selectors_may_look_for_them() -> None:
    given = made("v1", "Service", "controller")
    own = {"app.kubernetes.io/name": "own", "app.kubernetes.io/part-of": "suite", "x": "y"}
    given["metadata"]["labels"] = own

    assert labels(given).items() >= own.items()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("system:controller:a", "system.controller.a"),
        (f"{'a' * (MAX_LABEL - 1)}-b", "a" * (MAX_LABEL - 1)),
        ("system:", "system"),
    ],
)
def test_a_name_that_can_be_no_label_is_made_one(name: str, label: str) -> None:
    found = one(made("rbac.authorization.k8s.io/v1", "ClusterRole", name))["metadata"]

    assert (found["name"], found["labels"]["app.kubernetes.io/name"]) == (name, label)


def test_objects_lie_in_the_namespace_of_the_program_and_cluster_wide_ones_in_none() -> None:
    found = {each["kind"]: each["metadata"].get("namespace") for each in installed(place(), ALONE)}

    assert found == {
        "ValidatingWebhookConfiguration": None,
        "Deployment": "argo-rollouts",
        "Secret": "argo-rollouts",
        "ServiceAccount": "argo-rollouts",
        "Role": "argo-rollouts",
        "CustomResourceDefinition": None,
    }


ALONE = [each for each in release() if each["kind"] != "List"]


def test_a_namespace_that_the_release_names_stays() -> None:
    given = made("rbac.authorization.k8s.io/v1", "RoleBinding", "reader", "kube-system")

    assert one(given)["metadata"]["namespace"] == "kube-system"


def test_what_the_machinery_wrote_into_a_release_is_left_out() -> None:
    given = made("v1", "ServiceAccount", "controller")
    given["metadata"] |= {"creationTimestamp": None, "annotations": {"kept": "yes"}}

    found = one(given)["metadata"]

    assert "creationTimestamp" not in found
    assert found["annotations"] == {"kept": "yes"}


def test_pulumi_waits_until_a_custom_kind_can_be_used() -> None:
    given = definition()
    given["metadata"]["annotations"] = {"kept": "yes"}

    assert one(given)["metadata"]["annotations"] == {
        "kept": "yes",
        "pulumi.com/waitFor": "condition=Established",
    }


@pytest.mark.parametrize("key", ["data", "stringData"])
def test_a_secret_that_the_program_fills_stays_its_own(key: str) -> None:
    assert not {"data", "stringData"} & set(one(made("v1", "Secret", "keys") | {key: {}}))


def test_a_secret_that_the_release_fills_keeps_what_is_in_it() -> None:
    assert one(made("v1", "Secret", "keys", data={"a": "YQ=="}))["data"] == {"a": "YQ=="}


def test_the_objects_of_the_store_are_left_as_they_are() -> None:
    given, before = release(), release()

    installed(
        place(settings=Movable(namespace="elsewhere")), [e for e in given if e["kind"] != "List"]
    )

    assert given == before


def moved() -> dict[str, Manifest]:
    """Return what there is in a namespace that the release does not expect."""
    every = [*ALONE, *release()[5]["items"]]
    found = installed(place(settings=Movable(namespace="elsewhere")), every)
    return {each["kind"]: each for each in found}


def test_in_another_namespace_everything_that_names_the_old_one_follows() -> None:
    found = moved()

    assert found["Deployment"]["metadata"]["namespace"] == "elsewhere"
    assert found["Role"]["metadata"]["namespace"] == "elsewhere"
    assert [each["namespace"] for each in found["ClusterRoleBinding"]["subjects"]] == ["elsewhere"]
    [hook] = found["ValidatingWebhookConfiguration"]["webhooks"]
    assert hook["clientConfig"]["service"]["namespace"] == "elsewhere"


def test_in_another_namespace_what_merely_has_the_same_name_stays() -> None:
    given = made("v1", "ConfigMap", "argo-rollouts", data={"name": "argo-rollouts"})
    foreign = made("rbac.authorization.k8s.io/v1", "RoleBinding", "reader", "kube-system")

    kept, other = installed(place(settings=Movable(namespace="elsewhere")), [given, foreign])

    assert (kept["metadata"]["name"], kept["data"]) == ("argo-rollouts", given["data"])
    assert kept["metadata"]["labels"]["app.kubernetes.io/part-of"] == "argo-rollouts"
    assert other["metadata"]["namespace"] == "kube-system"


def test_a_namespace_that_two_programs_share_is_made_once() -> None:
    shared = Movable(namespace="platform")
    places = [
        place(settings=shared),
        place(ComponentName.EXTERNAL_SECRETS, shared),
        place(ComponentName.KYVERNO, Installed()),
    ]

    found = namespaces(places, "1.34", {})

    assert [each["metadata"]["name"] for each in found] == ["platform", "kyverno"]


def test_a_namespace_enforces_the_pod_security_of_its_pods() -> None:
    [found] = namespaces([place()], "1.34", {})

    assert found["metadata"]["labels"] == {
        "app.kubernetes.io/part-of": "fleet",
        "app.kubernetes.io/managed-by": "gitops",
        f"{PREFIX}/environment": "test",
        **{
            f"pod-security.kubernetes.io/{mode}{suffix}": value
            for mode in ("enforce", "audit", "warn")
            for suffix, value in (("", "restricted"), ("-version", "v1.34"))
        },
    }


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public", "kube-node-lease"])
def test_a_namespace_that_every_cluster_has_is_not_made(name: str) -> None:
    assert namespaces([place(settings=Movable(namespace=name))], "1.34", {}) == []


def test_labels_that_a_release_gives_its_namespace_stay_beside_ours() -> None:
    published = {
        "admission.gatekeeper.sh/ignore": "no-self-managing",
        "pod-security.kubernetes.io/enforce": "privileged",
    }
    at = place(ComponentName.GATEKEEPER, Installed())

    [found] = namespaces([at], "1.34", {ComponentName.GATEKEEPER: published})

    own = found["metadata"]["labels"]
    assert own["admission.gatekeeper.sh/ignore"] == "no-self-managing"
    assert own["pod-security.kubernetes.io/enforce"] == "restricted"
