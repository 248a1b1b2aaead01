"""The real schemas of Kubernetes, Argo CD, Argo Rollouts, Flux, the Gateway API and Prometheus.

They come from the projects' own Go modules at test time, verified by checksum, and are distilled
into one file in the user's cache. What the API server checks by CEL is not checked here.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
import yaml

from gitops.places import cache_folder
from tests import ROOT

MODULES = ROOT / "tools/schemas/modules.txt"
_OPERATOR = "github.com/prometheus-operator/prometheus-operator"
_CRDS = (
    ("github.com/argoproj/argo-cd/v3", "manifests/crds/*-crd.yaml"),
    ("github.com/argoproj/argo-rollouts", "manifests/crds/*-crd.yaml"),
    ("github.com/fluxcd/source-controller", "config/crd/bases/*.yaml"),
    ("github.com/fluxcd/kustomize-controller", "config/crd/bases/*.yaml"),
    ("github.com/fluxcd/helm-controller", "config/crd/bases/*.yaml"),
    ("sigs.k8s.io/gateway-api", "config/crd/standard/gateway.networking.k8s.io_*.yaml"),
    *(
        (_OPERATOR, f"example/prometheus-operator-crd/monitoring.coreos.com_{each}.yaml")
        for each in ("podmonitors", "prometheusrules", "servicemonitors")
    ),
)
CACHE = cache_folder()
"""The user's own cache, which outlives the run; the program under test is given another."""
_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_PRESERVE = "x-kubernetes-preserve-unknown-fields"


class UnavailableError(Exception):
    """Why a real program, or the real schemas, cannot be had on this machine."""


class Schemas:
    """Validators by apiVersion and kind; strict, as the API server is with fieldValidation."""

    def __init__(self, distilled: Mapping[str, Any]) -> None:
        self.distilled = distilled
        self.made: dict[str, Any] = {}

    def problems(self, manifest: Mapping[str, Any]) -> list[str]:
        """Return what the schema of *manifest* says against it; nothing when it is valid."""
        name = f"{manifest.get('apiVersion')} {manifest.get('kind')}"
        if name not in self.distilled["kinds"]:
            return [f"no such kind: {name}"]
        if name not in self.made:
            schema = {**self.distilled["kinds"][name], "definitions": self.definitions}
            self.made[name] = jsonschema_rs.Draft7Validator(schema)
        return [
            f"{'.'.join(str(step) for step in error.instance_path) or '(top)'}: {error.message}"
            for error in self.made[name].iter_errors(manifest)
        ]

    @cached_property
    def definitions(self) -> dict[str, Any]:
        """Schemas that others refer to."""
        return self.distilled["definitions"]


def schemas() -> Schemas:
    """Return the real schemas, from the cache or from their modules.

    Raises:
        UnavailableError: Go is not installed, or the modules cannot be downloaded.

    """
    code = Path(__file__).read_bytes() + MODULES.read_bytes()
    cache = _cache() / f"schemas-{hashlib.sha256(code).hexdigest()[:16]}.json"
    cache.parent.mkdir(parents=True, exist_ok=True)
    with (cache.parent / "schemas.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not cache.exists():
            partial = cache.with_suffix(f".{os.getpid()}.partial")
            partial.write_text(json.dumps(_distil()), encoding="utf-8")
            partial.replace(cache)
    return Schemas(json.loads(cache.read_bytes()))


def module(path: str, version: str = "") -> Path:
    """Return the directory of a Go module named in modules.txt, downloaded and verified."""
    if shutil.which("go") is None:
        raise UnavailableError("Go is not installed: the real schemas come from Go modules")
    lines = [line.split() for line in MODULES.read_text(encoding="utf-8").splitlines()]
    known = [line for line in lines if line[0] == path and version in {"", line[1]}]
    name, found, checksum = known[0]
    done = subprocess.run(
        ["go", "mod", "download", "-json", f"{name}@{found}"],
        cwd=_cache(),
        env={**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"},
        capture_output=True,
        check=False,
    )
    answer = json.loads(done.stdout or b"{}")
    if done.returncode or "Dir" not in answer:
        raise UnavailableError(f"{name} {found} cannot be downloaded: {answer.get('Error', '')}")
    assert answer["Sum"] == checksum, f"{name} {found} is not what it was: {answer['Sum']}"
    return Path(answer["Dir"])


def _cache() -> Path:
    CACHE.mkdir(parents=True, exist_ok=True)
    return CACHE


def _distil() -> dict[str, Any]:
    swagger = json.loads(
        (module("k8s.io/kubernetes") / "api/openapi-spec/swagger.json").read_bytes()
    )
    definitions: dict[str, Any] = swagger["definitions"]
    kinds: dict[str, Any] = {}
    for name, schema in definitions.items():
        for each in schema.get("x-kubernetes-group-version-kind", []):
            api_version = "/".join(part for part in (each["group"], each["version"]) if part)
            kinds[f"{api_version} {each['kind']}"] = {"$ref": f"#/definitions/{name}"}
    for crd in crds():
        kinds |= dict(_custom(crd))
    return {
        "kinds": kinds,
        "definitions": {name: _strict(each) for name, each in definitions.items()},
    }


def crds() -> Iterator[dict[str, Any]]:
    """Yield the definition of every custom kind that the program makes objects of.

    Raises:
        UnavailableError: they cannot be downloaded.

    """
    for name, pattern in _CRDS:
        for file in sorted(module(name).glob(pattern)):
            for crd in yaml.load_all(file.read_bytes(), Loader=yaml.CSafeLoader):
                if crd and crd.get("kind") == "CustomResourceDefinition":
                    yield crd


def _custom(crd: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    spec = crd["spec"]
    for version in spec["versions"]:
        if not version["served"]:
            continue
        schema = _strict(version["schema"]["openAPIV3Schema"])
        schema["properties"]["metadata"] = {"$ref": f"#/definitions/{_META}"}
        schema["required"] = sorted({*schema.get("required", []), "metadata"})
        yield f"{spec['group']}/{version['name']} {spec['names']['kind']}", schema


def _strict(schema: Any) -> Any:
    """Return *schema* as JSON Schema that refuses unknown fields, as strict validation does."""
    if isinstance(schema, list):
        return [_strict(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    given = cast("dict[str, Any]", schema)
    if given.get("x-kubernetes-int-or-string") or given.get("format") == "int-or-string":
        return {"type": ["integer", "string"]}
    if "$ref" in given:
        return {"$ref": given["$ref"]}
    made = {
        key: {name: _strict(each) for name, each in value.items()}
        if key == "properties"
        else _strict(value)
        for key, value in given.items()
        if not key.startswith("x-")
        and key not in {"description", "format", "default", "example"}
        # Go knows flags inside an expression; JSON Schema does not.
        and not (key == "pattern" and "(?i)" in str(value))
    }
    if "properties" in made and "additionalProperties" not in made and not given.get(_PRESERVE):
        made["additionalProperties"] = False
    if given.get("nullable") and "type" in made:
        made["type"] = [made["type"], "null"]
    made.pop("nullable", None)
    return made
