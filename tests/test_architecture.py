"""Rules about the code itself that no type checker knows."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from tests import ROOT

MAX_LINES = 300
TOKENS = {
    "Access": "gitops:index:Access",
    "Alerts": "gitops:index:Alerts",
    "Application": "gitops:index:Application",
    "Cluster": "gitops:index:Cluster",
    "Definitions": "gitops:index:Definitions",
    "Delivery": "gitops:index:Delivery",
    "Platform": "gitops:index:Platform",
    "Program": "gitops:index:Program",
    "Served": "gitops:index:Served",
    "Tenancy": "gitops:index:Tenancy",
}
LAYERS = (
    {"__main__"},
    {"cli"},
    {"render"},
    {
        "bench",
        "checks",
        "consequences",
        "doctor",
        "explain",
        "memory",
        "programs",
        "report",
        "schemas",
        "tree",
    },
    {"preview"},
    {"diff", "layouts", "verdicts"},
    {"plan", "settings"},
    {"alerts"},
    {"delivery"},
    {"platform"},
    {"layouts.paths", "manifests", "rules"},
    {"model"},
    {"fields", "objects"},
    {"emit", "lifecycle", "names", "places", "secrecy", "source", "words"},
    {"errors"},
)
"""Parts of the core, the highest first: each imports what is lower, and never a neighbour."""
STACK_READERS = {"Config", "StackReference", "get_organization", "get_project", "get_stack"}


def modules(*folders: str) -> dict[str, ast.Module]:
    """Return the syntax tree of every module in *folders*, by its path in the repository."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text())
        for path in paths
        if path.is_file()
    }


