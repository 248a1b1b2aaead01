"""One mistake in a file is one line, however many environments and clusters meet it."""

from pathlib import Path

import pytest

from gitops.errors import Problem
from gitops.settings.once import Once
from tests.fleets import BASE, problems, write

APP = BASE["fleet/apps/web.yaml"]


def told(*found: tuple[str, str]) -> list[str]:
    """Return what is told of problems of one value, given as what and place."""
    once = Once()
    for what, place in found:
        once.note(Problem(file="a.yaml", line=3, key="b", what=what), place)
    return [each.what for each in once.problems()]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], []),
        ([("wrong", "x")], ["wrong"]),
        ([("wrong", "x"), ("wrong", "y")], ["wrong"]),
        ([("no 'a'", "x"), ("no 'b'", "y"), ("no 'b'", "z")], ["no 'a'; likewise in y, z"]),
        ([("1 of 2", "x"), ("1 of 1", "y"), ("1 of 2", "z")], ["1 of 2; likewise in y"]),
        ([("port 80", "x"), ("port 81", "x"), ("port 81", "y")], ["port 80", "port 81"]),
        ([("wrong", "x"), ("bad", "y")], ["wrong", "bad"]),
        ([(f"no '{each}'", each) for each in "abcdefgh"], ["no 'a'; likewise in 7 more places"]),
    ],
)
def test_the_same_problem_is_told_once_with_the_other_places(
    found: list[tuple[str, str]], expected: list[str]
) -> None:
    assert told(*found) == expected


def test_problems_of_two_values_are_two() -> None:
    once = Once()
    for line, key in ((3, "b"), (4, "b"), (3, "c")):
        once.note(Problem(file="a.yaml", line=line, key=key, what=f"no '{line}'"), f"{line}{key}")

    assert len(list(once.problems())) == 3


def test_a_mistake_in_the_application_is_one_line_for_all_its_clusters(tmp_path: Path) -> None:
    clusters = BASE["fleet/clusters.yaml"].replace(
        "  gateway: {name: public, namespace: gateways}\n", ""
    )
    app = f"{APP}disruption: {{minAvailable: 4}}\nroute: {{hosts: [web.example.com], kind: gateway}}\n"
    stack = BASE["Pulumi.test.yaml"]

    found = problems(
        write(
            tmp_path,
            fleet__clusters_dot_yaml=clusters,
            fleet__apps__web_dot_yaml=app,
            Pulumi_dot_test_dot_yaml=f"{stack}  gitops:clusters: {{two: {{apps: {{web: {{replicas: 2}}}}}}}}\n",
            Pulumi_dot_next_dot_yaml=f"{stack}    promotesFrom: test\n",
            releases__next_dot_yaml=BASE["releases/test.yaml"],
        )
    )  # fmt: skip

    assert [each.partition(". ")[0] for each in found] == [
        "fleet/apps/web.yaml:9:14: disruption.minAvailable: 4 of 1 pods must remain, so that no "
        "node can ever be drained; likewise in test/two",
        "fleet/apps/web.yaml:10:35: route.kind: cluster 'one' has no gateway; likewise in "
        "next/two, test/two",
    ]


def test_a_wrong_name_is_no_missing_release_as_well(tmp_path: Path) -> None:
    found = problems(
        write(tmp_path, fleet__apps__web_dot_yaml=APP.replace("name: web", "name: wbe"))
    )

    assert [each[:25] for each in found] == ["fleet/apps/web.yaml:1:1: "]
