"""A render makes only what has changed, and the tree is what a first render would have made."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitops import memory
from gitops import render as rendering
from gitops.errors import GitOpsError, InputError
from gitops.model import Fleet
from gitops.tree import INDEX, STAGING, Written, looking
from tests.fleets import BASE, write
from tests.gitops.test_properties import Data, application, fleets, texts

Render = Callable[[], Written]

API = BASE["fleet/apps/web.yaml"].replace("name: web", "name: api").replace("shop/web", "shop/api")
LOCK = BASE["releases/test.yaml"]
LOCKS = LOCK + LOCK.splitlines()[1].replace("web:", "api:") + "\n"
TALKS = f"{BASE['fleet/apps/web.yaml']}network: {{egress: [{{app: api}}]}}\n"


def render(root: Path, out: Path, asked: Sequence[str], choose: rendering.Choose) -> Written:
    with looking(out) as look:
        return rendering.render(root, out, asked, choose, look)


def everything(fleet: Fleet) -> list[str]:
    return list(fleet.stacks)


def files(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): path.read_text()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def first(root: Path, out: Path) -> dict[str, str]:
    """Return what a render makes that remembers nothing."""
    place = memory.place(root, out)
    place.unlink(missing_ok=True)
    render(root, out, (), everything)
    return files(out)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a fleet of two applications, of which one talks to the other."""
    made = {
        "fleet__apps__web.yaml": TALKS,
        "fleet__apps__api.yaml": API,
        "releases__test.yaml": LOCKS,
    }
    return write(tmp_path / "root", **made)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def quick(root: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Render:
    """Return a render that fails when it makes everything; a whole one was before it."""
    render(root, out, (), everything)

    def whole(*_: Any) -> Written:
        raise AssertionError("everything was made")

    def again() -> Written:
        with monkeypatch.context() as patch:
            patch.setattr(rendering, "_whole", whole)
            return render(root, out, (), everything)

    return again


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


CHANGES = {
    "an application": ("fleet/apps/web.yaml", "cpu: 100m", "cpu: 200m"),
    "its environment": ("Pulumi.test.yaml", "config:\n", "config:\n  gitops:apps: {web: {replicas: 4}}\n"),
    "its cluster": (
        "Pulumi.test.yaml",
        "config:\n",
        "config:\n  gitops:clusters: {one: {apps: {web: {replicas: 4}}}}\n",
    ),
    "its release": ("releases/test.yaml", "web: {tag: 1.0.0", "web: {tag: 1.1.0"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_said_about_one_application_makes_only_its_files(
    root: Path, out: Path, quick: Render, change: tuple[str, str, str], tmp_path: Path
) -> None:
    before = {path: (out / path).stat().st_mtime_ns for path in files(out) if "/web/" not in path}
    file, old, new = change
    edit(root / file, old, new)

    done = quick()

    assert done.changed > 0
    assert (done.removed, done.edited) == (0, ())
    del before[INDEX]
    assert {path: (out / path).stat().st_mtime_ns for path in before} == before
    assert files(out) == first(root, tmp_path / "other")


def test_one_quick_render_may_follow_the_other(
    root: Path, out: Path, quick: Render, tmp_path: Path
) -> None:
    for file, old, new in CHANGES.values():
        edit(root / file, old, new)
        quick()
    edit(root / "fleet/apps/api.yaml", "cpu: 100m", "cpu: 300m")
    quick()

    assert files(out) == first(root, tmp_path / "other")


def test_what_is_taken_back_is_made_as_it_was(
    root: Path, out: Path, quick: Render, tmp_path: Path
) -> None:
    for file, old, new in CHANGES.values():
        edit(root / file, old, new)
        quick()
        edit(root / file, new, old)
        quick()

        assert files(out) == first(root, tmp_path / "other")


def test_where_nothing_has_changed_nothing_is_made(out: Path, quick: Render) -> None:
    count = len(files(out)) - 1

    done = quick()

    assert (done.added, done.changed, done.removed, done.unchanged) == (0, 0, 0, count)


def test_a_comment_changes_nothing(root: Path, out: Path, quick: Render) -> None:
    for path in ("Pulumi.test.yaml", "releases/test.yaml", "fleet/apps/web.yaml"):
        (root / path).write_text(f"# A comment.\n{(root / path).read_text()}")

    assert quick().changed == 0
    assert quick().changed == 0


REACHING = {
    "a port that another talks to": ("fleet/apps/api.yaml", "http: 8080", "http: 8081"),
    "a namespace": ("fleet/apps/api.yaml", "team: shop", "team: shop\nnamespace: other"),
    "the clusters": ("fleet/apps/api.yaml", "team: shop", "team: shop\nclusters: [one]"),
    "the environment": ("Pulumi.test.yaml", "[example.com]", "[example.com]\n    sync: automated"),
    "the team": ("fleet/teams.yaml", "shop@example.com", "shop@example.org"),
    "a cluster": ("fleet/clusters.yaml", "two.example.com", "two.example.org"),
    "the fleet": ("fleet/fleet.yaml", "domain: example.com", "domain: example.org"),
}


@pytest.mark.parametrize("change", REACHING.values(), ids=REACHING)
def test_what_reaches_further_is_made_everywhere(
    root: Path, out: Path, change: tuple[str, str, str], tmp_path: Path
) -> None:
    render(root, out, (), everything)
    (root / "fleet/teams.yaml").write_text(
        "shop: {contact: shop@example.com, namespaces: [other]}\n"
    )
    render(root, out, (), everything)
    before = files(out)
    file, old, new = change
    edit(root / file, old, new)

    render(root, out, (), everything)

    assert files(out) == first(root, tmp_path / "other")
    assert files(out) != before


def test_an_application_that_comes_or_goes_is_noticed(
    root: Path, out: Path, tmp_path: Path
) -> None:
    render(root, out, (), everything)
    text = API.replace("api", "new")
    (root / "fleet/apps/new.yaml").write_text(text)
    edit(root / "releases/test.yaml", "releases:\n", LOCK.replace("web:", "new:"))

    render(root, out, (), everything)
    assert files(out) == first(root, tmp_path / "other")

    (root / "fleet/apps/new.yaml").unlink()
    edit(root / "releases/test.yaml", LOCK.replace("web:", "new:"), "releases:\n")
    render(root, out, (), everything)
    assert files(out) == first(root, tmp_path / "third")


RAW = """
name: raw
kind: manifests
team: shop
path: fleet/raw
"""
SETTINGS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
"""


def test_plain_manifests_are_made_again_whatever_changes_about_them(
    root: Path, out: Path, tmp_path: Path
) -> None:
    def same() -> bool:
        render(root, out, (), everything)
        return files(out) == first(root, tmp_path / "other")

    render(root, out, (), everything)
    for folder in ("raw", "more"):
        (root / "fleet" / folder).mkdir()
        (root / "fleet" / folder / "one.yaml").write_text(SETTINGS)
    (root / "fleet/apps/raw.yaml").write_text(RAW)
    (root / "fleet/apps/more.yaml").write_text(RAW.replace("raw", "more"))
    assert same()
    edit(root / "fleet/raw/one.yaml", "name: settings", "name: others")
    assert same()
    (root / "fleet/raw/two.yaml").write_text(SETTINGS)
    assert same()
    assert len([*out.rglob("raw/configmap-*.yaml")]) == 4
    edit(root / "fleet/apps/raw.yaml", "fleet/raw", "fleet/more")
    with pytest.raises(InputError, match="nothing reads this file"):
        render(root, out, (), everything)


def test_manifests_that_two_applications_share_are_no_mistake_of_a_third(
    root: Path, out: Path, tmp_path: Path
) -> None:
    (root / "fleet/teams.yaml").write_text(
        "shop: {contact: a@example.com}\nops: {contact: a@example.com}\n"
    )
    (root / "fleet/raw").mkdir()
    (root / "fleet/raw/one.yaml").write_text(
        SETTINGS.replace("settings", "settings, namespace: ops")
    )
    (root / "fleet/apps/raw.yaml").write_text(RAW)
    (root / "fleet/apps/same.yaml").write_text(
        RAW.replace("name: raw", "name: same").replace("shop", "ops")
    )
    edit(root / "fleet/apps/web.yaml", "app: api", "app: raw")
    render(root, out, (), everything)
    edit(root / "fleet/apps/web.yaml", "cpu: 100m", "cpu: 200m")

    render(root, out, (), everything)

    assert files(out) == first(root, tmp_path / "other")


def damage_by_editing(out: Path) -> None:
    next(out.rglob("deployment-api.yaml")).write_text("edited")


def damage_by_deleting(out: Path) -> None:
    next(out.rglob("deployment-api.yaml")).unlink()


def damage_the_platform(out: Path) -> None:
    next(out.rglob("namespace-*.yaml")).write_text("edited")


def damage_by_swapping(out: Path) -> None:
    one, two = (next(out.rglob(f"deployment-{name}.yaml")) for name in ("api", "web"))
    text = one.read_text()
    one.write_text(two.read_text())
    two.write_text(text)


@pytest.mark.parametrize(
    "damage",
    [damage_by_editing, damage_by_deleting, damage_the_platform, damage_by_swapping],
)
def test_a_tree_that_somebody_changed_is_mended_everywhere(
    root: Path, out: Path, damage: Callable[[Path], None]
) -> None:
    render(root, out, (), everything)
    whole = files(out)
    damage(out)
    assert files(out) != whole

    render(root, out, (), everything)

    assert files(out) == whole


def test_an_older_tree_from_git_is_brought_up_to_date(
    root: Path, out: Path, tmp_path: Path
) -> None:
    render(root, out, (), everything)
    older = files(out)
    edit(root / "fleet/apps/web.yaml", "cpu: 100m", "cpu: 200m")
    render(root, out, (), everything)
    for path, text in older.items():
        (out / path).write_text(text)

    done = render(root, out, (), everything)

    assert done.changed > 0
    assert done.edited == ()
    assert files(out) == first(root, tmp_path / "other")


def test_an_edited_file_of_the_changed_application_is_reported(
    root: Path, out: Path, quick: Render
) -> None:
    edited = next(out.rglob("deployment-web.yaml"))
    edited.write_text("edited")
    edit(root / "fleet/apps/web.yaml", "cpu: 100m", "cpu: 200m")

    assert quick().edited == (edited.relative_to(out).as_posix(),)


def test_a_link_in_the_tree_is_refused_as_ever(root: Path, out: Path, tmp_path: Path) -> None:
    render(root, out, (), everything)
    folder = next(out.rglob("apps"))
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")

    with pytest.raises(GitOpsError, match="is a symbolic link"):
        render(root, out, (), everything)


def test_an_interrupted_write_is_finished_as_ever(root: Path, out: Path) -> None:
    render(root, out, (), everything)
    (out / STAGING).mkdir()
    (out / STAGING / "journal.json").write_text('{"remove": []}')

    assert render(root, out, (), everything).finished


def test_everything_that_is_wrong_is_named_not_only_what_has_changed(root: Path, out: Path) -> None:
    render(root, out, (), everything)
    edit(root / "fleet/apps/web.yaml", "kind: service", "kind: servce")
    edit(root / "fleet/teams.yaml", "contact:", "contcat:")

    with pytest.raises(InputError) as caught:
        render(root, out, (), everything)

    assert {each.file for each in caught.value.problems} >= {
        "fleet/apps/web.yaml",
        "fleet/teams.yaml",
    }


def test_quotes_that_make_a_number_a_text_are_noticed(root: Path, out: Path) -> None:
    edit(root / "Pulumi.test.yaml", "config:\n", "config:\n  gitops:apps: {web: {replicas: 4}}\n")
    render(root, out, (), everything)
    edit(root / "Pulumi.test.yaml", "replicas: 4", "replicas: '4'")

    with pytest.raises(InputError, match="quoted text"):
        render(root, out, (), everything)


def test_a_peer_that_does_not_exist_is_refused_as_ever(root: Path, out: Path) -> None:
    render(root, out, (), everything)
    edit(root / "fleet/apps/web.yaml", "app: api", "app: apy")

    with pytest.raises(InputError, match="there is no application 'apy'"):
        render(root, out, (), everything)


def test_environments_that_are_asked_for_are_remembered_apart(
    root: Path, out: Path, tmp_path: Path
) -> None:
    text = BASE["Pulumi.test.yaml"].replace("delivery", "namespaceSuffix: two\n    delivery")
    (root / "Pulumi.two.yaml").write_text(text)
    (root / "releases/two.yaml").write_text(LOCKS)
    render(root, out, (), everything)
    edit(root / "fleet/apps/web.yaml", "cpu: 100m", "cpu: 200m")

    before = {path: text for path, text in files(out).items() if path.startswith("test/")}
    render(root, out, ("two",), lambda _: ["two"])
    assert before.items() <= files(out).items()
    render(root, out, (), everything)

    assert files(out) == first(root, tmp_path / "other")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"program": 1}', '"x"'])
def test_a_damaged_memory_is_no_memory(root: Path, out: Path, text: str, tmp_path: Path) -> None:
    render(root, out, (), everything)
    memory.place(root, out).write_text(text)
    edit(root / "fleet/apps/web.yaml", "cpu: 100m", "cpu: 200m")

    render(root, out, (), everything)

    assert files(out) == first(root, tmp_path / "other")


def test_another_version_of_the_program_makes_everything(root: Path, out: Path) -> None:
    render(root, out, (), everything)
    place = memory.place(root, out)
    data = json.loads(place.read_text())
    assert memory.recall(place) is not None

    place.write_text(json.dumps({**data, "program": "another"}))

    assert memory.recall(place) is None


def test_without_a_place_for_memories_a_render_is_as_before(
    root: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert render(root, out, (), everything).added
    assert not render(root, out, (), everything).changed


def test_a_memory_holds_no_text_of_the_fleet(root: Path, out: Path) -> None:
    edit(root / "fleet/apps/web.yaml", "ports:", "config: {GREETING: remember-me}\nports:")
    render(root, out, (), everything)

    assert "remember-me" not in memory.place(root, out).read_text()


def test_memories_that_nobody_used_for_a_month_are_forgotten(root: Path, out: Path) -> None:
    old = memory.place(root, out).with_name("old.json")
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_text("{}")
    os.utime(old, (1, 1))

    render(root, out, (), everything)

    assert not old.exists()
    assert memory.place(root, out).exists()


def put(root: Path, fleet: dict[str, Data]) -> None:
    for path, text in texts(fleet).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


@st.composite
def edits(draw: st.DrawFn) -> list[dict[str, Data]]:
    """Return a fleet, and what its files are after each of some changes to single applications."""
    fleet = draw(fleets())
    names = tuple(
        sorted(
            path.removeprefix("fleet/apps/").removesuffix(".yaml")
            for path in fleet
            if path.startswith("fleet/apps/")
        )
    )
    states = [fleet]
    for _ in range(draw(st.integers(1, 3))):
        new = dict(states[-1])
        name = draw(st.sampled_from(names))
        path = f"fleet/apps/{name}.yaml"
        app = draw(application(name, names))
        # A chart has another kind of release.
        if (app["kind"] == "chart") is (new[path]["kind"] == "chart"):
            new[path] = app
        states.append(new)
    return states


@given(edits())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
def test_after_any_changes_the_tree_is_that_of_a_first_render(
    tmp_path_factory: pytest.TempPathFactory, states: list[dict[str, Data]]
) -> None:
    base = tmp_path_factory.mktemp("edits")
    for number, fleet in enumerate(states):
        put(base / "root", fleet)
        render(base / "root", base / "out", (), everything)

        assert files(base / "out") == first(base / "root", base / f"first-{number}")
