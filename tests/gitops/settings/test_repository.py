"""What people write about credentials for the Git repository: what does not fit is told where."""

from pathlib import Path

import pytest

from gitops.model import Credentials
from tests import CANARY
from tests.fleets import BASE, loading, problems, write
from tests.private import HTTPS, KNOWN_HOST, SSH, WAYS, head

STACK = BASE["Pulumi.test.yaml"]
FILE = "fleet/fleet.yaml"
KEYS = "Accepted: username, password, privateKey, appId, installationId. "


def of(root: Path, repository: str) -> list[str]:
    """Return what is wrong with a fleet that has *repository*."""
    given = f"name: test\ndomain: example.com\nrepository: {repository}\n"
    return problems(write(root, fleet__fleet_dot_yaml=given))


@pytest.mark.parametrize("kind", Credentials)
def test_each_kind_of_credentials_is_taken_with_a_url_that_it_goes_with(
    tmp_path: Path, kind: Credentials
) -> None:
    root = write(tmp_path, fleet__fleet_dot_yaml=head(kind))

    assert problems(root) == []
    assert loading(root).fleet.repository.credentials is kind


def test_nobody_needs_credentials_who_says_nothing_of_them(tmp_path: Path) -> None:
    assert loading(write(tmp_path)).fleet.repository.credentials is Credentials.NONE


@pytest.mark.parametrize("url", [SSH, "ssh://git.example.com/rendered.git"])
@pytest.mark.parametrize("kind", ["password", "githubApp"])
def test_what_is_said_over_https_does_not_go_with_ssh(tmp_path: Path, url: str, kind: str) -> None:
    column = len(f"repository: {{url: {url}, ") + 1

    assert of(tmp_path, f"{{url: {url}, credentials: {kind}}}") == [
        f"{FILE}:3:{column}: repository.credentials: '{kind}' does not go with the url '{url}'. "
        "Accepted: a url that begins with https://. Correct one of the two; 'ssh' goes with this url."
    ]


@pytest.mark.parametrize("url", [HTTPS, "ssh://git.example.com/rendered.git"])
def test_ssh_needs_a_url_with_a_user_because_argo_cd_takes_no_other_for_ssh(
    tmp_path: Path, url: str
) -> None:
    given = f"{{credentials: ssh, url: {url}, knownHosts: ['{KNOWN_HOST}']}}"

    assert of(tmp_path, given) == [
        f"{FILE}:3:14: repository.credentials: 'ssh' does not go with the url '{url}'. Accepted: a "
        "url such as ssh://git@git.example.com/platform/rendered.git. Correct one of the two."
    ]


@pytest.mark.parametrize(
    ("url", "scan"),
    [
        (SSH, "ssh-keyscan -p 2222 git.example.com"),
        ("ssh://git@git.example.com/rendered.git", "ssh-keyscan git.example.com"),
    ],
)
def test_ssh_needs_the_keys_by_which_the_server_is_told_from_others(
    tmp_path: Path, url: str, scan: str
) -> None:
    assert of(tmp_path, f"{{credentials: ssh, url: {url}}}") == [
        f"{FILE}:3:14: repository.credentials: 'ssh' needs 'knownHosts': an engine must be able to "
        "tell the Git server from others. Accepted: knownHosts: [HOST KIND KEY, ...]. Add the lines "
        f"of {scan}, compared with what the server publishes."
    ]


def test_keys_of_a_server_that_is_not_reached_over_ssh_mean_nothing(tmp_path: Path) -> None:
    assert of(tmp_path, f"{{knownHosts: ['{KNOWN_HOST}'], url: {HTTPS}}}") == [
        f"{FILE}:3:14: repository.knownHosts: 'knownHosts' is for 'credentials: ssh', and they are "
        "'none'. Remove it."
    ]


