"""``up`` with the genuine engine on a real API server: what is declared is there, and nothing else."""

import json
from pathlib import Path

import pytest

from tests.real.cluster import kubeconfig
from tests.real.lab import Lab

pytestmark = pytest.mark.real
WEB = "fleet/apps/web.yaml"
STACK = "Pulumi.test.yaml"


def up(lab: Lab, *arguments: str) -> str:
    """Update, and return what was said; it must succeed."""
    done = lab("up", "test", "--yes", *arguments)
    assert done.code == 0, done.err
    return done.out


def meddle(lab: Lab, manager: str) -> None:
    """Change a field of the Deployment as somebody with the name *manager* would."""
    [found] = [each for _, each in lab.wanted("test") if each["kind"] == "Deployment"]
    changed = json.loads(json.dumps(found))
    changed["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 99
    lab.planes["one"].api.apply(changed, manager, force=True)


def test_an_update_makes_what_is_declared_and_a_second_one_changes_nothing(lab: Lab) -> None:
    assert "(12 created)" in up(lab)
    assert lab.different("test") == []

    again = lab("up", "test", "--yes", "--format", "json")

    assert again.document["result"] == "unchanged"
    assert again.document["resources"] == {"same": 12}


def test_what_changes_is_shown_and_changed_and_nothing_else(lab: Lab) -> None:
    up(lab)
    lab.edit(WEB, "memory: 128Mi", "memory: 256Mi")

    said = up(lab)

    assert "0 added, 1 changed, 0 removed, 0 replaced" in said
    assert "containers[name=web].resources.limits.memory: 128Mi -> 256Mi" in said
    assert "(11 unchanged, 1 updated)" in said
    assert lab.different("test") == []


def test_destroy_leaves_nothing_behind(lab: Lab) -> None:
    up(lab)
    assert lab.live("Namespace", lab.space)

    done = lab("destroy", "test", "--yes", "--allow-destroy", f"Namespace/{lab.space}")

    assert done.code == 0, done.err
    assert lab.live("Namespace", lab.space) is None
    assert lab("stack", "test", "--format", "json").document["resources"] == 0


def test_destroy_takes_no_data_that_is_not_named(lab: Lab) -> None:
    up(lab)

    done = lab("destroy", "test", "--yes")

    assert done.code == 1
    assert f"destroys Namespace/{lab.space} on one, and with it web" in done.out
    assert f"gitops destroy test --allow-destroy Namespace/{lab.space}" in done.err
    assert lab.different("test") == []


def test_an_application_that_leaves_must_be_named(lab: Lab) -> None:
    up(lab)
    (lab.root / WEB).unlink()
    (lab.root / "releases/test.yaml").write_text("releases: {}\n")

    refused = lab("up", "test", "--yes")

    assert refused.code == 1, refused.err
    assert f"--allow-destroy Deployment/{lab.space}/web" in refused.err
    assert lab.live("Deployment")


def test_an_application_that_is_renamed_keeps_its_objects_when_it_says_so(lab: Lab) -> None:
    up(lab)
    before = lab.live("Deployment")
    old, new = lab.root / WEB, lab.root / "fleet/apps/storefront.yaml"
    new.write_text(old.read_text().replace("name: web", "name: storefront"))
    old.unlink()
    lab.edit("releases/test.yaml", "web:", "storefront:")

    refused = lab("up", "test", "--yes")

    assert refused.code == 1, refused.err
    assert "test: if storefront is web renamed, write 'formerly: web'" in refused.out
    new.write_text(new.read_text() + "formerly: web\n")
    assert "(12 unchanged)" in up(lab)
    assert lab("rename", "storefront", "shopfront").code == 0
    lab.edit("fleet/apps/shopfront.yaml", "memory: 128Mi", "memory: 256Mi")
    assert "(11 unchanged, 1 updated)" in up(lab)
    after = lab.live("Deployment")
    assert before is not None
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert lab.different("test") == []


def test_an_object_that_changes_hands_cannot_be_taken_over(lab: Lab) -> None:
    """It would be deleted with the one that had it, and the state would not know."""
    (lab.root / "plain").mkdir()
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: b}\n"
    (lab.root / "plain/config.yaml").write_text(config)
    app = "name: {}\nkind: manifests\nteam: shop\npath: plain\n"
    first, second = lab.root / "fleet/apps/first.yaml", lab.root / "fleet/apps/second.yaml"
    first.write_text(app.format("first"))
    up(lab)
    first.unlink()
    second.write_text(app.format("second"))

    done = lab("up", "test", "--yes", "--adopt", f"ConfigMap/{lab.space}/shared")

    assert done.code == 2
    assert "is in the state already, as one-first-configmap" in done.err
    assert "formerly" in done.err
    second.write_text(app.format("second") + "formerly: first\n")
    up(lab)
    assert lab.live("ConfigMap", "shared")


