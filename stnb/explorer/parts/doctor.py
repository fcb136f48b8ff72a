"""`stnb.doctor()`: the checks of `access.doctor.examine` on the page, as they are made."""

from __future__ import annotations

import os
import threading
from typing import Any

import anywidget
import pandas as pd
import traitlets
from IPython import get_ipython
from IPython.display import display

from stnb.access.doctor import (
    MARKS,
    NAMES,
    Report,
    answer,
    answered,
    examine,
    granted,
    page,
)
from stnb.account.account import Account
from stnb.errors import StnbError, printable
from stnb.errors.misused import explains_misuse

from .. import assets
from ..guard import in_sentences
from ..static_copy import StaticCopy

WIDTH = 96  # letters of a line of the report that is copied


class Doctor(anywidget.AnyWidget):
    """A live report. Made by `doctor()`.

    Args:
        who: a profile, or an account that is in use; None for the usual profile.
        try_other_environment: whether a refused pair is sent to the other environment's host too.
        options: further options of `examine`.

    Attributes:
        shown: all that the page shows. It is one trait, so that a step is never seen by halves.
        covers: the class of the static copy that a live report hides.
    """

    _esm = assets.module("parts/doctor.js")
    _css = assets.style("parts/doctor.css")
    shown = traitlets.Dict().tag(sync=True)
    covers = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self, who: Account | str | None, try_other_environment: bool = False, **options: Any
    ) -> None:
        self._who, self._options = who, options
        self._copy = StaticCopy()
        self._thread: threading.Thread | None = None
        self._report = Report(None, None, None)
        self._error: StnbError | None = None
        super().__init__(covers=self._copy.css_class)
        self._show(self._report)
        self.on_msg(self._on_message)
        self.examine(try_other_environment)

    def examine(self, try_other_environment: bool = False) -> None:
        """Examine again, unless an examination is under way."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._thread = threading.Thread(
            target=self._run, args=(try_other_environment,), name="stnb doctor", daemon=True
        )
        self._thread.start()

    @property
    def report(self) -> Report:
        """The report. Waits until it is complete.

        Raises:
            StnbError: what ended the examination early.
        """
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        return self._report

    def _run(self, try_other: bool) -> None:
        self._error = None
        try:
            self._report = examine(
                self._who, try_other_environment=try_other, on_change=self._show, **self._options
            )
            self._copy.replace(f'<div class="{self._copy.css_class}">{page(self._report)}</div>')
        except Exception as err:  # noqa: BLE001
            self._error = error = in_sentences(err)
            self.shown = {
                "verdict": error.happened,
                "hint": f"{error.why} {error.next}",
                "tone": "bad",
                "done": True,
            }

    def _on_message(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        self.examine(try_other_environment=message.get("kind") == "other")

    def _show(self, report: Report) -> None:
        self._report = report
        self.shown = as_shown(report)

    def __repr__(self) -> str:
        return f"<stnb doctor · {self._report.title} · {self._report.verdict}>"

    def _ipython_display_(self) -> None:
        self._copy.show_once(self)


def as_shown(report: Report) -> dict[str, Any]:
    """What the page needs, as plain data: texts, and nothing that has to be worked out there."""
    modules = [[MARKS[m.answers], m.module, granted(m), answer(m)] for m in report.modules]
    texts = {
        "title": report.title,
        "when": f"{report.when:%Y-%m-%d %H:%M} UTC",
        "verdict": report.verdict,
        "hint": report.ask,
        "tone": _tone(report),
        "done": report.done,
        "checks": [{**check.as_dict(), "mark": check.mark} for check in report],
        "left": _left(report),
        "modules": modules,
        "count": answered(report.modules),
        "untried": _untried(report),
        "offer": report.can_try_other,
        "text": report.text(WIDTH) if report.done else "",
    }
    shown: dict[str, Any] = _printable(texts)
    return shown


def _printable(value: Any) -> Any:
    """The same data; its texts, which may be a server's, only hold what is seen."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_printable(one) for one in value]
    if isinstance(value, dict):
        return {key: _printable(one) for key, one in value.items()}
    return value


def _untried(report: Report) -> str:
    """What was not tried; "" as long as it may still be."""
    if not report.done:
        return ""
    words = "; ".join(f"{untried.what} ({untried.why})" for untried in report.not_tried)
    return f"Not tried: {words}."


def _tone(report: Report) -> str:
    if not report.done:
        return ""
    if not report.cause:
        return "good"
    return "warn" if report.inside else "bad"


def _left(report: Report) -> list[str]:
    """The checks that are still to be made; the other environment is only tried if asked."""
    if report.done:
        return []
    made = {check.name for check in report}
    return [name for name in NAMES if name not in made and name != "other environment"]


@explains_misuse("stnb")
def doctor(
    who: Account | str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    try_other_environment: bool = False,
    previous: pd.DataFrame | None = None,
) -> Doctor | Report:
    """Check everything between the .env file and the first row, and name the likeliest cause.

    In a notebook the report fills in as the checks are made. Elsewhere it is returned when it is
    complete. It holds no secret.

    Args:
        who: a profile, or an account that is in use; without one the profile that `connect` would
            take.
        env_file: the file to read instead of the nearest .env upwards from the working directory.
        try_other_environment: if the pair is refused, send it to the other environment's host as
            well, to see whether it belongs there. Nothing else ever does that.
        previous: the table of an earlier `st.access()`, to report what is new since.

    Returns:
        In a notebook a widget whose `report` waits for the report; elsewhere the report.

    Raises:
        CredentialsMissing: outside a notebook, if there is no such profile, or if there are several
            and none was named.

    Example:
        >>> stnb.doctor("phoenix")
    """
    options: dict[str, Any] = {"env_file": env_file, "previous": previous}
    if not hasattr(get_ipython(), "kernel"):
        return examine(who, try_other_environment=try_other_environment, **options)
    ui = Doctor(who, try_other_environment, **options)
    display(ui)
    return ui
