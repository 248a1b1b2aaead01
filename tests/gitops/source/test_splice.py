"""One value of a file changes; everything outside of it stays byte for byte."""

import copy
import re
from typing import Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gitops.source.splice import splice

BLOCK = "version: v2.0.0\nsha256:\n  install.yaml: abc"
VALUE = {"version": "v2.0.0", "sha256": {"install.yaml": "abc"}}
ARGO = ("argo-cd",)
DEEP = ("config", "gitops:environment", "versions", "argo-cd")


def said(text: str) -> Any:
    """Return what *text* says, every scalar as it is written."""
    return yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506  # it makes text only


def with_value(data: Any, path: tuple[str, ...]) -> Any:
    """Return *data* with the value at *path*."""
    changed: dict[str, Any] = copy.deepcopy(cast("Any", data)) if isinstance(data, dict) else {}
    here = changed
    for step in path[:-1]:
        if not isinstance(here.get(step), dict):
            here[step] = {}
        here = here[step]
    here[path[-1]] = VALUE
    return changed


WRITTEN = "argo-cd:\n  version: v2.0.0\n  sha256:\n    install.yaml: abc"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"{WRITTEN}\n"),
        ("\n\n", f"{WRITTEN}\n\n"),
        ("# only a word\n", f"# only a word\n{WRITTEN}\n"),
        ("{}\n", f"{WRITTEN}\n"),
        ("---\nflux: {}\n", f"---\nflux: {{}}\n{WRITTEN}\n"),
        ("flux: {version: v1}", f"flux: {{version: v1}}\n{WRITTEN}\n"),
        ("flux: {version: v1}\n# last\n", f"flux: {{version: v1}}\n# last\n{WRITTEN}\n"),
        ("argo-cd: {version: v1}  # why\nflux: {}\n", f"{WRITTEN}  # why\nflux: {{}}\n"),
        ("argo-cd:\n    version: v1\n\n# flux\nflux: {}\n", f"{WRITTEN}\n\n# flux\nflux: {{}}\n"),
        ("argo-cd:\nflux: {}\n", f"{WRITTEN}\nflux: {{}}\n"),
        ("argo-cd: ~\n", f"{WRITTEN}\n"),
        ("a: 1\nargo-cd: |\n  text\nflux: {}\n", f"a: 1\n{WRITTEN}\nflux: {{}}\n"),
        ("\ufeffflux: {}\n", f"\ufeffflux: {{}}\n{WRITTEN}\n"),
        ("é: 𝄞\nargo-cd: {}\nz: 1\n", f"é: 𝄞\n{WRITTEN}\nz: 1\n"),
    ],
)
def test_at_the_top_the_value_is_a_block_and_all_around_it_stays(before: str, after: str) -> None:
    found = splice(before, ARGO, BLOCK)

    assert found == after
    assert said(found) == with_value(said(before), ARGO)


def test_lines_end_as_the_others_do() -> None:
    before = "a: 1\r\nb:\r\n  c: 2  # why\r\nd: 3\r\n"

    assert splice(before, ("b", "e"), "f: 1\ng: 2") == (
        "a: 1\r\nb:\r\n  c: 2  # why\r\n  e:\r\n    f: 1\r\n    g: 2\r\nd: 3\r\n"
    )
    assert splice(before, ("z",), "f: 1") == f"{before.rstrip()}\r\nz:\r\n  f: 1\r\n"


ENVIRONMENT = "config:\n  gitops:environment:\n    delivery: argocd\n"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "secretsprovider: passphrase\n",
        "config:\n",
        "config: {}  # nothing yet\n",
        "config:  # nothing yet\n# end\n",
        ENVIRONMENT,
        f"{ENVIRONMENT}  gitops:apps: {{}}\n",
        f"{ENVIRONMENT}    versions:\n  gitops:apps: {{}}\n",
        f"{ENVIRONMENT}    versions: null  # none\n  gitops:apps: {{}}\n",
        f"{ENVIRONMENT}    versions: {{}}\n",
        f"{ENVIRONMENT}    versions: {{flux: {{version: v1}}}}  # why\n    sync: manual\n",
        f"{ENVIRONMENT}    versions: {{argo-cd: {{version: v1}}, flux: {{version: v1}}}}\n",
        f"{ENVIRONMENT}    versions: {{\n      flux: {{version: v1}},  # why\n    }}\n",
        f"{ENVIRONMENT}    versions:\n      flux: {{version: v1}}\n      # why\n    sync: manual\n",
        f"{ENVIRONMENT}    versions:\n      argo-cd: {{version: v1}}\n    sync: manual\n",
        f"{ENVIRONMENT}    domains:\n    - a\n    - b  # why\n  gitops:apps: {{}}\n",
        f"{ENVIRONMENT}    description: >-\n      Two\n      lines.\n  gitops:apps: {{}}\n",
        f"{ENVIRONMENT}    description: |\n      Two\n      lines.\n\n\n  gitops:apps: {{}}\n",
        f"x: &x [a]\n{ENVIRONMENT}    domains: *x  # why\n  gitops:apps: {{}}\n",
        f"x: &x a\ny: &y b\n{ENVIRONMENT}    domains:\n      - *x\n      - *y\n  k: {{}}\n",
        "config: {gitops:environment: {delivery: argocd}}\n",
        "config: {gitops:environment: {versions: {}}}\n",
        "{config: {gitops:environment: {delivery: argocd,},}}\n",
        "config:\n    gitops:environment:\n        versions:\n            flux: {version: v1}\n",
    ],
)
def test_deep_down_what_is_missing_is_added_and_all_else_says_the_same(before: str) -> None:
    found = splice(before, DEEP, BLOCK)

    assert said(found) == with_value(said(before), DEEP)
    assert comments(found) == comments(before)


