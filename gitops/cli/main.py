"""The command line: verbs, their options, and how every expected error ends.

Exit codes: 0 fine, 1 the check said no, 2 the input is wrong.
"""

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from gitops.errors import GitOpsError, InputError

ROOT = Path(__file__).resolve().parents[2]
_LAZY = {
    "preview": "Show what every environment consists of, and what a change does.",
    "render": "Write the GitOps repository.",
    "check": "Check all that the files declare; does not run the Pulumi program.",
    "fetch": "Bring the release manifests of the platform to this machine.",
    "pin": "Choose the version of a program of the platform.",
    "rename": "Give an application another name, and keep its objects.",
    "up": "Bring the clusters of an environment to what the model says.",
    "destroy": "Delete everything that Pulumi made in an environment.",
    "refresh": "Show what on the clusters differs from what was last applied.",
    "stack": "Show what the state of an environment holds.",
    "explain": "Say where a value of an application comes from.",
    "doctor": "Say what is installed, and what is missing for which verb.",
    "schema": "Write the JSON Schemas that editors use.",
    "bench": "Measure how fast this is on fleets of any size.",
    "test": "Run every test that can run on this machine.",
}


class _Verbs(click.Group):
    """Imports a verb only when it is used: starting up must not cost what others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_LAZY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _LAZY:
            return None
        from importlib import import_module

        return import_module(f"gitops.cli.{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing them."""
        del ctx
        with formatter.section("Verbs"):
            formatter.write_dl(list(_LAZY.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        verb = args[0] if args else ""
        if verb in _LAZY or verb.startswith("-"):
            return super().resolve_command(ctx, args)
        from gitops.cli.usage import Unknown

        raise Unknown("verb", verb, list(_LAZY))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    show_default="this checkout",
    help="Directory with fleet/, releases/ and the stack files.",
)
@click.pass_context
def main(context: click.Context, root: Path) -> None:
    """GitOps over many environments and clusters, from one declaration."""
    context.obj = root.resolve()
    if os.environ.get("NO_COLOR"):
        context.color = False


def run(arguments: Sequence[str]) -> int:
    """Run the command line; return the exit code instead of raising."""
    # One short run makes millions of values and throws none away: collecting them is half the time.
    gc.disable()
    try:
        # Not main(): it exits 1 by itself when whoever read the output has gone.
        with main.make_context("gitops", list(arguments)) as context:
            code = int(main.invoke(context) or 0)
        sys.stdout.flush()
        return code
    except click.exceptions.Exit as end:
        return end.exit_code
    except GitOpsError as error:
        _say(error)
        return 2
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        from gitops.cli.usage import problem

        _say(InputError([problem(error)]))
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        where = error.filename or "standard output"
        click.echo(f"error: {where}: {error.strerror}. Mend that, and run it again.", err=True)
        return 2


def _say(error: GitOpsError) -> None:
    from gitops.report.safe import visible

    for line in str(error).splitlines():
        click.echo(f"error: {visible(line)}", err=True)
    if isinstance(error, InputError) and len(error.problems) > 1:
        from gitops.words import counted

        files = counted(len({each.file for each in error.problems}), "file")
        click.echo(f"{counted(len(error.problems), 'problem')} in {files}", err=True)
