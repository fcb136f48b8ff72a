"""What an account does with ids: where they lead, the rows and the names behind them, a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.catalog import Catalog
from stnb.errors import BadFilter
from stnb.errors.misused import explains_misuse
from stnb.tables.provenance import is_of_several

from .names import Branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stnb.pull import ProgressCallback

    from .links.map import Neighbourhood
    from .resource import Resource


@explains_misuse("st")
class Linked(Branch):
    """The part of an `Account` that follows ids.

    Attributes:
        catalog: says where ids lead.
    """

    catalog: Catalog

    def __getitem__(self, name: str) -> Resource:
        raise NotImplementedError

    def links(self, name: str, *, incoming: bool = False) -> pd.DataFrame:
        """Where a resource's ids lead, or with `incoming` what leads to it.

        Returns:
            column, leads to, by, how and note. `how` is "documented", "by name" (the column's name
            alone says so) or "open"; `note` names the traps.

        Example:
            >>> found = st.links("jpm.jobs").query("column == 'createdById'")
            >>> found[["leads to", "by"]].values.tolist()
            [['settings.employees', 'userId'], ['settings.technicians', 'userId']]
        """
        # links/ is loaded only when it is used: most pulls never need it.
        from .links.rules import links

        return links(self.catalog, name, incoming=incoming)

    def follow(
        self,
        df: pd.DataFrame,
        column: str,
        *,
        columns: Sequence[str] | None = None,
        resource: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> pd.DataFrame:
        """The rows that the ids in a column lead to, each once, inactive ones too.

        A warning says how many ids have no row.

        Args:
            columns: of those rows; all if not given.
            resource: what the rows of `df` are, if the frame does not say so, as after a merge.
            progress: called with a Progress at every change.

        Raises:
            BadFilter: the column leads nowhere; the message names the frame's links.
            StnbError: a pull failed.

        Example:
            >>> customers = st.follow(jobs, "customerId", columns=["id", "name"])
        """
        from .links.follow import follow

        self._check_one_tenant(df)
        return follow(self, df, column, columns=columns, resource=resource, progress=progress)

    def name_columns(
        self,
        df: pd.DataFrame,
        *,
        only: str | Sequence[str] | None = None,
        resource: str | None = None,
        fresh: bool = False,
    ) -> pd.DataFrame:
        """A copy with the name right after each id: customerId, customerName.

        Args:
            only: name these columns alone. Records such as a job's invoice are named, by their
                number, only if they stand here.
            resource: what the rows of `df` are, if the frame does not say so, as after a merge.
            fresh: read the names again. Otherwise they are kept as long as the account is.

        Raises:
            BadFilter: a column of `only` leads nowhere, or to rows without a name.
            StnbError: a pull failed.

        Example:
            >>> st.name_columns(jobs)[["customerId", "customerName", "tagTypeNames"]]
        """
        from .links.name_columns import name_columns

        self._check_one_tenant(df)
        return name_columns(self, df, only=only, resource=resource, fresh=fresh)

    def tag_names(
        self, df: pd.DataFrame, column: str = "tagTypeIds", *, resource: str | None = None
    ) -> pd.Series[Any]:
        """The names of each row's tags, as lists.

        Example:
            >>> jobs.assign(tags=st.tag_names(jobs))
        """
        from .links.name_columns import tag_names

        self._check_one_tenant(df)
        return tag_names(self, df, column, resource=resource)

    def map(self, name: str, depth: int = 1) -> Neighbourhood:
        """What lies around a resource: a picture in a notebook, a tree of text elsewhere.

        Its `.nodes` and `.edges` are frames.

        Example:
            >>> st.map("jpm.jobs", depth=2)
        """
        from .links.map import neighbourhood

        return neighbourhood(self.catalog, name, depth)

    def _check_one_tenant(self, df: pd.DataFrame) -> None:
        """An id is another tenant's row there, so the rows of several are refused."""
        if not isinstance(df, pd.DataFrame):
            raise BadFilter(
                f"The {type(df).__name__} given is no frame.",
                "Ids are looked up in a frame.",
                "Pull the rows first, as in df = st.jpm.jobs.pull(limit=100).",
            )
        if is_of_several(df):
            raise BadFilter(
                "The ids are not looked up.",
                "The frame has the rows of several tenants, and this is the account of one.",
                "Call the same of the tenants that it was pulled with, as in ts.name_columns(df).",
            )
