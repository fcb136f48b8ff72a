"""The rooms keep to their order, and the code to its tools."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from tests.helpers.code import parsed, without_collector

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["importlinter.cli", "lint_imports_command"], id="import contracts"),
        pytest.param(["ruff", "check", "."], id="ruff check"),
        pytest.param(["ruff", "format", "--check", "."], id="ruff format"),
        pytest.param(["stnb.cli.main", "scan", "."], id="stnb scan", marks=pytest.mark.long),
        pytest.param(
            [
                "codespell_lib",
                *("stnb", "tests", "notebooks", "README.md", "CHANGELOG.md"),
                *(".env.example", ".github", ".ci"),
            ],
            id="codespell",
        ),
    ],
)
@pytest.mark.each
def test_tools_agree(command: list[str]) -> None:
    """Every tool of the project passes on the project; mypy has its test in
    account/test_typed_surface.py, in one run with lines that use the package.
    """
    done = subprocess.run(
        [sys.executable, *_module(command)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stdout + done.stderr


def _module(command: list[str]) -> list[str]:
    if command[0] == "importlinter.cli":
        return [
            "-c",
            "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())",
        ]
    return ["-m", *command]


# -- walls

# These stand on private parts of a library, each in one guarded file with a test of its own.
GUARDED = {"stnb/explorer/internals.py", "stnb/frame/pandas_private.py"}
# A named tuple's own methods begin with an underscore; `sys._getframe` is documented.
PUBLIC_ALL_THE_SAME = {"_replace", "_asdict", "_fields", "_getframe"}


def room_of(file: Path) -> str:
    """The folder, or the module, right below the package."""
    return file.relative_to(ROOT / "stnb").parts[0].removesuffix(".py")


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC_ALL_THE_SAME


# The nodes of a syntax tree that have names.
NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg, ast.ImportFrom)
NAMED += (ast.Name, ast.Attribute)


def named(code: str) -> list[ast.AST]:
    """The parts of a module's code that have names."""
    return [node for node in ast.walk(parsed(code)) if isinstance(node, NAMED)]


def defined(nodes: list[ast.AST]) -> set[str]:
    """The names that a module gives to functions, classes, variables and attributes."""
    names = set()
    for node in nodes:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                names.add(name)
            case ast.arg(arg=name):
                names.add(name)
    return names


def reaches(file: Path, nodes: list[ast.AST], own: set[str]) -> Iterator[str]:
    """The private names of other rooms, or of libraries, that a module imports or reads."""
    for node in nodes:
        match node:
            case ast.ImportFrom(module=str(module), level=0):
                for alias in node.names:
                    if is_private(alias.name) and module.split(".")[1:2] != [room_of(file)]:
                        yield f"{file}:{node.lineno} imports {module}.{alias.name}"
            case ast.Attribute(attr=name) if is_private(name) and name not in own:
                yield f"{file}:{node.lineno} reads {ast.unparse(node)}"


def test_walls_hold() -> None:
    """No room imports or reads what another room, or a library, marks as its own business."""
    with without_collector():
        parts = {file: named(file.read_text("utf-8")) for file in (ROOT / "stnb").rglob("*.py")}
    own: dict[str, set[str]] = {}
    for file, nodes in parts.items():
        own.setdefault(room_of(file), set()).update(defined(nodes))
    found = []
    for file, nodes in parts.items():
        if str(file.relative_to(ROOT)) not in GUARDED:
            found += reaches(file, nodes, own[room_of(file)])

    assert found == []


def test_no_file_imports_one_that_imports_it() -> None:
    """There is no circle, none inside a room and none of imports for types or inside functions."""
    graph = grimp.build_graph("stnb")
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    graphlib.TopologicalSorter(imports).prepare()  # raises a CycleError, which names the circle


def test_a_breach_of_a_wall_is_seen() -> None:
    """An import and a read across rooms are both found."""
    file = ROOT / "stnb" / "mirror" / "run.py"
    nodes = named("from stnb.frame.decode import _fast\nresource._session.send()\nself._own\n")

    assert len(list(reaches(file, nodes, {"_own"}))) == 2
