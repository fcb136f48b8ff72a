"""Where the explorer cannot be shown, it says what to do; its files land beside the notebook."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import stnb
from stnb.access.doctor import examine
from stnb.explorer import elsewhere, entry, explorer
from stnb.explorer.grid import shown

pytestmark = pytest.mark.usefixtures("small_demo")


@pytest.mark.parametrize(
    "sentences", [elsewhere.IN_A_TERMINAL, elsewhere.IN_MARIMO, elsewhere.NO_TABLE]
)
def test_there_are_three_sentences(sentences: tuple[str, ...]) -> None:
    """What happened, and two things to do; each ends with a full stop, and code is marked."""
    assert len(sentences) == 3
    assert all(sentence.endswith(".") for sentence in sentences)
    html = elsewhere.as_html(sentences)
    assert html.count("<code>") == html.count("</code>") == " ".join(sentences).count("`") // 2
    assert "`" not in html


def test_a_script_is_told_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """`explore()` gives the explorer, for code that goes on with it, and writes to stderr."""
    ui = stnb.explore("demo", "jpm.jobs")

    assert isinstance(ui, explorer.Explorer)
    assert capsys.readouterr().err == elsewhere.as_text(elsewhere.IN_A_TERMINAL) + "\n"


@pytest.mark.parametrize(
    ("make", "sentences"),
    [
        (lambda: stnb.explore("demo"), elsewhere.IN_A_TERMINAL),
        (lambda: stnb.show(pd.DataFrame({"id": [1]})), elsewhere.NO_TABLE),
    ],
    ids=["explore", "show"],
)
def test_ipython_is_told_what_to_do(
    make: Callable[[], object],
    sentences: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In a shell without a page the sentences stand in place of the object's name."""
    shell = types.SimpleNamespace()
    for module in (entry, explorer, shown):
        monkeypatch.setattr(module, "get_ipython", lambda: shell)

    made = make()
    made._ipython_display_()  # type: ignore[attr-defined]

    assert capsys.readouterr() == (elsewhere.as_text(sentences) + "\n", "")


def test_marimo_gets_html(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The explorer says there what to do, and writes nothing to stderr."""
    marimo = types.SimpleNamespace(running_in_notebook=lambda: True)
    monkeypatch.setitem(sys.modules, "marimo", marimo)

    ui = stnb.explore("demo")

    assert ui._mime_() == ("text/html", elsewhere.as_html(elsewhere.IN_MARIMO))
    assert capsys.readouterr().err == ""


def test_html_for_a_page_is_plain_text(st: stnb.Account) -> None:
    """marimo refuses a text of another class than `str`."""
    shown = [st.jpm.jobs, st.jpm.jobs.where(jobStatus="Completed"), st.schema("jpm.jobs")]
    shown += [st.map("jpm.jobs"), examine("demo"), stnb.profiles()]

    kinds = {type(thing._repr_html_()) for thing in shown}

    assert kinds == {str}


def test_files_land_beside_the_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after the working folder has changed; without a notebook in the working folder."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "mine.ipynb"))
    assert elsewhere.notebook_folder() == tmp_path

    monkeypatch.setenv("JPY_SESSION_NAME", "untitled")
    assert elsewhere.notebook_folder() == Path()

    monkeypatch.delenv("JPY_SESSION_NAME")
    assert elsewhere.notebook_folder() == Path()
