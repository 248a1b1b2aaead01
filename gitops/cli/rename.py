"""``rename``: give an application another name, wherever it is named, and keep its objects."""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gitops import names
from gitops.cli.usage import Unknown
from gitops.errors import InputError, OutputError
from gitops.objects import at
from gitops.places import put
from gitops.settings import load, shapes
from gitops.settings.layers import get
from gitops.settings.parts import APPS, CLUSTERS
from gitops.source.document import parse
from gitops.source.files import WorkTree
from gitops.source.substitute import ANY, Pattern, substitute, written

_PEER = ("network", ANY, ANY, "app")


@click.command("rename")
@click.argument("old")
@click.argument("new")
@click.pass_obj
def command(root: Path, old: str, new: str) -> int:
    """Give the application OLD the name NEW in every file that names it.

    Nothing can be renamed on a cluster: its objects keep the name OLD, which the file then says as
    `formerly`, so that nothing is deleted and nothing made anew. Only what stands in `fleet/`,
    `releases/` and the stack files is changed, and nothing else in them.
    """
    files = WorkTree(root)
    load(files)  # What is wrong with the fleet is said first.
    _check(files, old, new)
    changed = dict(_changed(files, old, new))
    source, target = f"{shapes.APPS}/{old}.yaml", f"{shapes.APPS}/{new}.yaml"
    changed[target] = _own(source, files.read(source) or b"", old, new)
    try:
        # The old file goes last: whoever is cut off runs it again.
        for path, text in changed.items():
            put(root / path, text.encode())
            click.echo(path)
        (root / source).unlink()
    except OSError as error:
        raise OutputError(
            f"{error.filename}: {error.strerror}. Mend that, and run it again."
        ) from None
    click.echo(f"{source}: gone; on the clusters nothing changes its name")
    return 0


def _check(files: WorkTree, old: str, new: str) -> None:
    """Refuse names that are not there, or cannot be.

    Raises:
        GitOpsError: why not.

    """
    apps = {posixpath.basename(each).removesuffix(".yaml") for each in files.names(shapes.APPS)}
    if old not in apps:
        raise Unknown("application", old, sorted(apps))
    if not names.is_label(new):
        raise click.UsageError(f"{new!r} is no name: accepted are {names.LABEL_ACCEPTED}")
    if new in apps:
        raise click.UsageError(f"there is an application {new!r} already")


def _changed(files: WorkTree, old: str, new: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of every file that names the application, but not its own."""
    places: list[tuple[str, tuple[Pattern, ...]]] = [
        *((path, (_PEER,)) for path in files.names(shapes.APPS)),
        *((path, (("releases", old),)) for path in files.names(shapes.RELEASES)),
        *((path, _layers(old)) for path in files.names(".") if shapes.STACK_FILE.fullmatch(path)),
    ]
    own = f"{shapes.APPS}/{old}.yaml"
    for path, patterns in places:
        content = files.read(path) or b""
        if path == own or not path.endswith((".yaml", ".yml")):
            continue
        if _says_when_it_ends(parse(path, content).data, old):
            raise OutputError(
                f"{path}: it says of 'formerly' of {old}, which was renamed before. End that in "
                "every environment first: delete 'formerly' in its own file."
            )
        text = content.decode()
        if (found := substitute(text, old, new, patterns)) != text:
            yield path, found


def _layers(app: str) -> tuple[Pattern, ...]:
    """Return where a stack file names the application *app*."""
    tops = (APPS, (*CLUSTERS, ANY, "apps"))
    return (*((*top, app) for top in tops), *((*top, ANY, *_PEER) for top in tops))


def _says_when_it_ends(data: Any, app: str) -> bool:
    """Tell whether a stack file takes the former name of *app* away."""
    clusters = at(get(data, CLUSTERS))
    layers = [(*APPS, app), *((*CLUSTERS, each, "apps", app) for each in clusters)]
    return any("formerly" in at(get(data, each)) for each in layers)


def _own(path: str, content: bytes, old: str, new: str) -> str:
    """Return the file of the application with its *new* name, and what it was called.

    Raises:
        OutputError: it is not written as it must be for that.

    """
    text = substitute(content.decode(), old, new, (("name",), _PEER))
    data: dict[str, Any] = parse(path, text.encode()).data
    former = data.get("formerly") or old
    if "formerly" not in data:
        name = f"name: {written(new)}"
        break_ = "\r\n" if "\r\n" in text else "\n"
        head, _, rest = text.partition(name)
        line, _, below = rest.partition(break_)
        text = f"{head}{name}{line}{break_}formerly: {written(former)}{break_}{below}"
    try:
        if former != new and parse(path, text.encode()).data == {**data, "formerly": former}:
            return text
    except InputError:
        pass
    what = "without 'formerly'" if former == new else f"with 'formerly: {former}'"
    raise OutputError(
        f"{path}: cannot be changed by itself. Write it as fleet/apps/{new}.yaml {what}."
    )
