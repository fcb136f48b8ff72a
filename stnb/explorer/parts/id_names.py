"""Names for the ids of filters whose list is short: business units, job types, technicians."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.catalog import Param
from stnb.errors import UsageError
from stnb.frame import notices
from stnb.pull.values import inactive_too

from ..guard import in_sentences
from ..threads import Threads

if TYPE_CHECKING:
    from stnb.account.account import Account

MOST = 300  # a longer list is no menu
SHOWN = 4  # names in a message
ID_FILTER = re.compile(r"(\w+?)ids?")
# The resource whose ids a filter takes, by the filter's name without "Id" or "Ids".
LISTS = {
    "businessunit": "settings.business_units",
    "campaign": "marketing.campaigns",
    "employee": "settings.employees",
    "jobtype": "jpm.job_types",
    "membershiptype": "memberships.membership_types",
    "tagtype": "settings.tag_types",
    "technician": "settings.technicians",
    "zone": "dispatch.zones",
}
# Longer lists are searched: the resource, and the filter of it that takes what was typed.
LOOKUPS = {
    "customer": ("crm.customers", "name"),
    "location": ("crm.locations", "name"),
    "job": ("jpm.jobs", "number"),
    "invoice": ("accounting.invoices", "number"),
}
FOUND = 12  # entries of a search
READING = "Its names are being read …"

Labels = dict[str, int]
"""The menu's entries, such as "7 · North Plumbing", and the id of each."""


def list_of(param: Param) -> str | None:
    """The resource whose ids a filter takes, if it is one of the short lists.

    Example:
        >>> list_of(Param("jobTypeIds"))
        'jpm.job_types'
    """
    found = ID_FILTER.fullmatch(param.name.lower())
    if found is None:
        return None
    return LISTS.get(found[1])


def lookup_of(param: Param) -> str:
    """Whose ids a filter takes, by a name of `LOOKUPS`; "" if they are none of these.

    Example:
        >>> lookup_of(Param("customerIds"))
        'customer'
    """
    found = ID_FILTER.fullmatch(param.name.lower())
    if found is None or found[1] not in LOOKUPS:
        return ""
    return found[1]


def look_up(account: Account, thing: str, text: str) -> Labels:
    """The entries of a long list that fit what was typed: one small request.

    Args:
        account: whose rows are searched.
        thing: a name of `LOOKUPS`.
        text: a part of a name, or a number.
    """
    name, filter_name = LOOKUPS[thing]
    with notices.heard():
        frame = account[name].start(limit=FOUND, **{filter_name: text}).wait()
    shown = "name" if "name" in frame.columns else filter_name
    if not {"id", shown} <= set(frame.columns):
        return {}
    pairs = frame.dropna(subset=["id"])[["id", shown]].to_numpy()
    return {_entry(i, title): int(i) for i, title in pairs}


def _entry(i: Any, title: Any) -> str:
    """An entry of a menu. A row without a name, which the API may send, goes by its id."""
    return str(i) if pd.isna(title) else f"{i} · {title}"


def labels(frame: pd.DataFrame) -> Labels:
    """The menu's entries for a list: active ones first, by name.

    Args:
        frame: rows with the columns id and name, and with active if the list has it.
    """
    active = pd.Series(True, index=frame.index)
    if "active" in frame.columns:
        active = frame["active"].fillna(True).astype(bool)
    known = frame.assign(gone=~active).dropna(subset=["id"])
    ordered = known.sort_values(["gone", "name"])
    result = {}
    for i, name, gone in ordered[["id", "name", "gone"]].to_numpy():
        ending = " (inactive)" if gone else ""
        result[_entry(i, name) + ending] = int(i)
    return result


def with_ids(text: str, known: Labels) -> str:
    """What was typed or picked, with ids in place of labels.

    A part of a name becomes an id too, if only one name holds it.
    """
    for label, i in known.items():
        text = text.replace(label, str(i))
    if not known:
        return text
    parts = []
    for part in text.split(","):
        found = _holding(part, known)
        parts.append(str(known[found[0]]) if len(found) == 1 else part)
    return ",".join(parts)


def problem(name: str, text: str, known: Labels) -> UsageError | None:
    """Why a text names no id: no name of the list holds it, or several do; None if all is well.

    Args:
        name: the filter's name.
        text: what was typed.
        known: the menu's entries.
    """
    for part in with_ids(text, known).split(","):
        part = part.strip()
        if not part or part.isdecimal():
            continue
        found = _holding(part, known)
        if not found:
            return UsageError(
                f"No name holds {part!r}.",
                f"{name} takes an id, or a name of its list.",
                "Pick one from the list, or type an id.",
            )
        few = "; ".join(found[:SHOWN])
        if len(found) > SHOWN:
            few += f" and {len(found) - SHOWN} more"
        return UsageError(
            f"{len(found)} names hold {part!r}.",
            f"{name} takes one of them: {few}.",
            "Type more of the name, or pick one from the list.",
        )
    return None


def _holding(part: str, known: Labels) -> list[str]:
    """The labels that hold the text; none for a number or nothing."""
    wanted = part.strip().lower()
    if not wanted or wanted.isdecimal():
        return []
    return [label for label in known if wanted in label.lower()]


class IdNames:
    """Reads the short lists, each once for an account and on a thread of its own.

    Args:
        arrived: is called with a resource, its labels, and why it has none if it could not be read,
            on the thread that read it.
    """

    def __init__(self, arrived: Callable[[str, Labels, str], None]) -> None:
        self._arrived = arrived
        self._profile: str | None = None  # whose names are wanted
        self._known: dict[tuple[str, str], Labels] = {}
        self._being_read: set[tuple[str, str]] = set()
        self._threads = Threads("stnb-names")

    def read(self, account: Account | None, params: Iterable[Param]) -> None:
        """Have `arrived` called with the labels for these filters, now or soon.

        Args:
            account: of the one tenant that has a token; without it there are no labels, so that no
                other tenant's stay.
        """
        self._profile = None if account is None else account.profile
        for resource in dict.fromkeys(map(list_of, params)):
            if resource is None:
                continue
            if account is None:
                self._arrived(resource, {}, "")
            elif (account.profile, resource) in self._known:
                self._arrived(resource, self._known[account.profile, resource], "")
            else:
                self._start(account, resource)

    def wait(self) -> None:
        """Wait until every list has been read; for tests."""
        self._threads.wait()

    def _start(self, account: Account, name: str) -> None:
        """Read a list on a thread of its own: one that does not answer holds no other up."""
        self._arrived(name, {}, READING)
        key = (account.profile, name)
        if key in self._being_read:
            return
        self._being_read.add(key)
        self._threads.start(self._read, account, name)

    def _read(self, account: Account, name: str) -> None:
        found, problem = Labels(), ""
        try:
            found = self._known[account.profile, name] = self._read_one(account, name)
        except Exception as error:  # noqa: BLE001 - said where the names would be
            problem = f"{in_sentences(error).happened} Type an id."
        self._being_read.discard((account.profile, name))
        if account.profile == self._profile:  # another tenant may be chosen by now
            self._arrived(name, found, problem)

    def _read_one(self, account: Account, name: str) -> Labels:
        resource = account[name]
        endpoint = resource.endpoint
        filters = inactive_too(endpoint)
        columns = ["id", "name"]
        if any(column.name == "active" for column in endpoint.columns):
            columns.append("active")
        with notices.heard():  # a menu has no place for the notices of a frame
            frame = resource.start(limit=MOST + 1, columns=columns, **filters).wait()
        return labels(frame) if len(frame) <= MOST else {}
