"""What is to be done for one of several tenants, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from stnb.account.account import Account
from stnb.account.resource import Resource
from stnb.errors import StnbError
from stnb.pull import ProgressCallback

from .at_work import keep_up
from .folder import Folder
from .route import routes
from .table import Done, Table


@dataclass(frozen=True)
class Outcome:
    """What became of one tenant's tables, as plain values: it may come from another process.

    Attributes:
        rows: those of its tables in the table that `sync` returns.
        problems: why tables are not up to date.
        none: whether no table is.
    """

    rows: list[dict[str, Any]]
    problems: list[str]
    none: bool


@dataclass
class Work:
    """What is to be done for one tenant, and what became of it.

    Attributes:
        error: why none of its tables could be looked at, or None.
    """

    folder: Folder
    tables: list[Table]
    done: list[Done] = field(default_factory=list)
    error: StnbError | None = None

    @classmethod
    def of(
        cls,
        resources: Sequence[Resource | str] | Resource | str,
        folder: Folder,
        account: Account,
        progress: ProgressCallback | Literal[False] | None,
    ) -> Work:
        """The tables of one tenant in its folder.

        Raises:
            UnknownResource, UsageError: a resource cannot be kept.
        """
        todo = routes(resources, account)
        return cls(folder, [Table(folder, route, progress) for route in todo])

    def carry_out(self) -> None:
        """Bring the tables up to date; errors are kept."""
        try:
            self.done = keep_up(self.folder, self.tables)
        except StnbError as err:
            self.error = err

    def cancel(self) -> None:
        """Stop reading; the next sync goes on from there."""
        for table in self.tables:
            table.cancel()

    @property
    def errors(self) -> list[StnbError]:
        """Why tables are not up to date."""
        if self.error is not None:
            return [self.error]
        return [each.error for each in self.done if each.error is not None]

    def rows(self) -> list[dict[str, Any]]:
        """The rows of its tables in the table that `sync` returns."""
        if self.error is None:
            return [each.row() for each in self.done]
        return [Done(table.route, error=self.error).row() for table in self.tables]

    def outcome(self) -> Outcome:
        """What became of its tables."""
        rows, problems = self.rows(), [str(err) for err in self.errors]
        return Outcome(rows, problems, len(problems) == len(rows) or self.error is not None)
