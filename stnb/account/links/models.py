"""A link as data: a column, the resources that it may lead to, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

DOCUMENTED, BY_NAME, OPEN = "documented", "by name", "open"


@dataclass(frozen=True)
class Target:
    """A resource that a column may lead to.

    Attributes:
        resource: such as "crm.customers".
        by: the target's column that holds the id.
        when: the value of the link's `kind` column in rows that lead here; "" if nothing tells.
    """

    resource: str
    by: str = "id"
    when: str = ""


@dataclass(frozen=True)
class Link:
    """A column that leads somewhere.

    Attributes:
        column: as in the catalogue, with brackets for each list that is opened: "customerId",
            "tagTypeIds[]", "items[].skuId".
        targets: usually one; several if the API does not say which it is.
        how: "documented", "by name" (the column's name alone says so) or "open" (nobody knows).
        note: the trap, in a few words; "" if there is none.
        kind: the column beside it that says which target is meant; "" if there is none.
    """

    column: str
    targets: tuple[Target, ...]
    how: str
    note: str = ""
    kind: str = ""

    @property
    def path(self) -> str:
        """The column without brackets, as frames have it."""
        return self.column.replace("[]", "")


@dataclass(frozen=True)
class Rule:
    """What is known about some columns. The first rule that fits a column holds for it.

    Attributes:
        resource, path: shell patterns for the resource and for the column without brackets.
        refers: a pattern for where the catalogue says that the column leads; "" fits a column of
            which it says nothing.
        note, targets, how, kind: of the link; empty ones are taken from the catalogue.
    """

    resource: str
    path: str
    refers: str
    note: str = ""
    targets: tuple[Target, ...] = ()
    how: str = ""
    kind: str = ""
