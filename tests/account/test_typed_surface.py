"""What editors and type checkers know of the resources is what the running objects take."""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import stnb
from stnb.account.names import Branch
from stnb.account.resource import Resource
from stnb.catalog import load
from stnb.catalog.build.surface import class_of, surface
from stnb.cli.main import main
from stnb.errors import BadFilter
from stnb.pull.by_type import UTC
from stnb.pull.values import as_text
from tests.helpers.sample import EVERYTHING

HERE = Path(__file__).parent
ROOM = Path(stnb.__file__).parent / "account"
STUB = ROOM / "surface.pyi"
LINES = "typed_lines.py"
BEGIN = """\
import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import stnb

st = stnb.connect("demo")
frame = pd.DataFrame({"id": [1, 2]})
"""


@functools.cache
def classes() -> dict[str, ast.ClassDef]:
    """The classes of both stubs, by name."""
    found = {}
    for file in (ROOM / "arguments.pyi", STUB):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found |= {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    return found


def attributes(name: str) -> dict[str, ast.expr]:
    """The annotated names of a class and of those that it is made from."""
    node = classes().get(name)
    if node is None:
        return {}
    found: dict[str, ast.expr] = {}
    for base in node.bases:
        found |= attributes(ast.unparse(base))
    for line in node.body:
        if isinstance(line, ast.AnnAssign):
            found[ast.unparse(line.target)] = line.annotation
    return found


def taken(resource: str, verb: str) -> list[dict[str, bool]]:
    """The parameters of each overload of a verb, and whether each is required."""
    filters = {}
    for name, annotation in attributes(f"{class_of(resource)}Arguments").items():
        filters[name] = ast.unparse(annotation).startswith("Required[")
    found = []
    for node in classes()[class_of(resource)].body:
        if isinstance(node, ast.FunctionDef) and node.name == verb:
            pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            found.append({arg.arg: default is None for arg, default in pairs} | filters)
    return found


def below(branch: Branch) -> dict[str, Branch]:
    """What an account, a module or a resource has below it."""
    return {name: value for name, value in vars(branch).items() if isinstance(value, Branch)}


def resources(branch: Branch) -> list[Resource]:
    """Every resource that is reached by attributes."""
    found = []
    for value in below(branch).values():
        if isinstance(value, Resource):
            found.append(value)
        found += resources(value)
    return found


@pytest.fixture(scope="module")
def account() -> stnb.Account:
    return stnb.demo(scale=0.01)


def test_the_stub_is_current() -> None:
    """The committed file is what the catalogue makes; `stnb catalog types` writes it."""
    assert STUB.read_text(encoding="utf-8") == surface(load())


def test_the_stub_does_not_run() -> None:
    """Python cannot import the types, so that they cost nothing at run time."""
    assert importlib.util.find_spec("stnb.account.surface") is None
    assert importlib.util.find_spec("stnb.account.arguments") is None


def test_modules_and_resources_are_the_running_ones(account: stnb.Account) -> None:
    """The stub has each name that an account, a module or a resource has, and no other."""
    todo: list[tuple[str, Branch]] = [("", account)]
    seen = 0
    while todo:
        name, branch = todo.pop()
        stub = "Modules" if not name else class_of(name)
        children = below(branch)
        found = {child: ast.unparse(kind) for child, kind in attributes(stub).items()}
        expected = {child: class_of(f"{name}.{child}".strip(".")) for child in children}
        assert found == expected, name
        todo += [(f"{name}.{child}".strip("."), value) for child, value in children.items()]
        seen += isinstance(branch, Resource)
    records = [name for name in load().endpoints if name.endswith(".get")]
    assert seen + len(records) == len(load())


@pytest.mark.parametrize("verb", ["pull", "where", "start"])
def test_parameters_are_the_running_ones(account: stnb.Account, verb: str) -> None:
    """Each verb of each resource takes the same names as its signature, and requires the same."""
    for resource in resources(account):
        signature = inspect.signature(getattr(resource, verb))
        running = {n: p.default is p.empty for n, p in signature.parameters.items()}
        (first, *others) = taken(resource.name, verb)
        assert first == running, resource.name
        for other in others:  # `pull` with `to`, which is required there
            assert other == running | {"to": True}, resource.name


@pytest.mark.parametrize("verb", ["count", "head", "pages"])
def test_other_verbs_take_what_where_takes(account: stnb.Account, verb: str) -> None:
    """The verbs that hand their arguments to `where` take the same ones."""
    for resource in resources(account):
        assert taken(resource.name, verb) == taken(resource.name, "where")


def test_values_are_the_running_ones(account: stnb.Account) -> None:
    """The stub has every value that completes, and the call takes each one that it has."""
    for resource in resources(account):
        filters = attributes(f"{class_of(resource.name)}Arguments")
        for param in resource.endpoint.filters:
            constants = [n for n in ast.walk(filters[param.py]) if isinstance(n, ast.Constant)]
            values = [n.value for n in constants if n.value is not None]
            assert bool(values) == bool(param.values), (resource.name, param.py)
            assert set(param.values) <= set(values)
            for value in values:
                assert as_text(resource.endpoint, param, value, UTC) in param.values


def lines() -> tuple[str, set[int]]:
    """The file that is checked, and the numbers of its wrong lines."""
    text = BEGIN + (HERE / "typed_lines.txt").read_text(encoding="utf-8")
    wrong: set[int] = set()
    numbered = list(enumerate(text.splitlines(), 1))
    starts = [n for n, line in numbered if line.startswith("# Wrong")]
    wrong = {n for n, line in numbered if n > starts[0] and line}
    right = [line for n, line in numbered if len(BEGIN.splitlines()) + 1 < n < starts[0]]
    assert len(right) >= 40
    assert len(wrong) >= 40
    return text, wrong


def errors_of_mypy(folder: Path, *options: str) -> tuple[dict[str, Any], ...]:
    """What `mypy` finds in the lines, which stand in a folder, and in what else it is to read."""
    (folder / LINES).write_text(lines()[0], encoding="utf-8")
    places = os.pathsep.join([str(ROOM.parents[1]), str(folder)])
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--output=json", "-m", "typed_lines", *options],
        cwd=ROOM.parents[1],
        env={**os.environ, "MYPYPATH": places},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return tuple(each for each in found if each["severity"] == "error")


@pytest.fixture(scope="module")
def mypy_found(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], ...]:
    """What `mypy --strict` finds in the package and in the lines: one start, and pandas is read
    once. What it read stays in its own cache, beside the package.
    """
    return errors_of_mypy(tmp_path_factory.mktemp("typed"), "-p", "stnb")


