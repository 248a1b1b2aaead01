"""A preview as Markdown for a pull-request comment: bounded, and proof against its content."""

from collections import Counter
from collections.abc import Iterator, Sequence

from gitops.diff import Changes
from gitops.preview import EnvironmentPreview, Preview
from gitops.report.fields import shown
from gitops.report.folded import Block, folded
from gitops.report.safe import code, markdown, value
from gitops.report.text import summary
from gitops.words import counted

LIMIT = 65_000
"""Characters and UTF-16 units; GitHub takes 65,536 and appends nothing."""
_RESERVE = 4_000
"""Room for the lines that say what was left out; they take half of it."""
_MOST_DANGERS = 40


def preview(given: Preview) -> str:
    """Return *given* as Markdown of at most 65,000 characters; details go first, counts never."""
    head = _head(given)
    blocks = [*(_blocks(given.changes) if given.against else ()), *_environments(given)]
    kept, used = _fit(blocks, LIMIT - _RESERVE - _size(head))
    parts = [head, *kept]
    if used < len(blocks):
        parts.append(_left_out(given, used))
    return "\n".join(parts) + "\n"


def _size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _fit(blocks: Sequence[str], room: int) -> tuple[list[str], int]:
    """Return the blocks, from the first, that fit into *room*, and how many they are."""
    kept: list[str] = []
    for block in blocks:
        room -= _size(block) + 1
        if room < 0:
            break
        kept.append(block)
    return kept, len(kept)


def _head(given: Preview) -> str:
    lines = ["## GitOps preview", ""]
    if given.against:
        lines += [f"Against {code(given.against)}: **{markdown(summary(given.changes))}**", ""]
        lines += _dangers(given.changes)
        renamed = given.changes.renamings[:_MOST_DANGERS]
        lines += [f"- {markdown(f'{each.environment}: {each}')}" for each in renamed]
        lines += [""] if renamed else []
    lines += ["| environment | delivery | clusters | applications | objects | policy |"]
    lines += ["| --- | --- | --- | --- | --- | --- |"]
    rows = [_row(each) for each in given.environments]
    kept, number = _fit(rows, LIMIT // 2)
    lines += kept
    if number < len(rows):
        rest = given.environments[number:]
        objects = sum(sum(each.objects.values()) for each in rest)
        lines += [f"| and {len(rest)} more | | | | {objects} | |"]
    return "\n".join([*lines, ""])


def _row(given: EnvironmentPreview) -> str:
    levels = Counter(each.level.value for each in given.verdicts)
    policy = ", ".join(f"{count} {level}" for level, count in sorted(levels.items())) or "kept"
    cells = (
        given.name,
        f"{given.delivery}, {given.sync}",
        str(len(given.clusters)),
        str(len(given.applications)),
        str(sum(given.objects.values())),
        policy,
    )
    return f"| {' | '.join(markdown(cell) for cell in cells)} |"


def _dangers(given: Changes) -> list[str]:
    counts = Counter(danger for each in given.objects for danger in each.dangers)
    if not counts:
        return []
    lines = ["| danger | objects | what it can do |", "| --- | --- | --- |"]
    for danger, count in sorted(counts.items())[:_MOST_DANGERS]:
        lines.append(f"| {markdown(danger.name)} | {count} | {markdown(danger.consequence)} |")
    return [*lines, ""]


def _blocks(given: Changes) -> Iterator[str]:
    for each in folded(given):
        yield _change(each)


def _change(block: Block) -> str:
    change = block.change
    where = f"{change.environment}/{','.join(change.clusters)}"
    dangers = ", ".join(each.name for each in change.dangers)
    head = f"- **{change.kind.value}** {code(block.name())} on {code(where)}"
    lines = [head + (f" ({markdown(dangers)})" if dangers else "")]
    lines += [
        f"  - {code(each.path)}: {code(value(each.old))} → {code(value(each.new))}"
        for each in shown(change)
    ]
    return "\n".join(lines)


def _environments(given: Preview) -> Iterator[str]:
    for each in given.environments:
        for verdict in each.verdicts:
            yield f"- policy {verdict.level.value}: {code(str(verdict))}"
    for each in given.environments:
        lines = [
            "",
            f"<details><summary>{markdown(each.name)}: "
            f"{counted(len(each.applications), 'application')}</summary>",
            "",
            "| application | kind | runs | replicas | strategy | clusters |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for app in each.applications:
            cells = (app.name, app.kind, app.runs, app.replicas, app.strategy)
            clusters = "all" if app.clusters == each.clusters else ", ".join(app.clusters)
            lines.append(f"| {' | '.join(markdown(cell) for cell in (*cells, clusters))} |")
        yield "\n".join([*lines, "", "</details>"])


def _left_out(given: Preview, used: int) -> str:
    """Count what is not shown, changes on each cluster as in the summary."""
    blocks = folded(given.changes) if given.against else []
    counts = Counter[str]()
    for block in blocks[used:]:
        counts[f"{block.change.kind.value} in {block.change.environment}"] += block.size()
    verdicts = [verdict for each in given.environments for verdict in each.verdicts]
    for verdict in verdicts[max(0, used - len(blocks)) :]:
        counts[f"policy {verdict.level.value} in {verdict.environment}"] += 1
    lines = [f"- {count} {markdown(what)}" for what, count in sorted(counts.items())]
    kept, number = _fit(lines, _RESERVE // 2)
    if number < len(lines):
        kept.append(f"- and more, in {counted(len(lines) - number, 'further line')}")
    return "\n".join(
        [
            "",
            "**Too long for a comment; left out:**",
            "",
            *kept,
            "- tables of applications",
            "",
            "Run `bin/gitops preview --against REF` for all of it.",
        ]
    )
