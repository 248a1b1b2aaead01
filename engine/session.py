"""One stack, opened: preview it, bring it about, look at it, take it down."""

import os
import re
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pulumi import automation as auto
from pulumi.automation.errors import CommandError, StackNotFoundError

from engine import backend, locks, unsure
from engine.command import find
from engine.events import PROVIDER, Planned, name_of
from engine.hosting import ask_nothing_more, inline
from engine.inquiry import Inquiry
from engine.interruption import CHANGING, Engine
from gitops.errors import ProgramError
from gitops.source.files import WorkTree
from recording.config import project_name

CHECKOUT = Path(__file__).resolve().parents[1]
_LISTED = re.compile(r"^\s+(?:\*|\d+\)) (?!Unknown$)(.+)$", re.MULTILINE)
"""Errors of which the engine has several."""
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
    engine: Engine
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

    def settle(self, hear: Hear, *, without: Sequence[str] = ()) -> Planned | None:
        """Find out of objects whether they exist, where an earlier update could not.

        Clusters in *without* are not asked. Returns what the engine said; None where all is known.
        """
        return self._inquiry(hear).settle(without)

    def adopt(self, planned: Planned, names: Sequence[str], hear: Hear) -> Planned:
        """Take over, by *names*, what *planned* would create although somebody has made it already.

        Nothing changes on the clusters; what is there goes into the state, as if it were ours.
        """
        return self._inquiry(hear).adopt(planned, names)

    def _inquiry(self, hear: Hear) -> Inquiry:
        return Inquiry(
            exported=self._exported,
            replace=self._replaced,
            refresh=lambda urns: self._run("refresh", hear, target=urns),
            say=self.say,
        )

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
        deployment = self._exported()
        resources: list[dict[str, Any]] = deployment.get("resources") or []
        manifest: dict[str, Any] = deployment.get("manifest") or {}
        pending: list[dict[str, Any]] = deployment.get("pending_operations") or []
        pending += [
            {"type": "creating", "resource": each} for each in resources if unsure.is_marked(each)
        ]
        return {
            "backend": self.backend,
            "resources": sum(not unsure.is_marked(each) for each in resources),
            "updated": manifest.get("time", "") if resources else "",
            "protected": sum(1 for each in resources if each.get("protect")),
            "pending": [
                f"{each.get('type', '')} {name_of(each['resource']['urn'])}" for each in pending
            ],
        }

    def _exported(self) -> dict[str, Any]:
        with self._plainly():
            found = locks.freeing(self.stack.export_stack, self.name, self.say)
            exported: Any = found.deployment
        return exported or {}

    def _replaced(self, deployment: dict[str, Any]) -> None:
        """Put *deployment* in the place of the state. It is refused while an update goes on."""
        with self._plainly():
            given = auto.Deployment(version=3, deployment=deployment)
            locks.freeing(partial(self.stack.import_stack, given), self.name, self.say)

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
            found["exclude"] = [
                f"urn:pulumi:{self.name}::{self.project}::{PROVIDER}::{each}" for each in without
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
        except KeyboardInterrupt:
            if verb not in CHANGING:
                raise
        except CommandError as error:
            if not (found.failed or self.engine.interrupted):
                raise self._error(error) from None
        full = any(backend.is_full(each.said) for each in found.failures)
        if full and (mended := backend.mend(self.backend, self.project, self.name)):
            self.say(mended)
        found.interrupted, self.engine.interrupted = self.engine.interrupted, False
        if verb in CHANGING and not full and (steps := found.unsure()):
            self._inquiry(hear).note(steps)
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
        return _failed(said, self.backend, self.project, self.name)

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
        raise _failed(_said(error), place, project, name) from None
    ask_nothing_more(stack)
    return Session(root=root, project=project, stack=stack, engine=command, backend=place, say=say)


def _failed(said: str, place: str, project: str, stack: str) -> ProgramError:
    """Return the error about what the engine *said*; a state on a full disk is mended first."""
    if backend.is_closed(said, place):
        return ProgramError(
            f"the state of {stack}, in {place}, cannot be written: {said}. Let this user write there, "
            "or set PULUMI_BACKEND_URL to where the state is and may be written."
        )
    if not backend.is_full(said):
        return ProgramError(said)
    mended = backend.mend(place, project, stack)
    return ProgramError(
        f"the disk with the state of {stack}, in {place}, is full: {said}. Make room there, and run "
        f"this again{f'; {mended}' if mended else ''}."
    )


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
    if any(each.endswith("errors occurred:") for each in found):
        found = [each.strip() for each in _LISTED.findall(text)]
    return "\n".join(dict.fromkeys(found)) or text.strip()[-2000:]
