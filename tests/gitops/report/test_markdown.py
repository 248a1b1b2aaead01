"""The comment on a pull request: bounded, complete in its counts, and proof against its content."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops.diff import ChangeKind
from gitops.diff.changes import Danger, FieldChange
from gitops.model import Level
from gitops.objects import Identity
from gitops.preview import Preview
from gitops.report import markdown
from gitops.report.safe import visible
from gitops.rules.rule import Complaint
from tests import CANARY
from tests.gitops.report.test_safe import HOSTILE, hostile, rendered
from tests.previews import DANGER, change, environment, preview, row, verdict

GITHUB = 65_536


def size(text: str) -> int:
    """Return the length of *text* as JavaScript counts it: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def plain(text: str) -> str:
    """Return what a person reads of Markdown *text*."""
    return html.unescape(re.sub(r"<[^>]*>", "", rendered(text)))


def skeleton(text: str) -> list[str]:
    """Return every tag of the HTML that Markdown *text* becomes, in order."""
    return re.findall(r"<[^>]*>", rendered(text))


def filled(text: str) -> Preview:
    """Return a preview with *text* in every place that holds text of people."""
    changed = change(
        FieldChange(f"data.{text}", text, {"a": [text]}),
        application=text,
        clusters=(text,),
        object=Identity("", "ConfigMap", "shop", text),
        dangers=(Danger(1, f"danger {text}", f"consequence {text}"),),
    )
    broken = verdict(clusters=(text,), complaint=Complaint(text, text, text, text))
    app = row(name=text, runs=text, replicas=text, strategy=text, clusters=(text,))
    here = environment(
        name=f"environment {text}", description=text, applications=(app,), verdicts=(broken,)
    )
    return preview(here, changes=[changed], against=f"main{text}")


def test_a_small_preview_is_a_table_and_nothing_is_left_out() -> None:
    text = markdown.preview(preview(environment(), environment("production")))

    assert [line for line in text.splitlines() if line.startswith("| ")] == [
        "| environment | delivery | clusters | applications | objects | policy |",
        "| --- | --- | --- | --- | --- | --- |",
        "| test | argocd, manual | 2 | 1 | 3 | kept |",
        "| production | argocd, manual | 2 | 1 | 3 | kept |",
        *[
            "| application | kind | runs | replicas | strategy | clusters |",
            "| --- | --- | --- | --- | --- | --- |",
            "| web | service | registry&#46;example&#46;com&#47;shop&#47;web&#58;1&#46;0&#46;0 "
            "| 3 | rolling | one |",
        ]
        * 2,
    ]
    assert "left out" not in text


def test_changes_come_with_counts_places_and_fields() -> None:
    given = change(FieldChange("spec.replicas", 3, 2), dangers=(DANGER,))

    text = plain(markdown.preview(preview(changes=[given])))

    assert "Against main: 0 added, 2 changed, 0 removed, 0 replaced on 2 clusters of test" in text
    assert "changed Deployment shop/web on test/one,two (capacity-down)" in text
    assert "spec.replicas: 3 → 2" in text
    assert re.search(r"capacity-down\s+1\s+fewer pods are guaranteed", text)


def test_two_applications_are_more_than_one() -> None:
    text = plain(markdown.preview(preview(environment(applications=(row(), row())))))

    assert "test: 2 applications" in text


def test_no_change_is_said_and_without_a_comparison_it_is_not() -> None:
    assert "no change" in plain(markdown.preview(preview(against="main")))
    assert "no change" not in plain(markdown.preview(preview()))


def test_broken_rules_are_counted_by_level_and_named() -> None:
    given = environment(verdicts=(verdict(), verdict(), verdict(level=Level.WARN)))

    text = plain(markdown.preview(preview(given)))

    assert "2 enforce, 1 warn" in text
    assert text.count("policy enforce: test/one: Deployment shop/web: [no-mutable-tag]") == 2


@settings(max_examples=50, deadline=None)
@given(hostile)
def test_hostile_content_changes_no_tag_of_the_result(text: str) -> None:
    assert skeleton(markdown.preview(filled(text))) == skeleton(markdown.preview(filled("x")))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_content_is_readable_as_it_was_written(text: str) -> None:
    shown = plain(markdown.preview(filled(text)))

    assert f"consequence {visible(text)}" in shown
    assert f"environment {visible(text)}: 1 application\n" in shown
    assert f"main{visible(text)}" in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_content_leaves_no_invisible_character(text: str) -> None:
    made = markdown.preview(filled(text))

    assert made.replace("\n", "") == visible(made.replace("\n", ""))


