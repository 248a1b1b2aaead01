"""What holds for every fleet, whatever is in it: fleets made by chance."""

from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitops.checks import owners
from gitops.emit import documents
from gitops.errors import InputError, Problem
from gitops.layouts.rendered import rendered
from gitops.model import Fleet
from gitops.objects import identity
from gitops.plan import plan
from gitops.settings import load
from tests.fleets import planned

Data = dict[str, Any]
Place = tuple[str | int, ...]

QUICK = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
APPS = ("api", "db", "front", "queue", "web")
CLASHING = ("web", "web-preview", "web-headless", "web-integration-test", "default-deny")
"""Names of which some are what another application, or the platform, makes of its own name."""
DIGEST = "sha256:" + "0123456789abcdef" * 4
FREE = ("config", "values", "annotations")
"""Mappings of an application whose keys are the users' own."""


class Memory:
    """Files that never touch a disk."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def names(self, folder: str, *, recursive: bool = False) -> list[str]:
        inside = [path for path in self.texts if folder == "." or path.startswith(f"{folder}/")]
        depth = 0 if folder == "." else folder.count("/") + 1
        return sorted(path for path in inside if recursive or path.count("/") == depth)

    def read(self, path: str) -> bytes | None:
        return self.texts[path].encode() if path in self.texts else None


def texts(files: Mapping[str, Data]) -> dict[str, str]:
    return {path: documents([data]) for path, data in files.items()}


def fleet_of(files: Mapping[str, Data]) -> Fleet:
    return load(Memory(texts(files))).fleet


def problems(written: Mapping[str, str]) -> tuple[Problem, ...]:
    try:
        load(Memory(written))
    except InputError as error:
        return error.problems
    return ()


def maybe(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Data]:
    """Return a strategy for mappings that have some of *keys*."""
    return st.fixed_dictionaries({}, optional=keys)


words = st.text("abc: #'\"\n-", max_size=8) | st.sampled_from(["on", "no", "1e3", "012", "~"])
configs = st.dictionaries(st.sampled_from(["A", "LEVEL", "X_1"]), words, max_size=3)
probes = st.sampled_from(
    [{"readiness": {"path": "/ready"}}, {"liveness": {"port": "http", "failures": 9}}, {}]
)
secrets = st.lists(
    st.sampled_from(["database", "tls"]).flatmap(
        lambda name: st.sampled_from([name, {"name": name, "mount": f"/etc/{name}", "keys": ["a"]}])
    ),
    max_size=2,
    unique_by=lambda each: each if isinstance(each, str) else str(each["name"]),
)
scaling = st.sampled_from([{}, {"replicas": 3}, {"autoscaling": {"min": 2, "max": 4, "cpu": 70}}])
workload = maybe(
    config=configs,
    secrets=secrets,
    resources=st.just({"requests": {"cpu": "100m"}, "limits": {"memory": "64Mi"}}),
    serviceAccount=st.just({"token": True, "annotations": {"role": "web"}}),
    integrationTest=st.just({"image": "registry.example.com/shop/tests:1.0.0"}),
    writable=st.sampled_from([["/tmp"], ["/tmp", "/cache"], []]),
)
rollouts = st.sampled_from(["rolling", "recreate", {"strategy": "canary", "weights": [10, 50]}])


def peers(names: tuple[str, ...]) -> st.SearchStrategy[list[Data]]:
    one = st.sampled_from(
        [*({"app": name} for name in names), {"namespace": "other"}, {"cidr": "10.0.0.0/8"}]
    )
    return st.lists(one, max_size=2)


@st.composite
def application(draw: st.DrawFn, name: str, names: tuple[str, ...]) -> Data:
    kind = draw(st.sampled_from(["service", "worker", "scheduledJob", "stateful", "chart"]))
    app: Data = {"name": name, "kind": kind, "team": draw(st.sampled_from(["ops", "shop"]))}
    network = draw(maybe(ingress=peers(names), egress=peers(names)))
    app |= {"network": network} if network else {}
    app |= draw(maybe(data=st.just("restricted"), clusters=st.just(["one"])))
    if kind == "chart":
        source = {"repository": "https://registry.example.com/charts", "name": "metrics"}
        values = st.dictionaries(st.sampled_from(["a", "b"]), st.just({"c": [1, "on"]}))
        return app | {"chart": source} | draw(maybe(values=values))
    app |= {"image": "registry.example.com/shop/app"} | draw(workload)
    if kind == "scheduledJob":
        return app | {"schedule": "@daily"} | draw(maybe(timeZone=st.just("Europe/Berlin")))
    if kind == "stateful":
        storage = [{"name": "data", "mount": "/data", "size": "1Gi"}]
        return app | {"ports": {"http": 8080}, "storage": storage, "probes": draw(probes)}
    app |= draw(scaling) | draw(maybe(rollout=rollouts, disruption=st.just({"maxUnavailable": 1})))
    if kind == "service":
        route = maybe(paths=st.just(["/a", "/b"]), kind=st.sampled_from(["ingress", "gateway"]))
        app |= {"ports": {"http": 8080, "metrics": 9090}, "probes": draw(probes)}
        app |= draw(maybe(route=route.map(lambda more: {"hosts": [f"{name}.example.com"], **more})))
        app |= draw(maybe(rollout=rollouts | st.just("blueGreen")))
    return app


@st.composite
def stack(draw: st.DrawFn, index: int, names: tuple[str, ...]) -> Data:
    environment: Data = {
        "delivery": draw(st.sampled_from(["argocd", "direct", "flux"])),
        "clusters": draw(st.sampled_from([["one"], ["two", "one"], ["one", "two"]])),
        "domains": ["example.com"],
    }
    environment |= {"namespaceSuffix": f"s{index}"} if index else {}
    environment |= draw(
        maybe(
            sync=st.just("automated"),
            topology=st.just("perCluster"),
            branch=st.just(f"env/{index}"),
        )
    )
    overlay = maybe(data=st.just("public"), clusters=st.just(["one"]))
    apps = draw(st.dictionaries(st.sampled_from(names), overlay, max_size=2))
    single = maybe(data=st.just("public"))
    local = {"one": {"apps": draw(st.dictionaries(st.sampled_from(names), single, max_size=1))}}
    return {
        "config": {
            "gitops:environment": environment,
            "gitops:apps": apps,
            "gitops:clusters": local,
        }
    }


@st.composite
def fleets(draw: st.DrawFn, pool: tuple[str, ...] = APPS) -> dict[str, Data]:
    """Return a small valid fleet: what each file holds, by path."""
    names = tuple(sorted(draw(st.sets(st.sampled_from(pool), min_size=1, max_size=4))))
    apps = {name: draw(application(name, names)) for name in names}
    environments = ("test", "next", "last")[: draw(st.integers(1, 3))]
    cluster = {
        "kubernetes": "1.34",
        "ingress": {"className": "nginx", "namespace": "ingress-nginx"},
        "gateway": {"name": "public", "namespace": "gateways"},
    }
    quota = {
        "quota": {"cpu": "8", "memory": "16Gi"},
        "quotas": {"test": {"cpu": "1", "memory": "1"}},
    }
    release = {"tag": "1.0.0", "digest": DIGEST}
    files: dict[str, Data] = {
        "fleet/fleet.yaml": {
            "name": "test",
            "domain": "example.com",
            "repository": {"url": "https://git.example.com/rendered.git"},
        },
        "fleet/clusters.yaml": {
            name: {**cluster, "server": f"https://{name}.example.com"} for name in ("one", "two")
        },
        "fleet/teams.yaml": {
            "ops": {"contact": "#ops", "namespaces": ["tools"]},
            "shop": {"contact": "#shop", **draw(st.sampled_from([{}, quota]))},
        },
        "fleet/policy.yaml": {
            "registries": ["registry.example.com"],
            "levels": {"no-mutable-tag": {"test": "warn"}},
        },
        "fleet/versions.yaml": {"argo-cd": {"version": "v3.3.3"}},
        **{f"fleet/apps/{name}.yaml": app for name, app in apps.items()},
    }
    for index, environment in enumerate(environments):
        files[f"Pulumi.{environment}.yaml"] = draw(stack(index, names))
        files[f"releases/{environment}.yaml"] = {
            "releases": {
                name: {"chart": "2.1.0"} if app["kind"] == "chart" else release
                for name, app in apps.items()
            }
        }
    return deepcopy(files)  # the parts are shared between the fleets that are made


def shared(fleet: Fleet) -> list[tuple[str, ...]]:
    """Return the identities that more than one object has, with their cluster."""
    found = Counter(
        (placed.cluster, *identity(placed.manifest))
        for each in planned(fleet).values()
        for placed in each.placed()
    )
    return [own for own, count in found.items() if count > 1]


def mappings(value: Any, place: Place = ()) -> Iterator[tuple[Place, Data]]:
    """Iterate over the mappings in *value*, however deep, with the path of each."""
    if isinstance(value, dict):
        mapping = cast("Data", value)
        yield place, mapping
        for key, each in mapping.items():
            yield from mappings(each, (*place, key))
    elif isinstance(value, list):
        for index, each in enumerate(cast("list[Any]", value)):
            yield from mappings(each, (*place, index))


def closed(file: str, place: Place) -> bool:
    """Tell whether the keys of the mapping at *place* of *file* are ours and not the users'."""
    if file.startswith("Pulumi."):  # what is outside `config` belongs to Pulumi
        return place[:1] == ("config",)
    return not (file.startswith("fleet/apps/") and set(FREE) & set(place))


