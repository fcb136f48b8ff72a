"""Attacks by text: control characters, marks of direction and half characters from outside.

They are shown escaped, in terminals and on pages, and never become code of a notebook.
"""

from __future__ import annotations

import argparse
import ast
import copy
import pickle
import re
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from stnb import errors
from stnb.catalog import html_table
from stnb.cli import profiles, talk, terminal
from stnb.errors import printable
from stnb.explorer import notebook, static_copy
from stnb.explorer.grid import cells, picks
from stnb.explorer.python_lines import code, literal
from stnb.explorer.state import State
from stnb.frame import notices
from stnb.tables.text import table
from tests.helpers.sample import tries

CLEAR, TITLE = "\x1b[2J\x1b[H", "\x1b]0;owned\x07"
ACTING = [
    CLEAR,
    TITLE,
    "\r",
    "\x00",
    "\x07",
    "\x08" * 20,
    "\x7f",
    "\x85",
    "\x9b31m",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066",
    "\u061c",
    "\u200b",
    "\u200f",
    "\u2060",
    "\ufeff",
    "\u3164",
    "\U000e0041",
    "\ud800",
    "\udfff",
]
SEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\u061c\u200b\u200e\u200f\u2060\u3164\ufeff\U000e0041]"
)
VARIANTS = re.compile(
    "[\u034f\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
HTML = "<img src=x onerror=alert(1)>"
LEGIT = "Zoë's café – 東京 · עברית · 👩‍🔧 · 5 km"


def harmless(text: str) -> bool:
    """Whether every character of a text is only seen."""
    return SEEN.search(text) is None


@pytest.fixture(params=ACTING, ids=ascii)
def acting(request: pytest.FixtureRequest) -> str:
    """A text with characters that act instead of being seen."""
    return f"ab{request.param}cd"


def frame_of(name: str, values: list[Any], nested: list[Any]) -> pd.DataFrame:
    """A frame of Python objects, as columns of text refuse half characters."""
    frame = pd.DataFrame({0: values, 1: nested}, dtype=object)
    frame.columns = pd.Index([name, "n"], dtype=object)
    return frame


def test_what_is_shown_stays_readable() -> None:
    """Letters of all scripts and signs stay as they are; what acts is escaped as Python does."""
    assert printable(LEGIT) == LEGIT
    assert printable("a\n\tb") == "a\n\tb"
    assert printable("a\n\tb", one_line=True) == r"a\n\tb"
    assert printable(CLEAR) == r"\x1b[2J\x1b[H"


@given(some.text(some.characters(codec=None)))
def test_any_text(text: str) -> None:
    """No text acts once it is printable, nothing else of it changes, and it can be written."""
    shown = printable(text)

    assert harmless(shown)
    shown.encode()
    assert printable(shown) == shown
    if text.isprintable() and VARIANTS.search(text) is None:
        assert shown == text


@pytest.mark.parametrize("cls", [errors.UsageError, errors.Rejected, errors.UnexpectedAnswer])
def test_errors(cls: Any, acting: str) -> None:
    """The sentences of an error, whoever wrote a part of them."""
    err = cls(f"1 {acting}", f"2 {acting}", f"3 {acting}")

    for one in (err, copy.copy(err), pickle.loads(pickle.dumps(err))):
        told = [str(one), one.happened, one.why, one.next, *one._render_traceback_(), str(one.args)]
        assert all(map(harmless, told))
        assert "ab" in one.why
        assert "cd" in one.why


def test_notices(acting: str) -> None:
    """The sentence of a notice, which may name a column of the server's."""
    notice = notices.Notice(errors.ColumnDrift, f"column {acting}")

    assert harmless(notice.text)
    with pytest.warns(errors.ColumnDrift) as caught:
        notices.warn(notice)
    assert harmless(str(caught[0].message))


def test_tables_of_a_terminal(acting: str) -> None:
    """Names and values of a table in a terminal, also nested ones; each row is one line."""
    frame = frame_of(acting, [acting, "x\ny", "z"], [[acting], {"a": acting}, None])
    text = table(frame, 200)

    assert harmless(text)
    assert len(text.splitlines()) == 4


def test_what_commands_say(acting: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines of a command, and the dialogue of the setup."""
    terminal.say(f"note: {acting}")
    spoken = talk.Talk()
    spoken.say(f"**{acting}** and {acting}", lead="1 ")
    spoken.mark("wrong", acting)
    spoken.title(acting)
    out, err = capsys.readouterr()

    assert harmless(out)
    assert harmless(err)


def test_profiles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Values of a .env file that is not one's own."""
    env = tmp_path / ".env"
    env.write_text(f"SERVICETITAN_TENANT_ID=12{CLEAR}3\nSERVICETITAN_ENVIRONMENT={TITLE}\n")
    parser = argparse.ArgumentParser()
    profiles.add(parser, [])
    options = parser.parse_args(["--env-file", str(env)])
    options.run(options)

    assert harmless(capsys.readouterr().out)


def test_pages(acting: str) -> None:
    """Texts and attributes of a page."""
    made = html_table.element("p", acting + HTML, title=acting + HTML)
    row = html_table.table([[acting + HTML]], head=[acting])

    for page in (made, row):
        assert harmless(page)
        assert "<img" not in page


def test_the_grid(acting: str) -> None:
    """Headings, cells, opened cells and labels of the explorer's table, live and as a copy."""
    frame = frame_of(acting, [acting, None], [[acting], {"a": [acting]}])
    shown = cells.columns(frame)
    written = cells.rows(frame, shown, pd.RangeIndex(2).to_numpy())
    opened = [cells.full_text(value) for value in [acting, [acting], {acting: acting}]]
    texts = [column.name for column in shown]
    texts += [text for row in written for text in row if text is not None]
    texts += [text for text in opened if text is not None]
    texts.append(picks.label({"is": acting}, "text"))
    texts.append(static_copy.page(frame, acting, "still"))

    assert all(map(harmless, texts))


VALUES = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False)
    | some.text(some.characters(codec=None)),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=8,
)