HUGE = {
    "changes": preview(
        changes=[change(FieldChange("p", "a", "b"), application=str(n)) for n in range(2_000)]
    ),
    "one change": preview(
        changes=[change(*(FieldChange(f"p{n}", "a", "b") for n in range(3_000)))]
    ),
    "wide characters": preview(
        changes=[change(FieldChange("p", "🎉" * 300, "🎈" * 300)) for _ in range(500)]
    ),
    "wide cells": preview(*(environment(applications=(row(runs="🎉" * 300),)) for _ in range(300))),
    "verdicts": preview(environment(verdicts=(verdict(),) * 2_000)),
    "environments": preview(*(environment(f"an-environment-{n}") for n in range(1_000))),
    "applications": preview(environment(applications=(row(name="-" * 63),) * 1_000)),
    "everything": preview(
        *(environment(f"{'a-' * 26}{n}", verdicts=(verdict(),)) for n in range(1_000)),
        changes=[
            change(
                FieldChange("p", "a" * 200, "b" * 200),
                environment=f"{'a-' * 26}{n % 1_000}",
                dangers=(DANGER,),
                kind=list(ChangeKind)[n % 4],
            )
            for n in range(4_000)
        ],
    ),
}


@pytest.mark.parametrize("given", HUGE.values(), ids=HUGE)
def test_the_comment_is_never_longer_than_github_takes(given: Preview) -> None:
    text = markdown.preview(given)

    assert size(text) <= markdown.LIMIT < GITHUB
    assert "left out" in text or "more" in text


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 700), st.integers(0, 700), st.integers(1, 60))
def test_the_bound_holds_wherever_it_cuts(changes: int, verdicts: int, width: int) -> None:
    given = preview(
        environment(verdicts=(verdict(),) * verdicts),
        changes=[change(FieldChange("p", "_" * width, 1)) for _ in range(changes)],
    )

    assert size(markdown.preview(given)) <= markdown.LIMIT


def test_counts_stay_when_details_go() -> None:
    text = plain(markdown.preview(HUGE["changes"]))

    assert "4000 changed" in text
    assert "Too long for a comment; left out:" in text


@pytest.mark.parametrize("name", ["changes", "wide characters", "one change"])
def test_what_is_shown_and_what_is_left_out_are_everything(name: str) -> None:
    given = HUGE[name]

    text = plain(markdown.preview(given))

    shown = text.count("changed Deployment shop/web on test/one,two")
    left = re.search(r"(\d+) changed in test\n", text)
    assert left
    assert shown * 2 + int(left[1]) == given.changes.counts()["changed"]


def test_policy_lines_that_are_left_out_are_counted() -> None:
    text = plain(markdown.preview(HUGE["verdicts"]))

    left = re.search(r"(\d+) policy enforce in test\n", text)
    assert left
    assert text.count("policy enforce: test/one") + int(left[1]) == 2_000
    assert "2000 enforce" in text


def test_environments_beyond_the_table_are_counted_with_their_objects() -> None:
    text = plain(markdown.preview(HUGE["environments"]))

    rest = re.search(r"and (\d+) more\s+(\d+)\s", text)
    assert rest
    assert len(re.findall(r"an-environment-\d+\nargocd", text)) + int(rest[1]) == 1_000
    assert int(rest[2]) == 3 * int(rest[1])


def test_tables_of_applications_go_first() -> None:
    given = preview(
        environment(applications=(row(),) * 1_000),
        changes=[change(FieldChange("spec.replicas", 3, 2))],
    )

    text = plain(markdown.preview(given))

    assert "spec.replicas: 3 → 2" in text
    assert "tables of applications" in text


def test_secrets_are_hidden() -> None:
    given = change(
        FieldChange("data.DB_PASSWORD", CANARY, f"{CANARY}2"),
        FieldChange("data.LOG_LEVEL", "info", "debug"),
        object=Identity("", "ConfigMap", "shop", "web"),
    )

    text = markdown.preview(preview(changes=[given]))

    assert CANARY not in text
    assert "canary" not in text
    assert "data.DB_PASSWORD: [hidden] → [hidden]" in plain(text)
    assert "data.LOG_LEVEL: info → debug" in plain(text)