@given(fleets())
@QUICK
def test_a_fleet_renders_to_the_same_bytes_in_whatever_order_its_files_are_found(
    files: dict[str, Data],
) -> None:
    one, two = fleet_of(files), fleet_of(dict(reversed(files.items())))

    for name in one.stacks:
        first, second = rendered(one, plan(one, name)), rendered(two, plan(two, name))
        assert list(first.items()) == list(second.items())


@given(fleets())
@QUICK
def test_no_two_objects_of_a_fleet_share_an_identity(files: dict[str, Data]) -> None:
    fleet = fleet_of(files)

    assert shared(fleet) == []
    assert all(rendered(fleet, each) for each in planned(fleet).values())


@given(fleets(CLASHING))
@QUICK
def test_names_that_clash_are_found_before_a_cluster_sees_them(files: dict[str, Data]) -> None:
    fleet = fleet_of(files)
    found = planned(fleet)
    objects = [placed for each in found.values() for placed in each.placed()]

    complaints = [each for each in owners.findings(found, objects) if "makes it" in each.what]

    assert len({each.where.partition("/")[2] for each in complaints}) == len(shared(fleet))


@given(fleets())
@QUICK
def test_every_object_of_an_application_is_in_the_namespace_of_its_team(
    files: dict[str, Data],
) -> None:
    fleet = fleet_of(files)
    for each in planned(fleet).values():
        suffix = each.environment.namespace_suffix
        for placed in each.placed():
            own = identity(placed.manifest)
            if placed.application:
                team = files[f"fleet/apps/{placed.application}.yaml"]["team"]
                assert own.namespace == (f"{team}-{suffix}" if suffix else team)


@given(fleets(), st.text("abcXYZ_019-", max_size=8), words, st.data())
@QUICK
def test_an_unknown_key_anywhere_is_a_problem_in_its_file_and_line(
    files: dict[str, Data], ending: str, value: str, data: st.DataObject
) -> None:
    places = [
        (file, place, mapping)
        for file, content in files.items()
        for place, mapping in mappings(content)
        if closed(file, place)
    ]
    file, place, mapping = data.draw(st.sampled_from(places))
    known = texts(files)
    assert problems(known) == ()
    key = f"zz{ending}" if place != ("config",) else f"gitops:zz{ending}"
    mapping[key] = value
    written = known | {file: documents([files[file]])}

    found = problems(written)

    lines = written[file].split("\n")
    line = 1 + next(index for index, each in enumerate(lines) if f"{key}:" in each.replace('"', ""))
    assert [each for each in found if (each.file, each.line) == (file, line)], found
