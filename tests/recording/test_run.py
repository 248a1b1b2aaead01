"""Programs as files, run as the engine's language host runs them."""

import dataclasses
import gc
import os
import sys
from pathlib import Path

import pytest
from pulumi.runtime import reset_options, resource

from gitops.errors import InputError, ProgramError
from recording import record, record_all
from recording.values import SECRET
from tests import CANARY
from tests.programs import one, run


def test_a_program_gets_its_project_stack_and_configuration(tmp_path: Path) -> None:
    recording = record(
        run(
            tmp_path,
            """
            import pulumi

            config = pulumi.Config()
            pulumi.export("names", [pulumi.get_project(), pulumi.get_stack()])
            pulumi.export("preview", pulumi.runtime.is_dry_run())
            pulumi.export("values", [config.require("text"), config.require_object("object")])
            """,
            stack="dr",
            gitops_text="true",
            gitops_object='{"a":1}',
        )
    )

    assert recording.outputs == {
        "names": ["gitops", "dr"],
        "preview": True,
        "values": ["true", {"a": 1}],
    }


def test_secret_configuration_stays_secret(tmp_path: Path) -> None:
    given = run(
        tmp_path,
        """
        import pulumi

        config = pulumi.Config()
        inputs = {"secret": config.require_secret("key"), "object": config.require_secret_object("o")}
        pulumi.CustomResource("test:index:Thing", "thing", inputs)
        """,
        gitops_key=CANARY,
        gitops_o=f'{{"a":"{CANARY}"}}',
    )

    recording = record(dataclasses.replace(given, secret_keys=["gitops:key", "gitops:o"]))

    assert one(recording, "thing").inputs == {"secret": SECRET, "object": SECRET}
    assert CANARY not in repr(recording)


