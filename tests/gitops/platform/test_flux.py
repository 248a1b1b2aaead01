"""What a Git server calls to tell Flux of a new commit."""

import pytest

from gitops.model import ComponentName, Flux
from gitops.model.platform import FluxWebhook
from gitops.objects import Manifest
from gitops.platform import flux
from gitops.platform.install import Held
from tests.published import place

LABELS = {
    "app.kubernetes.io/part-of": "fleet",
    "app.kubernetes.io/managed-by": "gitops",
    "gitops.example.com/environment": "test",
    "gitops.example.com/component": "flux",
}


def made(webhook: FluxWebhook | None) -> list[Manifest]:
    settings = Flux(webhook=webhook)
    return list(flux.receiver(place(ComponentName.FLUX, settings), settings))


def test_without_a_webhook_there_is_nothing_to_call() -> None:
    assert made(None) == []
    assert flux.webhook(place(ComponentName.FLUX, Flux()), Flux()) is None


def test_a_call_that_proves_itself_by_the_token_makes_flux_fetch_the_repository() -> None:
    secret, receiver = made(FluxWebhook.GITHUB)

    assert secret == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "webhook-test", "namespace": "flux-system", "labels": LABELS},
        "type": "Opaque",
    }
    assert receiver == {
        "apiVersion": "notification.toolkit.fluxcd.io/v1",
        "kind": "Receiver",
        "metadata": {"name": "rendered-test", "namespace": "flux-system", "labels": LABELS},
        "spec": {
            "type": "github",
            "events": ["ping", "push"],
            "secretRef": {"name": "webhook-test"},
            "resources": [
                {
                    "apiVersion": "source.toolkit.fluxcd.io/v1",
                    "kind": "GitRepository",
                    "name": "rendered-test",
                }
            ],
        },
    }


@pytest.mark.parametrize(
    ("webhook", "events"),
    [
        (FluxWebhook.GITLAB, ["Push Hook"]),
        (FluxWebhook.BITBUCKET, ["repo:refs_changed"]),
        (FluxWebhook.GENERIC_HMAC, None),
    ],
)
def test_each_kind_of_server_calls_a_commit_by_another_name(
    webhook: FluxWebhook, events: list[str] | None
) -> None:
    _, receiver = made(webhook)

    assert receiver["spec"]["type"] == webhook.value
    assert receiver["spec"].get("events") == events


def secret_ref(secret: Manifest) -> dict[str, str]:
    return {"name": secret["metadata"]["name"]}


@pytest.mark.parametrize("webhook", FluxWebhook)
def test_pulumi_puts_the_token_where_flux_looks_for_it(webhook: FluxWebhook) -> None:
    settings = Flux(webhook=webhook)

    secret, receiver = made(webhook)

    held = flux.webhook(place(ComponentName.FLUX, settings), settings)
    assert held == Held(name=secret["metadata"]["name"], key="token")
    assert receiver["spec"]["secretRef"] == secret_ref(secret)
