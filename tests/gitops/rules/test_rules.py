"""Each rule accepts what is right, and names the field, the mistake and the way out of it."""

from dataclasses import replace
from typing import Any

import pytest

from gitops.model import Level
from gitops.objects import Identity, Manifest, Placed
from gitops.rules import RULES, images
from gitops.rules.rule import Complaint
from gitops.settings import Loaded
from gitops.verdicts import Verdict, verdicts
from tests.subjects import DIGEST, GOOD, GROUPS, LABELS, PATHS, POLICY, carrying, judged


def of_image(rule: str, image: object) -> list[Complaint]:
    return judged(rule, carrying("Deployment", "containers", {**GOOD, "image": image}))


def test_the_rules_are_found_by_themselves_in_the_order_of_their_names() -> None:
    assert list(RULES) == [
        "approved-registries", "no-hidden-pods", "no-mutable-tag", "required-labels",
        "resource-limits",
    ]  # fmt: skip
    assert {name for name, each in RULES.items() if each.level is not Level.ENFORCE} == {
        "no-hidden-pods"
    }


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("group", GROUPS)
def test_no_rule_complains_about_a_good_container_of_any_kind(kind: str, group: str) -> None:
    manifest = carrying(kind, group, GOOD)

    assert [each for rule in RULES for each in judged(rule, manifest)] == []


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("group", GROUPS)
def test_every_container_of_every_kind_is_judged(kind: str, group: str) -> None:
    manifest = carrying(kind, group, GOOD, {"name": "bad", "image": "busybox"}, {"image": "sh"})
    path = ".".join(PATHS[kind])

    for rule in ("approved-registries", "no-mutable-tag"):
        assert [each.path for each in judged(rule, manifest)] == [
            f"{path}.{group}[name=bad].image",
            f"{path}.{group}[2].image",
        ]


@pytest.mark.parametrize("kind", ["ConfigMap", "Service", "Namespace", "Secret"])
@pytest.mark.parametrize("spec", [{}, {"spec": None}, {"spec": []}, {"spec": {"template": "text"}}])
def test_objects_without_pods_are_nobodys_business(kind: str, spec: dict[str, Any]) -> None:
    manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, **spec}

    assert [each for rule in RULES for each in judged(rule, manifest)] == []


@pytest.mark.parametrize("containers", [None, "text", {}, ["text", None, 1]])
def test_a_malformed_list_of_containers_is_left_to_the_schema(containers: Any) -> None:
    manifest = carrying("Deployment")
    manifest["spec"]["template"]["spec"]["containers"] = containers

    assert [each for rule in RULES for each in judged(rule, manifest)] == []


@pytest.mark.parametrize(
    "image",
    [
        "registry.example.com/web",
        "registry.example.com/a/b/c:1.0",
        f"registry.example.com/web@{DIGEST}",
        f"registry.example.com/web:1.0@{DIGEST}",
        "REGISTRY.Example.COM/web:1.0",
        "ghcr.io/shop/web:1.0",
        "ghcr.io/shop:1.0",
        "localhost:5000/web:1.0",
    ],
)
def test_an_image_of_an_approved_registry_is_accepted(image: str) -> None:
    assert of_image("approved-registries", image) == []


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("busybox", "docker.io"),
        ("library/busybox:1.0", "docker.io"),
        ("shop/web", "docker.io"),
        ("registry/web", "docker.io"),
        ("docker.io/shop/web", "docker.io"),
        ("index.docker.io/shop/web", "index.docker.io"),
        ("registry.example.com", "docker.io"),
        ("registry.example.com.evil.io/web", "registry.example.com.evil.io"),
        ("evil.io/registry.example.com/web", "evil.io"),
        ("registry.example.com-evil.io/web", "registry.example.com-evil.io"),
        ("xregistry.example.com/web", "xregistry.example.com"),
        ("example.com/web", "example.com"),
        ("registry.example.com:5000/web", "registry.example.com:5000"),
        ("registry.example.com:443/web", "registry.example.com:443"),
        ("REGISTRY.EXAMPLE.COM.EVIL.IO/web", "registry.example.com.evil.io"),
        ("ghcr.io/web", "ghcr.io"),
        ("ghcr.io/shop-evil/web", "ghcr.io"),
        ("ghcr.io/shopping/web", "ghcr.io"),
        ("localhost/web", "localhost"),
        ("localhost:5001/web", "localhost:5001"),
        ("[2001:db8::1]:5000/web", "[2001:db8::1]:5000"),
        (f"evil.io/web@{DIGEST}", "evil.io"),
    ],
)
def test_an_image_from_elsewhere_is_refused_with_the_registry_it_comes_from(
    image: str, registry: str
) -> None:
    assert of_image("approved-registries", image) == [
        Complaint(
            "spec.template.spec.containers[name=web].image",
            f"{image!r} comes from {registry!r}",
            "registry.example.com, ghcr.io/shop, localhost:5000",
            "Push it to an approved registry, or add the registry to 'registries' in "
            "fleet/policy.yaml",
        )
    ]