@given(VALUES)
@example("\u2028\u2029\x85\x0c\x1c\ufeff\ud800'\"\\{}\n\r\t")
@example(f"</script>{HTML}")
@example([float("inf"), -float("inf"), 1e308, -0.0, 5e-324])
@settings(max_examples=tries(400))
def test_values_as_code(value: Any) -> None:
    """A filter's value in generated code is that value again, on one line that can be saved."""
    written = literal(value)
    written.encode()

    assert len(written.splitlines()) == 1
    assert harmless(written)
    assert eval(written, {"__builtins__": {"float": float}}) == value


def test_values_that_are_no_numbers() -> None:
    """Not-a-number and dates become code that runs."""
    written = eval(literal([float("nan"), date(2026, 7, 1)]), {"float": float})

    assert written[0] != written[0]
    assert written[1] == "2026-07-01"


@given(some.text(some.characters(codec=None)), some.text(some.characters(codec=None)))
@example('");import os;os.system("x")#', "\u2028import os")
@settings(max_examples=tries(200))
def test_hostile_filters_in_notebooks(name: str, value: str) -> None:
    """Whatever is typed into filters, the saved notebook is valid, and only makes the one pull."""
    state = State(
        profile=name, resource="jpm.jobs", filters={"number": value, "tagTypeIds": [value]}
    )
    book = notebook.notebook(code(state), "", "jpm.jobs")
    text = nbformat.writes(book)
    text.encode()
    again = nbformat.reads(text, as_version=4)
    nbformat.validate(again)
    tree = ast.parse("\n".join(cell.source for cell in again.cells if cell.cell_type == "code"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [ast.unparse(call.func) for call in calls]
    (pull,) = (call for call in calls if ast.unparse(call.func) == "st.jpm.jobs.pull")
    given_values = {keyword.arg: ast.literal_eval(keyword.value) for keyword in pull.keywords[:2]}

    assert names[:4] == ["stnb.connect", "st.jpm.jobs.pull", "df.head", "stnb.profile"]
    assert set(names[4:]) <= {"pictures.suggest", "pictures.draw"}
    assert given_values == {"number": value, "tagTypeIds": [value]}
