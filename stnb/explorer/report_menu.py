"""The tenant's own reports in the search: found by name, opened with the days of last month."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb import catalog
from stnb.account.reports import all_reports, report_of
from stnb.errors import NotAllowed, StnbError
from stnb.frame import notices

from .chosen import Chosen
from .guard import guarded
from .parts.picker import Picker
from .screen import Screen
from .state import REPORT_ROWS, named

if TYPE_CHECKING:
    from stnb.account.account import Account


class ReportMenu:
    """Reads the reports of the chosen account when a person types, and opens the one picked.

    Each account is asked once. Nothing is read before there is a token, as typing must not ask for
    one, and nothing for several tenants, whose reports differ.

    Args:
        picker: the search, which lists them.
        chosen: what is chosen.
        screen: shows the form of the report that is picked.
        show_error: shows an error.
    """

    def __init__(
        self,
        picker: Picker,
        chosen: Chosen,
        screen: Screen,
        show_error: Callable[[Exception | None], None],
    ) -> None:
        self._picker, self._chosen, self._screen = picker, chosen, screen
        self.show_error = show_error
        self._known: dict[str, pd.DataFrame] = {}
        self._reading: dict[str, threading.Thread] = {}
        self._opening: threading.Thread | None = None

    @guarded
    def read(self, _change: object = None) -> None:
        """Have the page list the reports of the chosen account, now or soon."""
        account = self._chosen.account_with_token()
        if account is None or not _opens(account):
            return
        thread = self._reading.get(account.profile)
        if account.profile in self._known:
            self._list(account)
        elif thread is None or not thread.is_alive():
            self._reading[account.profile] = self._started(self._read, account)

    @guarded
    def open(self, change: Mapping[str, Any]) -> None:
        """Show the form of the report that was picked; its description is a request."""
        if change["new"]:
            self._opening = self._started(self._open, self._chosen.account(), change["new"])

    def wait(self) -> None:
        """Wait until what is being read has arrived; for tests."""
        for thread in [*self._reading.values(), self._opening]:
            if thread is not None:
                thread.join()

    def _started(self, work: Callable[..., None], *arguments: Any) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, name="stnb-reports", daemon=True)
        thread.start()
        return thread

    def _read(self, account: Account) -> None:
        try:
            with notices.heard():  # a menu has no place for the notices of a frame
                self._known[account.profile] = all_reports(account)
        except NotAllowed:
            self._known[account.profile] = pd.DataFrame()
        except StnbError:
            return  # the search goes on without them, and asks again when it is opened again
        self._list(account)

    def _list(self, account: Account) -> None:
        if self._chosen.profile.name == account.profile:  # another one may be chosen by now
            self._picker.list_reports(self._known[account.profile].to_dict("records"))

    @guarded
    def _open(self, account: Account, picked: Mapping[str, str]) -> None:
        table = self._known[account.profile]
        same = (table["id"].astype("str") == picked["id"]) & (
            table["categoryId"] == picked["category"]
        )
        if not same.any():
            return  # it is of another account, and the page has not heard of the change
        report = report_of(account, table[same].iloc[0])
        filters = named(catalog.load()[REPORT_ROWS], report.first_run())
        self._picker.value = REPORT_ROWS
        self._screen.show_resource(filters)


def _opens(account: Account) -> bool:
    """Whether the app may read the list of reports, as far as is known."""
    needed = catalog.load()["reporting.report_category.reports"].scope
    return account.scopes is None or needed is None or needed in account.scopes
