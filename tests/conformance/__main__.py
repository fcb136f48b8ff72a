"""`python -m tests.conformance FOLDER`: the demo against the OpenAPI documents in that folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.conformance.client import Client
from tests.conformance.documents import operations
from tests.conformance.sweep import Sweep, table


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("STNB_SPECS", ""))
    found = Sweep(Client(), operations(folder)).run()
    sys.stdout.write(table(found) + "\n")
    return int(not found or any(f.unexplained() for f in found.values()))


if __name__ == "__main__":
    sys.exit(main())
