"""Notebooks -> pages in Markdown, with what their cells put out."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from stnb.errors import UnexpectedAnswer

SECONDS = 600  # that one cell may take
NOTEBOOK = re.compile(r"\]\((?:\.\./notebooks/)?([\w-]+)\.ipynb\)")
LONGEST = 4_000  # letters of a text that a cell puts out; the rest says little to a reader


def page(path: Path, images: Path, *, execute: bool) -> str:
    """A notebook as a page; its pictures are written to the folder `images`.

    Args:
        execute: whether it runs first, in a kernel of its own on the demo tenant.

    Raises:
        UnexpectedAnswer: a cell failed.
    """
    notebook = nbformat.read(path, as_version=4)
    if execute:
        _run(notebook, path)
    parts = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            parts.append(NOTEBOOK.sub(r"](\1.md)", cell.source))
        elif cell.cell_type == "code":
            parts.append(fenced("python", cell.source))
            parts += _outputs(cell, f"{path.stem}-{number}", images)
    return "\n\n".join([*parts, ""])


def fenced(kind: str, text: str) -> str:
    """A block of code that no line of the text can end.

    Example:
        >>> print(fenced("python", "1 + 1"))
        ```python
        1 + 1
        ```
    """
    runs = re.findall(r"`{3,}", text)
    fence = "`" * (max([2, *map(len, runs)]) + 1)
    return f"{fence}{kind}\n{text}\n{fence}"


def _run(notebook: Any, path: Path) -> None:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    # What a notebook writes is not to lie among the tutorials, nor is a .env file found from there.
    with tempfile.TemporaryDirectory(prefix="stnb-docs-", ignore_cleanup_errors=True) as folder:
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=ERROR"],  # warnings are of Jupyter's own matters
        )
        try:
            client.execute()
            return
        except CellExecutionError as err:
            why = str(err).strip().splitlines()[-1]
    raise UnexpectedAnswer(
        f"The notebook {path.name} did not run to its end.",
        f"A cell failed: {why}.",
        "Run it in JupyterLab, or add --as-saved to show the notebooks without running them.",
    )


def _outputs(cell: Any, name: str, images: Path) -> Iterator[str]:
    for number, output in enumerate(cell.get("outputs", [])):
        data = output.get("data", {})
        if output.output_type == "stream":
            yield fenced("text", _short(output.text))
        elif "image/png" in data:
            images.mkdir(parents=True, exist_ok=True)
            picture = images / f"{name}-{number}.png"
            picture.write_bytes(base64.b64decode(data["image/png"]))
            yield f"![What the cell above draws]({images.name}/{picture.name})"
        elif "application/vnd.jupyter.widget-view+json" in data:
            yield "*Here stands a widget, such as the explorer: run the notebook to use it.*"
        elif "text/html" in data:
            yield fenced("{raw} html", f'<div class="output">{data["text/html"]}</div>')
        elif "text/plain" in data:
            yield fenced("text", _short(data["text/plain"]))


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text.rstrip()
    return f"{text[:LONGEST].rstrip()}\n…"