def comments(text: str) -> list[str]:
    return re.findall("# .*", text)


def test_a_comment_stays_beside_what_it_is_about() -> None:
    before = "a:\n  b: 1  # of b\n  # of nothing\nc: 2  # of c\n"

    assert splice(before, ("a", "d"), "e: 1") == (
        "a:\n  b: 1  # of b\n  d:\n    e: 1\n  # of nothing\nc: 2  # of c\n"
    )


def test_in_a_flow_mapping_the_value_is_written_as_one_and_quoted_where_it_must_be() -> None:
    block = "source: https://a/{version}\nversion: v1\nquoted: '3'\nlist:\n- a\n- b: 1"

    found = splice("a: {b: 1}\n", ("a", "c", "d"), block)

    assert found == (
        'a: {b: 1, c: {d: {source: "https://a/{version}", version: v1, quoted: "3", '
        "list: [a, {b: 1}]}}}\n"
    )


scalars = st.sampled_from(
    ["1", "v1.2.3", "on", "'a b'", '"#"', "text with words", "", "~", "[a, b]"]
)
keys = st.sampled_from(["a", "b", "c", "argo-cd", "flux", '"q"'])
remarks = st.sampled_from(["", "  # why", " # {}: '"])
gaps = st.sampled_from(["", "\n", "# a word\n", "  # further in\n\n"])


@st.composite
def mappings(draw: st.DrawFn, depth: int = 0) -> str:
    """Return a block mapping as a person may write one."""
    text = ""
    for key in draw(st.lists(keys, min_size=0 if depth == 0 else 1, max_size=4, unique=True)):
        inner = draw(mappings(depth + 1)) if depth < 2 and draw(st.booleans()) else None
        flow = draw(st.sampled_from(["", "{}", "{a: 1, flux: {version: v1}}"]))
        value = "" if inner is not None else f" {flow or draw(scalars)}"
        text += f"{'  ' * depth}{key}:{value}{draw(remarks)}\n{inner or ''}{draw(gaps)}"
    return text


@given(mappings(), st.lists(st.sampled_from(["a", "b", "argo-cd"]), min_size=1, max_size=3))
def test_whatever_a_file_says_only_the_value_changes(text: str, path: list[str]) -> None:
    before, at = said(text), tuple(path)
    here: Any = before
    for step in at[:-1]:
        here = cast("Any", here.get(step) if isinstance(here, dict) else here)
        if here not in ("", "~", None) and not isinstance(here, dict):
            return  # There is something that is no mapping: nothing can be put into it.

    found = splice(text, at, BLOCK)

    assert said(found) == with_value(before, at)
    untouched = outside(text, at)
    lines = iter(found.splitlines())
    assert [each for each in untouched if each not in lines] == []


def outside(text: str, path: tuple[str, ...]) -> list[str]:
    """Return the lines of *text* in which nothing need change, in their order.

    Only one that holds the value at *path*, or something that is written in one line and that it
    has to go into, may change.
    """
    lines = text.splitlines()
    node = cast("Any", yaml.compose(text, Loader=yaml.CSafeLoader))
    for depth, key in enumerate(path):
        pairs = cast("list[Any]", node.value if isinstance(node, yaml.MappingNode) else [])
        found = next((pair for pair in pairs if pair[0].value == key), None)
        if found is None:
            return lines
        node = found[1]
        block = isinstance(node, yaml.MappingNode) and not node.flow_style
        if depth + 1 == len(path) or not block:
            end = node.end_mark.line + (not block)
            return lines[: found[0].start_mark.line] + lines[end:]
    return lines