def test_a_missing_required_value_is_named_with_its_place(tmp_path: Path) -> None:
    given = run(tmp_path, "import pulumi\n\npulumi.Config().require('size')\n")

    with pytest.raises(ProgramError, match=r"^__main__\.py:3: Missing required .*'gitops:size'"):
        record(given)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import pulumi\n\nraise KeyError('lost')\n", "__main__.py:3: KeyError. Its text may"),
        ("def broken(:\n", "SyntaxError: "),
        ("import sys\n\nsys.exit(3)\n", "__main__.py:3: SystemExit: 3"),
        ("import nowhere_to_be_found\n", "__main__.py:1: ModuleNotFoundError: No module named"),
        (
            "import pulumi\nraise pulumi.RunError('a plain word')\n",
            "__main__.py:2: a plain word",
        ),
        ("import pulumi\npulumi.export(nme, 1)\n", "__main__.py:2: NameError: name 'nme' is not"),
        (
            "import pulumi\npulumi.Output.from_input(0).apply(lambda it: it.no)\n",
            "__main__.py:2: AttributeError: 'int' object has no attribute 'no'",
        ),
    ],
)
def test_a_program_that_raises_is_reported_with_its_place(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ProgramError) as caught:
        record(run(tmp_path, text))

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "line",
    [
        "int(secret)",
        "{}[secret]",
        "raise OSError(2, secret)",
        "sys.exit(secret)",
        "config.require_int('key')",
        "pulumi.Output.from_input(secret).apply(int)",
        "pulumi.CustomResource('a:b:C', 'c', {'d': pulumi.Output.from_input(secret).apply(int)})",
    ],
)
def test_a_value_in_the_text_of_an_error_is_not_repeated(
    tmp_path: Path,
    line: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    text = f"""
    import sys
    import pulumi

    config = pulumi.Config()
    secret = config.require("key")
    {line}
    """

    with pytest.raises(ProgramError) as caught:
        record(run(tmp_path, text, gitops_key=CANARY))

    said = str(caught.value)
    del caught
    reset_options()
    gc.collect()  # the error that nobody has asked a task for is logged when the task goes
    assert CANARY not in "".join((said, caplog.text, *capfd.readouterr()))


def test_a_configuration_value_of_the_wrong_type_is_named_by_its_key(tmp_path: Path) -> None:
    given = run(tmp_path, "import pulumi\npulumi.Config().require_int('a')\n", gitops_a="x")

    with pytest.raises(ProgramError) as caught:
        record(given)

    assert str(caught.value) == "__main__.py:2: Configuration 'gitops:a' is not a valid 'int'"


def test_the_innermost_place_of_the_repository_is_named(tmp_path: Path) -> None:
    given = run(tmp_path, "from broken_part import fail\n\nfail()\n")
    (tmp_path / "broken_part.py").write_text("def fail():\n    return int('x')\n")

    with pytest.raises(ProgramError, match=r"^broken_part\.py:2: ValueError\. "):
        record(given)


def test_an_error_raised_on_purpose_passes_as_it_is(tmp_path: Path) -> None:
    given = run(
        tmp_path,
        """
        from gitops.errors import InputError, Problem

        raise InputError([Problem(file="fleet/teams.yaml", what="no team")])
        """,
    )

    with pytest.raises(InputError, match=r"^fleet/teams\.yaml: no team\.$"):
        record(given)


def test_the_default_providers_that_the_project_disables_are_disabled(tmp_path: Path) -> None:
    text = "import pulumi\npulumi.CustomResource('kubernetes:core/v1:Namespace', 'a', {})\n"
    given = run(tmp_path, text)

    assert one(record(given), "a").provider == ""
    disabled = {"pulumi:disable-default-providers": '["kubernetes"]'}
    with pytest.raises(ProgramError, match="Default provider for 'kubernetes' disabled"):
        record(dataclasses.replace(given, config=disabled))


@pytest.mark.parametrize("value", ["kubernetes", '"kubernetes"', "[1]", "{}", "null"])
def test_disabled_providers_that_are_no_list_are_refused(tmp_path: Path, value: str) -> None:
    given = run(tmp_path, "import pulumi\n")
    config = {"pulumi:disable-default-providers": value}

    with pytest.raises(ProgramError) as caught:
        record(dataclasses.replace(given, config=config))

    assert str(caught.value) == (
        "test: pulumi:disable-default-providers is no list of packages. Accepted: a list such as "
        "[kubernetes], or ['*']. Correct it in Pulumi.yaml or Pulumi.test.yaml."
    )


def test_a_run_leaves_nothing_of_itself_on_the_path(tmp_path: Path) -> None:
    before = (list(sys.path), Path.cwd())

    record(run(tmp_path, "import pulumi\n"))
    with pytest.raises(ProgramError):
        record(run(tmp_path, "1 / 0\n"))

    assert (sys.path, Path.cwd()) == before


def test_many_programs_run_outside_this_process(tmp_path: Path) -> None:
    text = """
    import os

    import pulumi

    pulumi.export("who", pulumi.get_stack())
    pulumi.export("process", os.getpid())
    """

    recordings = record_all([run(tmp_path / name, text, stack=name) for name in ("one", "two")])

    assert {name: each.outputs["who"] for name, each in recordings.items()} == {
        "one": "one",
        "two": "two",
    }
    assert os.getpid() not in {each.outputs["process"] for each in recordings.values()}


def test_the_first_program_that_fails_is_the_one_reported(tmp_path: Path) -> None:
    texts = {"fine": "import pulumi\n", "first": "1 / 0\n", "second": "raise KeyError(1)\n"}

    with pytest.raises(ProgramError, match="ZeroDivisionError"):
        record_all([run(tmp_path / name, text, stack=name) for name, text in texts.items()])


def test_an_error_with_many_problems_comes_back_whole_from_another_process(tmp_path: Path) -> None:
    text = """
    from gitops.errors import InputError, Problem

    raise InputError([Problem(file="b.yaml", what="two"), Problem(file="a.yaml", what="one")])
    """

    with pytest.raises(InputError) as caught:
        record_all([run(tmp_path, text)])

    assert [str(each) for each in caught.value.problems] == ["a.yaml: one.", "b.yaml: two."]


def test_a_program_that_is_killed_is_reported_and_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="the program ended without a word"):
        record_all([run(tmp_path, "import os\n\nos._exit(9)\n")])


def test_what_a_program_prints_is_no_output_of_ours(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = """
    import os
    import subprocess

    print("from the program", flush=True)
    os.write(1, b"from its descriptor\\n")
    subprocess.run(["echo", "from a child"])
    """

    record_all([run(tmp_path, text)])

    said = capfd.readouterr()
    assert said.out == ""
    assert {"from the program", "from its descriptor", "from a child"} <= {*said.err.splitlines()}


def test_secrets_of_another_process_do_not_come_back(tmp_path: Path) -> None:
    text = "import pulumi\n\npulumi.export('it', pulumi.Config().require_secret('key'))\n"
    given = dataclasses.replace(run(tmp_path, text, gitops_key=CANARY), secret_keys=["gitops:key"])

    recordings = record_all([given])

    assert recordings["test"].outputs == {"it": SECRET}
    assert CANARY not in repr(recordings)


def test_the_program_is_told_which_keys_are_secret(tmp_path: Path) -> None:
    text = """
    import pulumi

    keys = ["gitops:key", "gitops:open"]
    pulumi.export("secret", [key for key in keys if pulumi.runtime.is_config_secret(key)])
    """
    given = run(tmp_path, text, gitops_key=CANARY, gitops_open="x")

    recording = record(dataclasses.replace(given, secret_keys=["gitops:key"]))

    assert recording.outputs == {"secret": ["gitops:key"]}


def test_the_sdk_finds_positions_again_after_a_recording(tmp_path: Path) -> None:
    with pytest.raises(ProgramError):
        record(run(tmp_path, "raise SystemExit(3)"))

    assert resource._get_stack_trace.__name__ == "_get_stack_trace"
