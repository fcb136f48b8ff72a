"""The answer of a pull into a folder: a frame that a notebook shows with its first files."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pandas as pd

from .content import file_html

ON_SHOW = 3  # files below the table: a saved notebook keeps their bytes
WHOLE = 600_000  # bytes of HTML at most


class FileTable(pd.DataFrame):
    """A row for each file: id, path, size (bytes) and type. What is made of it is a plain frame."""

    @property
    def _constructor(self) -> Any:
        return pd.DataFrame

    def _repr_html_(self) -> str:
        table = str(pd.DataFrame(self)._repr_html_())  # type: ignore[operator]
        parts, room = [table], WHOLE
        for path in list(self["path"].dropna())[: ON_SHOW * 4]:
            shown = file_html(Path(str(path)))
            if shown is None or len(shown) > room or len(parts) > ON_SHOW:
                continue
            room -= len(shown)
            name = html.escape(Path(str(path)).name)
            parts.append(
                f"<figure style='margin:6px 0'>{shown}<figcaption>{name}</figcaption></figure>"
            )
        return "".join(parts)
