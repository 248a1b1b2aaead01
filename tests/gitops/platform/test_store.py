"""The store: what a release manifest says as Kubernetes reads it, and what is left of a mishap."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gitops.errors import ProgramError
from gitops.objects import Manifest
from gitops.platform import store
from tests.published import definition, digest, made, release, text

PLAIN = text([made("v1", "ConfigMap", "settings", data={"level": "info"})])


def kept(content: bytes) -> tuple[Manifest, ...]:
    """Return what the store says of *content* once it was put there."""
    store.keep(digest(content), content)
    found = store.objects(digest(content))
    assert found is not None
    return found


def read(scalar: str) -> Any:
    """Return what *scalar*, written without quotes, is to Kubernetes."""
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: it}\n"
    return kept(f"{head}data: {{value: {scalar}}}\n".encode())[0]["data"]["value"]


def forget() -> None:
    """Begin as the next process would."""
    store._shared.cache_clear()


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z"),
        ("12:30", "12:30"),
        ("190:20:30.15", "190:20:30.15"),
        ("0644", 420),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b101", 5),
        ("1_000", 1000),
        ("-7", -7),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("v1.2", "v1.2"),
        ("1.2.3", "1.2.3"),
        ("yes", True),
        ("on", True),
        ("y", True),
        ("No", False),
        ("OFF", False),
        ("n", False),
        ("yEs", "yEs"),
        ("~", None),
        ("null", None),
        ("=", "="),
    ],
)
def test_a_plain_scalar_is_what_kubernetes_takes_it_for(scalar: str, value: object) -> None:
    found = read(scalar)

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("scalar", ["'yes'", '"0644"', '"1e3"', "'~'"])
def test_what_is_quoted_is_text(scalar: str) -> None:
    assert read(scalar) == scalar.strip("'\"")


def test_keys_are_text_as_in_json() -> None:
    head = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: it}\n"

    assert kept(head + b"data: {80: a, on: b, 1.5: c}\n")[0]["data"] == {
        "80": "a",
        "true": "b",
        "1.5": "c",
    }


def test_merge_keys_are_merged() -> None:
    head = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: it}\n"

    assert kept(head + b"one: &x {a: b}\ndata: {<<: *x, c: d}\n")[0]["data"] == {"a": "b", "c": "d"}


def test_every_document_and_every_item_of_a_list_is_an_object_in_its_order() -> None:
    content = b"---\n# nothing\n---\n" + text(release())

    assert [each["kind"] for each in kept(content)] == [
        "ValidatingWebhookConfiguration",
        "Deployment",
        "Secret",
        "ServiceAccount",
        "Role",
        "ConfigMap",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
    ]


def test_lists_in_lists_are_opened() -> None:
    inner = {"apiVersion": "v1", "kind": "ConfigMapList", "items": [made("v1", "ConfigMap", "a")]}

    found = kept(text([{"apiVersion": "v1", "kind": "List", "items": [inner]}]))

    assert [each["metadata"]["name"] for each in found] == ["a"]


def test_an_object_whose_kind_ends_as_lists_do_is_an_object() -> None:
    wanted = made("example.org/v1", "DenyList", "ours", spec={"items": []}, items=["a"])

    assert kept(text([wanted])) == (wanted,)


def schema(**properties: Any) -> Mapping[str, Any]:
    """Return the fields of a custom kind with *properties* as the store has them."""
    [found] = kept(text([definition(type="object", description="gone", properties=properties)]))
    return found["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def test_descriptions_of_a_custom_kind_are_dropped_at_every_depth() -> None:
    leaf = {"type": "string", "description": "gone"}
    inner = {"type": "array", "items": {"type": "object", "properties": {"leaf": leaf}}}

    assert schema(inner=inner, other={**leaf, "enum": ["a"]}) == {
        "type": "object",
        "properties": {
            "inner": {
                "type": "array",
                "items": {"type": "object", "properties": {"leaf": {"type": "string"}}},
            },
            "other": {"type": "string", "enum": ["a"]},
        },
    }


def test_a_field_that_is_called_description_or_properties_stays() -> None:
    text_field = {"type": "string", "description": "gone"}
    nested = {"type": "object", "properties": {"description": text_field}, "description": "gone"}

    assert schema(description=text_field, properties=nested, default=text_field)["properties"] == {
        "description": {"type": "string"},
        "properties": {"type": "object", "properties": {"description": {"type": "string"}}},
        "default": {"type": "string"},
    }


def test_a_default_is_a_value_and_keeps_every_word() -> None:
    default = {"description": "kept", "level": 1}

    assert schema(field={"type": "object", "default": default, "description": "gone"}) == {
        "type": "object",
        "properties": {"field": {"type": "object", "default": default}},
    }


def test_nothing_but_custom_kinds_loses_a_description() -> None:
    wanted = made("v1", "ConfigMap", "it", spec={"description": "kept"})

    assert kept(text([wanted])) == (wanted,)


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
        b"just text\n",
        b"- a\n- b\n",
        b"kind: ConfigMap\nmetadata: {name: a}\n",
        b"apiVersion: v1\nmetadata: {name: a}\n",
        b"apiVersion: v1\nkind: ConfigMap\n",
        b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 5}\n",
        b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: !!binary aGk=}\n",
        b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: !!timestamp 2026-01-01}\n",
        b"apiVersion: v1\nkind: [\n",
        b"a: !!python/object:os.system {}\n",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_kubernetes_object_is_refused_in_one_line_and_not_kept(
    own_cache: Path, content: bytes
) -> None:
    with pytest.raises(ProgramError) as caught:
        store.keep(digest(content), content)

    assert "\n" not in str(caught.value)
    assert [each for each in own_cache.rglob("*") if each.is_file()] == []
    assert not store.holds(digest(content))


def test_what_was_not_fetched_is_not_known_until_it_is(own_cache: Path) -> None:
    assert (store.holds(digest(PLAIN)), store.objects(digest(PLAIN))) == (False, None)

    assert len(kept(PLAIN)) == 1
    assert store.holds(digest(PLAIN))
    assert own_cache.exists()


def files(cache: Path) -> tuple[Path, Path]:
    """Return the file as it was fetched, and what was read from it."""
    raw, known = cache / f"manifests/{digest(PLAIN)}.yaml", cache.glob("manifests/*.json")
    return raw, next(iter(known))


@pytest.mark.parametrize("damage", [b"", b"{", None, b"0000\n[]"])
def test_what_was_read_and_is_damaged_is_read_again_from_the_file(
    own_cache: Path, damage: bytes | None
) -> None:
    whole = kept(PLAIN)
    _, known = files(own_cache)
    before = known.read_bytes()
    known.write_bytes(before[: len(before) // 2] if damage is None else damage)
    forget()

    assert store.objects(digest(PLAIN)) == whole
    assert known.read_bytes() == before


def test_a_file_of_which_nothing_can_be_read_any_more_was_not_fetched(own_cache: Path) -> None:
    kept(PLAIN)
    raw, known = files(own_cache)
    raw.write_bytes(PLAIN[:-3])
    known.unlink()
    forget()

    assert (store.holds(digest(PLAIN)), store.objects(digest(PLAIN))) == (False, None)
    assert len(kept(PLAIN)) == 1


def test_a_write_that_is_interrupted_leaves_nothing_that_looks_finished(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", half)
        with pytest.raises(KeyboardInterrupt):
            store.keep(digest(PLAIN), PLAIN)

    assert [each for each in own_cache.rglob("*") if each.is_file()] == []
    assert not store.holds(digest(PLAIN))


def test_a_cache_that_may_not_be_written_is_no_reason_not_to_read_from_it(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = kept(PLAIN)
    _, known = files(own_cache)
    known.unlink()
    forget()

    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)

    assert store.objects(digest(PLAIN)) == whole
