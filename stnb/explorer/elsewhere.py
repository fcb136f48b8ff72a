"""What to do where the explorer cannot be shown, and where the notebook on show is."""

from __future__ import annotations

import html
import os
import sys
from pathlib import Path

IN_A_TERMINAL = (
    "The explorer is a part of a page, and a terminal has none.",
    "`stnb lab` opens it in JupyterLab, `stnb app` on a page of its own.",
    'Here, `st.find("completed jobs")` finds a resource and `st.jpm.jobs.pull()` reads it.',
)
IN_MARIMO = (
    "The explorer is made of ipywidgets, and marimo does not show all of them.",
    "`stnb app` in a terminal opens it on a page of its own.",
    "Copy its code into a cell here, and look at the rows with `stnb.show(df)`.",
)
NO_TABLE = (
    "The table is a part of a page, and a terminal has none.",
    "`stnb lab` opens JupyterLab, where `stnb.show(df)` shows it.",
    "Here, `print(df)` writes the rows, and `stnb.save(df, 'rows.xlsx')` keeps them.",
)


def in_marimo() -> bool:
    """Whether the code runs in a cell of marimo."""
    marimo = sys.modules.get("marimo")
    return marimo is not None and bool(marimo.running_in_notebook())


def as_text(sentences: tuple[str, ...]) -> str:
    """Three sentences, a line each."""
    return "\n".join(sentences)


def as_html(sentences: tuple[str, ...]) -> str:
    """Three sentences as a paragraph, their code as code."""
    parts = html.escape(" ".join(sentences), quote=False).split("`")
    parts[1::2] = [f"<code>{code}</code>" for code in parts[1::2]]
    return f"<p>{''.join(parts)}</p>"


def notebook_folder() -> Path:
    """The folder of the notebook on show, whatever the working folder is now.

    Jupyter's server names the notebook to its kernel. Elsewhere it is the working folder.
    """
    named = Path(os.environ.get("JPY_SESSION_NAME", ""))
    if named.is_absolute() and named.parent.is_dir():
        return named.parent
    return Path()
