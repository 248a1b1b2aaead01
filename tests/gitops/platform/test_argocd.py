"""How Argo CD is configured, and with which rights it reaches the clusters that it serves."""

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml

from gitops.model import ArgoCd, ComponentName, Credentials, Environment, Notifications
from gitops.model.platform import Webhook
from gitops.objects import Manifest
from gitops.platform import argocd
from gitops.platform.install import Held, installed
from tests import private
from tests.published import argo_cd, made, place
from tests.sites import ONE, TEST

GUARDED = replace(TEST, promotes_from="before")


def configured(settings: ArgoCd, environment: Environment = TEST) -> dict[str, Manifest]:
    """Return by name the objects of Argo CD in *environment*."""
    at = replace(place(ComponentName.ARGO_CD, settings), environment=environment)
    found = argocd.configured(at, settings, installed(at, argo_cd()))
    return {each["metadata"]["name"]: each for each in found}


def data(name: str, settings: ArgoCd | None = None, environment: Environment = TEST) -> Any:
    return configured(settings or ArgoCd(), environment)[name].get("data")


def test_nobody_comes_in_without_a_name_and_nobody_gets_a_shell() -> None:
    assert data("argocd-cm") == {
        "application.resourceTrackingMethod": "annotation",
        "exec.enabled": "false",
        "users.anonymous.enabled": "false",
    }
    assert data("argocd-rbac-cm") == {"policy.default": "", "scopes": "[groups]"}


def test_the_address_is_known_where_there_is_one() -> None:
    url = "https://argocd.example.com"

    assert data("argocd-cm", ArgoCd(url=url))["url"] == url


@pytest.mark.parametrize(
    ("environment", "policy"),
    [(TEST, "sync"), (GUARDED, "create-update"), (replace(TEST, follows="x"), "create-update")],
)
def test_where_mistakes_are_expensive_no_set_deletes_an_application(
    environment: Environment, policy: str
) -> None:
    found = data("argocd-cmd-params-cm", environment=environment)

    assert found["applicationsetcontroller.policy"] == policy


def test_what_the_release_says_in_a_config_map_stays_unless_the_fleet_says_otherwise() -> None:
    at = place(ComponentName.ARGO_CD, ArgoCd())
    given = {"resource.exclusions": "[]", "exec.enabled": "true"}

    [found] = argocd.configured(at, ArgoCd(), [made("v1", "ConfigMap", "argocd-cm", data=given)])

    assert found["data"]["resource.exclusions"] == "[]"
    assert found["data"]["exec.enabled"] == "false"


def test_only_config_maps_are_configured() -> None:
    at = place(ComponentName.ARGO_CD, ArgoCd())
    given = made("v1", "Secret", "argocd-cm")

    assert list(argocd.configured(at, ArgoCd(), [given])) == [given]


PUBLISHED = "github.com ssh-ed25519 AAAA\n"


def known_hosts(kind: Credentials) -> str:
    """Return the servers that Argo CD knows, where the repository is read with *kind*."""
    at = replace(AT, fleet=private.fleet(kind))
    name = "argocd-ssh-known-hosts-cm"
    given = made("v1", "ConfigMap", name, data={"ssh_known_hosts": PUBLISHED})
    [found] = argocd.configured(at, ArgoCd(), [given])
    return found["data"]["ssh_known_hosts"]


def test_our_git_server_is_known_beside_those_that_everybody_knows() -> None:
    assert known_hosts(Credentials.SSH) == f"{PUBLISHED}{private.KNOWN_HOST}\n"
    assert known_hosts(Credentials.PASSWORD) == PUBLISHED


def test_without_notifications_their_config_map_is_as_released() -> None:
    assert data("argocd-notifications-cm") is None


def notified(**wanted: str) -> dict[str, Any]:
    """Return what is said of notifications, each value read as Argo CD reads it."""
    found = data("argocd-notifications-cm", ArgoCd(notifications=Notifications(**wanted)))
    return {key: yaml.safe_load(value) for key, value in found.items()}


def test_every_trigger_sends_a_message_that_there_is_and_somebody_gets_it() -> None:
    found = notified(slack="deployments", webhook="https://hooks.example.com/x")

    triggers = {key.removeprefix("trigger."): each for key, each in found.items()
                if key.startswith("trigger.")}  # fmt: skip
    for each in triggers.values():
        for condition in each:
            assert {f"template.{name}" for name in condition["send"]} <= set(found)
    assert found["subscriptions"] == [
        {"recipients": ["slack:deployments", "webhook:fleet"], "triggers": list(triggers)}
    ]
    assert set(triggers) == {"on-deployed", "on-sync-failed", "on-health-degraded"}