@pytest.mark.parametrize(
    "line",
    [
        "git.example.com",
        "git.example.com ssh-ed25519",
        "git.example.com ssh-ed25519 short",
        "git.example.com ssh-dss " + "A" * 68,
        "# git.example.com:22 SSH-2.0-OpenSSH_9.2",
        KNOWN_HOST + " comment",
        KNOWN_HOST.replace(" ", "  "),
    ],
)
def test_a_line_that_no_engine_understands_is_refused(tmp_path: Path, line: str) -> None:
    [found] = of(tmp_path, f"{{url: {SSH}, credentials: ssh, knownHosts: ['{line}']}}")

    assert found.startswith(f"{FILE}:3:")
    assert "repository.knownHosts[0]: " in found
    assert "Accepted: a line of known_hosts" in found


@pytest.mark.parametrize(
    "line",
    [
        KNOWN_HOST,
        "|1|c2FsdA==|aGFzaA== ssh-rsa " + "A" * 372,
        "a.example.com,10.0.0.1 ecdsa-sha2-nistp256 " + "A" * 139 + "=",
        "@cert-authority *.example.com ssh-ed25519 " + "A" * 68,
    ],
)
def test_every_form_of_a_line_that_ssh_keyscan_or_people_write_is_taken(
    tmp_path: Path, line: str
) -> None:
    assert of(tmp_path, f"{{url: {SSH}, credentials: ssh, knownHosts: ['{line}']}}") == []


def stack(root: Path, values: str) -> list[str]:
    """Return what is wrong with a stack whose credentials are *values*; no value is ever shown."""
    found = problems(
        write(
            root,
            fleet__fleet_dot_yaml=head(Credentials.PASSWORD),
            Pulumi_dot_test_dot_yaml=f"{STACK}  gitops:repository: {values}\n",
        )
    )
    assert CANARY not in "".join(found)
    return found


@pytest.mark.parametrize(
    "values",
    [
        "{username: {secure: v1:abc}, password: {secure: v1:abc}}",
        "{username: reader, password: {secure: v1:abc}}",
        "{username: reader}",
        # Prepared for the day on which fleet.yaml says so.
        "{password: {secure: v1:abc}, privateKey: {secure: v1:abc}, appId: 1, installationId: 2}",
        "{}",
    ],
)
def test_values_are_encrypted_one_by_one_and_need_not_be_whole_yet(
    tmp_path: Path, values: str
) -> None:
    assert stack(tmp_path, values) == []


@pytest.mark.parametrize("kind", WAYS)
def test_a_stack_without_values_is_no_problem_before_an_update(
    tmp_path: Path, kind: Credentials
) -> None:
    assert problems(write(tmp_path, fleet__fleet_dot_yaml=head(kind))) == []


@pytest.mark.parametrize("values", [f"{{secure: {CANARY}}}", CANARY, f"[{CANARY}]"])
def test_values_that_are_one_are_told_how_to_be_one_for_each_key(
    tmp_path: Path, values: str
) -> None:
    assert stack(tmp_path, values) == [
        "Pulumi.test.yaml:6:3: config.gitops:repository: the credentials are one value instead of "
        f"one by key (it is not shown). {KEYS}Remove it, and run for each key: "
        "pulumi config set --secret --path 'gitops:repository.KEY' -s test."
    ]


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("password", "pulumi config set --secret --path 'gitops:repository.password' -s test"),
        (
            "privateKey",
            "pulumi config set --secret --path 'gitops:repository.privateKey' -s test < FILE",
        ),
    ],
)
def test_a_value_in_plain_text_is_refused_and_not_repeated(
    tmp_path: Path, key: str, command: str
) -> None:
    assert stack(tmp_path, f"{{username: reader, {key}: {CANARY}}}") == [
        f"Pulumi.test.yaml:6:41: config.gitops:repository.{key}: this {key} is not encrypted (it is "
        f"not shown). Accepted: an encrypted value. Run {command}; revoke it if it was committed."
    ]


def test_a_key_that_is_not_known_is_named_and_its_value_is_not(tmp_path: Path) -> None:
    assert stack(tmp_path, f"{{pasword: {CANARY}, zzz: {{secure: {CANARY}}}}}") == [
        "Pulumi.test.yaml:6:23: config.gitops:repository.pasword: the key 'pasword' is unknown. "
        f"{KEYS}Did you mean 'password'?",
        "Pulumi.test.yaml:6:48: config.gitops:repository.zzz: the key 'zzz' is unknown. "
        f"{KEYS}Correct or remove it.",
    ]
