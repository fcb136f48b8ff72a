"""`stnb report`: list, show and run the tenant's own reports."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from stnb.cli import main

DEMO = ["--profile", "demo"]
MAY = ["--From", "2026-05", "--To=2026-05"]


def test_reports_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A list goes into a pipe as CSV, and a report shows what it asks for."""
    assert main.main(["report", "list", *DEMO]) == 0
    assert "175,Revenue,Accounting" in capsys.readouterr().out
    assert main.main(["report", "show", "175", *DEMO]) == 0
    assert "stnb report run 175 --From … --To …" in capsys.readouterr().out


def test_a_report_is_run_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Parameters are written as they are called, in days or spans, choices by name or value."""
    file = tmp_path / "revenue.csv"
    units = ["--BusinessUnitIds", "North Plumbing,712"]
    line = ["report", "run", "Revenue by Business Unit", *MAY, *units, *DEMO, "-o", str(file)]
    assert main.main(line) == 0
    assert "2 rows, 4 columns" in capsys.readouterr().err
    assert list(pd.read_csv(file)["Name"]) == ["North HVAC Service", "North Plumbing"]
    assert main.main(["report", "run", "175", *MAY, "-n", "2", "-q", *DEMO]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["run", "175", "--From", "2026-05-01"], "Give it, as in --To …."),
        (["run", "175", *MAY, "--Form", "1"], "Its parameters are|Near it"),
        (["run", "175", *MAY, "loose"], "stands alone"),
        (["run", "175", *MAY, "--BusinessUnitIds", "Nort Plumbing"], "--BusinessUnitIds Nort"),
        (["run", "scoreboard"], "70102"),
        (["run"], "names no report"),
        (["list", "--From", "2026-05-01"], "Only a run takes parameters"),
        (["run", "175", *MAY, "-o", "x.doc"], "doc"),
    ],
)
def test_a_wrong_line_is_answered_in_sentences(
    line: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is run, and the exit code says that the line is wrong."""
    assert main.main(["report", *line, *DEMO]) == 2
    text = capsys.readouterr().err
    assert any(part in text for part in says.split("|")), text