@pytest.mark.parametrize(
    "image",
    [
        None, 1, "", "registry.example.com/", "/web", "registry.example.com//web",
        "registry.example.com/Web", "registry.example.com/../web", "registry.example.com/web:",
        "registry.example.com/web@sha256:abc", "registry.example.com/web:1@", "evil.io@registry.example.com/web",
        "https://registry.example.com/web", "registry.example.com/web ", "registry.example.com/web\n",
        "registry.example.com/wéb", "registry.example.com/" + "a" * 255, "registry.example.com/web:" + "a" * 129,
    ],
)  # fmt: skip
def test_what_is_no_image_reference_is_refused(image: object) -> None:
    assert of_image("approved-registries", image) == [
        Complaint(
            "spec.template.spec.containers[name=web].image",
            f"{image!r} is no image reference",
            "registry/path:tag@digest",
            "Correct it",
        )
    ]


def test_a_container_without_an_image_is_refused() -> None:
    manifest = carrying("Deployment", "containers", {"name": "web"})

    [complaint] = judged("approved-registries", manifest)

    assert complaint.what == "None is no image reference"


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("web", images.Image("docker.io", "library/web", None, None)),
        ("web:1", images.Image("docker.io", "library/web", "1", None)),
        ("localhost/web", images.Image("localhost", "web", None, None)),
        ("SHOP/web", images.Image("shop", "web", None, None)),
        ("a.b:1/c:2", images.Image("a.b:1", "c", "2", None)),
        (f"a.b/c/d__e:V_1@{DIGEST}", images.Image("a.b", "c/d__e", "V_1", DIGEST)),
    ],
)
def test_a_reference_is_parsed_as_container_engines_do(text: str, image: images.Image) -> None:
    assert images.parse(text) == image


@pytest.mark.parametrize(
    ("kind", "field"),
    [("Chart", "repository"), ("HelmRepository", "url"), ("OCIRepository", "url")],
)
def test_a_chart_must_come_from_an_approved_registry(kind: str, field: str) -> None:
    def found(url: str) -> list[Complaint]:
        manifest = {"apiVersion": "v1", "kind": kind, "metadata": {}, "spec": {field: url}}
        return judged("approved-registries", manifest)

    good = (
        "https://registry.example.com",
        "oci://registry.example.com/charts",
        "oci://ghcr.io/shop/",
    )
    bad = (
        "https://registry.example.com.evil.io", "https://evil.io/registry.example.com",
        "https://me@registry.example.com", "https://registry.example.com:8443/charts",
        "oci://ghcr.io/shopping", "registry.example.com/charts", "",
    )  # fmt: skip
    assert [url for url in good if found(url)] == []
    assert [each for url in bad for each in found(url)] == [
        Complaint(
            f"spec.{field}",
            f"the chart comes from {url!r}",
            "registry.example.com, ghcr.io/shop, localhost:5000",
            "Push it to an approved registry, or add the registry to 'registries' in "
            "fleet/policy.yaml",
        )
        for url in bad
    ]


