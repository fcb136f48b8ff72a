"""The errors with their cures, as they are said: each is brought about on the demo tenant."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import stnb
from stnb import errors
from stnb.access.doctor import examine, practice
from stnb.account import connecting
from stnb.account.dictionary.markdown import escaped
from stnb.demoserver import STATES

from .tutorials import fenced

# Lines that people write at a first try, each with an error that says what to write instead.
LINES = (
    "st.jpm.jobz",
    "st.jpm.jobs(limit=2)",
    'st.jpm.jobs.pull(jobStatsu="Completed")',
    'st.jpm.jobs.pull(jobStatus="Done")',
    'st.jpm.jobs.pull("Completed")',
    'st.jpm.jobs.pull(completedOnOrAfter="lately")',
    "st.jpm.jobs.pull(limit=0)",
    "st.jpm.jobs.notes.pull()",
    'st.jpm.jobs.pull(columns=["totl"])',
    'st.jpm.jobs.pull(to="jobs.doc")',
    "st.jpm.jobs.pull(max_age=5)",
    'st.get("https://example.com/")',
    'stnb.connect("nobody")',
)
# Of answers that people look for by their number.
STATUSES = (400, 401, 403, 404, 409, 429, 500, 502, 503)


def page() -> str:
    """The whole page."""
    parts = ["# Errors and their cures", *map(_entry, STATUSES), OPENING, "## The families"]
    parts += [f"- **{name}**: {about}" for name, about in _families()]
    parts += ["## A line that cannot be carried out", *_of_lines()]
    parts += ["## A tenant that does not let you in", STATES_OPENING, *_of_states()]
    return "\n\n".join([*parts, ""])


OPENING = """\
Every error says in three sentences what happened, why ("Likely" when it is guessed), and what to
do next. All are `stnb.StnbError`, and each is a built-in error too where Python has one."""
STATES_OPENING = """\
Each of these can be practised: `stnb.demo(state="disabled")`, or `stnb doctor --demo-state
disabled`. What stands here is what a pull says, and what the doctor finds."""


def _entry(status: int) -> str:
    """An entry of the index: the search of the site skips numbers in texts, and finds these."""
    return f"```{{index}} ! {status}\n```"


def _families() -> Iterator[tuple[str, str]]:
    for name in stnb.__all__:
        kind = getattr(errors, name, None)
        if inspect.isclass(kind) and issubclass(kind, Exception):
            yield f"stnb.{name}", (inspect.getdoc(kind) or "").partition("\n\n")[0]


def _of_lines() -> Iterator[str]:
    names = {"st": stnb.demo(scale=0.02), "stnb": stnb}
    for line in LINES:
        yield fenced("python", line)
        yield _said(line, names)


def _said(line: str, names: dict[str, object]) -> str:
    try:
        eval(line, names)  # a line of this file, and nobody else's
    except stnb.StnbError as err:
        return f"> **{type(err).__name__}**: {escaped(str(err))}"
    raise AssertionError(f"{line} is no error")  # this page is out of date


def _of_states() -> Iterator[str]:
    for state in STATES:
        if state == "healthy":
            continue
        yield f"### {state}"
        st = connecting.demo(scale=0.02, state=state, waits=False)
        try:
            st.jpm.jobs.head(1)
        except stnb.StnbError as err:
            yield f"> **{type(err).__name__}**: {escaped(str(err))}"
        yield fenced("text", str(examine(practice(state))))
