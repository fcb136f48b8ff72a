"""A notebook to start from: whose data, the pull, the table, what the columns hold, a picture;
documented, without outputs.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from stnb.atomic import replacing
from stnb.errors import CannotSave

PICTURE = """from stnb import pictures

picture = pictures.suggest(df)
pictures.draw(df, picture)"""
INTRO = """# {title}

Reads {what} of ServiceTitan into a table, says what its columns hold, and draws a picture. Made by stnb; run it from top to bottom.

It names a profile and holds no password: the values themselves stay in your `.env` file."""
CONNECT = """## Whose data

**The one line to change** is the next one: put the name of a profile of your `.env` file between the quotes. `"demo"` is made-up data and needs no account."""
PULL = """## The rows

Filters have ServiceTitan's own names and complete with the Tab key; `limit` is the number of rows at most. What happened on the way, and whether these are all, is in `df.attrs["stnb"]`."""
HEAD = "The first rows. `stnb.show(df)` is the whole table, to sort and search."
PROFILE = """## What the columns hold

For each column: how much of it is filled, how many different values, the ends, the most frequent, and what looks odd."""
DRAWN = """## A picture

The same numbers as in the explorer's chart. Change the column, or what is added up, and run it again."""
SUGGESTED = """## A picture

A first one that fits the columns. `print(pictures.code(picture))` gives its lines to change, `pictures.options(df)` what else can be drawn."""
TRY = """## Try

- Another filter: `{resource}` lists them all, when it is the last line of a cell.
- `st.name_columns(df)` puts names beside ids; `stnb.local(df)` puts times into your own time zone.
- `stnb.explore(resource="{name}")` is the same by hand.

## Next

- Count before a large pull: `{resource}.count()`; then `{resource}.pull(to="{file}.parquet")` for more rows than fit a table.
- To look every day at what changed: `stnb.sync([{resource}], to="data")`."""
TRY_ANY = """## Try

- `st.find("completed jobs")` searches all resources; `stnb.explore()` is the same by hand.

## Next

Put a pull into the cell above, such as `df = st.jpm.jobs.pull(limit=100)`."""


def notebook(code: str, chart: str = "", resource: str = "") -> nbformat.NotebookNode:
    """Make a notebook from the Python that repeats a pull.

    Args:
        code: as the explorer has it: an account `st`, and rows `df`.
        chart: lines that draw a picture of `df`; without them the notebook chooses one itself.
        resource: such as "jpm.jobs", for the words.

    Returns:
        A notebook without outputs; the same arguments give the same, to the byte.

    Example:
        >>> book = notebook('import stnb\\n\\nst = stnb.connect("demo")\\ndf = st.jpm.jobs.pull(limit=10)', resource="jpm.jobs")
        >>> [cell.cell_type for cell in book.cells[:3]]
        ['markdown', 'markdown', 'code']
    """
    start, rest = _parts(code)
    last = resource.removesuffix(".get").rpartition(".")[2].replace("_", " ")
    cells = [
        _text(
            INTRO.format(
                title=(last or "A first look").capitalize(),
                what=f"`{resource}`" if resource else "a resource",
            )
        )
    ]
    cells += [_text(CONNECT), _code(f"{start}\nst")]
    if rest:
        cells += [_text(PULL), _code(rest)]
    if rest and _makes_frame(rest):
        cells += [_text(HEAD), _code("df.head()"), _text(PROFILE), _code("stnb.profile(df)")]
        cells += [_text(DRAWN if chart else SUGGESTED), _code(chart or PICTURE)]
    dotted = (
        f"st.{resource}"
        if all(p.isidentifier() and p != "get" for p in resource.split("."))
        else f'st["{resource}"]'
    )
    cells.append(
        _text(
            TRY.format(resource=dotted, name=resource, file=resource.replace(".", "_"))
            if resource
            else TRY_ANY
        )
    )
    for at, cell in enumerate(cells):
        cell["id"] = f"c{at:02}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )


def write(book: nbformat.NotebookNode, target: str | os.PathLike[str]) -> Path:
    """Write a notebook; a file that is there already is never replaced.

    Raises:
        CannotSave: it is there already, or cannot be written.
    """
    path = Path(target)
    if path.exists():
        raise CannotSave(
            f"{path} was not written.",
            "A file of this name is there already.",
            "Give another name.",
        )
    try:
        with replacing(path) as file:
            file.write((nbformat.writes(book, version=4) + "\n").encode())
    except OSError as err:
        raise CannotSave.of(path, err) from None
    return path


def _parts(code: str) -> tuple[str, str]:
    """The lines up to the account, and those after it, each as they are written."""
    lines = code.strip("\n").splitlines()
    for statement in ast.parse(code.strip("\n")).body:
        names = [t.id for t in getattr(statement, "targets", []) if isinstance(t, ast.Name)]
        if "st" in names:
            end = statement.end_lineno or statement.lineno
            return "\n".join(lines[:end]), "\n".join(lines[end:]).strip("\n")
    return "import stnb\n\nst = stnb.connect()", code.strip("\n")


def _makes_frame(code: str) -> bool:
    """Whether the lines end with a table `df`."""
    return any(
        isinstance(s, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == "df" for t in s.targets)
        for s in ast.parse(code).body
    )


def _text(source: str) -> Any:
    return new_markdown_cell(source)


def _code(source: str) -> Any:
    return new_code_cell(source)
