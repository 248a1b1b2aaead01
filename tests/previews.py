"""Previews made by hand, small or hostile or huge, for the tests of the reports."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gitops.diff import ChangeKind, Changes, ObjectChange
from gitops.diff.changes import Danger, FieldChange
from gitops.model import Level
from gitops.objects import Identity
from gitops.preview import ApplicationRow, EnvironmentPreview, Node, Preview
from gitops.rules.rule import Complaint
from gitops.verdicts import Verdict

DANGER = Danger(11, "capacity-down", "fewer pods are guaranteed")
WEB = Identity("apps", "Deployment", "shop", "web")
_ROW = ApplicationRow(
    name="web",
    kind="service",
    team="shop",
    runs="registry.example.com/shop/web:1.0.0",
    digest="sha256:0",
    replicas="3",
    strategy="rolling",
    clusters=("one",),
)
_NAMESPACES = tuple(
    Node(name=f"one-{name}", type="kubernetes:core/v1:Namespace", protect=True)
    for name in ("shop", "data")
)
_ENVIRONMENT = EnvironmentPreview(
    name="test",
    description="Where things are tried.",
    delivery="argocd",
    sync="manual",
    comes_from="",
    clusters=("one", "two"),
    applications=(_ROW,),
    resources=(Node(name="one", type="gitops:index:Cluster", children=_NAMESPACES),),
    objects={"Deployment": 2, "Service": 1},
    verdicts=(),
)
_CHANGE = ObjectChange(
    kind=ChangeKind.CHANGED,
    environment="test",
    clusters=("one", "two"),
    application="web",
    object=WEB,
    fields=(),
    dangers=(),
)
_VERDICT = Verdict(
    rule="no-mutable-tag",
    level=Level.ENFORCE,
    environment="test",
    clusters=("one",),
    application="web",
    object=WEB,
    complaint=Complaint("spec.template", "the tag is mutable", "a digest", "Name the digest"),
)


def row(**given: Any) -> ApplicationRow:
    return replace(_ROW, **given)


def environment(name: str = "test", **given: Any) -> EnvironmentPreview:
    return replace(_ENVIRONMENT, name=name, **given)


def change(*fields: FieldChange, **given: Any) -> ObjectChange:
    return replace(_CHANGE, fields=fields, **given)


def verdict(**given: Any) -> Verdict:
    return replace(_VERDICT, **given)


def preview(
    *environments: EnvironmentPreview, changes: Sequence[ObjectChange] = (), against: str = ""
) -> Preview:
    """Return a preview of *environments*, of one small one when there are none."""
    return Preview(
        environments=environments or (environment(),),
        against=against or ("main" if changes else ""),
        changes=Changes(objects=tuple(changes)),
    )
