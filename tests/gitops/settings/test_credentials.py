"""Credentials as the engine has decrypted them: what an update lacks is told with the command."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gitops import settings
from gitops.errors import InputError
from gitops.model import Credentials, Fleet
from tests import CANARY
from tests.fleets import BASE, loading, write
from tests.private import VALUES, WAYS, head, private_key, shown

SET = "Run pulumi config set --secret --path 'gitops:repository.{}' -s test{}."
STACK = BASE["Pulumi.test.yaml"]


def fleet(root: Path, kind: Credentials, delivery: str = "argocd") -> Fleet:
    stack = STACK.replace("argocd", delivery)
    files = {"fleet__fleet_dot_yaml": head(kind), "Pulumi_dot_test_dot_yaml": stack}
    return loading(write(root, **files)).fleet


def refused(root: Path, kind: Credentials, given: Any) -> list[str]:
    """Return what is wrong with *given*; no value is shown."""
    text = given if isinstance(given, str) or given is None else json.dumps(given)
    with pytest.raises(InputError) as caught:
        settings.credentials(fleet(root, kind), "test", text)
    said = [str(each) for each in caught.value.problems]
    assert not shown(repr(caught.value) + "".join(said))
    assert caught.value.__context__ is None
    return said


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("delivery", ["argocd", "flux"])
def test_what_is_whole_is_passed_on(tmp_path: Path, kind: Credentials, delivery: str) -> None:
    given = json.dumps(VALUES[kind])

    assert settings.credentials(fleet(tmp_path, kind, delivery), "test", given) == VALUES[kind]


def test_numbers_are_what_the_engine_makes_of_ids_that_are_not_encrypted(tmp_path: Path) -> None:
    given = {**VALUES[Credentials.GITHUB_APP], "appId": 12, "installationId": 34}

    found = settings.credentials(fleet(tmp_path, Credentials.GITHUB_APP), "test", json.dumps(given))

    assert found == VALUES[Credentials.GITHUB_APP]


def test_what_is_there_for_another_kind_is_not_passed_on(tmp_path: Path) -> None:
    given = VALUES[Credentials.SSH] | VALUES[Credentials.PASSWORD]

    found = settings.credentials(fleet(tmp_path, Credentials.PASSWORD), "test", json.dumps(given))

    assert found == VALUES[Credentials.PASSWORD]


@pytest.mark.parametrize("given", [None, "{}"])
def test_nothing_is_needed_where_nobody_asks_who_reads(tmp_path: Path, given: str | None) -> None:
    public = fleet(tmp_path / "a", Credentials.NONE)
    direct = fleet(tmp_path / "b", Credentials.PASSWORD, "direct")

    assert [settings.credentials(each, "test", given) for each in (public, direct)] == [{}, {}]


@pytest.mark.parametrize("given", [None, "{}", {"username": "", "password": None}])
def test_each_value_that_is_missing_is_told_with_the_command_that_sets_it(
    tmp_path: Path, given: Any
) -> None:
    because = (
        "Accepted: username, password, because of 'credentials: password' in fleet/fleet.yaml. "
    )

    assert refused(tmp_path, Credentials.PASSWORD, given) == [
        f"Pulumi.test.yaml: gitops:repository.{key}: the value is missing. {because}"
        f"{SET.format(key, '')}"
        for key in ("password", "username")
    ]


def test_a_private_key_comes_from_a_file(tmp_path: Path) -> None:
    [found] = refused(tmp_path, Credentials.SSH, "{}")

    assert found.endswith(SET.format("privateKey", " < FILE"))


@pytest.mark.parametrize("given", [CANARY, f'"{CANARY}"', f'["{CANARY}"]'])
def test_what_is_no_object_is_not_shown(tmp_path: Path, given: str) -> None:
    found = refused(tmp_path, Credentials.PASSWORD, given)

    keys = "username, password, privateKey, appId, installationId"
    whole = f"this is no object (it is not shown). Accepted: {keys}. "
    assert f"Pulumi.test.yaml: gitops:repository: {whole}{SET.format('KEY', '')}" in found


def test_keys_that_are_not_known_are_named_and_their_values_are_not(tmp_path: Path) -> None:
    given = {**VALUES[Credentials.PASSWORD], "pasword": CANARY}

    assert refused(tmp_path, Credentials.PASSWORD, given) == [
        "Pulumi.test.yaml: gitops:repository.pasword: the key is unknown. Accepted: username, "
        "password, privateKey, appId, installationId. Remove it."
    ]


@pytest.mark.parametrize("value", [True, 1.5, [CANARY], {"a": CANARY}])
def test_a_value_that_is_no_text_is_refused_and_not_shown(tmp_path: Path, value: Any) -> None:
    [found] = refused(tmp_path, Credentials.PASSWORD, {"username": "reader", "password": value})

    assert "gitops:repository.password: this is no text (it is not shown)." in found


@pytest.mark.parametrize("value", ["0", "-1", "x1", "1 "])
@pytest.mark.parametrize("key", ["appId", "installationId"])
def test_an_id_is_a_number(tmp_path: Path, key: str, value: str) -> None:
    given = {**VALUES[Credentials.GITHUB_APP], key: value}

    [found] = refused(tmp_path, Credentials.GITHUB_APP, given)

    assert f"gitops:repository.{key}: this is no number (it is not shown)." in found


@pytest.mark.parametrize(
    "value",
    [
        "ssh-ed25519 AAAA reader",
        private_key().replace("PRIVATE", "PUBLIC"),
        private_key().partition("-----END")[0],
        private_key().replace("b3BlbnNzaC", "b3BlbnNzaX"),
        private_key().replace("b3BlbnNzaC", "b3BlbnNz"),
        "id_ed25519",
    ],
)
def test_what_is_no_private_key_is_told_before_an_engine_cannot_read_it(
    tmp_path: Path, value: str
) -> None:
    [found] = refused(tmp_path, Credentials.SSH, {"privateKey": value})

    assert "gitops:repository.privateKey: this is no private key in PEM" in found


@pytest.mark.parametrize(
    "value",
    [
        private_key(b"aes256-ctr"),
        private_key(kind="ENCRYPTED "),
        private_key(kind="RSA ").replace(
            "-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", 1
        ),
    ],
)
def test_a_key_that_a_passphrase_protects_is_told_because_no_engine_has_one(
    tmp_path: Path, value: str
) -> None:
    [found] = refused(tmp_path, Credentials.SSH, {"privateKey": value})

    assert "gitops:repository.privateKey: a passphrase protects this key" in found


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen")
@pytest.mark.parametrize("form", ["OPENSSH", "PEM", "PKCS8"])
@pytest.mark.parametrize("phrase", ["", CANARY])
def test_keys_as_ssh_keygen_makes_them_are_told_apart(
    tmp_path: Path, form: str, phrase: str
) -> None:
    """The length is the smallest it makes: nothing is encrypted with it."""
    file = tmp_path / "key"
    more = [] if form == "OPENSSH" else ["-m", form]
    command = ["ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", phrase, "-f", str(file), *more]
    subprocess.run(command, check=True)
    given = {"privateKey": file.read_text()}

    if phrase:
        [found] = refused(tmp_path / "fleet", Credentials.SSH, given)
        assert "a passphrase protects this key" in found
    else:
        made = fleet(tmp_path / "fleet", Credentials.SSH)
        assert settings.credentials(made, "test", json.dumps(given)) == given
