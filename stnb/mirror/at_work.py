"""The tables of one folder, brought up to date one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from stnb.errors import NotAuthenticated, SetupError, StnbError, Unreachable
from stnb.frame.memory import give_back

from .folder import Folder
from .table import Done, Table

# Tables that are read at once: a feed is read by one call after the other, which leaves most of the
# tenant's limit unused.
AHEAD = 4
FOR_ALL = (SetupError, NotAuthenticated, Unreachable)  # errors that every other table would meet
COLUMNS = {
    "table": "str",
    "resource": "str",
    "by": "str",
    "before": "Int64",
    "added": "Int64",
    "changed": "Int64",
    "inactive": "Int64",
    "after": "Int64",
    "requests": "Int64",
    "seconds": "Float64",
    "problem": "str",
}


def keep_up(folder: Folder, tables: Sequence[Table]) -> list[Done]:
    """Hold the folder, and bring its tables up to date; errors of single tables are in the answer.

    Raises:
        CannotSave: another sync is at work in the folder, or it cannot be written.
        UsageError: it keeps the tables of another tenant.
    """
    with folder.alone():
        try:
            return _all(tables)
        finally:
            for table in tables:
                table.cancel()


def _all(tables: Sequence[Table]) -> list[Done]:
    """Finish one table after the other, while the next ones are being read."""
    done: list[Done] = []
    error_for_all: StnbError | None = None
    for number, table in enumerate(tables):
        if error_for_all is not None:
            done.append(Done(table.route, error=error_for_all))
            continue
        for later in tables[number : number + AHEAD]:
            later.begin()
        ended = table.finish()
        give_back()  # what it took, as the next tables and other tenants are read meanwhile
        done.append(ended)
        if isinstance(ended.error, FOR_ALL):
            error_for_all = ended.error
    return done
