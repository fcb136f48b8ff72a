"""What was learned of a tenant's resources, kept in a small file for the next process.

The file holds names of resources and of parameters, sizes of pages, and when they were learned.
Its name is a digest of the API's address and the tenant.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import weakref
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from stnb.errors.nesting import loads
from stnb.filesystem.atomic import make_folder, real_file, rewrite
from stnb.filesystem.folders import cache_folder

from . import clock
from .shared_pace import digest
from .taken import Taken

FORM = 1  # of the file; one of another form is not read
# Days for which it is believed. A limit may be raised, and only a call without it shows that.
DAYS = 7
LARGEST_FILE = 200_000  # bytes; a line for each resource of the catalogue takes a tenth
OTHERS = 2  # lists that refuse a parameter, until it is left out first at a refusal elsewhere
LARGEST_PAGE = 100_000  # rows
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,79}")


class Learned:
    """What each resource of one tenant takes.

    It is read from the file when it is first asked for. If the file cannot be used, it is known as
    long as the process lives, and `problem` says why.

    Args:
        find: says where the file is, or that there is none; it may raise OSError.

    Attributes:
        problem: what the system said when the file could not be used; "" if it was.
    """

    def __init__(self, find: Callable[[], Path | None] = lambda: None) -> None:
        self.problem = ""
        self._find = find
        self._file: Path | None = None
        self._taken: dict[str, Taken] | None = None
        # A lock belongs to the loop that it was first waited for in, of which a fork has another.
        self._locks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]
        self._locks = weakref.WeakKeyDictionary()

    @property
    def file(self) -> Path | None:
        """Where it is kept; None if it is not."""
        self._all()
        return self._file

    def of(self, resource: str) -> Taken:
        """What is known of a resource, to read and to add to."""
        found = self._all().setdefault(resource, Taken())
        found.keep = partial(self._keep, resource, found)
        found.elsewhere, found.search_lock = self.everywhere, self._lock
        return found

    def everywhere(self) -> frozenset[str]:
        """The parameters that several lists refuse, and that no list took in this process."""
        refusals: Counter[str] = Counter()
        took: set[str] = set()
        for taken in list(self._all().values()):
            refusals.update(taken.without)
            took |= taken.took
        return frozenset(name for name, times in refusals.items() if times >= OTHERS) - took

    def _lock(self) -> asyncio.Lock:
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())

    def unusual(self) -> dict[str, Taken]:
        """The resources of which something was learned, by name."""
        return {name: taken for name, taken in self._all().items() if not taken.is_usual}

    def _all(self) -> dict[str, Taken]:
        # In one assignment: another thread sees nothing or all of it.
        if self._taken is None:
            self._taken = self._loaded()
        return self._taken

    def _loaded(self) -> dict[str, Taken]:
        try:
            self._file = self._find()
            if self._file is None:
                return {}
            with self._file.open("rb") as file:
                return read(file.read(LARGEST_FILE + 1))
        except FileNotFoundError:
            return {}
        except OSError as err:
            self.problem = str(err)
            return {}

    def _keep(self, resource: str, taken: Taken) -> None:
        """Write down what a resource takes; what others wrote of other resources stays."""
        taken.learned = clock.now().replace(microsecond=0)
        if self._file is None:
            return

        def edited(old: bytes | None) -> bytes:
            return written(read(old or b"") | {resource: taken})

        try:
            make_folder(self._file.parent)
            rewrite(real_file(self._file), edited)
        except (OSError, NotImplementedError) as err:
            self.problem = str(err)


def read(content: bytes) -> dict[str, Taken]:
    """What the content of a file says of each resource: only what is sound and not too old."""
    try:
        body = loads(content)
    except ValueError:  # also bytes that are no UTF-8
        return {}
    if len(content) > LARGEST_FILE or not isinstance(body, dict) or body.get("form") != FORM:
        return {}
    resources = body.get("resources")
    if not isinstance(resources, dict):
        return {}
    found = {}
    for name, entry in resources.items():
        taken = _taken(entry)
        if NAME.fullmatch(name) and taken is not None and not taken.is_usual:
            found[name] = taken
    return found


def written(known: dict[str, Taken]) -> bytes:
    """The content of a file that says this."""
    resources = {name: _entry(taken) for name, taken in known.items() if not taken.is_usual}
    body = {"form": FORM, "resources": resources}
    return json.dumps(body, indent=1, sort_keys=True).encode() + b"\n"


def ends(taken: Taken) -> dt.date | None:
    """The last day on which something is believed; None if it was not learned."""
    if taken.learned is None:
        return None
    return (taken.learned + dt.timedelta(days=DAYS)).date()


def learned_file(api_url: str, tenant: int) -> Path:
    """Where it is kept what was learned of a tenant.

    Raises:
        OSError: this user has no home folder.
    """
    return cache_folder() / "taken" / f"{digest(api_url, tenant)}.json"


def _entry(taken: Taken) -> dict[str, Any]:
    learned = None
    if taken.learned is not None:
        learned = taken.learned.isoformat()
    return {
        "without": sorted(taken.without),
        "most": taken.most,
        "least": taken.least,
        "learned": learned,
    }


def _taken(entry: Any) -> Taken | None:
    """What an entry says; None if it is broken or too old."""
    if not isinstance(entry, dict):
        return None
    without, learned = _names(entry.get("without")), _moment(entry.get("learned"))
    most, least = entry.get("most"), entry.get("least")
    if learned is None or without is None or not (_is_size(most) and _is_size(least)):
        return None
    if most is not None and least is not None and least > most:
        return None
    age = clock.now() - learned
    # A moment that is to come is that of a clock which was set back: nobody knows its age.
    if not dt.timedelta(days=-1) < age < dt.timedelta(days=DAYS):
        return None
    return Taken(without, most, least, learned)


def _names(value: Any) -> set[str] | None:
    if not isinstance(value, list):
        return None
    for name in value:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            return None
    return set(value)


def _is_size(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_PAGE


def _moment(value: Any) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        return None
    return moment
