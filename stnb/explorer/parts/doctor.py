"""`stnb.doctor()`: the checks of `access.doctor.examine` as they are made, and what each module answers."""

from __future__ import annotations

import os
import threading
from typing import Any

import anywidget
import pandas as pd
import traitlets
from IPython import get_ipython
from IPython.display import display

from stnb.access.doctor import MARKS, NAMES, Report, answer, examine, granted, page
from stnb.account.account import Account
from stnb.errors import StnbError

from .. import assets as files
from ..guard import in_sentences
from ..static_copy import Still


class Doctor(anywidget.AnyWidget):
    """A live report. Made by `doctor()`.

    Attributes:
        report: the report; waits until it is whole, and raises what ended the examination early.
    """

    _esm = files.module("parts/doctor.js")
    _css = files.style("parts/doctor.css")
    shown = traitlets.Dict().tag(sync=True)  # one trait, so that the page never shows half a step
    covers = traitlets.Unicode("").tag(
        sync=True
    )  # the class of the static copy that a live report hides

    def __init__(
        self, who: Account | str | None, try_other_environment: bool = False, **options: Any
    ) -> None:
        self._who, self._options = who, options
        self._still = Still()
        self._thread: threading.Thread | None = None
        self._report = Report(None, None, None)
        self._error: StnbError | None = None
        super().__init__(covers=self._still.mark)
        self._show(self._report)
        self.on_msg(self._asked)
        self.examine(try_other_environment)

    def examine(self, try_other_environment: bool = False) -> None:
        """Begin again, unless an examination is under way."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._thread = threading.Thread(
            target=self._run, args=(try_other_environment,), name="stnb doctor", daemon=True
        )
        self._thread.start()

    @property
    def report(self) -> Report:
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
            self._still.put(f'<div class="{self._still.mark}">{page(self._report)}</div>')
        except Exception as err:  # noqa: BLE001
            self._error = failed = in_sentences(err)
            self.shown = {
                "verdict": failed.happened,
                "hint": f"{failed.why} {failed.next}",
                "tone": "bad",
                "done": True,
            }

    def _asked(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        self.examine(try_other_environment=message.get("kind") == "other")

    def _show(self, report: Report) -> None:
        self._report = report
        self.shown = as_shown(report)

    def __repr__(self) -> str:
        return f"<stnb doctor · {self._report.title} · {self._report.verdict}>"

    def _ipython_display_(self) -> None:
        self._still.show_once(self)


def as_shown(report: Report) -> dict[str, Any]:
    """What the page needs: texts, and nothing that has to be worked out there."""
    cause, made = report.cause, {c.name for c in report}
    tone = "" if not report.done else "good" if not cause else "warn" if report.inside else "bad"
    return {
        "title": report.title,
        "when": f"{report.when:%Y-%m-%d %H:%M} UTC",
        "verdict": report.verdict,
        "hint": report.ask,
        "tone": tone,
        "done": report.done,
        "checks": [{**c.as_dict(), "mark": c.mark} for c in report],
        "left": []
        if report.done
        else [n for n in NAMES if n not in made and n != "other environment"],
        "modules": [[MARKS[m.answers], m.module, granted(m), answer(m)] for m in report.modules],
        "offer": report.can_try_other,
        "text": report.text(96) if report.done else "",
    }


def doctor(
    who: Account | str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    try_other_environment: bool = False,
    previous: pd.DataFrame | None = None,
) -> Doctor | Report:
    """Look at everything between the .env file and the first row, and name the likeliest cause
    where it does not work.

    In a notebook the report fills in as the checks are made; elsewhere it comes when it is whole.
    It holds no secret.

    Args:
        who: a profile, or an account that is in use; without one the profile that `connect` would
            take.
        env_file: the file to read instead of the nearest .env upwards from the working directory.
        try_other_environment: where the pair is refused, send it to the other environment's host as
            well, to see whether it belongs there. Nothing else ever does that.
        previous: the table of an earlier `st.access()`, to tell what is new since.

    Raises:
        CredentialsMissing: outside a notebook, where there is no such profile, or several and none
            was named.

    Example:
        >>> stnb.doctor("phoenix")
    """
    options: dict[str, Any] = {"env_file": env_file, "previous": previous}
    if not hasattr(get_ipython(), "kernel"):
        return examine(who, try_other_environment=try_other_environment, **options)
    ui = Doctor(who, try_other_environment, **options)
    display(ui)
    return ui