def places(errors: tuple[dict[str, Any], ...]) -> set[tuple[str, int]]:
    return {(Path(each["file"]).name, each["line"]) for each in errors}


@pytest.mark.long
def test_mypy_finds_nothing_in_the_package(mypy_found: tuple[dict[str, Any], ...]) -> None:
    """`mypy --strict`, with the project's settings."""
    assert [each for each in mypy_found if Path(each["file"]).name != LINES] == []


@pytest.mark.long
def test_mypy_accepts_right_lines_and_refuses_wrong_ones(
    mypy_found: tuple[dict[str, Any], ...],
) -> None:
    """`mypy --strict` finds an error in each wrong line, and in no other."""
    found = places(mypy_found)
    assert {line for file, line in found if file == LINES} == lines()[1]


@pytest.mark.skipif(not EVERYTHING, reason="the lines are judged with the project's settings, too")
def test_mypy_says_the_same_without_the_projects_settings(tmp_path: Path) -> None:
    """As a user has it, whose settings are others."""
    options = ["--strict", "--follow-imports=silent", "--config-file="]
    found = errors_of_mypy(tmp_path, *options, f"--cache-dir={tmp_path / 'cache'}")
    assert places(found) == {(LINES, line) for line in lines()[1]}


def pyright() -> str | None:
    """The command: pyright itself, or its fork of the extra `test`, which comes with its Node."""
    beside = Path(sys.executable).parent
    return shutil.which("pyright") or shutil.which("basedpyright", path=str(beside))


@pytest.mark.long
@pytest.mark.skipif(pyright() is None, reason="pyright is not installed")
def test_pyright_accepts_right_lines_and_refuses_wrong_ones(tmp_path: Path) -> None:
    """pyright finds an error in each wrong line, and in no other."""
    text, wrong = lines()
    (tmp_path / "lines.py").write_text(text, encoding="utf-8")
    settings = {"extraPaths": [str(ROOM.parents[1])], "typeCheckingMode": "standard"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run(
        [str(pyright()), "--outputjson", "--pythonpath", sys.executable],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    found = json.loads(done.stdout)["generalDiagnostics"]
    errors = [each for each in found if each["severity"] == "error"]
    assert {each["range"]["start"]["line"] + 1 for each in errors} == wrong


def test_the_command_writes_the_stub(tmp_path: Path) -> None:
    """`stnb catalog types --to` writes the file that is committed."""
    target = tmp_path / "surface.pyi"
    assert main(["catalog", "types", "--to", str(target)]) == 0
    assert target.read_text(encoding="utf-8") == STUB.read_text(encoding="utf-8")


def test_a_bare_value_for_tenants_is_refused_in_sentences(account: stnb.Account) -> None:
    """`ts.where(jobs, "Completed")` says that filters are given by name, as `jobs.where` does."""
    tenants: Any = stnb.Tenants({"phoenix": account})
    with pytest.raises(BadFilter, match="by name"):
        tenants.where("jpm.jobs", "Completed")
