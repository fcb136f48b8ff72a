"""The notebooks teach to ask, not to draw; what they draw reaches an exported page in words."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from nbconvert import HTMLExporter

from stnb import pictures
from stnb.explorer.static_copy import StaticCopy

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MOST = 1 / 3  # of a notebook's lines of code
WIDEST = 96  # letters of a line that an exported page shows without scrolling
HELPERS = {"bars", "line", "heat", "funnel", "dots", "draw"}


def code_of(path: Path) -> list[str]:
    """The code cells of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def code_lines(source: str) -> set[int]:
    """The numbers of the lines that are neither empty nor a comment."""
    lines = enumerate(source.splitlines(), start=1)
    return {at for at, line in lines if line.strip() and not line.strip().startswith("#")}


def names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def draws(statement: ast.stmt, drawing: set[str]) -> bool:
    """Whether a statement imports matplotlib, uses what came from it, or calls a helper."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return "matplotlib" in ast.unparse(statement)
    if names_in(statement) & drawing:
        return True
    for part in ast.walk(statement):
        if isinstance(part, ast.Attribute) and part.attr in HELPERS:
            return ast.unparse(part.value).endswith("pictures")
    return False


def drawing_lines(cells: list[str]) -> int:
    """The lines of the statements that draw, and of those that only serve them.

    What a drawing statement assigns, such as `ax`, makes later statements drawing ones; and a title
    or a dict of looks that nothing but drawing statements use counts as well.
    """
    count, drawing = 0, {"plt", "mpl", "title", "look"}
    for source in cells:
        lines: set[int] = set()
        for statement in ast.parse(source).body:
            targets = {
                name for target in getattr(statement, "targets", []) for name in names_in(target)
            }
            if targets & {"title", "look"} or draws(statement, drawing):
                lines |= set(range(statement.lineno, (statement.end_lineno or 0) + 1))
                drawing |= targets
        count += len(lines & code_lines(source))
    return count


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_at_most_a_third_of_the_code_draws(path: Path) -> None:
    """Lines of code that draw, titles included, by lines of code."""
    cells = code_of(path)

    lines = sum(len(code_lines(source)) for source in cells)

    assert drawing_lines(cells) <= MOST * lines


def test_drawing_is_found() -> None:
    """What matplotlib's objects do is counted, wherever they came from."""
    cell = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.bar(x, y)\nn = len(x)"

    assert drawing_lines([cell, "bars = ax.barh(x, y)\nfor b in bars:\n    b.set_color('C1')"]) == 6
    assert drawing_lines(["title = 'Jobs'\nstnb.pictures.bars(jobs, 'city', title=title)"]) == 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_line_of_code_is_cut(path: Path) -> None:
    """An exported page shows each line whole at the width of a laptop's window."""
    longest = max((line for source in code_of(path) for line in source.splitlines()), key=len)

    assert len(longest) <= WIDEST, longest


def exported(*outputs: dict[str, Any]) -> str:
    """The page that nbconvert makes of a notebook whose one cell has these outputs."""
    cell = nbformat.v4.new_code_cell("…")
    for data in outputs:
        cell.outputs.append(nbformat.v4.new_output("display_data", data))
    page: str = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))[0]
    return page


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_picture_has_its_words_on_an_exported_page() -> None:
    """The one image there has the picture's description as its alternative text."""
    picture = pictures.bars(pd.Series({"Mesa": 2, "Tempe": 7}, name="jobs"))
    data, _ = DisplayFormatter().format(picture)

    images = re.findall(r'<img alt="([^"]*)"', exported(data))

    assert images == [picture.finding.alt]
    assert "Tempe 7, Mesa 2" in images[0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_an_exported_page_says_what_the_explorer_was() -> None:
    """The copy is there before any rows are, with the rule that shows it on such a page only."""
    copy = StaticCopy()

    page = exported({"text/plain": "<stnb explorer>"}, {"text/html": copy._html})

    assert "has controls to choose, filter, pull and look at rows" in page
    assert f"body.jp-Notebook .{copy.css_class} {{ display: block !important; }}" in page
    assert '<body class="jp-Notebook"' in page