def dotted(path: str) -> str:
    """Return the name by which the module at *path* is imported."""
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def imports(tree: ast.AST, known: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the modules that *tree* imports, lazily or not; names that are *known* modules too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports say their whole name"
            module = node.module or ""
            for each in node.names:
                inner = f"{module}.{each.name}"
                yield inner if inner in known else module


def packages(tree: ast.AST) -> set[str]:
    return {each.split(".")[0] for each in imports(tree)}


def core() -> dict[str, set[str]]:
    """Return which module of the core imports which others of it."""
    trees = {dotted(path): tree for path, tree in modules("gitops").items()}
    known = frozenset(trees)
    return {name: {*imports(tree, known)} & known - {name} for name, tree in trees.items()}


def layer(module: str) -> tuple[int, str]:
    """Return the number of the layer of *module*, and its part of the core."""
    rest = module.removeprefix("gitops.")
    for part in (rest, rest.split(".")[0]):
        for number, parts in enumerate(LAYERS):
            if part in parts:
                return number, part
    raise AssertionError(f"{module} has no layer yet: add it to LAYERS")


def words(tree: ast.AST) -> set[str]:
    """Return every name that *tree* uses, however it is reached."""
    return {
        each.attr if isinstance(each, ast.Attribute) else each.id
        for each in ast.walk(tree)
        if isinstance(each, ast.Attribute | ast.Name)
    }


def python(code: str) -> str:
    """Run *code* in an interpreter of its own, and return what it prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_the_core_never_imports_the_shell() -> None:
    shell = {"components", "policies", "pulumi", "pulumi_kubernetes", "pulumi_policy", "recording",
             "engine"}  # fmt: skip

    found = {path: packages(tree) & shell for path, tree in modules("gitops").items()}

    assert {path: each for path, each in found.items() if each} == {
        "gitops/cli/deploying.py": {"engine"},
        "gitops/cli/preview.py": {"recording"},
    }


def test_preview_imports_the_recorder_only_when_it_runs() -> None:
    tree = modules("gitops/cli")["gitops/cli/preview.py"]

    eager = [each for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom)]

    assert not [name for each in eager for name in imports(each) if name.startswith("recording")]


def test_every_part_of_the_core_imports_only_what_is_below_it() -> None:
    upward: list[str] = []
    for name, imported in core().items():
        if name == "gitops":
            continue
        number, part = layer(name)
        for each in sorted(imported - {"gitops"}):
            below, other = layer(each)
            if other != part and below <= number:
                upward.append(f"{name} imports {each}")

    assert upward == []


def test_no_modules_of_the_core_import_each_other_in_a_circle() -> None:
    packages_aside = {
        name: {each for each in imported if not name.startswith(f"{each}.")}
        for name, imported in core().items()
    }

    assert len(list(TopologicalSorter(packages_aside).static_order())) == len(packages_aside)


def test_no_layer_names_a_part_that_is_gone() -> None:
    parts = {layer(name)[1] for name in core() if name != "gitops"}

    assert parts == {each for parts in LAYERS for each in parts}


def test_components_import_nothing_that_reads_or_decides() -> None:
    found = {each for tree in modules("components").values() for each in imports(tree)}

    inner = {each for each in found if each.split(".")[0] in {"gitops", "components"}}
    outer = {each.split(".")[0] for each in found - inner}
    assert {each for each in inner if each.startswith("gitops")} == {
        "gitops.manifests",
        "gitops.manifests.argocd",
        "gitops.objects",
        "gitops.plan",
    }
    assert outer == {
        *("base64", "collections", "dataclasses", "functools", "importlib", "typing"),
        *("pulumi", "pulumi_random"),
    }


@pytest.mark.parametrize("folder", ["engine", "recording", "policies"])
def test_what_watches_the_components_does_not_know_them(folder: str) -> None:
    # Both run the program; how that is done lies where it was needed first.
    shared = {"recording"} if folder == "engine" else set[str]()
    others = {"components", "engine", "recording", "policies"} - {folder} - shared

    assert not [path for path, tree in modules(folder).items() if packages(tree) & others]


def test_only_the_program_and_the_policy_pack_read_the_stack() -> None:
    trees = modules("gitops", "components", "engine", "recording", "policies", "bin")
    trees["__main__.py"] = ast.parse((ROOT / "__main__.py").read_text())

    readers = {path for path, tree in trees.items() if words(tree) & STACK_READERS}

    assert readers == {"__main__.py", "policies/__main__.py"}


def test_components_export_nothing() -> None:
    assert not [path for path, tree in modules("components").items() if "export" in words(tree)]


def test_apply_computes_values_and_makes_no_resources() -> None:
    """A resource made inside apply is invisible to preview, and the recorder would not tell."""
    trees = modules("components")
    trees["__main__.py"] = ast.parse((ROOT / "__main__.py").read_text())

    made = [
        f"{path}: {ast.unparse(inner)}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".apply")
        for argument in node.args
        for inner in ast.walk(argument)
        if isinstance(inner, ast.Call) and ast.unparse(inner.func).split(".")[-1][0].isupper()
    ]

    assert made == []


def components() -> dict[str, ast.FunctionDef]:
    """Return the constructor of every component."""
    return {
        node.name: next(each for each in node.body if isinstance(each, ast.FunctionDef))
        for tree in modules("components").values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and "ComponentResource" in {ast.unparse(base) for base in node.bases}
    }


def test_every_component_begins_with_its_token_and_ends_with_its_outputs() -> None:
    """A changed token replaces live resources: add an alias, then change this table."""
    found = components()

    assert set(found) == set(TOKENS)
    for name, function in found.items():
        _, first, *_, last = function.body  # the docstring comes before
        assert ast.unparse(first) == f"super().__init__({TOKENS[name]!r}, name, None, opts)"
        assert ast.unparse(last).startswith("self.register_outputs(")


def test_every_component_is_made_the_same_way() -> None:
    for name, function in components().items():
        assert ast.unparse(function.args) == (
            f"self, name: str, args: {name}Args, opts: ResourceOptions | None=None"
        )


def test_every_module_says_what_it_is_for() -> None:
    trees = modules("gitops", "components", "engine", "recording", "policies", "bin")
    trees["__main__.py"] = ast.parse((ROOT / "__main__.py").read_text())

    assert not [path for path, tree in trees.items() if not ast.get_docstring(tree)]


def test_no_module_outgrows_what_a_person_reads_at_once() -> None:
    paths = modules("gitops", "components", "engine", "recording", "policies", "bin")
    lines = {path: len((ROOT / path).read_text().splitlines()) for path in paths}

    assert {path: each for path, each in lines.items() if each > MAX_LINES} == {}


def test_starting_the_command_line_costs_no_slow_import() -> None:
    slow = ("pulumi", "pydantic", "recording", "rich", "yaml")

    found = python(f"import sys, gitops.cli.main; print(set({slow}) & set(sys.modules))")

    assert found.strip() == "set()"


def test_no_verb_imports_pulumi_before_it_runs() -> None:
    code = """
import importlib, sys
from gitops.cli.main import _LAZY

for verb in _LAZY:
    importlib.import_module(f"gitops.cli.{verb}").command
print({"pulumi", "pulumi_kubernetes", "recording"} & set(sys.modules))
"""

    assert python(code).strip() == "set()"


def test_the_program_needs_no_part_of_the_command_line() -> None:
    """The engine runs it with the packages of the project, and nobody is there to read reports."""
    tree = ast.parse((ROOT / "__main__.py").read_text())

    assert packages(tree) == {"components", "gitops", "pathlib", "pulumi", "pulumi_kubernetes"}
    assert not [each for each in imports(tree) if each.startswith(("gitops.cli", "gitops.report"))]
