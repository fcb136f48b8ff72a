"""`stnb count`: how many rows there are."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import stnb
from stnb.cli import main


def test_the_number_stands_alone(st: stnb.Account, capsys: pytest.CaptureFixture[str]) -> None:
    """A script can read it; a note goes beside it, unless none is wanted."""
    assert main.main(["count", "jobs", "--jobStatus", "Completed", "-p", "demo"]) == 0
    shown = capsys.readouterr()
    assert int(shown.out) == st.jpm.jobs.count(jobStatus="Completed")
    assert shown.err == "note: jobs is read as jpm.jobs.\n"

    assert main.main(["count", "jobs", "-q", "-p", "demo"]) == 0
    assert capsys.readouterr().err == ""


def test_several_tenants_have_a_line_each(
    st: stnb.Account, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the seconds that it took, and what went wrong."""
    assert main.main(["count", "jpm.jobs", "--profiles", "demo"]) == 0
    counts = pd.read_csv(io.StringIO(capsys.readouterr().out))

    assert list(counts) == ["tenant", "rows", "seconds", "problem"]
    assert counts["tenant"].tolist() == ["demo"]
    assert counts["rows"].tolist() == [st.jpm.jobs.count()]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["count", "jobs"], "No credentials were found"),
        (["count", "jobz", "-p", "demo"], "There is no resource 'jobz'"),
        (["count", "jobs", "-p", "demo", "--jobStatus", "Complete"], "Did you mean 'Completed'?"),
        (["count", "jobs", "-p", "demo", "--from", "2026"], "Its dates have names"),
        (["count", "jobs", "-p", "demo", "loose"], "'loose' stands alone"),
        (["pull", "jobs", "-p", "demo", "--count"], "`stnb count jpm.jobs`"),
    ],
)
def test_a_count_that_cannot_be_carried_out_is_refused(
    line: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In words, and with 2."""
    assert main.main(line) == 2
    assert words in capsys.readouterr().err
