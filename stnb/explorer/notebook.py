"""A notebook to start from: whose data, the rows, what the columns hold, and a picture.

Each step has a text before it. The notebook has no outputs.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stnb.errors import CannotSave
from stnb.filesystem.atomic import SHARED, replacing
from stnb.frame.target import local_path

from .python_lines import dotted

if TYPE_CHECKING:
    import nbformat

PICTURE = """from stnb import pictures

picture = pictures.suggest(df)
pictures.draw(df, picture)"""
INTRO = """# {title}

Reads {what} of ServiceTitan into a table, describes its columns, and draws a picture. \
Made by stnb; run it from top to bottom.

It names a profile and holds no password: the values themselves stay in your `.env` file."""
CONNECT = """## Whose data

**The one line to change** is the next one: put the name of a profile of your `.env` file \
between the quotes. `"demo"` is made-up data and needs no account."""
PULL = """## The rows

Filters have ServiceTitan's own names and complete with the Tab key; `limit` is the number \
of rows at most. How the pull went, and whether these are all rows, is in `df.attrs["stnb"]`."""
HEAD = "The first rows. `stnb.show(df)` is the whole table, to sort and search."
PROFILE = """## What the columns hold

For each column: how much of it is filled, how many different values, the least and the \
greatest, the most frequent, and what looks odd."""
DRAWN = """## A picture

The explorer's chart, drawn from the rows above. Change the column, or what is added up, and run \
it again."""
SUGGESTED = """## A picture

A first one that fits the columns. `print(pictures.code(picture))` gives its lines to change, \
`pictures.options(df)` what else can be drawn."""
TRY = """## Try

- Another filter: `{resource}` lists them all, when it is the last line of a cell.
- `st.name_columns(df)` puts names beside ids; `stnb.local(df)` puts times into your own time zone.
- `stnb.explore(resource="{name}")` is the same by hand.

## Next

- Count before a large pull: `{resource}.count()`; then `{resource}.pull(to="{file}.parquet")` for \
more rows than fit a table.
- To get every day what has changed: `stnb.sync([{resource}], to="data")`."""
TRY_TENANTS = """## Try

- `df.groupby("tenant").size()` counts the rows of each tenant; `ts.problems` says why one lacks.
- `ts["{tenant}"]` is one tenant's account; `ts.name_columns(df)` puts names beside ids.

## Next

- To keep all of them up to date: `ts.sync(["{name}"], to="lake")`; then \
`stnb.sql("select tenant, count(*) from {file} group by all", "lake")`."""
TRY_ANY = """## Try

- `st.find("completed jobs")` searches all resources; `stnb.explore()` is the same by hand.

## Next

Put a pull into the cell above, such as `df = st.jpm.jobs.pull(limit=100)`."""


def notebook(code: str, chart: str = "", resource: str = "") -> nbformat.NotebookNode:
    """Make a notebook from the Python that repeats a pull.

    Args:
        code: lines that make an account `st` and rows `df`, as the explorer gives them.
        chart: lines that draw a picture of `df`; without them the notebook chooses one itself.
        resource: such as "jpm.jobs", for the texts.

    Returns:
        A notebook without outputs. The same arguments give the same bytes.

    Example:
        >>> code = 'st = stnb.connect("demo")\\ndf = st.jpm.jobs.pull(limit=10)'
        >>> book = notebook(code, resource="jpm.jobs")
        >>> [cell.cell_type for cell in book.cells[:3]]
        ['markdown', 'markdown', 'code']
    """
    from nbformat.v4 import new_notebook  # takes a second to load, and few save a notebook

    connect, pull = _parts(code)
    cells = [_text(_intro(resource)), _text(CONNECT), _code(f"{connect}\n{_account_in(connect)}")]
    if pull:
        cells += [_text(PULL), _code(pull)]
    if pull and _makes_frame(pull):
        cells += [_text(HEAD), _code("df.head()"), _text(PROFILE), _code("stnb.profile(df)")]
        cells += [_text(DRAWN if chart else SUGGESTED), _code(chart or PICTURE)]
    cells.append(_text(_try(resource, code)))
    # Ids of our own, as nbformat's are random.
    for number, cell in enumerate(cells):
        cell["id"] = f"c{number:02}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=metadata)


def write(book: nbformat.NotebookNode, target: str | os.PathLike[str]) -> Path:
    """Write a notebook and return its path. An existing file is never replaced.

    Raises:
        BadFilter: the target is no path of this machine.
        CannotSave: there is such a file already, or it cannot be written.
    """
    from nbformat import writes

    path = local_path(target)
    if path.exists():
        raise CannotSave(
            f"{path} was not written.",
            "There is a file of this name already.",
            "Give another name.",
        )
    try:
        with replacing(path, mode=SHARED) as file:
            file.write((writes(book, version=4) + "\n").encode())
    except OSError as err:
        raise CannotSave.of(path, err) from None
    return path


def _intro(resource: str) -> str:
    if not resource:
        return INTRO.format(title="A first look", what="a resource")
    name = resource.removesuffix(".get").rpartition(".")[2].replace("_", " ")
    return INTRO.format(title=name.capitalize(), what=f"`{resource}`")


def _try(resource: str, code: str) -> str:
    if not resource:
        return TRY_ANY
    file = resource.replace(".", "_")
    tenants = _tenants(code)
    if tenants:
        return TRY_TENANTS.format(tenant=tenants[0], name=resource, file=file)
    return TRY.format(resource=dotted(resource), name=resource, file=file)


def _account_in(code: str) -> str:
    """The name of what reads: `ts` if it is several tenants."""
    return "ts" if _tenants(code) else "st"


def _tenants(code: str) -> list[str]:
    """The profiles in `ts = stnb.tenants("a", "b")`; none if there is no such line."""
    for statement in ast.parse(code.strip("\n")).body:
        if _assigns(statement, "ts"):
            call = statement.value  # type: ignore[attr-defined]
            return [str(argument.value) for argument in call.args]
    return []


def _parts(code: str) -> tuple[str, str]:
    """The lines up to the account `st`, and those after it."""
    code = code.strip("\n")
    lines = code.splitlines()
    for statement in ast.parse(code).body:
        if _assigns(statement, "st") or _assigns(statement, "ts"):
            end = statement.end_lineno or statement.lineno
            return "\n".join(lines[:end]), "\n".join(lines[end:]).strip("\n")
    return "import stnb\n\nst = stnb.connect()", code


def _makes_frame(code: str) -> bool:
    """Whether the lines make a table `df`."""
    return any(_assigns(statement, "df") for statement in ast.parse(code).body)


def _assigns(statement: ast.stmt, name: str) -> bool:
    """Whether a statement is `name = ...`."""
    if not isinstance(statement, ast.Assign):
        return False
    return any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)


def _text(source: str) -> Any:
    from nbformat.v4 import new_markdown_cell

    return new_markdown_cell(source)


def _code(source: str) -> Any:
    from nbformat.v4 import new_code_cell

    return new_code_cell(source)
