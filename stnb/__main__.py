"""`python -m stnb` is the command `stnb`, for a machine whose PATH lacks it."""

import sys

from stnb.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
