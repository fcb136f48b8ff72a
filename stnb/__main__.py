"""`python -m stnb` is the `stnb` command, also where no script of that name is on the path."""

from stnb.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
