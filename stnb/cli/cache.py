"""`stnb cache`: the rows that are kept for a while, and how to be rid of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from stnb.errors import CannotSave, reason

from .terminal import say

ABOUT = """List the rows that pulls with max_age= keep on this machine. They are in private files of
your cache folder, 30 days at most, and 1 GB in all."""


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb cache`."""
    command.description = ABOUT
    command.add_argument("--clear", action="store_true", help="delete all of them")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for each file, or delete them.

    Raises:
        CannotSave: a file cannot be deleted.
    """
    from stnb.pull.kept import files  # brings pandas, which the help does without

    if not options.clear:
        return _list()
    try:
        count, size = files.clear()
    except OSError as err:
        raise CannotSave(
            "The kept rows were not deleted.",
            f"The system says: {reason(err)}.",
            f"Delete {files.folder()} by hand.",
        ) from None
    say(f"{count:,} files deleted, {size:,} bytes.")
    return 0


def _list() -> int:
    import pandas as pd

    from stnb.pull.kept import files
    from stnb.tables.text import table

    rows = []
    for each in files.kept_files():
        about = each.about
        filters = ", ".join(f"{name}={value}" for name, value in about.get("params", {}).items())
        rows.append(
            (
                about.get("resource", f"{each.path.name[:12]}…"),
                f"{about.get('environment', '')} {about.get('tenant', '')}".strip(),
                about.get("rows"),
                each.read,
                each.size,
                each.problem or filters,
            )
        )
    if not rows:
        say('No rows are kept. pull(max_age="1 hour") keeps those that it brings.')
        return 0
    names = ["resource", "tenant", "rows", "read", "bytes", "filters"]
    frame = pd.DataFrame(rows, columns=names).astype({"rows": "Int64"})
    print(table(frame, 10_000, rows=len(frame), cell=60))
    say(f"They are in {files.folder()}; `stnb cache --clear` deletes them.")
    return 0
