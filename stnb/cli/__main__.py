"""`python -m stnb.cli` is the `stnb` command."""

from .main import main

if __name__ == "__main__":
    raise SystemExit(main())
