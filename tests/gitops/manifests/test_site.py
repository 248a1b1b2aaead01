"""What every object of an application has: labels, names and the exact image."""

import pytest

from gitops.manifests.site import content_hash, image, is_label_value
from gitops.model import Release
from tests.sites import DIGEST, PREFIX, labels, metadata, selector, service, site, third_party


def test_an_object_carries_its_name_its_namespace_and_every_label() -> None:
    assert site(service()).manifest("v1", "Thing", spec={"a": 1}) == {
        "apiVersion": "v1",
        "kind": "Thing",
        "metadata": metadata(),
        "spec": {"a": 1},
    }


def test_an_object_can_have_a_name_of_its_own() -> None:
    found = site(service()).manifest("v1", "Thing", "other")

    assert found == {"apiVersion": "v1", "kind": "Thing", "metadata": metadata(name="other")}


def test_labels_of_one_object_are_not_shared_with_the_next() -> None:
    place = site(service())
    place.manifest("v1", "Thing")["metadata"]["labels"]["stray"] = "x"

    assert place.manifest("v1", "Thing")["metadata"]["labels"] == labels()


def test_the_selector_does_not_change_with_the_release() -> None:
    before, after = (site(service(), release=Release(tag=tag)) for tag in ("1.0.0", "2.0.0"))

    assert before.selector == after.selector == selector()
    assert before.labels != after.labels


@pytest.mark.parametrize(
    ("release", "version"),
    [
        (Release(tag="1.0.0", digest=DIGEST), "1.0.0"),
        (Release(chart="2.1.0"), "2.1.0"),
        (Release(chart="2.1.0+build.5"), None),
        (Release(tag="a" * 64), None),
        (Release(tag="_a"), None),
        (Release(tag="a."), None),
        (Release(digest=DIGEST), None),
    ],
)
def test_the_version_is_a_label_only_where_kubernetes_takes_it(
    release: Release, version: str | None
) -> None:
    assert site(third_party(), release=release).labels.get("app.kubernetes.io/version") == version


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("1", True),
        ("a" * 63, True),
        ("a" * 64, False),
        ("1.0.0-rc.1_x", True),
        ("", False),
        ("-a", False),
        ("a-", False),
        ("a+b", False),
        ("é", False),
        ("a b", False),
        ("...", False),
    ],
)
def test_what_may_be_the_value_of_a_label(value: str, *, fits: bool) -> None:
    assert is_label_value(value) is fits


@pytest.mark.parametrize(
    ("release", "ending"),
    [
        (Release(tag="1", digest=DIGEST), f":1@{DIGEST}"),
        (Release(tag="1"), ":1"),
        (Release(digest=DIGEST), f"@{DIGEST}"),
    ],
)
def test_an_image_is_what_the_release_says_and_nothing_else(release: Release, ending: str) -> None:
    assert image(service(), release) == f"registry.example.com/shop/web{ending}"


def test_a_hash_depends_on_the_content_and_not_on_the_order_of_keys() -> None:
    assert content_hash({"a": 1, "b": [1, 2]}) == content_hash({"b": [1, 2], "a": 1})
    assert content_hash({"a": 1, "b": [1, 2]}) != content_hash({"a": 1, "b": [2, 1]})


def test_our_own_labels_are_below_our_own_domain() -> None:
    own = {each for each in site(service()).labels if each.startswith(f"{PREFIX}/")}

    assert own == {f"{PREFIX}/environment", f"{PREFIX}/team", f"{PREFIX}/data"}
