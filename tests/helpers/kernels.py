"""How tests reach the kernels of notebooks that they run."""

from __future__ import annotations

from traitlets.config import Config

# Two workers that start a kernel at the same moment may choose the same ports, and one of them
# dies. Files in the test's own working folder are nobody else's.
OVER_FILES = Config({"KernelManager": {"transport": "ipc"}})
