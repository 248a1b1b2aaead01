"""Fields: every difference has a path that a person can follow, and nothing gets lost."""

import copy
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops.diff.changes import ABSENT, FieldChange
from gitops.diff.fields import differences, join, same

EMPTY: dict[str, Any] = {}
NONE: list[Any] = []


def diff(old: Any, new: Any) -> list[FieldChange]:
    return list(differences(old, new))


def test_equal_values_have_no_differences() -> None:
    value = {"a": [{"name": "x", "b": [1, 2]}], "c": None, "d": EMPTY}

    assert diff(value, copy.deepcopy(value)) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": 1}, EMPTY, [("a", 1, ABSENT)]),
        (EMPTY, {"a": None}, [("a", ABSENT, None)]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a.c", 2, 3)]),
        ({"z": 1, "a": 1}, {"z": 2, "a": 2}, [("a", 1, 2), ("z", 1, 2)]),
        ({"a": {"b": 1}}, {"a": [1]}, [("a", {"b": 1}, [1])]),
        ({"a": 1}, {"a": "1"}, [("a", 1, "1")]),
        ({"a": [1, 2]}, {"a": [2, 1]}, [("a", [1, 2], [2, 1])]),
        ({"a": NONE}, {"a": [{"name": "x"}]}, [("a", NONE, [{"name": "x"}])]),
        ({"a": EMPTY}, {"a": {"b": {"c": 1}}}, [("a.b", ABSENT, {"c": 1})]),
        (1, 2, [("", 1, 2)]),
    ],
)
def test_a_difference_is_named_at_its_field(old: Any, new: Any, expected: list[Any]) -> None:
    assert diff(old, new) == expected


def test_a_number_that_becomes_a_truth_value_is_a_difference() -> None:
    assert diff(1, True) == [("", 1, True)]
    assert diff({"b": 2, "a": 0}, {"b": 3, "a": False}) == [("a", 0, False), ("b", 2, 3)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"l": [1]}, {"l": [True]}, [("l", [1], [True])]),
        ({"l": [[1]]}, {"l": [[1.0]]}, [("l", [[1]], [[1.0]])]),
        ({"l": [{"a": 0}]}, {"l": [{"a": False}]}, [("l", [{"a": 0}], [{"a": False}])]),
        ({"l": [{"name": "x", "a": 1}]}, {"l": [{"name": "x", "a": True}]}, [("l[name=x].a", 1, True)]),
        ({"a": {"b": 1, "c": [1]}}, {"a": {"b": 1.0, "c": [1]}}, [("a.b", 1, 1.0)]),
    ],
)  # fmt: skip
def test_another_type_is_a_difference_however_deep_it_is(
    old: Any, new: Any, expected: list[Any]
) -> None:
    assert repr(diff(old, new)) == repr([FieldChange(*each) for each in expected])
    assert not same(old, new)


