"""``pin``: choose the version of a program of the platform, and write down its digests."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter

from gitops.cli.progress import working
from gitops.cli.usage import Unknown
from gitops.errors import InputError, OutputError
from gitops.model import Component, ComponentName
from gitops.objects import at as mapping
from gitops.places import put
from gitops.platform import catalogue, fetching
from gitops.settings import problems, shapes
from gitops.settings.load import mirror
from gitops.settings.stack import ENVIRONMENT
from gitops.source.document import parse
from gitops.source.files import WorkTree
from gitops.source.splice import splice


@click.command("pin")
@click.argument("component")
@click.argument("version")
@click.option("--env", "only", metavar="ENV", help="Only for this environment, to try it there.")
@click.option(
    "--source",
    metavar="URL",
    help="Where its files lie, with {version} and {file}; where its project publishes them otherwise.",
)
@click.pass_obj
def command(root: Path, component: str, version: str, only: str | None, source: str | None) -> int:
    """Pin COMPONENT, such as argo-cd, at VERSION, such as v3.3.3.

    Fetches the files of its release manifest and writes version and digests to
    `fleet/versions.yaml`, or for one environment to its `Pulumi.<environment>.yaml`. Nothing else in
    the file changes. What the version changes is then shown by `gitops preview --against HEAD`.
    """
    name = _name(component)
    wanted = _wanted(version, source)
    given = mirror(WorkTree(root))
    digests: dict[str, str] = {}
    with working("fetching"):
        for file in catalogue.every_file(name):
            each = fetching.Wanted(name=name, component=wanted, file=file)
            content, place = fetching.read(each, given, root)
            digests[file] = fetching.keep(each, content, place)
    path, at = shapes.VERSIONS, (name.value,)
    if only is not None:
        path, at = (
            _stack(root, only),
            (*(str(each) for each in ENVIRONMENT), "versions", name.value),
        )
    _write(root, path, at, _block(wanted, digests))
    click.echo(f"{path}: {name.value} {version}")
    return 0


def _name(component: str) -> ComponentName:
    known = [each.value for each in ComponentName]
    if component not in known:
        raise Unknown("component", component, known)
    return ComponentName(component)


def _wanted(version: str, source: str | None) -> Component:
    given = {"version": version, **({"source": source} if source else {})}
    found, wrong = problems.check(TypeAdapter(Component), given, lambda _: ("gitops pin", None))
    if found is None:
        raise InputError(wrong)
    return found


def _stack(root: Path, environment: str) -> str:
    found = {
        match[1]: match[0]
        for path in WorkTree(root).names(".")
        if (match := shapes.STACK_FILE.fullmatch(path))
    }
    if environment not in found:
        raise Unknown("environment", environment, sorted(found))
    return found[environment]


def _block(component: Component, digests: Mapping[str, str]) -> str:
    lines = [f"version: {component.version}"]
    lines += [f"source: {component.source}"] if component.source else []
    return "\n".join([*lines, "sha256:", *(f"  {file}: {each}" for file, each in digests.items())])


def _write(root: Path, path: str, at: Sequence[str], block: str) -> None:
    """Write *block* as the value *at* into the file at *path*, and nothing else of it.

    Raises:
        OutputError: the file cannot be written, or is not written as it must be.

    """
    file = root / path
    try:
        # As bytes: text would lose how its lines end.
        content = file.read_bytes() if file.exists() else b""
        before = parse(path, content).data
        changed = splice(content.decode(), at, block).encode()
        if not _says(path, changed, _with(before, at, parse(path, block.encode()).data)):
            raise OutputError(
                f"{path}: {'.'.join(at)} cannot be changed and everything else left as it is. "
                f"Write it there yourself:\n{block}"
            )
        put(file, changed)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}. Mend that, and run it again.") from None


def _says(path: str, content: bytes, wanted: Any) -> bool:
    try:
        return bool(parse(path, content).data == wanted)
    except InputError:
        return False


def _with(data: Any, path: Sequence[str], value: Any) -> Any:
    """Return *data* with *value* at *path*."""
    if not path:
        return value
    given = mapping(data)
    return {**given, path[0]: _with(given.get(path[0]), path[1:], value)}
