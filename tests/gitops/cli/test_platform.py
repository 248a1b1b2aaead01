"""``preview`` and ``check`` of a fleet with a platform, with and without its release manifests."""

import shutil
from pathlib import Path

import pytest

from gitops.source.files import WorkTree
from recording.config import stack_config
from recording.monitor import Recording
from recording.run import Run, record_all
from recording.values import SECRET
from tests import ROOT
from tests.commands import Cli
from tests.published import VERSION, argo_cd, installing, release

LINE = (
    f"warning: argo-rollouts {VERSION} (install.yaml) was not fetched: its objects are not shown. "
    "Run gitops fetch."
)


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], own_cache: Path) -> Cli:
    """Return the command line for a fleet of which nothing was fetched."""
    assert not own_cache.exists()
    given = {"argo-cd": argo_cd(), "argo-rollouts": release()}
    root = installing(tmp_path / "fleet", "{argo-rollouts: {}}", given)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, root)
    return Cli(root, capsys)


def test_a_preview_says_what_was_not_fetched_and_shows_the_rest(cli: Cli) -> None:
    done = cli("preview")

    assert done.code == 0
    assert [line.strip() for line in done.out.splitlines() if "warning:" in line] == [LINE]
    assert "ApplicationSet" in done.out
    assert "CustomResourceDefinition" not in done.out


def test_once_it_was_fetched_the_preview_shows_it_and_warns_no_more(cli: Cli) -> None:
    cli("fetch")

    done = cli("preview")

    assert done.code == 0
    assert "warning" not in done.out
    assert "one-argo-rollouts  gitops:index:Program" in done.out
    assert "CustomResourceDefinition" in done.out


def recorded(cli: Cli) -> Recording:
    """Run the program of a fleet that Git servers call, as ``preview`` does."""
    text = (cli.root / "Pulumi.test.yaml").read_text()
    (cli.root / "Pulumi.test.yaml").write_text(
        text.replace("{argo-rollouts: {}}", "{argo-cd: {webhook: gitlab}}")
    )
    cli("fetch")
    config, _ = stack_config(WorkTree(cli.root), "test")
    run = Run(root=cli.root, project="gitops", stack="test", config=config)
    return record_all([run])["test"]


def test_the_secrets_of_the_webhooks_are_an_output_and_secret(cli: Cli) -> None:
    found = recorded(cli)

    assert found.outputs["webhooks"] == SECRET
    assert found.outputs["clusters"] == {"one": ["web"], "two": ["web"]}


def test_the_rules_judge_what_is_installed(cli: Cli) -> None:
    (cli.root / "fleet/policy.yaml").write_text("registries: [registry.example.com]\n")
    assert cli("check").code == 0
    cli("fetch")

    done = cli("check")

    assert done.code == 1
    assert "Deployment argo-rollouts/controller: [approved-registries]" in done.out