TYPED = st.recursive(
    st.sampled_from([0, False, 0.0, 1, True, 1.0, "1", None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=5,
)


@given(TYPED, TYPED)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_what_is_written_in_another_way_is_a_difference_and_nothing_else_is(
    old: Any, new: Any
) -> None:
    differs = json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True)

    assert bool(diff(old, new)) is differs
    assert same(old, new) is not differs


@pytest.mark.parametrize(
    ("path", "key", "joined"),
    [
        ("", "a", "a"),
        ("a", "b", "a.b"),
        ("metadata.labels", "app.kubernetes.io/name", "metadata.labels[app.kubernetes.io/name]"),
        ("", "x/y", "[x/y]"),
        ("data", "a[0]", "data[a[0]]"),
    ],
)
def test_a_key_that_could_be_taken_for_a_path_stands_in_brackets(
    path: str, key: str, joined: str
) -> None:
    assert join(path, key) == joined


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ({"name": "a"}, {"name": "b"}, "name=a"),
        ({"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}, "metadata.name=a"),
        ({"key": "a"}, {"key": "b"}, "key=a"),
        ({"mountPath": "/a"}, {"mountPath": "/b"}, "mountPath=/a"),
        ({"topologyKey": "a"}, {"topologyKey": "b"}, "topologyKey=a"),
        ({"host": "a"}, {"host": "b"}, "host=a"),
        ({"app": "a"}, {"app": "b"}, "app=a"),
        ({"containerPort": 1}, {"containerPort": 2}, "containerPort=1"),
        ({"port": 1}, {"port": 2}, "port=1"),
        ({"path": "/a"}, {"path": "/b"}, "path=/a"),
        ({"type": "a"}, {"type": "b"}, "type=a"),
        ({"name": "x", "port": 1}, {"name": "x", "port": 2}, "port=1"),
        ({"app": "a", "cluster": "x"}, {"app": "b", "cluster": "x"}, "cluster=x,app=a"),
        ({"app": "a", "cluster": "x"}, {"app": "b", "cluster": "y"}, "cluster=x,app=a"),
        (
            {"server": "a", "namespace": "x"},
            {"server": "b", "namespace": "x"},
            "server=a,namespace=x",
        ),
        ({"cluster": "a", "url": "x"}, {"cluster": "b", "url": "x"}, "cluster=a"),
        ({"server": "a", "url": "x"}, {"server": "b", "url": "x"}, "server=a"),
        ({"env": "a", "url": "x"}, {"env": "b", "url": "x"}, "env=a"),
        ({"environment": "a"}, {"environment": "b"}, "environment=a"),
    ],
)
def test_items_of_a_list_are_matched_by_what_names_them(
    one: dict[str, Any], other: dict[str, Any], key: str
) -> None:
    old, new = [{**one, "v": 1}, other], [{**one, "v": 2}, other]

    assert diff({"l": old}, {"l": new}) == [(f"l[{key}].v", 1, 2)]


def test_an_application_that_comes_to_an_application_set_is_one_line() -> None:
    def spec(*elements: tuple[str, str]) -> dict[str, Any]:
        listed = [{"app": app, "cluster": cluster, "path": "x"} for cluster, app in elements]
        return {
            "generators": [{"git": {"a": 1}}, {"list": {"elements": listed}, "selector": EMPTY}]
        }

    old, new = (
        spec(("one", "web"), ("two", "web")),
        spec(("one", "api"), ("one", "web"), ("two", "web")),
    )

    assert diff(old, new) == [
        (
            "generators[list].list.elements[cluster=one,app=api]",
            ABSENT,
            {"app": "api", "cluster": "one", "path": "x"},
        )
    ]


def test_generators_of_one_kind_differ_as_a_whole() -> None:
    old, new = [{"git": 1}, {"git": 2}], [{"git": 1}]

    assert diff({"generators": old}, {"generators": new}) == [("generators", old, new)]


def test_what_an_environment_is_taken_from_is_matched_by_its_kind_and_name() -> None:
    config, secret = {"configMapRef": {"name": "x"}}, {"secretRef": {"name": "x"}}
    optional = {"secretRef": {"name": "x", "optional": True}}

    found = diff({"envFrom": [config, secret]}, {"envFrom": [optional]})

    assert found == [
        ("envFrom[configMapRef=x]", config, ABSENT),
        ("envFrom[secretRef=x].secretRef.optional", ABSENT, True),
    ]


def test_items_are_matched_by_a_key_that_both_lists_have() -> None:
    old, new = [{"port": 80}], [{"name": "a", "port": 80}, {"name": "b", "port": 81}]

    assert diff({"l": old}, {"l": new}) == [
        ("l[port=80].name", ABSENT, "a"),
        ("l[port=81]", ABSENT, {"name": "b", "port": 81}),
    ]


def test_items_that_come_and_go_are_named_and_the_others_keep_still() -> None:
    old = {"l": [{"name": "a"}, {"name": "b", "v": 1}]}
    new = {"l": [{"name": "b", "v": 1}, {"name": "c"}]}

    assert diff(old, new) == [
        ("l[name=a]", {"name": "a"}, ABSENT),
        ("l[name=c]", ABSENT, {"name": "c"}),
    ]


@pytest.mark.parametrize(
    "new",
    [["b", "a"], ["b", "a", "c"], ["b", "c", "a"]],
    ids=" ".join,
)
def test_another_order_is_a_difference_whatever_else_comes_along(new: list[str]) -> None:
    found = diff([{"name": "a"}, {"name": "b"}], [{"name": each} for each in new])

    assert found[-1] == (" (order)", ["a", "b"], new)
    assert len(found) == len(new) - 1


@pytest.mark.parametrize(
    ("old", "new", "position"),
    [("ab", "abc", False), ("ab", "cab", True), ("ab", "acb", True), ("ab", "bc", False), ("ab", "cb", True)],
)  # fmt: skip
def test_where_an_item_is_put_in_is_told_unless_it_is_the_end(
    old: str, new: str, position: bool
) -> None:
    before, after = ({"initContainers": [{"name": each} for each in given]} for given in (old, new))

    found = diff(before, after)

    assert ("initContainers[name=c]", ABSENT, {"name": "c"}) in found
    assert (("initContainers (order)", [*old], [*new]) in found) is position


def test_where_an_item_is_put_in_is_not_told_where_nobody_cares() -> None:
    before, after = ({"volumes": [{"name": each} for each in given]} for given in ("ab", "cab"))

    assert diff(before, after) == [("volumes[name=c]", ABSENT, {"name": "c"})]
    assert diff(after, {"volumes": [*reversed(after["volumes"])]})[0].path == "volumes (order)"


def test_an_order_says_whole_names_where_a_part_of_them_means_nothing() -> None:
    config, secret = {"configMapRef": {"name": "x"}}, {"secretRef": {"name": "x"}}
    one, two = {"cluster": "a", "app": "x"}, {"cluster": "b", "app": "x"}

    assert diff({"envFrom": [config, secret]}, {"envFrom": [secret, config]}) == [
        ("envFrom (order)", ["configMapRef=x", "secretRef=x"], ["secretRef=x", "configMapRef=x"])
    ]
    assert diff([one, two], [two, one]) == [
        (" (order)", ["cluster=a,app=x", "cluster=b,app=x"], ["cluster=b,app=x", "cluster=a,app=x"])
    ]


def test_another_order_beside_a_removed_item_is_a_difference() -> None:
    found = diff([{"name": each} for each in "abc"], [{"name": each} for each in "ca"])

    assert found == [
        ("[name=b]", {"name": "b"}, ABSENT),
        (" (order)", ["a", "b", "c"], ["c", "a"]),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([{"name": "a"}, {"name": "a"}], [{"name": "a"}]),
        ([{"name": "a"}], [{"key": "a"}]),
        ([{"name": "a"}], ["a"]),
        ([{"name": "a"}, {"x": 1}], [{"name": "a"}]),
        ([{"name": "1"}, {"name": 1, "v": 1}], [{"name": "1"}, {"name": 1, "v": 2}]),
        ([{"from": NONE, "ports": [1]}], [{"from": NONE}]),
    ],
)
def test_a_list_whose_items_have_no_name_in_common_differs_as_a_whole(
    old: list[Any], new: list[Any]
) -> None:
    assert diff({"l": old}, {"l": new}) == [("l", old, new)]


