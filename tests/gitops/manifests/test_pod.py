"""Pods: locked down, and restarted exactly when what they read has changed."""

from typing import Any

import pytest

from gitops.manifests.pod import locked_down, pod_template, resources, spread
from gitops.model import Workload
from gitops.model.parts import (
    Probe,
    Probes,
    ResourceList,
    Resources,
    SecretReference,
    ServiceAccount,
)
from tests.sites import IMAGE, job, labels, selector, service, site, stateful, worker

HASH = "gitops.example.com/config-hash"


def template(app: Workload, **more: Any) -> dict[str, Any]:
    return pod_template(site(app, **more), app)


def spec(app: Workload) -> dict[str, Any]:
    return template(app)["spec"]


def container(app: Workload) -> dict[str, Any]:
    [found] = spec(app)["containers"]
    return found


def test_the_smallest_pod_is_restricted_and_has_nothing_it_did_not_ask_for() -> None:
    assert template(worker()) == {
        "metadata": {
            "labels": labels("worker"),
            "annotations": {"kubectl.kubernetes.io/default-container": "web"},
        },
        "spec": {
            "serviceAccountName": "web",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {
                "runAsNonRoot": True,
                "seccompProfile": {"type": "RuntimeDefault"},
                "fsGroup": 65532,
            },
            "terminationGracePeriodSeconds": 30,
            "containers": [
                {
                    "name": "web",
                    "image": IMAGE,
                    "imagePullPolicy": "IfNotPresent",
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    },
                    "volumeMounts": [{"name": "writable-0", "mountPath": "/tmp"}],
                }
            ],
            "volumes": [{"name": "writable-0", "emptyDir": {"sizeLimit": "256Mi"}}],
        },
    }


def test_a_pod_gets_everything_that_it_asks_for() -> None:
    app = service(
        ports={"http": 8080, "metrics": 9090},
        command=("serve",),
        args=("--port", "8080"),
        user=10001,
        config={"LEVEL": "info"},
        secrets=(
            SecretReference(name="database"),
            SecretReference(name="maybe", optional=True),
            SecretReference(name="tls", mount="/etc/tls", keys=("a.pem", "b.pem"), optional=True),
            SecretReference(name="all", mount="/etc/all"),
        ),
        resources=Resources(requests=ResourceList(cpu="100m", memory="64Mi")),
        probes=Probes(
            startup=Probe(path="/ready", period=2, failures=30),
            readiness=Probe(port="metrics", initial_delay=5),
            liveness=Probe(command=("check", "it"), timeout=4),
        ),
        service_account=ServiceAccount(token=True),
        writable=("/tmp", "/cache"),
        grace_period=90,
    )

    assert spec(app) == {
        "serviceAccountName": "web",
        "automountServiceAccountToken": True,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
        },
        "terminationGracePeriodSeconds": 90,
        "containers": [
            {
                "name": "web",
                "image": IMAGE,
                "imagePullPolicy": "IfNotPresent",
                "securityContext": locked_down(),
                "volumeMounts": [
                    {"name": "writable-0", "mountPath": "/tmp"},
                    {"name": "writable-1", "mountPath": "/cache"},
                    {"name": "secret-2", "mountPath": "/etc/tls", "readOnly": True},
                    {"name": "secret-3", "mountPath": "/etc/all", "readOnly": True},
                ],
                "command": ["serve"],
                "args": ["--port", "8080"],
                "ports": [
                    {"name": "http", "containerPort": 8080, "protocol": "TCP"},
                    {"name": "metrics", "containerPort": 9090, "protocol": "TCP"},
                ],
                "envFrom": [
                    {"configMapRef": {"name": "web-config"}},
                    {"secretRef": {"name": "database"}},
                    {"secretRef": {"name": "maybe", "optional": True}},
                ],
                "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
                "startupProbe": {
                    "httpGet": {"path": "/ready", "port": "http", "scheme": "HTTP"},
                    "periodSeconds": 2,
                    "timeoutSeconds": 2,
                    "failureThreshold": 30,
                },
                "readinessProbe": {
                    "tcpSocket": {"port": "metrics"},
                    "periodSeconds": 10,
                    "timeoutSeconds": 2,
                    "failureThreshold": 3,
                    "initialDelaySeconds": 5,
                },
                "livenessProbe": {
                    "exec": {"command": ["check", "it"]},
                    "periodSeconds": 10,
                    "timeoutSeconds": 4,
                    "failureThreshold": 3,
                },
            }
        ],
        "volumes": [
            {"name": "writable-0", "emptyDir": {"sizeLimit": "256Mi"}},
            {"name": "writable-1", "emptyDir": {"sizeLimit": "256Mi"}},
            {
                "name": "secret-2",
                "secret": {
                    "secretName": "tls",
                    "defaultMode": 0o440,
                    "items": [{"key": "a.pem", "path": "a.pem"}, {"key": "b.pem", "path": "b.pem"}],
                    "optional": True,
                },
            },
            {"name": "secret-3", "secret": {"secretName": "all", "defaultMode": 0o440}},
        ],
    }


