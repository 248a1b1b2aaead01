"""A preview as text: what a person reads, in a terminal or through a pipe."""

from io import StringIO

import pytest

from gitops.diff import ChangeKind
from gitops.diff.changes import ABSENT, FieldChange
from gitops.model import Level
from gitops.objects import Identity
from gitops.preview import Node
from gitops.report import text
from gitops.report.safe import visible
from gitops.rules.rule import Complaint
from tests import CANARY
from tests.gitops.report.test_safe import HOSTILE
from tests.previews import DANGER, change, environment, preview, row, verdict


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def printed(stream: StringIO) -> str:
    given = preview(environment(verdicts=(verdict(),)), changes=[change()])
    text.preview(given, full=False, to=text.console(stream))
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]  # pytest uses it
    """Take away what the terminal of whoever runs the tests says."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_an_environment_is_described_from_its_delivery_to_its_policy() -> None:
    assert text.as_text(preview()).splitlines() == [
        "test  Where things are tried.",
        "  argocd, manual sync; clusters: one, two",
        "  application  kind     runs                                 replicas  strategy  clusters",
        "  web          service  registry.example.com/shop/web:1.0.0  3         rolling   one",
        "  3 Pulumi resources",
        "└── one  gitops:index:Cluster",
        "    └── 2 Namespace (protected)",
        "  3 Kubernetes objects: 2 Deployment, 1 Service",
        "  policy: every rule is kept",
        "",
    ]


def test_one_of_a_thing_is_not_many() -> None:
    given = environment(resources=(Node(name="one", type="x"),), objects={"Service": 1})

    lines = text.as_text(preview(given)).splitlines()

    assert "  1 Pulumi resource" in lines
    assert "  1 Kubernetes object: 1 Service" in lines


def test_an_application_that_is_everywhere_is_said_to_be() -> None:
    given = environment(applications=(row(clusters=("one", "two")),))

    assert "rolling   all" in text.as_text(preview(given))


def test_where_releases_come_from_is_said() -> None:
    given = environment(comes_from="staging")

    assert "manual sync, releases from staging; clusters" in text.as_text(preview(given))


def test_every_resource_is_named_when_asked_for() -> None:
    lines = text.as_text(preview(), full=True).splitlines()

    assert lines[5:8] == [
        "└── one  gitops:index:Cluster",
        "    ├── one-shop  kubernetes:core/v1:Namespace  protected",
        "    └── one-data  kubernetes:core/v1:Namespace  protected",
    ]


def test_a_single_resource_is_named_rather_than_counted() -> None:
    only = Node(name="one-shop", type="kubernetes:core/v1:Namespace")
    given = environment(
        resources=(Node(name="one", type="gitops:index:Cluster", children=(only,)),)
    )

    assert "└── one-shop  kubernetes:core/v1:Namespace\n" in text.as_text(preview(given))


def test_resources_of_one_kind_are_counted_apart_when_only_some_are_protected() -> None:
    children = tuple(Node(name=str(n), type="a:b:Namespace", protect=n > 0) for n in range(3))
    given = environment(resources=(Node(name="one", type="x", children=children),))

    assert "1 Namespace, 2 Namespace (protected)" in text.as_text(preview(given))


def test_changes_come_first_and_the_worst_is_said_before_the_fields() -> None:
    given = change(FieldChange("spec.replicas", 3, 2), dangers=(DANGER,))

    assert text.as_text(preview(changes=[given])).splitlines()[:5] == [
        "Changes against main: 0 added, 2 changed, 0 removed, 0 replaced on 2 clusters of test",
        "  capacity-down: 1 object; fewer pods are guaranteed",
        "~ test/one,two  Deployment shop/web  (web)  capacity-down",
        "    spec.replicas: 3 -> 2",
        "",
    ]


@pytest.mark.parametrize(("kind", "sign"), list(zip(ChangeKind, "!-~+", strict=True)))
def test_each_kind_of_change_has_its_sign(kind: ChangeKind, sign: str) -> None:
    given = change(kind=kind, application="")

    assert f"\n{sign} test/one,two  Deployment shop/web\n" in text.as_text(preview(changes=[given]))


def test_fields_that_come_or_go_are_absent_on_the_other_side() -> None:
    given = change(FieldChange("a", ABSENT, 1), FieldChange("b", "", ABSENT))

    printed = text.as_text(preview(changes=[given]))

    assert "    a: (absent) -> 1\n" in printed
    assert '    b: "" -> (absent)\n' in printed


def test_one_cluster_is_one_and_no_change_is_none() -> None:
    assert text.summary(preview(changes=[change(clusters=("one",))]).changes).endswith(
        "on 1 cluster of test"
    )
    assert text.summary(preview(against="main").changes) == "no change"


def test_what_there_is_one_of_is_said_in_the_singular() -> None:
    given = environment(
        applications=tuple(row(name=f"app-{number}") for number in range(41)),
        resources=(Node(name="one", type="x"),),
        objects={"Service": 1},
    )

    shown = text.as_text(preview(given, changes=[change(dangers=(DANGER,), clusters=("one",))]))

    assert "  capacity-down: 1 object; " in shown
    assert " on 1 cluster of test\n" in shown
    assert "  1 Pulumi resource\n" in shown
    assert "  1 Kubernetes object: 1 Service\n" in shown
    assert "  and 1 more application; " in text.as_text(preview(given))


def test_of_many_environments_only_the_number_is_said() -> None:
    given = [change(environment=f"e{n}", clusters=("one",)) for n in range(13)]

    assert text.summary(preview(changes=given).changes).endswith("13 clusters of 13 environments")
    assert "e0, e1, e10, e11, e2" in text.summary(preview(changes=given[:12]).changes)


def test_broken_rules_and_warnings_of_the_program_are_said() -> None:
    complaint = Complaint("spec.a", "it is mutable", "a digest", "Name it")
    given = environment(
        verdicts=(verdict(complaint=complaint, level=Level.WARN),), warnings=("look here",)
    )

    shown = text.as_text(preview(given))

    assert (
        "  policy warn: test/one: Deployment shop/web: [no-mutable-tag] spec.a: it is mutable. "
        "Accepted: a digest. Name it.\n" in shown
    )
    assert "  warning: look here\n" in shown
    assert "every rule is kept" not in shown


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_content_reaches_the_terminal_as_escapes(hostile: str, full: bool) -> None:
    stream = Terminal()
    given = preview(
        environment(
            description=hostile,
            applications=(row(name=hostile, runs=hostile, replicas=hostile),),
            resources=(
                Node(name=hostile, type=hostile, children=(Node(name="x", type=hostile),) * 2),
            ),
            objects={hostile: 1},
            verdicts=(verdict(complaint=Complaint(hostile, hostile, hostile, hostile)),),
            warnings=(hostile,),
        ),
        changes=[change(FieldChange(hostile, hostile, hostile), object=Identity("", "K", "", hostile))],
        against=hostile,
    )  # fmt: skip

    text.preview(given, full=full, to=text.Console(file=stream, color_system=None, width=400))

    assert stream.getvalue().replace("\n", "") == visible(stream.getvalue().replace("\n", ""))
    assert f"warning: {visible(hostile)}\n" in stream.getvalue()


def test_markup_of_the_printing_library_is_text() -> None:
    given = environment(description="[red]x[/red] :smile:", warnings=("[link=x]y[/link]",))

    shown = text.as_text(preview(given))

    assert "[red]x[/red] :smile:" in shown
    assert "[link=x]y[/link]" in shown


def test_a_terminal_gets_colours() -> None:
    assert "\x1b[" in printed(Terminal())


def test_a_pipe_gets_none() -> None:
    assert "\x1b" not in printed(StringIO())


def test_no_color_takes_the_colours_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b" not in printed(Terminal())


def test_a_narrow_terminal_cuts_no_change_in_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = StringIO()
    given = change(FieldChange("spec.template.spec.containers[name=web].image", "a" * 60, "b"))

    text.preview(preview(changes=[given]), full=False, to=text.console(stream))

    line = f"    spec.template.spec.containers[name=web].image: {'a' * 60} -> b\n"
    assert line in stream.getvalue()


def test_secrets_are_hidden() -> None:
    given = change(FieldChange("data.any", CANARY, CANARY), object=Identity("", "Secret", "a", "b"))

    shown = text.as_text(preview(changes=[given]))

    assert CANARY not in shown
    assert "    data.any: [hidden] -> [hidden]\n" in shown


def test_of_many_applications_those_that_change_are_named_and_the_rest_counted() -> None:
    rows = tuple(row(name=f"app-{number}") for number in range(1000))
    given = environment(applications=rows)

    compared = text.as_text(preview(given, changes=[change(application="app-998")]))
    alone = text.as_text(preview(given))

    assert "\n  app-998 " in compared
    assert "\n  app-0 " not in compared
    assert "  and 999 more applications; --full names them" in compared
    assert "\n  app-39 " in alone
    assert "\n  app-40 " not in alone
    assert "  and 960 more applications; --full names them" in alone
    assert text.as_text(preview(given), full=True).count("\n  app-") == 1000
