"""What people write about the platform: what is not pinned, not known or not safe is told where."""

from pathlib import Path

import pytest

from tests.fleets import problems, write
from tests.published import environment, head, installing

STACK = "Pulumi.test.yaml"


def installed(root: Path, platform: str, **files: str) -> list[str]:
    stack = environment(platform)
    return problems(write(root, Pulumi_dot_test_dot_yaml=stack, **files))


def test_a_program_that_is_not_pinned_is_told_with_its_place_and_the_command(
    tmp_path: Path,
) -> None:
    assert installed(tmp_path, "{flux: {controllers: [source-controller]}, kyverno: {}}") == [
        f"{STACK}:6:16: config.gitops:environment.platform.flux: flux is not pinned: there is no "
        "digest of rbac.yaml, policies.yaml, source-controller.yaml. Accepted: version and sha256 "
        "in fleet/versions.yaml. Run gitops pin flux VERSION.",
        f"{STACK}:6:58: config.gitops:environment.platform.kyverno: kyverno is not pinned: there "
        "is no digest of install.yaml. Accepted: version and sha256 in fleet/versions.yaml. "
        "Run gitops pin kyverno VERSION.",
    ]


def test_a_program_with_a_version_and_no_digest_is_told_with_its_version(tmp_path: Path) -> None:
    [found] = installed(tmp_path, "{argo-cd: {}}")

    assert found.startswith(f"{STACK}:6:16: ")
    assert found.endswith("Run gitops pin argo-cd v3.3.3.")


def test_settings_that_need_another_file_need_its_digest(tmp_path: Path) -> None:
    versions = f"argo-cd: {{version: v3.3.3, sha256: {{install.yaml: {'0' * 64}}}}}\n"
    files = {"fleet__versions_dot_yaml": versions}

    assert installed(tmp_path, "{argo-cd: {}}", **files) == []
    [found] = installed(tmp_path, "{argo-cd: {highAvailability: true}}", **files)
    assert "there is no digest of ha/install.yaml" in found


def test_a_pin_of_the_environment_stands_for_the_fleets_and_is_whole_or_wrong(
    tmp_path: Path,
) -> None:
    root = installing(tmp_path)
    stack = root / STACK
    own = "    versions: {argo-rollouts: {version: v9.9.9}}\n"
    stack.write_text(stack.read_text() + own)

    [found] = problems(root)

    assert found.endswith("Run gitops pin argo-rollouts v9.9.9.")


@pytest.mark.parametrize(
    ("platform", "place", "said"),
    [
        ("{argo-rollout: {}}", "6:16",
         "argo-rollout: the key 'argo-rollout' is unknown. Accepted: argo-cd, argo-rollouts, "
         "external-secrets, flux, gatekeeper, kyverno, sealed-secrets. Did you mean 'argo-rollouts'?"),
        ("{argoRollouts: {}}", "6:16",
         "argoRollouts: the key 'argoRollouts' is unknown. Accepted: argo-cd, argo-rollouts, "
         "external-secrets, flux, gatekeeper, kyverno, sealed-secrets. Did you mean 'argo-rollouts'?"),
        ("{kyverno: {namespace: a}}", "6:26",
         "kyverno.namespace: the key 'namespace' is unknown. Accepted: resources. "
         "Correct or remove it."),
        ("{argo-cd: {highAvailabilty: true}}", "6:26",
         "argo-cd.highAvailabilty: the key 'highAvailabilty' is unknown. Accepted: highAvailability, "
         "notifications, resources, url, webhook. Did you mean 'highAvailability'?"),
        ("{argo-cd: {webhook: githb}}", "6:26",
         "argo-cd.webhook: 'githb' is not accepted. Accepted: github, gitlab, gogs, "
         "bitbucketserver. Did you mean 'github'?"),
        ("{argo-cd: {url: http://argocd.example.com}}", "6:26",
         "argo-cd.url: 'http://argocd.example.com' does not fit. Accepted: an https:// URL without "
         "credentials. Put credentials in a Secret."),
        ("{argo-rollouts: {namespace: Not_A_Label}}", "6:32",
         "argo-rollouts.namespace: 'Not_A_Label' does not fit. Accepted: an RFC 1123 label: a-z, "
         "0-9 and '-', first and last a letter or digit, at most 63 characters. Rename it."),
    ],
)  # fmt: skip
def test_what_is_not_known_is_told_with_its_place_and_the_nearest(
    tmp_path: Path, platform: str, place: str, said: str
) -> None:
    assert installed(tmp_path, platform) == [f"{STACK}:{place}: platform.{said}"]