WORDS = st.text("abc", min_size=1, max_size=2)
KEYS = st.sampled_from(["name", "port", "key", "spec", "x.y/z", "a"])
SCALARS = st.none() | st.integers(2, 4) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.dictionaries(KEYS, inner, max_size=3)
        | st.lists(inner, max_size=3)
        | st.lists(
            st.fixed_dictionaries({"name": WORDS, "v": inner}),
            max_size=3,
            unique_by=lambda each: str(each["name"]),
        )
    ),
    max_leaves=12,
)
STEP = re.compile(r"\[([a-z.]+)=([^]]*)\]|\[([^]]*)\]|\.?([^.[]+)")


def apply(old: Any, changes: Sequence[FieldChange]) -> Any:
    """Return *old* after *changes*, by nothing but the paths."""
    top = {"root": copy.deepcopy(old)}
    for path, _, new in changes:
        place, ordered = path.removesuffix(" (order)"), path.endswith(" (order)")
        steps: list[Any] = ["root"]
        for key, value, quoted, plain in STEP.findall(place):
            steps.append((key, value) if key else quoted or plain)
        parent: Any = top
        for step in steps[:-1]:
            parent = parent[position(parent, step)]
        if ordered:
            target: list[dict[str, Any]] = parent[position(parent, steps[-1])]
            target[:] = [next(each for each in target if name in names_of(each)) for name in new]
        else:
            put(parent, steps[-1], new)
    return top["root"]


def names_of(item: dict[str, Any]) -> set[str]:
    return {str(item.get(key)) for key in ("name", "key", "port")}


def position(parent: Any, step: Any) -> Any:
    if isinstance(step, str):
        return step
    key, value = step
    return next(index for index, each in enumerate(parent) if str(each[key]) == value)


def put(parent: Any, step: Any, new: Any) -> None:
    if isinstance(step, tuple):
        known = [str(each[step[0]]) for each in parent]
        if step[1] not in known:
            parent.append(new)
            return
    if new is ABSENT:
        del parent[position(parent, step)]
    else:
        parent[position(parent, step)] = new


@given(VALUES, VALUES)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_the_old_value_with_its_differences_applied_is_the_new_value(old: Any, new: Any) -> None:
    changes = list(differences(old, new))

    assert apply(old, changes) == new
    assert bool(changes) is (old != new)
    assert all(each.old != each.new for each in changes)


@given(st.permutations("abcd"), st.permutations("abcd"), st.sets(st.sampled_from("abcd")))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_order_of_what_stays_is_never_lost(old: str, new: str, gone: set[str]) -> None:
    before = [{"name": each} for each in old]
    after = [{"name": each} for each in new if each not in gone]

    if after:
        assert apply(before, list(differences(before, after))) == after
