"""The whole program where not everybody may read the repository: offline, and as an update runs it."""

import asyncio
import json
import runpy
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pulumi import Output

from components import Cluster
from gitops.errors import GitOpsError, InputError
from gitops.model import Credentials
from gitops.source.files import WorkTree
from recording import Run, record
from recording.config import stack_config
from recording.monitor import Monitor
from recording.values import SECRET
from tests import CANARY, ROOT
from tests.commands import Cli
from tests.fleets import BASE, write
from tests.private import VALUES, WAYS, head, shown
from tests.programs import monitored, one, recorded

STACK = BASE["Pulumi.test.yaml"]
NAME = "one-delivery-secret-argocd-repository-test"
ENCRYPTED = "  gitops:repository: {username: reader, password: {secure: 'v1:x:y'}}\n"


def fleet(root: Path, kind: Credentials, more: str = "", delivery: str = "argocd") -> Path:
    stack = STACK.replace("argocd", delivery) + more
    files = {"fleet__fleet_dot_yaml": head(kind), "Pulumi_dot_test_dot_yaml": stack}
    write(root, **files)
    for name in ("__main__.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, root)
    return root


def updating(root: Path, given: Any) -> tuple[Callable[[], object], Mapping[str, Any]]:
    """Return the program in *root*, and how an engine runs it that has decrypted *given*."""
    config, _ = stack_config(WorkTree(root), "test")
    text = given if isinstance(given, str) else json.dumps(given)
    options = {
        "given": {**config, **({"gitops:repository": text} if given is not None else {})},
        "secret": ["gitops:repository"],
    }
    return lambda: runpy.run_path(str(root / "__main__.py")), options


@pytest.mark.parametrize("more", ["", ENCRYPTED])
def test_a_preview_shows_the_secret_without_values_and_needs_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str
) -> None:
    cli = Cli(fleet(tmp_path, Credentials.PASSWORD, more), capsys)

    done = cli("preview", "--full")

    assert (done.code, done.err) == (0, "")
    assert NAME in done.out
    assert "v1:x:y" not in done.out


@pytest.mark.parametrize("kind", WAYS)
def test_offline_the_secret_is_registered_as_it_was_planned(
    tmp_path: Path, kind: Credentials
) -> None:
    root = fleet(tmp_path, kind)
    config, secret = stack_config(WorkTree(root), "test")

    found = record(
        Run(root=root, project="gitops", stack="test", config=config, secret_keys=secret)
    )

    assert one(found, NAME).inputs["data"] == SECRET


@pytest.mark.parametrize("kind", WAYS)
def test_an_update_registers_the_values_and_shows_none(tmp_path: Path, kind: Credentials) -> None:
    program, options = updating(fleet(tmp_path, kind), VALUES[kind])

    found = recorded(program, **options)

    assert one(found, NAME).inputs["data"] == SECRET
    assert not shown(repr(found))


async def secret(value: Output[str]) -> bool:
    return await value.is_secret()


def test_a_value_is_secret_before_a_component_has_it(tmp_path: Path) -> None:
    kind = Credentials.PASSWORD
    program, options = updating(fleet(tmp_path, kind), VALUES[kind])

    with patch("components.Cluster", wraps=Cluster) as made:
        recorded(program, **options)

    given = [each.args[1].repository for each in made.call_args_list]
    assert [set(each) for each in given] == [set(VALUES[kind])] * 2
    assert all(asyncio.run(secret(value)) for each in given for value in each.values())


@pytest.mark.parametrize("delivery", ["argocd", "flux"])
@pytest.mark.parametrize("given", [None, {}, {"username": "reader"}])
def test_an_update_without_a_value_ends_before_anything_is_registered(
    tmp_path: Path, given: Any, delivery: str
) -> None:
    root = fleet(tmp_path, Credentials.PASSWORD, delivery=delivery)
    program, options = updating(root, given)
    register = Monitor.RegisterResource
    watched = patch.object(Monitor, "RegisterResource", autospec=True, side_effect=register)

    with watched as asked, pytest.raises(InputError) as caught:
        monitored(program, **options)

    command = "pulumi config set --secret --path 'gitops:repository.password' -s test"
    assert command in str(caught.value)
    assert [each.args[1].type for each in asked.call_args_list] == ["pulumi:pulumi:Stack"]


def test_an_update_where_pulumi_delivers_itself_needs_no_credentials(tmp_path: Path) -> None:
    root = fleet(tmp_path, Credentials.PASSWORD, delivery="direct")
    program, options = updating(root, None)

    assert not [each for each in recorded(program, **options).resources if "Secret" in each.type]


@pytest.mark.parametrize(
    "given", [CANARY, [CANARY], {"username": "reader", "password": "x", "pasword": CANARY}]
)
def test_an_error_of_the_whole_program_has_no_value_in_it(tmp_path: Path, given: Any) -> None:
    program, options = updating(fleet(tmp_path, Credentials.PASSWORD), given)

    with pytest.raises(GitOpsError) as caught:
        monitored(program, **options)

    assert "gitops:repository" in str(caught.value)
    assert not shown(str(caught.value))


def test_what_is_renewed_is_changed_in_place_and_is_never_gone(tmp_path: Path) -> None:
    """The provider replaces Secrets and ConfigMaps unless it is told that they may change."""
    program, options = updating(fleet(tmp_path, Credentials.NONE), None)

    found = recorded(program, **options)

    providers = [each.inputs for each in found.resources if "providers:kubernetes" in each.type]
    assert len(providers) == 2
    assert {each["enableSecretMutable"] for each in providers} == {"true"}
    assert {each["enableConfigMapMutable"] for each in providers} == {"true"}