@pytest.mark.parametrize(
    ("platform", "delivery", "said"),
    [
        ("{flux: {webhook: github}}", "flux", []),
        ("{flux: {controllers: [source-controller]}}", "argocd", []),
        ("{flux: {webhook: github, controllers: [source-controller]}}", "flux",
         ["platform.flux.webhook: nobody answers a webhook: notification-controller is not among "
          "'controllers'. Add notification-controller to 'controllers', or remove 'webhook'."]),
        ("{flux: {webhook: gitlab}}", "argocd",
         ["platform.flux.webhook: Flux reads no repository here: 'delivery' is argocd. Accepted: "
          "delivery: flux. Remove 'webhook'."]),
    ],
)  # fmt: skip
def test_a_webhook_needs_somebody_who_answers_and_something_to_fetch(
    tmp_path: Path, platform: str, delivery: str, said: list[str]
) -> None:
    root = installing(tmp_path, programs={"flux": []})
    (root / STACK).write_text(environment(platform, delivery=delivery))

    at = f"{STACK}:6:23: config.gitops:environment."
    assert problems(root) == [f"{at}{each}" for each in said]


def test_flux_knows_fewer_kinds_of_servers_than_argo_cd(tmp_path: Path) -> None:
    assert installed(tmp_path, "{flux: {webhook: gogs}}") == [
        f"{STACK}:6:23: platform.flux.webhook: 'gogs' is not accepted. Accepted: github, gitlab, "
        "bitbucket, generic-hmac. Correct or remove it."
    ]


def mirrored(root: Path, mirror: str) -> list[str]:
    return problems(write(root, fleet__fleet_dot_yaml=head(mirror)))


@pytest.mark.parametrize(
    "place",
    [
        "https://mirror.corp",
        "https://mirror.corp:8443/manifests/",
        "mirror",
        "third-party/manifests",
        ".mirror",
        "..mirror",
    ],
)
def test_a_mirror_is_a_url_or_a_folder_of_the_repository(tmp_path: Path, place: str) -> None:
    assert mirrored(tmp_path, f"{{manifests: {place}}}") == []


@pytest.mark.parametrize(
    "place",
    [
        "http://mirror.corp",
        "https://user:secret@mirror.corp",
        "https://mirror.corp/?token=secret",
        "ftp://mirror.corp",
        "file:///srv/mirror",
        "..",
        "../mirror",
        "mirror/../../elsewhere",
        "mirror/..",
        "/srv/mirror",
        "~/mirror",
        '""',
    ],
)
def test_any_other_mirror_is_refused(tmp_path: Path, place: str) -> None:
    [found] = mirrored(tmp_path, f"{{manifests: {place}}}")

    assert found.startswith("fleet/fleet.yaml:4:10: mirror.manifests: ")
    assert "Accepted: an https:// URL without credentials, or a folder of the repository." in found


@pytest.mark.parametrize("place", ["https://mirror.corp", "mirror.corp/", "Mirror.corp", "a/../b"])
def test_images_lie_in_a_registry_or_a_path_in_one(tmp_path: Path, place: str) -> None:
    [found] = mirrored(tmp_path, f"{{images: {place}}}")

    assert found.startswith("fleet/fleet.yaml:4:10: mirror.images: ")
    assert mirrored(tmp_path, "{images: mirror.corp/all}") == []


@pytest.mark.parametrize(
    ("digests", "said"),
    [
        ("{install.yaml: sha256:abc}", "'sha256:abc' does not fit. Accepted: a SHA-256 digest"),
        (f"{{install.yaml: {'A' * 64}}}", "does not fit. Accepted: a SHA-256 digest"),
        (f"{{../x: {'0' * 64}}}", "'../x' does not fit. Accepted: a path inside the repository"),
    ],
)
def test_a_digest_is_one_of_a_file_of_the_release(tmp_path: Path, digests: str, said: str) -> None:
    versions = f"argo-cd: {{version: v3.3.3, sha256: {digests}}}\n"

    [found] = problems(write(tmp_path, fleet__versions_dot_yaml=versions))

    assert found.startswith("fleet/versions.yaml:1:")
    assert said in found
