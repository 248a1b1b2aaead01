"""policy: a mistake is said once, with every place where it is made."""

from dataclasses import replace

from gitops.checks import policy
from gitops.checks.finding import Finding, Place, merged
from gitops.model import Level
from gitops.objects import Manifest, Placed
from gitops.settings import Loaded


def pod(image: str) -> Manifest:
    container = {
        "name": "web",
        "image": image,
        "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"memory": "1Mi"}},
    }
    labels = {"app.kubernetes.io/name": "web", "app.kubernetes.io/part-of": "shop"}
    metadata = {"name": "web", "namespace": "shop", "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}  # fmt: skip


def found(loaded: Loaded, *places: str, **images: str) -> list[Finding]:
    """Return what is found of a pod in *places*; *images* are those of single environments."""
    demands = replace(
        loaded.fleet.policy,
        registries=("registry.example.com",),
        levels={"approved-registries": {"development": Level.WARN}},
    )
    objects = [
        Placed(
            environment=environment,
            cluster=cluster,
            application="web",
            manifest=pod(images.get(environment, "evil.io/web:1")),
        )
        for environment, _, cluster in (each.partition("/") for each in places)
    ]
    return merged(policy.findings(replace(loaded.fleet, policy=demands), objects))


def test_a_mistake_in_many_places_is_said_once_with_all_of_them(loaded: Loaded) -> None:
    assert found(loaded, "production/us-east", "dr/dr-us-central", "production/us-west") == [
        Finding(
            check="approved-registries",
            level=Level.ENFORCE,
            places=(
                Place("production", "us-east"),
                Place("production", "us-west"),
                Place("dr", "dr-us-central"),
            ),
            subject="Pod shop/web",
            what="spec.containers[name=web].image: 'evil.io/web:1' comes from 'evil.io'",
            accepted="registry.example.com",
            remedy="Push it to an approved registry, or add the registry to 'registries' in "
            "fleet/policy.yaml",
        )
    ]


def test_what_is_only_warned_of_somewhere_is_said_apart(loaded: Loaded) -> None:
    findings = found(loaded, "development/development", "production/us-east")

    assert [(each.level, each.where) for each in findings] == [
        (Level.WARN, "development/development: Pod shop/web"),
        (Level.ENFORCE, "production/us-east: Pod shop/web"),
    ]


def test_another_mistake_is_said_apart(loaded: Loaded) -> None:
    findings = found(loaded, "staging/a", "production/us-east", staging="other.io/web:1")

    assert [each.where for each in findings] == [
        "staging/a: Pod shop/web",
        "production/us-east: Pod shop/web",
    ]