def test_a_rule_that_is_broken_stops_an_update_before_anything_changes(lab: Lab) -> None:
    lab.edit(WEB, "registry.example.com/shop/web", "evil.example.org/shop/web")

    done = lab("up", "test", "--yes")

    assert done.code == 1
    assert "'evil.example.org/shop/web" in done.err
    assert "Accepted: registry.example.com" in done.err
    assert lab.live("Namespace", lab.space) is None


def test_nothing_is_changed_where_nobody_can_be_asked(lab: Lab) -> None:
    done = lab("up", "test")

    assert done.code == 2
    assert "nothing was changed: there is no terminal to ask on. Add --yes." in done.err
    assert lab.live("Namespace", lab.space) is None


def test_a_difference_on_the_cluster_is_shown_field_by_field_and_mended(lab: Lab) -> None:
    up(lab)
    meddle(lab, "pulumi-kubernetes")  # With its own name it is no conflict.
    api = lab.planes["one"].api
    api.call("DELETE", api.path("v1", "ServiceAccount", lab.space, "web"))

    found = lab("refresh", "test", "--fail-on-change")

    assert found.code == 1
    assert "spec.template.spec.terminationGracePeriodSeconds: 30 -> 99" in found.out
    assert f"- test/one  ServiceAccount {lab.space}/web" in found.out
    said = up(lab, "--refresh")
    assert "spec.template.spec.terminationGracePeriodSeconds: 99 -> 30" in said
    assert lab.different("test") == []
    assert lab("refresh", "test", "--fail-on-change").code == 0


def test_a_field_that_another_manager_has_set_is_a_conflict_with_its_name(lab: Lab) -> None:
    up(lab)
    meddle(lab, "somebody-else")
    lab.edit(WEB, "memory: 128Mi", "memory: 256Mi")

    done = lab("up", "test", "--yes")

    assert done.code == 2
    assert 'with "somebody-else"' in done.err
    assert ".spec.template.spec.terminationGracePeriodSeconds" in done.err
    assert "--force-conflicts" in done.err


def test_what_nothing_was_deployed_to_is_said_with_its_place(lab: Lab) -> None:
    for verb in ("destroy", "refresh", "stack"):
        done = lab(verb, "test")

        assert done.code == 2
        assert "test was never deployed from here" in done.err
        assert f"file://{lab.state}" in done.err


def test_a_wrong_passphrase_is_named_and_nothing_is_changed(lab: Lab) -> None:
    up(lab)

    done = lab("up", "test", "--yes", PULUMI_CONFIG_PASSPHRASE="another")

    assert done.code == 2
    assert "the passphrase is not the one" in done.err


def test_a_guarded_environment_has_no_silent_passphrase(lab: Lab) -> None:
    (lab.root / "Pulumi.next.yaml").write_text(
        (lab.root / STACK).read_text().replace("    domains", "    promotesFrom: test\n    domains")
    )
    (lab.root / "releases/next.yaml").write_text((lab.root / "releases/test.yaml").read_text())

    done = lab("up", "next", "--yes", PULUMI_CONFIG_PASSPHRASE="")

    assert done.code == 2
    assert "next needs its passphrase" in done.err
    assert not (lab.state / ".pulumi").exists()


def test_a_passphrase_may_come_from_a_file(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("from a file")
    given = {"PULUMI_CONFIG_PASSPHRASE": "", "PULUMI_CONFIG_PASSPHRASE_FILE": str(file)}

    assert lab("up", "test", "--yes", **given).code == 0
    missing = {**given, "PULUMI_CONFIG_PASSPHRASE_FILE": str(tmp_path / "none")}
    done = lab("up", "test", "--yes", **missing)

    assert (done.code, "names a file that cannot be read" in done.err) == (2, True)


def test_a_kubeconfig_in_the_stack_is_used_and_nowhere_to_be_read(lab: Lab) -> None:
    """Whatever was printed and stored is searched for the token by the lab itself."""
    lab.pulumi("stack", "init", "test", given="")
    path = ("--secret", "--path", "gitops:kubeconfigs.one", "--stack", "test")
    lab.pulumi("config", "set", *path, given=kubeconfig(lab.planes))
    assert not lab.leaks((lab.root / STACK).read_text())

    done = lab("up", "test", "--yes", KUBECONFIG=str(lab.folder / "none"))

    assert done.code == 0, done.err
    assert lab.different("test") == []
    assert lab("stack", "test", "--format", "json").code == 0
    assert lab("refresh", "test", KUBECONFIG=str(lab.folder / "none")).code == 0


def test_a_cluster_that_refuses_is_said_with_what_to_do(lab: Lab) -> None:
    config = lab.folder / "nobody"
    config.write_text(kubeconfig(lab.planes, "nobody-token"))

    done = lab("up", "test", "--yes", KUBECONFIG=str(config))

    assert done.code == 2
    assert "forbidden" in done.err
    assert "The identity in the kubeconfig may not do this" in done.err
    assert lab.live("Namespace", lab.space) is None
