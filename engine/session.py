"""One stack, opened: preview it, bring it about, look at it, take it down."""

import os
import re
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pulumi import automation as auto
from pulumi.automation.errors import CommandError, StackNotFoundError

from engine import backend, locks
from engine.command import find
from engine.events import Planned, name_of
from engine.hosting import inline
from gitops.errors import ProgramError
from gitops.source.files import WorkTree
from recording.config import project_name

CHECKOUT = Path(__file__).resolve().parents[1]
Hear = Callable[[auto.EngineEvent], None]
_GARBAGE = "300"
"""Percent by which the engine's memory may grow before it is searched for garbage. With Go's own 100
that is a quarter of its time."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """A stack of the program in *root*."""

    root: Path
    project: str
    stack: auto.Stack
    backend: str
    """URL of where the state is kept."""
    say: Callable[[str], None]
    """Hears what is done that was not asked for."""

    def preview(self, hear: Hear, *, refresh: bool = False, without: Sequence[str] = ()) -> Planned:
        """Return what an update would do; the policy pack judges it. Nothing changes.

        With *refresh* the clusters are asked first what is there; those in *without* are left
        alone, in the state too.
        """
        return self._run("preview", hear, **self._options(without, refresh=refresh))

    def up(self, hear: Hear, *, refresh: bool = False, without: Sequence[str] = ()) -> Planned:
        """Bring the stack to what the program says, and return what was done."""
        return self._run("up", hear, **self._options(without, refresh=refresh))

    def preview_destroy(self, hear: Hear) -> Planned:
        """Return what taking the stack down would delete."""
        return self._run("preview_destroy", hear)

    def destroy(self, hear: Hear) -> Planned:
        """Delete everything that the stack has, and return what was deleted."""
        return self._run("destroy", hear)

    def drift(self, hear: Hear) -> Planned:
        """Return what on the clusters differs from what was last applied. Nothing changes."""
        return self._look("preview_refresh", hear)

    def refresh(self, hear: Hear) -> Planned:
        """Take what is on the clusters into the state, and return what was different."""
        return self._look("refresh", hear)

    def _look(self, verb: str, hear: Hear) -> Planned:
        found = self._run(verb, hear)
        # Before it has asked the cluster the engine knows of nothing to do.
        return replace(found, steps=found.outcomes)

    def state(self) -> dict[str, Any]:
        """Return what the state holds, in numbers; ``pending`` names what was interrupted."""
        with self._plainly():
            exported: Any = self.stack.export_stack().deployment
        deployment: dict[str, Any] = exported or {}
        resources: list[dict[str, Any]] = deployment.get("resources") or []
        manifest: dict[str, Any] = deployment.get("manifest") or {}
        pending: list[dict[str, Any]] = deployment.get("pending_operations") or []
        return {
            "backend": self.backend,
            "resources": len(resources),
            "updated": manifest.get("time", "") if resources else "",
            "protected": sum(1 for each in resources if each.get("protect")),
            "pending": [
                f"{each.get('type', '')} {name_of(each['resource']['urn'])}" for each in pending
            ],
        }

    def unprotect(self) -> None:
        """Let the engine delete what it protects; the next update protects it again."""
        with self._plainly():
            command = partial(self._pulumi, "state", "unprotect", "--all", "--yes")
            locks.freeing(command, self.name, self.say)

    def _pulumi(self, *arguments: str) -> None:
        workspace = self.stack.workspace
        workspace.pulumi_command.run(
            [*arguments, "--stack", self.name], str(self.root), workspace.env_vars
        )

    @property
    def name(self) -> str:
        """Return the name of the stack, which is that of the environment."""
        return self.stack.name

    def _options(self, without: Sequence[str], *, refresh: bool) -> dict[str, Any]:
        found: dict[str, Any] = {"policy_packs": [str(CHECKOUT / "policies")], "refresh": refresh}
        if without:
            # Everything on a cluster depends on its provider.
            type_ = "pulumi:providers:kubernetes"
            found["exclude"] = [
                f"urn:pulumi:{self.name}::{self.project}::{type_}::{each}" for each in without
            ]
            found["exclude_dependents"] = True
        return found

    def _run(self, verb: str, hear: Hear, **options: Any) -> Planned:
        """Run one command of the engine and collect what it says.

        Raises:
            ProgramError: it failed without saying of which resource.

        """
        found = Planned(stack=self.name)

        def heard(event: auto.EngineEvent) -> None:
            found.hear(event)
            hear(event)

        try:
            command = getattr(self.stack, verb)
            locks.freeing(partial(command, on_event=heard, **options), self.name, self.say)
        except CommandError as error:
            if not found.failed:
                raise self._error(error) from None
        return found

    @contextmanager
    def _plainly(self) -> Generator[None]:
        """Turn what the engine says into one of our errors."""
        try:
            yield
        except CommandError as error:
            raise self._error(error) from None

    def _error(self, error: CommandError) -> ProgramError:
        said = _said(error)
        if "failed to load checkpoint" in said:
            return backend.damaged(self.backend, self.project, self.name, said)
        return ProgramError(said)

    def unlock(self) -> None:
        """Take the locks away, whoever holds them."""
        with self._plainly():
            self.stack.cancel()


def open_session(
    root: Path, name: str, *, guarded: bool, create: bool, say: Callable[[str], None]
) -> Session:
    """Open the stack *name*; *create* it where it does not exist yet. *say* hears what is done.

    Raises:
        GitOpsError: there is no engine, no backend, no passphrase, or a wrong one.

    """
    files = WorkTree(root)
    command = find(CHECKOUT, say)
    place = backend.url(files)
    given = backend.secrets(files, name, place, guarded=guarded, say=say)
    variables = {
        "PULUMI_BACKEND_URL": place,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "GOGC": os.environ.get("GOGC", _GARBAGE),
        **given,
    }
    project = project_name(files)
    options = auto.LocalWorkspaceOptions(
        work_dir=str(root),
        env_vars=variables,
        pulumi_command=command,
        secrets_provider=os.environ.get("PULUMI_SECRETS_PROVIDER"),
    )
    select = auto.create_or_select_stack if create else auto.select_stack
    try:
        opening = partial(select, name, project_name=project, program=inline(root), opts=options)
        stack = locks.freeing(opening, name, say)
    except StackNotFoundError:
        raise ProgramError(
            f"{name} was never deployed from here: there is no such stack in {place}. Deploy it "
            f"with gitops up {name}, or set PULUMI_BACKEND_URL to where its state is."
        ) from None
    except CommandError as error:
        raise ProgramError(_said(error)) from None
    _ask_nothing_more(stack)
    return Session(root=root, project=project, stack=stack, backend=place, say=say)


def _ask_nothing_more(stack: auto.Stack) -> None:
    """Keep the SDK from asking, after each update, for outputs and a summary that nobody reads here.

    That is three more starts of the engine, one of them for every secret of the configuration.
    """
    now = datetime.now(tz=UTC)
    unread = auto.UpdateSummary(
        kind="", start_time=now, message="", environment={}, config={}, result=""
    )

    def outputs() -> auto.OutputMap:
        return {}

    def info(show_secrets: bool = False) -> auto.UpdateSummary:  # noqa: FBT001, FBT002  # the SDK's
        del show_secrets
        return unread

    stack.outputs, stack.info = outputs, info


def _said(error: CommandError) -> str:
    """Return what the engine itself says went wrong, in one line for each thing."""
    text = str(error)
    if "incorrect passphrase" in text:
        return (
            "the passphrase is not the one with which the secrets of this stack were encrypted. "
            "Correct PULUMI_CONFIG_PASSPHRASE, or the file that PULUMI_CONFIG_PASSPHRASE_FILE names."
        )
    found = [
        each.strip() for each in re.findall(r"^(?:.*stderr: )?\s*error: (.+)$", text, re.MULTILINE)
    ]
    return "\n".join(dict.fromkeys(found)) or text.strip()[-2000:]
