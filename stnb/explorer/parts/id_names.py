"""Names for the ids of filters, where the list behind them is short: business units, job types,
technicians.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.catalog import Param
from stnb.errors import UsageError
from stnb.frame import notices

from ..guard import guarded

if TYPE_CHECKING:
    from stnb.account.account import Account

MOST = 300  # a longer list is no menu
SHOWN = 4  # names in a message
# Which list a filter's ids are of, by the filter's name without "Id" or "Ids".
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


def list_of(param: Param) -> str | None:
    """The resource whose ids a filter takes, where it is one of the short lists."""
    found = re.fullmatch(r"(\w+?)ids?", param.name.lower())
    return LISTS.get(found[1]) if found else None


def labels(frame: pd.DataFrame) -> dict[str, int]:
    """What the menu shows and the id that it means; active ones first, by name."""
    there = (
        frame["active"].fillna(True)
        if "active" in frame.columns
        else pd.Series(True, index=frame.index)
    )
    order = frame.assign(gone=~there.astype(bool)).sort_values(["gone", "name"])
    return {
        f"{i} · {name}{' (inactive)' if gone else ''}": int(i)
        for i, name, gone in order[["id", "name", "gone"]].to_numpy()
    }


def plain(text: str, known: dict[str, int]) -> str:
    """What was typed or picked, with the ids in the place of their labels, and of parts of a name
    that only one has.
    """
    for label, i in known.items():
        if label in text:
            text = text.replace(label, str(i))
    if not known:
        return text
    parts = [(part, _holding(part, known)) for part in text.split(",")]
    return ",".join(str(known[found[0]]) if len(found) == 1 else part for part, found in parts)


def unclear(name: str, text: str, known: dict[str, int]) -> UsageError | None:
    """Why a text names no id: no name of the list holds it, or several do; None where it names one."""
    for part in plain(text, known).split(","):
        if not part.strip() or part.strip().isdecimal():
            continue
        found = _holding(part, known)
        if found:
            few = "; ".join(label.partition(" · ")[2] for label in found[:SHOWN])
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            return UsageError(
                f"{len(found)} names hold {part.strip()!r}.",
                f"{name} means one: {few}{more}.",
                "Type more of it, or pick one from the list.",
            )
        return UsageError(
            f"No name holds {part.strip()!r}.",
            f"{name} takes an id, or a name of its list.",
            "Pick one from the list, or type an id.",
        )
    return None


def _holding(part: str, known: dict[str, int]) -> list[str]:
    """The labels whose name holds the text; none for a number or nothing."""
    wanted = part.strip().lower()
    return (
        [label for label in known if wanted in label.lower()]
        if wanted and not wanted.isdecimal()
        else []
    )


class IdNames:
    """The lists that were read, once for each account; they are read on a thread, and only where a
    token is there already.

    Args:
        arrived: is told the resource whose labels are there now, on that thread.
    """

    def __init__(self, arrived: Callable[[str, dict[str, int]], None]) -> None:
        self._arrived = arrived
        self._known: dict[tuple[str, str], dict[str, int]] = {}
        self._threads: list[threading.Thread] = []

    def read(self, account: Account, params: Iterable[Param]) -> None:
        """Have the labels for these filters told, now or soon."""
        names = dict.fromkeys(name for p in params if (name := list_of(p)) is not None)
        new = []
        for name in names:
            if (account.profile, name) in self._known:
                self._arrived(name, self._known[account.profile, name])
            elif account.scopes is not None or account.environment == "demo":
                new.append(name)
        if new:
            thread = threading.Thread(
                target=self._read_all, args=(account, new), name="stnb-names", daemon=True
            )
            self._threads = [t for t in self._threads if t.is_alive()] + [thread]
            thread.start()

    def wait(self) -> None:
        """Wait for what is being read; for tests."""
        for thread in self._threads:
            thread.join()

    def show_error(self, _error: Exception | None) -> None:
        """A list that may not be read leaves the field as it is: a field for ids."""

    @guarded
    def _read_all(self, account: Account, names: list[str]) -> None:
        for name in names:
            self._read_one(account, name)

    @guarded
    def _read_one(self, account: Account, name: str) -> None:
        resource = account[name]
        given: dict[str, Any] = (
            dict([resource.endpoint.shows_all]) if resource.endpoint.shows_all else {}
        )
        columns = ["id", "name", *(c.name for c in resource.endpoint.columns if c.name == "active")]
        with notices.heard():  # a menu needs no word on what a frame would
            frame = resource.start(limit=MOST + 1, columns=columns, **given).wait()
        found = labels(frame) if len(frame) <= MOST else {}
        self._known[account.profile, name] = found
        self._arrived(name, found)
