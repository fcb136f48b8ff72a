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


REVENUE = ["report", "run", "Revenue by Business Unit", *DEMO]
GUESSES = [
    ["--from", "2026-05", "--to", "2026-05"],
    ["--FROM", "2026-05", "--to", "2026-05-31", "-o", "out.csv"],
    ["--from", "2026-05", "--To", "2026-05", "--to", "out.csv"],
    ["--from", "2026-05", "--To", "2026-05", "--output", "out.csv"],
    ["--from=2026-05", "--to=2026-05", "--format", "csv"],
    ["From=2026-05", "to=2026-05", "--out", "out.csv"],
]


@pytest.mark.parametrize("line", GUESSES, ids=" ".join)
def test_the_last_day_may_be_written_small(
    line: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`--to "last month"` names no file, so it is the parameter To; a file stays one."""
    monkeypatch.chdir(tmp_path)
    assert main.main([*REVENUE, *line, "--business-unit-ids", "712"]) == 0
    out, err = capsys.readouterr()
    if "out.csv" in line:
        out = (tmp_path / "out.csv").read_text("utf-8")
    assert out.count("\n") == 2
    assert ("is read as the parameter To" in err) == (
        "--to" in " ".join(line) and "--To" not in line
    )


def test_options_may_stand_before_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    """None of their values is taken for it."""
    units = ["--Business_Unit_Ids", "712"]
    assert main.main(["report", "run", *MAY, *units, "175", "-q", *DEMO]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 1
    assert main.main(["report", "show", *DEMO, "175"]) == 0
    assert "report 175" in capsys.readouterr().out


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
        (["run", "175", *MAY, "--to", "x.doc"], "doc"),
        (["run", "175", *MAY, "--to", "last month"], "says no format: none"),
        (["run", "175", *MAY[:2], "--to", "lest month"], "--To lest month does not fit"),
        (["run", "175", *MAY, "-o", "a.csv", "--to", "b.csv"], "Rows go to one file"),
        (["run", "175", "--To"], "has no value"),
        (["list", "--to", "last month"], "says no format: none"),
    ],
)
def test_a_wrong_line_is_answered_in_sentences(
    line: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is run, and the exit code says that the line is wrong."""
    assert main.main(["report", *line, *DEMO]) == 2
    text = capsys.readouterr().err
    assert any(part in text for part in says.split("|")), text
