"""Folded changes: the label that repeats a release is said once; nothing else is left out."""

import re

from gitops.diff import ChangeKind, Changes, FieldChange, ObjectChange
from gitops.diff.changes import ABSENT
from gitops.objects import Identity
from gitops.report import machine, markdown, text
from gitops.report.folded import folded
from tests.gitops.report.test_markdown import plain
from tests.previews import WEB, change, environment, preview, verdict

VERSION = "metadata.labels[app.kubernetes.io/version]"
IMAGE = FieldChange("spec.template.spec.containers[name=web].image", "a.b/web:1.0", "a.b/web:2.0")
LABEL = FieldChange(VERSION, "1.0", "2.0")
POD_LABEL = FieldChange(f"spec.template.{VERSION}", "1.0", "2.0")


def label_of(kind: str, *fields: FieldChange, name: str = "web") -> ObjectChange:
    return change(*(fields or (LABEL,)), object=Identity("", kind, "shop", name))


def blocks(*given: ObjectChange) -> list[tuple[str, list[str]]]:
    """Return the name and the paths of every block that is shown of *given*."""
    found = folded(Changes(objects=given))
    return [(each.name(), [field.path for field in each.change.fields]) for each in found]


def test_the_label_beside_the_image_is_left_out_and_elsewhere_said_once() -> None:
    found = blocks(
        change(LABEL, POD_LABEL, IMAGE),
        label_of("Service"),
        label_of("ConfigMap"),
        label_of("Service", name="web-preview"),
        label_of("Job", LABEL, FieldChange("spec.a", 1, 2)),
    )

    assert found == [
        ("Deployment shop/web", [IMAGE.path]),
        ("ConfigMap, 2 Service", [VERSION]),
        ("Job shop/web", ["spec.a"]),
    ]


def test_a_single_object_is_called_by_its_name() -> None:
    assert blocks(change(IMAGE), label_of("Service"))[1] == ("Service shop/web", [VERSION])


def test_the_label_that_repeats_the_version_of_a_chart_is_left_out_too() -> None:
    version = FieldChange("spec.version", "1.0", "2.0")

    assert blocks(label_of("Chart", LABEL, version)) == [("Chart shop/web", ["spec.version"])]


def test_a_label_that_says_something_else_than_the_image_is_shown() -> None:
    other = FieldChange(VERSION, "1.0", "3.0")
    digest = FieldChange(IMAGE.path, f"a.b/web@sha256:{'0' * 64}", f"a.b/web@sha256:{'1' * 64}")

    assert blocks(change(other, IMAGE), label_of("Service", other)) == [
        ("Deployment shop/web", [VERSION, IMAGE.path]),
        ("Service shop/web", [VERSION]),
    ]
    for image in ((), (digest,), (IMAGE._replace(old=ABSENT),), (IMAGE._replace(old="???"),)):
        assert len(blocks(change(LABEL, *image), label_of("Service"), label_of("Job"))) == 3
        assert VERSION in blocks(change(LABEL, *image))[0][1]


def test_an_image_elsewhere_explains_no_label_here() -> None:
    for elsewhere in (
        change(IMAGE, application="other"),
        change(IMAGE, environment="other"),
        change(IMAGE, clusters=("one",)),
    ):
        assert len(blocks(elsewhere, label_of("Service"), label_of("ConfigMap"))) == 3


def test_only_what_changes_alike_on_the_same_clusters_is_said_together() -> None:
    here, there = label_of("Service"), change(LABEL, clusters=("one",))

    assert len(blocks(change(IMAGE), here, there, label_of("Job", LABEL, POD_LABEL))) == 4


def test_a_replacement_stays_one_though_only_the_label_differs() -> None:
    replaced = change(LABEL, kind=ChangeKind.REPLACED)

    assert blocks(change(IMAGE), replaced, label_of("Service"))[1] == ("Deployment shop/web", [])


def test_text_and_comment_fold_and_the_json_does_not() -> None:
    given = preview(changes=[change(IMAGE), label_of("Service"), label_of("ConfigMap")])

    assert (
        "~ test/one,two  ConfigMap, Service  (web)\n"
        "    metadata.labels[app.kubernetes.io/version]: 1.0 -> 2.0\n\n"
    ) in text.as_text(given)
    assert text.as_text(given).startswith("Changes against main: 0 added, 6 changed")
    assert "changed ConfigMap, Service on test/one,two" in plain(markdown.preview(given))
    assert machine.preview(given).count('"kind": "changed"') == 3


def test_what_is_left_out_of_a_comment_is_counted_object_by_object() -> None:
    long = FieldChange("spec.a", "x" * 150, "y" * 150)
    many = [change(long, object=WEB._replace(name=f"web-{n}")) for n in range(400)]
    folds = [label_of("Service", name=f"web-{n}") for n in range(10)]
    given = preview(changes=[change(IMAGE), *many, *folds])

    comment = plain(markdown.preview(given))

    left = re.search(r"(\d+) changed in test\n", comment)
    assert left
    assert "Service on" not in comment
    assert 2 * comment.count("spec.a:") + 2 + int(left[1]) == given.changes.counts()["changed"]


def test_verdicts_that_are_left_out_are_counted_beside_folded_changes() -> None:
    folds = [label_of("Service", name=f"web-{n}") for n in range(10)]
    given = preview(
        environment(verdicts=(verdict(),) * 2_000), changes=[change(IMAGE), *folds], against="main"
    )

    comment = plain(markdown.preview(given))

    left = re.search(r"(\d+) policy enforce in test\n", comment)
    assert left
    assert comment.count("policy enforce: test/one") + int(left[1]) == 2_000
