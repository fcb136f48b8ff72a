"""How tests reach the kernels of notebooks that they run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traitlets.config import Config

# Two workers that start a kernel at the same moment may choose the same ports, and one of them
# dies. Files in the test's own working folder are nobody else's.
OVER_FILES = Config({"KernelManager": {"transport": "ipc"}})


def notes(outputs: Sequence[Any]) -> list[str]:
    """What stands as notes under the cells: what elsewhere would be warnings of ours."""
    found = []
    for output in outputs:
        data = output.get("data", {})
        if 'role="note"' in str(data.get("text/html", "")):
            found.append(str(data["text/plain"]))
    return found