def test_a_service_that_is_not_wanted_is_not_there() -> None:
    assert "service.webhook.fleet" not in notified(slack="deployments")
    assert "service.slack" not in notified(webhook="https://hooks.example.com/x")
    assert notified(slack="deployments")["service.slack"] == {"token": "$slack-token"}


def test_the_body_of_a_webhook_is_json_once_its_words_are_filled_in() -> None:
    found = notified(webhook="https://hooks.example.com/x")

    for name in ("deployed", "sync-failed", "health-degraded"):
        body = found[f"template.{name}"]["webhook"]["fleet"]["body"]
        for field in ("metadata.name", "spec.project", "status.sync.revision"):
            body = body.replace(f"{{{{toJson .app.{field}}}}}", '"x"')
        assert set(json.loads(body)) == {"application", "project", "revision", "message"}


@pytest.mark.parametrize("webhook", [None, *Webhook])
def test_the_key_of_the_webhook_is_the_one_argo_cd_looks_for(webhook: Webhook | None) -> None:
    key = f"webhook.{webhook.value}.secret" if webhook else ""

    wanted = Held(name="argocd-secret", key=key) if webhook else None
    assert argocd.webhook(ArgoCd(webhook=webhook)) == wanted


KINDS = ["Namespace", "networking.k8s.io/IngressClass", "kyverno.io/ClusterPolicy"]
AT = place(ComponentName.ARGO_CD, ArgoCd())


def access(kinds: list[str]) -> list[Manifest]:
    return list(argocd.access(AT, ["shop", "shop-jobs"], kinds))


def bound(objects: list[Manifest], kind: str) -> list[tuple[str | None, str]]:
    """Return where objects of *kind* bind which role, to the one account and no other."""
    found = [each for each in objects if each["kind"] == kind]
    account = {"kind": "ServiceAccount", "name": "argocd-manager", "namespace": "kube-system"}
    assert all(each["subjects"] == [account] for each in found)
    assert all(each["roleRef"]["kind"] == "ClusterRole" for each in found)
    return [(each["metadata"].get("namespace"), each["roleRef"]["name"]) for each in found]


def test_all_rights_end_at_the_namespaces_of_the_teams() -> None:
    found = access([])

    assert bound(found, "RoleBinding") == [
        ("shop", "argocd-manager"),
        ("shop-jobs", "argocd-manager"),
    ]
    assert bound(found, "ClusterRoleBinding") == []


def test_on_the_whole_cluster_only_the_kinds_that_are_declared_are_allowed() -> None:
    found = access(KINDS)

    assert bound(found, "ClusterRoleBinding") == [(None, "argocd-manager-cluster")]
    [role] = (each for each in found if each["metadata"]["name"] == "argocd-manager-cluster"
              and each["kind"] == "ClusterRole")  # fmt: skip
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["*"]},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingressclasses"], "verbs": ["*"]},
        {"apiGroups": ["kyverno.io"], "resources": ["clusterpolicies"], "verbs": ["*"]},
    ]


def test_the_token_comes_last_and_is_the_accounts() -> None:
    *_, token = access(KINDS)

    assert (token["kind"], token["type"]) == ("Secret", "kubernetes.io/service-account-token")
    assert token["metadata"]["namespace"] == "kube-system"
    assert token["metadata"]["annotations"] == {
        "kubernetes.io/service-account.name": "argocd-manager"
    }
    assert not {"data", "stringData"} & set(token)


@pytest.mark.parametrize("kinds", [[], KINDS])
def test_a_cluster_is_known_with_the_namespaces_to_keep_to_and_without_credentials(
    kinds: list[str],
) -> None:
    found = argocd.cluster_secret(AT, ONE, ["shop", "shop-jobs"], kinds)

    wide = {"clusterResources": "true"} if kinds else {}
    assert found["stringData"] == {
        "name": "one",
        "server": "https://one.example.com",
        "namespaces": "shop,shop-jobs",
        **wide,
    }
    assert (found["metadata"]["name"], found["metadata"]["namespace"]) == (
        "cluster-test-one",
        "argocd",
    )
    assert found["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "cluster"