@pytest.mark.parametrize(
    "tag", ["", ":latest", ":LATEST", ":Stable", ":main", ":master", ":edge", ":nightly", ":dev",
            ":develop", ":staging", ":prod"],
)  # fmt: skip
def test_a_tag_that_moves_is_refused_unless_a_digest_pins_it(tag: str) -> None:
    image = f"registry.example.com:5000/web{tag}"

    [complaint] = of_image("no-mutable-tag", image)

    named = f"the tag {tag[1:]!r}" if tag else "no tag, which means 'latest',"
    assert complaint == Complaint(
        "spec.template.spec.containers[name=web].image",
        f"{image!r} has {named} and no digest",
        "a version tag, or better a digest",
        "Put tag and digest in releases/<environment>.yaml",
    )
    assert of_image("no-mutable-tag", f"{image}@{DIGEST}") == []


@pytest.mark.parametrize("tag", ["1.0.0", "v1", "latest-1.2", "2024-01-01", "0a1b2c3"])
def test_a_version_tag_is_accepted(tag: str) -> None:
    assert of_image("no-mutable-tag", f"registry.example.com/web:{tag}") == []


@pytest.mark.parametrize("image", [None, "", "no image at all"])
def test_what_is_no_image_reference_has_no_tag_to_judge(image: object) -> None:
    assert of_image("no-mutable-tag", image) == []


@pytest.mark.parametrize(
    ("resources", "missing"),
    [
        (None, ["requests.cpu", "requests.memory", "limits.memory"]),
        ({}, ["requests.cpu", "requests.memory", "limits.memory"]),
        ({"requests": None, "limits": "all"}, ["requests.cpu", "requests.memory", "limits.memory"]),
        ({"requests": {"cpu": "1"}}, ["requests.memory", "limits.memory"]),
        (
            {"requests": {"cpu": "1", "memory": ""}, "limits": {"memory": "1Mi"}},
            ["requests.memory"],
        ),
        (
            {"requests": {"memory": "1Mi"}, "limits": {"cpu": "1", "memory": "1Mi"}},
            ["requests.cpu"],
        ),
        ({"requests": {"cpu": "1", "memory": "1Mi"}, "limits": {"cpu": "1"}}, ["limits.memory"]),
    ],
)
@pytest.mark.parametrize("group", ["containers", "initContainers"])
def test_each_missing_request_and_limit_is_named(
    resources: Any, missing: list[str], group: str
) -> None:
    manifest = carrying("CronJob", group, {**GOOD, "resources": resources})

    assert [each.path for each in judged("resource-limits", manifest)] == [
        f"spec.jobTemplate.spec.template.spec.{group}[name=web].resources.{each}"
        for each in missing
    ]


def test_a_missing_limit_comes_with_what_to_do() -> None:
    resources = {"requests": {"cpu": "1m", "memory": "1Mi"}}
    manifest = carrying("Pod", "containers", {**GOOD, "resources": resources})

    [complaint] = judged("resource-limits", manifest)

    assert str(complaint) == (
        "spec.containers[name=web].resources.limits.memory: there is no memory limit. Accepted: "
        "a quantity such as 250m or 256Mi. Add it under 'resources' of the application."
    )


def test_an_ephemeral_container_needs_no_resources() -> None:
    manifest = carrying("Pod", "ephemeralContainers", {"name": "debug", "image": GOOD["image"]})

    assert judged("resource-limits", manifest) == []


@pytest.mark.parametrize("metadata", [None, {}, {"labels": None}, {"labels": {"app": "web"}}])
def test_a_workload_without_labels_is_told_which(metadata: Any) -> None:
    manifest = {**carrying("StatefulSet", "containers", GOOD), "metadata": metadata}

    assert judged("required-labels", manifest) == [
        Complaint(f"metadata.labels[{each}]", "the label is missing", "any value", "Add the label")
        for each in LABELS
    ]


