"""`stnb demo serve` as a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from .interrupts import ended

COMMAND = [sys.executable, "-m", "stnb.cli.main"]


class Served:
    """`stnb demo serve`, from its first lines to its end."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [*COMMAND, "demo", "serve", "--scale", "0.05", *options]
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline() for _ in range(8)]
        self.env = "".join(lines)
        found = re.search(r"http://127\.0\.0\.1:(\d+)", lines[0])
        assert found, (self.env, self.process.stderr and self.process.stderr.read())
        self.url, self.port = found[0], int(found[1])
        (folder / ".env").write_text(self.env)

    def end(self) -> tuple[int, str, str]:
        """Ctrl-C: the exit code, and what else was printed."""
        out, err = ended(self.process)
        return self.process.returncode, out, err
