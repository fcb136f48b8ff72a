"""A grid whose answers a test can read, without a browser."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pyarrow as pa

from stnb.explorer.grid.grid import Grid


class HeardGrid(Grid):
    """A grid whose answers the test can read."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.heard: list[dict[str, Any]] = []
        super().__init__(frame)

    def send(self, content: Any, buffers: Any = None) -> None:
        self.heard.append(json.loads(json.dumps(content)))

    def put(self, **question: Any) -> None:
        self._handle_custom_msg({"view": "v", **question}, None)

    def ask(self, **question: Any) -> dict[str, Any]:
        """Ask for rows, and again while they are only those that were found so far."""
        self.put(**{"kind": "rows", "start": 0, "stop": 50, **question})
        while self.heard[-1].get("part"):
            self.put(**{"kind": "rows", "start": 0, "stop": 50, **question})
        return self.heard[-1]

    def bars(self, *columns: int, **question: Any) -> dict[int, dict[str, Any]]:
        """Ask for summaries and wait until all of them have come."""
        self.heard.clear()
        self.put(kind="summaries", columns=columns, whole=columns, step=7, **question)
        self._background.wait(60)
        return {m["col"]: m for m in self.heard if m["kind"] == "summary"}


def listed(values: list[Any]) -> Any:
    return pd.arrays.ArrowExtensionArray(pa.array(values))