@pytest.mark.parametrize("app", [service(), worker(), job(), stateful()], ids=lambda app: app.kind)
def test_no_kind_of_pod_escapes_the_restricted_standard(app: Workload) -> None:
    found = spec(app)

    assert found["securityContext"]["runAsNonRoot"] is True
    assert found["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert found["automountServiceAccountToken"] is False
    assert [each["securityContext"] for each in found["containers"]] == [
        {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    ]
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(found)
    assert not [each for each in found["volumes"] if "hostPath" in each]


def test_a_grpc_probe_takes_the_number_of_its_port_because_kubernetes_takes_no_name() -> None:
    app = service(
        ports={"http": 8080, "grpc": 9000}, probes=Probes(readiness=Probe(port="grpc", grpc=True))
    )

    assert container(app)["readinessProbe"] == {
        "grpc": {"port": 9000},
        "periodSeconds": 10,
        "timeoutSeconds": 2,
        "failureThreshold": 3,
    }


def test_a_probe_without_a_port_asks_the_first_one() -> None:
    app = service(ports={"z": 1, "a": 2}, probes=Probes(liveness=Probe(path="/live")))

    assert container(app)["livenessProbe"]["httpGet"]["port"] == "z"


def test_amounts_that_nobody_gave_are_left_out() -> None:
    given = Resources(limits=ResourceList(memory="64Mi", ephemeral_storage="1Gi"))

    assert resources(given) == {"limits": {"memory": "64Mi", "ephemeral-storage": "1Gi"}}
    assert resources(Resources()) == {}
    assert "resources" not in container(service())


def test_a_stateful_pod_mounts_its_claims_and_leaves_the_volumes_to_them() -> None:
    found = spec(stateful())

    assert found["containers"][0]["volumeMounts"] == [
        {"name": "writable-0", "mountPath": "/tmp"},
        {"name": "data", "mountPath": "/data"},
    ]
    assert found["volumes"] == [{"name": "writable-0", "emptyDir": {"sizeLimit": "256Mi"}}]


def test_pods_restart_when_a_value_of_the_config_map_changes() -> None:
    before, after = (
        template(service(config={"LEVEL": level}))["metadata"]["annotations"][HASH]
        for level in ("info", "warn")
    )

    assert after != before


def test_the_hash_is_as_it_always_was_because_another_would_restart_every_pod() -> None:
    found = template(service(config={"LEVEL": "info"}))["metadata"]["annotations"]

    assert found == {
        "kubectl.kubernetes.io/default-container": "web",
        HASH: "a03f0fb58b4d9199",
    }


def test_pods_do_not_restart_because_keys_are_written_in_another_order() -> None:
    assert template(service(config={"A": "1", "B": "2"})) == template(
        service(config={"B": "2", "A": "1"})
    )


def test_a_pod_without_configuration_has_no_hash_of_it() -> None:
    assert HASH not in template(service())["metadata"]["annotations"]


def test_replicas_spread_over_zones_before_nodes_and_start_even_where_they_cannot() -> None:
    assert spread(site(service())) == [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": selector()},
        },
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": selector()},
        },
    ]
