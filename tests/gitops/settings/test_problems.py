"""What a message says is accepted: the keys that may stand at that place, and no others."""

from pathlib import Path

import pytest

from tests.fleets import problems, write

HEAD = "name: app\nteam: shop\nzzz: 1\n"


@pytest.mark.parametrize(
    ("more", "accepted"),
    [
        ("kind: manifests\npath: raw\n",
         "clusterResources, clusters, data, description, environments, formerly, kind, name, namespace, path, team"),
        ("kind: chart\nchart: {repository: https://registry.example.com/charts, name: app}\n",
         "chart, clusterResources, clusters, data, description, environments, formerly, kind, name, namespace, "
         "network, team, values"),
        ("kind: scheduledJob\nimage: registry.example.com/a/b\nschedule: '@daily'\n",
         "args, clusters, command, concurrency, config, data, description, environments, formerly, gracePeriod, "
         "image, integrationTest, kind, name, namespace, network, probes, resources, retries, schedule, "
         "secrets, serviceAccount, suspend, team, timeZone, timeout, user, writable"),
    ],
    ids=["manifests", "chart", "scheduledJob"],
)  # fmt: skip
def test_an_unknown_key_is_told_the_keys_of_its_own_kind(
    tmp_path: Path, more: str, accepted: str
) -> None:
    [found] = problems(write(tmp_path, fleet__apps__app_dot_yaml=HEAD + more))

    assert found == (
        f"fleet/apps/app.yaml:3:1: zzz: the key 'zzz' is unknown. Accepted: {accepted}. "
        "Correct or remove it."
    )


def test_a_key_of_another_kind_is_not_the_one_that_was_meant(tmp_path: Path) -> None:
    job = "name: app\nteam: shop\nkind: scheduledJob\nimage: registry.example.com/a/b\n"

    [found] = problems(
        write(tmp_path, fleet__apps__app_dot_yaml=f"{job}schedule: '@daily'\nreplica: 2\n")
    )

    assert "replica: the key 'replica' is unknown." in found
    assert "Did you mean" not in found
