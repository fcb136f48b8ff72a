"""How much memory a process has had at most."""

from __future__ import annotations

from pathlib import Path

STATUS = Path("/proc/self/status")


def peak() -> int:
    """Bytes that were in memory at once, since this program was loaded.

    Not `resource.getrusage`: on Linux its maximum begins with that of the parent.
    """
    lines = STATUS.read_text().splitlines()
    found = next(line for line in lines if line.startswith("VmHWM:"))
    return int(found.split()[1]) * 1024
