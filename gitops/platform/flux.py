"""What a Git server calls to tell Flux of a new commit.

Source: https://fluxcd.io/flux/components/notification/receivers/, and for the fields the Receiver of
https://github.com/fluxcd/notification-controller/blob/main/api/v1/receiver_types.go
"""

from collections.abc import Iterator
from typing import Any

from gitops.manifests.flux import SOURCE_API, source_name
from gitops.model import Flux
from gitops.model.platform import FluxWebhook
from gitops.objects import Manifest
from gitops.platform.install import Held, Place, made

_EVENTS = {
    FluxWebhook.GITHUB: ["ping", "push"],
    FluxWebhook.GITLAB: ["Push Hook"],
    FluxWebhook.BITBUCKET: ["repo:refs_changed"],
}
"""Events that say of a new commit, where a kind of server tells them apart from others."""


def webhook(place: Place, settings: Flux) -> Held | None:
    """Return where Flux looks for the token of the webhook; None where there is none."""
    return Held(name=_name(place), key="token") if settings.webhook else None


def receiver(place: Place, settings: Flux) -> Iterator[Manifest]:
    """Yield the Secret for the token, without it, and the Receiver that is called; nothing without one.

    Its path is a digest of token, name and namespace: ``status.webhookPath``.
    """
    if settings.webhook is None:
        return
    name = _name(place)
    yield made(place, "v1", "Secret", name, place.namespace, type="Opaque")
    source = {
        "apiVersion": SOURCE_API,
        "kind": "GitRepository",
        "name": source_name(place.environment),
    }
    spec: dict[str, Any] = {
        "type": settings.webhook.value,
        "events": _EVENTS.get(settings.webhook),
        "secretRef": {"name": name},
        "resources": [source],
    }
    given = {key: each for key, each in spec.items() if each is not None}
    api = "notification.toolkit.fluxcd.io/v1"
    yield made(place, api, "Receiver", source_name(place.environment), place.namespace, spec=given)


def _name(place: Place) -> str:
    return f"webhook-{place.environment.name}"
