"""Keys of a stack file: Pulumi's and those of providers are let through, misspelled ones are not."""

from pathlib import Path

import pytest

from tests.fleets import BASE, problems, write

STACK = BASE["Pulumi.test.yaml"]


def found_in(root: Path, stack: str) -> list[str]:
    return problems(write(root, Pulumi_dot_test_dot_yaml=stack))


@pytest.mark.parametrize(
    "more",
    [
        "secretsprovider: passphrase\nencryptionsalt: v1:abc\n",
        "secretsprovider: awskms://alias/x\nencryptedkey: abc\n",
        "environment:\n  - shared\n",
        "  kubernetes:context: x\n  aws:region: us-east-1\n",
        "  pulumi:disable-default-providers: [kubernetes]\n",
        "  other:apps: {}\n",
    ],
)
def test_keys_of_pulumi_and_of_providers_are_accepted(tmp_path: Path, more: str) -> None:
    assert found_in(tmp_path, STACK + more) == []


TOP = "Accepted: config, secretsprovider, encryptedkey, encryptionsalt, environment. "
OURS = (
    "Accepted: gitops:environment, gitops:apps, gitops:clusters, gitops:kubeconfigs, "
    "gitops:repository, and keys of providers such as aws:region. "
)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("confg: {}\n",
         f"6:1: confg: the key 'confg' is unknown. {TOP}Did you mean 'config'?"),
        ("gitops:apps: {}\n",
         f"6:1: gitops:apps: the key 'gitops:apps' is unknown. {TOP}Correct or remove it."),
        ("  apps: {}\n",
         f"6:3: config.apps: the key 'apps' is unknown. {OURS}Did you mean 'gitops:apps'?"),
        ("  gitops:app: {}\n",
         f"6:3: config.gitops:app: the key 'gitops:app' is unknown. {OURS}Did you mean 'gitops:apps'?"),
        ("  gitop:apps: {}\n",
         f"6:3: config.gitop:apps: the key 'gitop:apps' is unknown. {OURS}Did you mean 'gitops:apps'?"),
        ("  gitops:zzz: {}\n",
         f"6:3: config.gitops:zzz: the key 'gitops:zzz' is unknown. {OURS}Correct or remove it."),
        ("  ':region': {}\n",
         f"6:3: config.:region: the key ':region' is unknown. {OURS}Correct or remove it."),
        ("  'aws:': {}\n",
         f"6:3: config.aws:: the key 'aws:' is unknown. {OURS}Correct or remove it."),
    ],
)  # fmt: skip
def test_every_other_key_is_named(tmp_path: Path, more: str, message: str) -> None:
    assert found_in(tmp_path, STACK + more) == [f"Pulumi.test.yaml:{message}"]


def test_a_stack_file_with_the_other_ending_is_not_passed_over(tmp_path: Path) -> None:
    root = write(tmp_path)
    (root / "Pulumi.other.yml").write_text(STACK)

    assert problems(root) == ["Pulumi.other.yml: the ending is '.yml'. Rename it to '.yaml'."]


COMMAND = "pulumi config set --secret --path gitops:kubeconfigs.{} -s test < FILE"


@pytest.mark.parametrize("value", ["{secure: v1:canary}", "canary", "[canary]"])
def test_kubeconfigs_that_are_one_value_are_told_how_to_be_one_for_each_cluster(
    tmp_path: Path, value: str
) -> None:
    assert found_in(tmp_path, f"{STACK}  gitops:kubeconfigs: {value}\n") == [
        "Pulumi.test.yaml:6:3: config.gitops:kubeconfigs: the kubeconfigs are one value instead of "
        "one for each cluster (it is not shown). Accepted: an encrypted value by cluster. "
        f"Remove it, and run for each cluster: {COMMAND.format('CLUSTER')}."
    ]


def test_a_kubeconfig_in_plain_text_is_refused_and_not_repeated(tmp_path: Path) -> None:
    given = "{one: {secure: v1:abc}, two: 'token: canary'}"

    assert found_in(tmp_path, f"{STACK}  gitops:kubeconfigs: {given}\n") == [
        "Pulumi.test.yaml:6:47: config.gitops:kubeconfigs.two: this kubeconfig is not encrypted "
        f"(it is not shown). Accepted: an encrypted value. Run {COMMAND.format('two')}; revoke its "
        "credentials if it was committed."
    ]


def test_a_kubeconfig_belongs_to_a_cluster_of_the_environment(tmp_path: Path) -> None:
    assert found_in(tmp_path, f"{STACK}  gitops:kubeconfigs: {{zzz: {{secure: v1:abc}}}}\n") == [
        "Pulumi.test.yaml:6:24: config.gitops:kubeconfigs.zzz: there is no cluster of this "
        "environment 'zzz'. Accepted: one, two. Declare it in 'clusters' of gitops:environment."
    ]


def test_an_environment_that_can_have_no_such_name_is_refused(tmp_path: Path) -> None:
    root = write(tmp_path)
    (root / "Pulumi.Not_A_Name.yaml").write_text(STACK)

    assert problems(root) == [
        "Pulumi.Not_A_Name.yaml: 'Not_A_Name' is no name of an environment. Accepted: a-z, 0-9 and "
        "'-', first and last a letter or digit. Rename the file."
    ]


def test_an_environment_has_the_name_of_its_file(tmp_path: Path) -> None:
    named = STACK.replace("delivery: argocd", "delivery: argocd\n    name: {}")

    assert found_in(tmp_path / "a", named.format("test")) == []
    assert found_in(tmp_path / "b", named.format("other")) == [
        "Pulumi.test.yaml:4:5: config.gitops:environment.name: the name here is 'test' already. "
        "Accepted: test. Remove the key 'name'."
    ]
