"""How the fleet has Argo CD configured, and how it reaches the clusters that it serves.

Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gitops.manifests.argocd import SECRET_TYPE
from gitops.model import ArgoCd, Cluster, Environment, Notifications
from gitops.objects import Manifest
from gitops.platform.install import Held, Place, made

MANAGER = "argocd-manager"
TOKEN = f"{MANAGER}-token"
_HOME = "kube-system"
_KNOWN_HOSTS = "argocd-ssh-known-hosts-cm"
_EVENTS = {
    "on-deployed": (
        "app.status.operationState.phase in ['Succeeded'] and app.status.health.status == 'Healthy'",
        "is deployed",
    ),
    "on-sync-failed": (
        "app.status.operationState.phase in ['Error', 'Failed']",
        "cannot be synced",
    ),
    "on-health-degraded": ("app.status.health.status == 'Degraded'", "is degraded"),
}
"""Triggers: when, and what a message says of the application."""


def configured(place: Place, settings: ArgoCd, objects: Iterable[Manifest]) -> Iterator[Manifest]:
    """Yield *objects*, the installed ones, with the ConfigMaps as the fleet wants them."""
    data = {
        "argocd-cm": _general(settings),
        "argocd-cmd-params-cm": _parameters(place.environment),
        "argocd-rbac-cm": {"policy.default": "", "scopes": "[groups]"},
        "argocd-notifications-cm": _notifications(settings.notifications),
    }
    hosts = place.fleet.repository.known_hosts
    for each in objects:
        name = each["metadata"]["name"] if each["kind"] == "ConfigMap" else ""
        published: Mapping[str, str] = each.get("data") or {}
        ours = _known_hosts(published, hosts) if name == _KNOWN_HOSTS else data.get(name)
        yield {**each, "data": {**published, **ours}} if ours else each


def webhook(settings: ArgoCd) -> Held | None:
    """Return where Argo CD looks for the secret of the webhook; None where there is none.

    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/webhook/
    """
    if settings.webhook is None:
        return None
    return Held(name="argocd-secret", key=f"webhook.{settings.webhook.value}.secret")


def _general(settings: ArgoCd) -> dict[str, str]:
    return {
        **({"url": settings.url} if settings.url else {}),
        "application.resourceTrackingMethod": "annotation",
        "exec.enabled": "false",
        "users.anonymous.enabled": "false",
    }


def _known_hosts(published: Mapping[str, str], hosts: Sequence[str]) -> dict[str, str]:
    """Return *hosts*, the keys of our Git server, after the *published* ones of well-known servers.

    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#ssh-known-host-public-keys
    """
    known = published.get("ssh_known_hosts", "").splitlines()
    return {"ssh_known_hosts": "\n".join([*known, *hosts, ""])} if hosts else {}


def _parameters(environment: Environment) -> dict[str, str]:
    return {
        # What the ApplicationSets ask for, once more for the ones that somebody adds by hand.
        "applicationsetcontroller.policy": "create-update" if environment.guarded else "sync",
        # Applications are applied on the server's side, so they are compared there.
        "controller.diff.server.side": "true",
    }


def _notifications(wanted: Notifications | None) -> dict[str, str]:
    """Return services, messages and triggers.

    Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/
    """
    if wanted is None:
        return {}
    data: dict[str, str] = {}
    recipients: list[str] = []
    if wanted.slack:
        data["service.slack"] = _text({"token": "$slack-token"})
        recipients.append(f"slack:{wanted.slack}")
    if wanted.webhook:
        headers = [{"name": "Content-Type", "value": "application/json"}]
        data["service.webhook.fleet"] = _text({"url": wanted.webhook, "headers": headers})
        recipients.append("webhook:fleet")
    for name, (when, said) in _EVENTS.items():
        template = name.removeprefix("on-")
        data[f"trigger.{name}"] = _text([{"when": when, "send": [template]}])
        data[f"template.{template}"] = _text(_message(said))
    data["subscriptions"] = _text([{"recipients": recipients, "triggers": list(_EVENTS)}])
    return data


def _text(value: Any) -> str:
    """Return *value* as YAML; what Go templates are in it stay on their line."""
    return json.dumps(value, indent=2)


def _message(said: str) -> dict[str, Any]:
    text = f"{{{{.app.metadata.name}}}} {said} at {{{{.app.status.sync.revision}}}}."
    body = (
        '{"application": {{toJson .app.metadata.name}}, "project": {{toJson .app.spec.project}}, '
        '"revision": {{toJson .app.status.sync.revision}}, '
        f'"message": "{said}"}}'
    )
    return {"message": text, "webhook": {"fleet": {"method": "POST", "body": body}}}


def access(place: Place, namespaces: Sequence[str], kinds: Sequence[str]) -> Iterator[Manifest]:
    """Yield what lets the Argo CD of another cluster deploy here: into *namespaces*, no further.

    *kinds* are the cluster-scoped ones, ``group/Kind``, that applications may make.
    """
    account = {"kind": "ServiceAccount", "name": MANAGER, "namespace": _HOME}
    group = "rbac.authorization.k8s.io"
    yield made(place, "v1", "ServiceAccount", MANAGER, _HOME)
    every = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    yield made(place, f"{group}/v1", "ClusterRole", MANAGER, rules=[every])
    role = {"apiGroup": group, "kind": "ClusterRole", "name": MANAGER}
    for name in namespaces:
        yield made(
            place, f"{group}/v1", "RoleBinding", MANAGER, name, roleRef=role, subjects=[account]
        )
    if kinds:
        name = f"{MANAGER}-cluster"
        rules = [_rule(each) for each in kinds]
        yield made(place, f"{group}/v1", "ClusterRole", name, rules=rules)
        yield made(
            place,
            f"{group}/v1",
            "ClusterRoleBinding",
            name,
            roleRef={**role, "name": name},
            subjects=[account],
        )
    token = made(place, "v1", "Secret", TOKEN, _HOME, type="kubernetes.io/service-account-token")
    token["metadata"]["annotations"] = {"kubernetes.io/service-account.name": MANAGER}
    yield token


def _rule(kind: str) -> dict[str, Any]:
    """Return all rights to the objects of *kind*; its plural is made as Kubernetes makes it."""
    group, _, name = kind.rpartition("/")
    word = name.lower()
    plural = (
        f"{word[:-1]}ies" if word[-1] == "y" else f"{word}es" if word[-1] == "s" else f"{word}s"
    )
    return {"apiGroups": [group], "resources": [plural], "verbs": ["*"]}


def cluster_secret(
    place: Place, cluster: Cluster, namespaces: Sequence[str], kinds: Sequence[str]
) -> Manifest:
    """Return the Secret by which Argo CD knows *cluster*, without the credentials.

    Those are made on the cluster itself: whoever registers the Secret adds them as ``config``.
    """
    data = {"name": cluster.name, "server": cluster.server, "namespaces": ",".join(namespaces)}
    if kinds:
        data["clusterResources"] = "true"
    name = f"cluster-{place.environment.name}-{cluster.name}"
    secret = made(place, "v1", "Secret", name, place.namespace, stringData=data)
    secret["metadata"]["labels"][SECRET_TYPE] = "cluster"
    return secret
