"""``rename``: every file that names an application names it anew, and nothing else changes."""

from pathlib import Path

import pytest

from gitops.diff import compare
from tests.commands import Cli
from tests.fleets import BASE, loading, planned, write

APP = BASE["fleet/apps/web.yaml"]
API = f"""\
{APP.replace("name: web", "name: api").replace("/shop/web", "/shop/api")}\
network:
  ingress: [{{app: web}}, {{app: api}}]  # web calls us
"""
STACK = f"""\
{BASE["Pulumi.test.yaml"]}\
  gitops:apps:
    web: {{replicas: 2}}  # web is small
    api: {{network: {{egress: [{{app: web}}]}}}}
  gitops:clusters:
    two: {{apps: {{web: {{replicas: 3}}}}}}
"""
RELEASES = BASE["releases/test.yaml"]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return the command line for a fleet with two applications that talk to each other."""
    both = RELEASES + RELEASES.partition("\n")[2].replace("web:", '"api":')
    files = {
        "fleet__apps__api_dot_yaml": API,
        "Pulumi_dot_test_dot_yaml": STACK,
        "releases__test_dot_yaml": both,
    }
    return Cli(write(tmp_path / "fleet", **files), capsys)


def texts(root: Path) -> dict[str, str]:
    """Return every file of the fleet."""
    return {
        each.relative_to(root).as_posix(): each.read_bytes().decode()
        for each in root.rglob("*")
        if each.is_file()
    }


def test_it_is_named_anew_wherever_it_is_named_and_nothing_else_changes(cli: Cli) -> None:
    before = texts(cli.root)

    done = cli("rename", "web", "storefront")

    assert done.code == 0, done.err
    assert set(done.out.splitlines()[:-1]) == {
        "fleet/apps/api.yaml",
        "fleet/apps/storefront.yaml",
        "releases/test.yaml",
        "Pulumi.test.yaml",
    }
    web = before.pop("fleet/apps/web.yaml")
    stack = before["Pulumi.test.yaml"]
    assert texts(cli.root) == {
        **before,
        "fleet/apps/storefront.yaml": web.replace(
            "name: web\n", "name: storefront\nformerly: web\n"
        ),
        "fleet/apps/api.yaml": before["fleet/apps/api.yaml"].replace("app: web", "app: storefront"),
        "releases/test.yaml": before["releases/test.yaml"].replace("web:", "storefront:"),
        "Pulumi.test.yaml": stack.replace("web:", "storefront:").replace(
            "app: web", "app: storefront"
        ),
    }


def test_on_the_clusters_nothing_is_made_anew(cli: Cli) -> None:
    before = [each for plan in planned(loading(cli.root).fleet).values() for each in plan.placed()]

    assert cli("rename", "web", "storefront").code == 0
    assert cli("rename", "storefront", "shopfront").code == 0

    after = [each for plan in planned(loading(cli.root).fleet).values() for each in plan.placed()]
    assert {each.object.kind for each in compare(before, after).objects} == {"ApplicationSet"}
    assert "formerly: web\n" in (cli.root / "fleet/apps/shopfront.yaml").read_text()


@pytest.mark.parametrize("text", [APP.replace("\n", "\r\n"), f"\ufeff{APP}", APP.rstrip("\n")])
def test_the_ends_of_lines_stay_as_they_are(cli: Cli, text: str) -> None:
    (cli.root / "fleet/apps/web.yaml").write_bytes(text.encode())

    assert cli("rename", "web", "storefront").code == 0

    found = (cli.root / "fleet/apps/storefront.yaml").read_bytes().decode()
    break_ = "\r\n" if "\r" in text else "\n"
    assert found == text.replace(
        f"name: web{break_}", f"name: storefront{break_}formerly: web{break_}"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wbe", "storefront", "there is no application 'wbe'. Accepted: api, web. Did you mean 'web'?"),
        ("web", "api", "there is an application 'api' already"),
        ("web", "Web", "'Web' is no name: accepted are a-z, 0-9 and '-'"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_leaves_the_files_alone(
    cli: Cli, old: str, new: str, said: str
) -> None:
    before = texts(cli.root)

    done = cli("rename", old, new)

    assert (done.code, said in done.err) == (2, True), done.err
    assert texts(cli.root) == before


@pytest.mark.parametrize("app", ["{name: web, " + ", ".join(APP.splitlines()[1:5]) + "}\n",
                                 APP.replace("name: web", "name: web\nformerly: storefront")])  # fmt: skip
def test_a_file_that_cannot_be_changed_by_itself_leaves_all_of_them_alone(
    cli: Cli, app: str
) -> None:
    (cli.root / "fleet/apps/web.yaml").write_text(app)
    before = texts(cli.root)

    done = cli("rename", "web", "storefront")

    assert done.code == 2
    assert "Write it as fleet/apps/storefront.yaml with" in done.err
    assert texts(cli.root) == before


def test_an_application_whose_former_name_ends_somewhere_is_not_renamed_again(cli: Cli) -> None:
    """There it would change its name on the clusters."""
    assert cli("rename", "web", "storefront").code == 0
    stack = cli.root / "Pulumi.test.yaml"
    stack.write_text(stack.read_text().replace("replicas: 2", "replicas: 2, formerly: null"))
    before = texts(cli.root)

    done = cli("rename", "storefront", "shopfront")

    assert done.code == 2
    assert "End that in every environment first" in done.err
    assert texts(cli.root) == before
