"""The dictionary into a folder: Markdown, one page of HTML, JSON, and a text for a model."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from stnb.errors import CannotSave, reason
from stnb.filesystem.atomic import make_folder, replacing
from stnb.frame.target import check_folder, local_path

from ..account import Account
from . import markdown
from .context import context
from .gather import bundled
from .of_tenant import named_by
from .page import page


def write(to: str | os.PathLike[str], st: Account | None = None) -> list[Path]:
    """Write the dictionary into a folder; each file is replaced whole.

    Args:
        to: the folder; it is made if needed, and other files in it stay.
        st: the account whose custom fields, tags and business units are named too. Then the files
            are readable by you alone, as all that comes from a tenant.

    Returns:
        The files: index.html, dictionary.json, context.txt, README.md and a page a module.

    Raises:
        BadFilter: the folder is named like a file.
        CannotSave: the folder cannot be written.

    Example:
        >>> write("dictionary")[0].name
        'index.html'
    """
    folder = local_path(to)
    check_folder(folder, "The page to open is index.html in it.")
    facts: dict[str, Any] = dict(bundled())
    if st is not None:
        facts["tenant"] = named_by(st)
    written = []
    try:
        make_folder(folder)
        for name, text in _files(facts).items():
            with replacing(folder / name) as file:
                file.write(text.encode("utf-8", "replace"))
            written.append(folder / name)
    except OSError as err:
        why = reason(err)
    else:
        return written
    raise CannotSave(
        f"The dictionary was not written to {folder}.",
        f"The system says: {why}.",
        "Name another folder, such as --to dictionary.",
    )


def _files(facts: dict[str, Any]) -> dict[str, str]:
    """The content of each file, by its name."""
    files = {
        "index.html": page(facts),
        "dictionary.json": json.dumps(facts, ensure_ascii=False, indent=1),
        "context.txt": context(facts),
        "README.md": markdown.index(facts),
    }
    for module in facts["modules"]:
        files[f"{module}.md"] = markdown.module_page(facts, module)
    if "tenant" in facts:
        files["tenant.md"] = markdown.tenant_page(facts["tenant"])
    return files