def test_labels_of_the_policy_are_required_beside_the_recommended_ones_and_once() -> None:
    policy = replace(POLICY, labels=("app.kubernetes.io/name", "cost-centre"))
    manifest = carrying("Deployment", "containers", GOOD)
    manifest["metadata"]["labels"] = {"app.kubernetes.io/name": "", "cost-centre": "12"}

    assert [each.path for each in judged("required-labels", manifest, policy)] == [
        "metadata.labels[app.kubernetes.io/name]",
        "metadata.labels[app.kubernetes.io/part-of]",
    ]
    manifest["metadata"]["labels"] = LABELS
    assert [each.path for each in judged("required-labels", manifest, policy)] == [
        "metadata.labels[cost-centre]"
    ]


def placed(manifest: Manifest, environment: str = "test", cluster: str = "one") -> Placed:
    return Placed(environment=environment, cluster=cluster, application="web", manifest=manifest)


def test_a_verdict_says_where_which_rule_and_what_in_one_line() -> None:
    manifest = carrying("Deployment", "containers", {**GOOD, "image": "evil.io/web:1.0"})

    [verdict] = verdicts([placed(manifest)], POLICY)

    [complaint] = judged("approved-registries", manifest)
    assert verdict == Verdict(
        rule="approved-registries",
        level=Level.ENFORCE,
        environment="test",
        clusters=("one",),
        application="web",
        object=Identity("", "Deployment", "shop", "web"),
        complaint=complaint,
    )
    assert str(verdict) == (
        "test/one: Deployment shop/web: [approved-registries] "
        "spec.template.spec.containers[name=web].image: 'evil.io/web:1.0' comes from 'evil.io'. "
        "Accepted: registry.example.com, ghcr.io/shop, localhost:5000. Push it to an approved "
        "registry, or add the registry to 'registries' in fleet/policy.yaml."
    )


def test_a_rule_has_the_level_that_the_policy_gives_it_in_each_environment() -> None:
    levels = {"approved-registries": {"off": Level.OFF, "warn": Level.WARN}}
    policy = replace(POLICY, levels=levels)
    manifest = carrying("Deployment", "containers", {**GOOD, "image": f"evil.io/web@{DIGEST}"})

    found = verdicts([placed(manifest, each) for each in ("off", "warn", "other", "warn")], policy)

    assert [(each.environment, each.level) for each in found] == [
        ("warn", Level.WARN),
        ("other", Level.ENFORCE),
    ]


def test_a_mistake_on_many_clusters_of_an_environment_is_one_verdict_that_names_them() -> None:
    bad, worse = (carrying("Pod", "containers", {**GOOD, "image": each}) for each in ("a:1", "b:1"))
    objects = [
        placed(bad, "test", "one"), placed(bad, "next", "two"), placed(bad, "test", "three"),
        placed(worse, "test", "one"), placed(bad, "test", "one"),
    ]  # fmt: skip

    found = verdicts(objects, POLICY)

    assert [each.place for each in found] == ["test/one,three", "next/two", "test/one"]
    assert str(found[0]).startswith("test/one,three: Pod shop/web: [approved-registries] spec.")


def test_all_that_is_wrong_with_an_object_is_said_rule_by_rule() -> None:
    manifest = carrying("Pod", "containers", {"name": "web", "image": "web"})
    manifest["metadata"]["labels"] = {}

    found = verdicts([placed(manifest)], POLICY)

    assert [each.rule for each in found] == [
        "approved-registries", "no-mutable-tag", "required-labels", "required-labels",
        "resource-limits", "resource-limits", "resource-limits",
    ]  # fmt: skip


def test_the_sample_fleet_obeys_its_own_rules(loaded: Loaded, plans: dict[str, Any]) -> None:
    objects = [each for plan in plans.values() for each in plan.placed()]

    assert objects
    assert [str(each) for each in verdicts(objects, loaded.fleet.policy)] == []
