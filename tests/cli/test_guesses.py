"""What people type at a first try works, or is answered with the right word."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from stnb import account
from stnb.catalog import load
from stnb.cli import filters, guesses, main

DEMO = ["-p", "demo", "-q"]
PROFILE = """SERVICETITAN_TENANT07_TENANT_ID=17
SERVICETITAN_TENANT07_ENVIRONMENT=integration
SERVICETITAN_TENANT07_CLIENT_ID=cid.abcdefghijklmnopqrstuvwxy
SERVICETITAN_TENANT07_CLIENT_SECRET=cs1.abcdefghijklmnopqrstuvwxyz
SERVICETITAN_TENANT07_APP_KEY=ak1.abcdefghijklmnopqrstuvwxy
"""


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ([], ["--help"]),
        (["help"], ["--help"]),
        (["help", "pull"], ["pull", "--help"]),
        (["version"], ["--version"]),
        (["search", "jobs"], ["find", "jobs"]),
        (["list"], ["find"]),
        (["download", "jobs"], ["pull", "jobs"]),
        (["show", "jobs"], ["pull", "jobs"]),
        (["describe", "jobs"], ["find", "jobs"]),
        (["jpm.jobs", "-n", "5"], ["pull", "jpm.jobs", "-n", "5"]),
        (["customers"], ["pull", "customers"]),
        (["notebook", "jpm.jobs"], ["notebook", "new", "jpm.jobs"]),
        (["notebook", "new", "jpm.jobs"], ["notebook", "new", "jpm.jobs"]),
        (["notebook"], ["notebook", "--help"]),
        (["notebook", "-h"], ["notebook", "-h"]),
        (["--version"], ["--version"]),
        (["find", "search"], ["find", "search"]),
        (["reports"], ["report", "list"]),
        (["report", "--profile", "demo"], ["report", "list", "--profile", "demo"]),
        (["report", "175"], ["report", "show", "175"]),
        (["-V"], ["--version"]),
        (["profile"], ["profiles"]),
        (["doctor", "-p", "demo"], ["doctor", "demo"]),
        (["doctor", "--profile=demo", "--json"], ["doctor", "demo", "--json"]),
        (["check", "--tenant", "demo"], ["doctor", "demo"]),
        (["cache", "clear"], ["cache", "--clear"]),
        (["cache", "list"], ["cache"]),
        (["report", "run", "175"], ["report", "run", "175"]),
        (["report", "--help"], ["report", "--help"]),
        (["schema", "jobs"], ["find", "jobs"]),
        (["export", "jobs"], ["pull", "jobs"]),
        (["--profile", "demo", "pull", "jobs"], ["pull", "jobs", "--profile", "demo"]),
        (["-p", "demo", "jobs", "-n", "5"], ["pull", "jobs", "-n", "5", "-p", "demo"]),
        (["--profile=demo", "search", "jobs"], ["find", "jobs", "--profile=demo"]),
        (["--env-file", "a", "-p", "b", "sql"], ["sql", "--env-file", "a", "-p", "b"]),
        (["--profile", "demo"], ["--help"]),
        (["--profile"], ["--help"]),
    ],
)
def test_a_line_is_understood(given: list[str], meant: list[str]) -> None:
    """Words of other tools, a resource alone, and what may be left out."""
    assert guesses.understood(given, main.COMMANDS) == meant


def test_bare_stnb_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is no error: it is a question."""
    with pytest.raises(SystemExit) as end:
        main.main([])

    assert end.value.code == 0
    assert "stnb find cancelled jobs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["pul", "jobs"], "Did you mean 'pull'?"),
        (["finds"], "Did you mean 'find'?"),
        (["status"], "The commands are: lab, app"),
        (["pull", "jobs", "payments", *DEMO], "Read accounting.payments by a command of its own."),
        (["get", "jobs", "123", *DEMO], "add --ids 123"),
        (["pull", "jobs", *DEMO, "--month", "2026-01"], "--completedOnOrAfter"),
        (["chart", "jobs"], "Type `stnb app`"),
        (["select", "*", "from", "jobs"], "Type `stnb sql FOLDER"),
        (["upgrade"], "pip install --upgrade stnb"),
        (["pull", "jobs", *DEMO, "--max-rows", "3"], "Give --limit N for fewer rows."),
        (["pull", "jobs", *DEMO, "--order-by", "id"], "Give --sort -Id"),
        (["frobnicate"], "The commands are: lab, app"),
        (["pull", "custmers", *DEMO], "Did you mean crm.customers?"),
        (["pull", "zzqqxx", *DEMO], "`stnb find zzqqxx`"),
        (["sync", "jobb", "--to", "d", *DEMO], "Did you mean jpm.jobs"),
        (["notebook", "new", "jbs"], "Did you mean jpm.jobs?"),
        (["notebook", "new", "--limit", "3"], "stnb notebook new jpm.jobs"),
        (["pull", "jobs", *DEMO, "--from", "2026-07-01"], "--completedOnOrAfter"),
        (["pull", "jobs", *DEMO, "--from", "2026-07-01"], "use --since"),
        (["pull", "job-types", *DEMO, "--format", "xlsx"], "Add --to FILE.xlsx."),
        (["pull", "jobs", *DEMO, "--to", "a.csv", "--format", "json"], "Use --to a.json"),
        (["pull", "jobs", *DEMO, "--page", "2"], "Give --limit N for fewer rows"),
        (["pull", "jpm.jobs.notes", *DEMO], "Give it, as in --id …."),
        (["pull", "jobs", *DEMO, "--jobStatus", "Complet"], "--jobStatus 'Complet' does not fit"),
        (
            [
                "pull",
                "jobs",
                *DEMO,
                "--createdBefore",
                "2026-01-01",
                "--created-on-or-after=2026-02-01",
            ],
            "ends before it begins",
        ),
        (["pull", "jobs", "--profile", "tenant7"], "Did you mean 'tenant07'?"),
    ],
)
def test_what_does_not_work_names_the_right_word(
    command: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ends with 2, in words of the shell: no Python is advised there."""
    Path(".env").write_text(PROFILE)
    assert main.main(command) == 2

    said = capsys.readouterr().err
    assert words in said
    assert " st." not in said
    assert "pull(" not in said


def test_a_resource_goes_by_its_own_name(capsys: pytest.CaptureFixture[str]) -> None:
    """ "jobs" and "job" are jpm.jobs; a note says so. A name that several lists have stays open."""
    assert main.main(["pull", "jobs", "-p", "demo", "-n", "2", "-o", "x.csv"]) == 0
    assert "note: jobs is read as jpm.jobs." in capsys.readouterr().err
    assert len(pd.read_csv("x.csv")) == 2
    names = {}
    for text in ("jobs", "job", "Job-Types", "technician", "payroll/payrolls", "contacts", "notes"):
        found = filters.named(text)
        names[text] = found and found.name
    assert names == {
        "jobs": "jpm.jobs",
        "job": "jpm.jobs",
        "Job-Types": "jpm.job_types",
        "technician": "settings.technicians",
        "payroll/payrolls": "payroll.payrolls",
        "contacts": "crm.contacts",
        "notes": None,
    }


@pytest.mark.parametrize(
    "option",
    ["--jobStatus", "--jobstatus", "--job-status", "--job_status", "--filter", "--where"],
)
def test_a_filter_may_be_spelt_as_in_a_shell(option: str) -> None:
    """Dashes, low lines and small letters are as good as the API's spelling."""
    value = ["jobStatus=Hold"] if option in ("--filter", "--where") else ["Hold"]
    given = ["pull", "jobs", *DEMO, option, *value, "--columns", "id,jobStatus", "-o", "x.csv"]

    assert main.main(given) == 0
    assert set(pd.read_csv("x.csv")["jobStatus"]) == {"Hold"}


def test_a_pair_that_stands_alone_is_a_filter() -> None:
    """`jobStatus=Hold` is taken as `--filter jobStatus=Hold`."""
    assert main.main(["pull", "jobs", *DEMO, "jobStatus=Hold", "--output", "x.csv"]) == 0
    assert set(pd.read_csv("x.csv")["jobStatus"]) == {"Hold"}


@pytest.mark.parametrize("option", ["-n", "-l", "--limit", "--rows", "--head", "--max"])
def test_other_names_of_the_limit(option: str, capfd: pytest.CaptureFixture[str]) -> None:
    """People ask for the first rows by many names."""
    assert main.main(["pull", "job-types", *DEMO, option, "2", "--format", "json"]) == 0
    assert len(json.loads(capfd.readouterr().out)) == 2


def test_a_format_may_be_an_option(capfd: pytest.CaptureFixture[str]) -> None:
    """`-f json` is `--format json`, and `--fields` is `--columns`."""
    assert main.main(["pull", "job-types", *DEMO, "-n", "2", "-f", "json", "--fields", "id"]) == 0
    assert [list(row) for row in json.loads(capfd.readouterr().out)] == [["id"], ["id"]]


def test_a_format_gives_the_file_its_ending() -> None:
    """`-o rows --format csv` writes rows.csv."""
    assert main.main(["pull", "job-types", *DEMO, "-o", "rows", "--format", "csv"]) == 0
    assert Path("rows.csv").is_file()


def test_other_names_yield_to_filters() -> None:
    """No other name of an option takes the place of a filter: what a filter is called is it."""
    endpoint = load()["marketing.campaign_cost_summary"]
    assert endpoint.takes("to") is not None
    for each in load():
        spelt = [name for p in each.filters for name in filters._other_spellings(p.name)]
        assert not {f"--{p.name}" for p in each.filters} & set(spelt), each.name


def test_a_notebook_for_a_resource_without_an_option() -> None:
    """`stnb notebook new jobs -o x.ipynb`: the resource needs no --resource."""
    assert main.main(["notebook", "new", "jobs", "--job-status", "Hold", "-o", "x.ipynb"]) == 0

    sources = [cell.source for cell in nbformat.read("x.ipynb", 4).cells]
    assert any('st.jpm.jobs.pull(jobStatus="Hold"' in source for source in sources)


def test_sql_takes_its_words_either_way_round(capfd: pytest.CaptureFixture[str]) -> None:
    """The folder may come first."""
    pytest.importorskip("duckdb")
    assert main.main(["pull", "job-types", *DEMO, "-o", "jpm_job_types.parquet"]) == 0
    Path("data").mkdir()
    Path("jpm_job_types.parquet").rename("data/jpm_job_types.parquet")
    capfd.readouterr()
    query = "select count(*) as n from jpm_job_types"
    for words in ([query, "data"], ["data", query]):
        assert main.main(["sql", *words]) == 0
        assert capfd.readouterr().out.startswith("n")


def test_python_keeps_its_own_words() -> None:
    """The words of the shell end with the command."""
    assert account  # the room of `st`
    main.main(["find", "jobs", "-n", "1"])
    with pytest.raises(KeyError, match=r"st\.find"):
        load()["jbs"]


# -- the Tab key


@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        ("stnb pu", {"pull"}, {"find"}),
        ("stnb pull jpm.job_t", {"jpm.job_types"}, {"jpm.jobs"}),
        ("stnb pull custom", {"customers"}, {"jobs"}),
        ("stnb pull jpm.jobs --job", {"--jobStatus", "--jobTypeId"}, {"--job-status"}),
        ("stnb pull jpm.jobs --jobStatus C", {"Completed", "Canceled"}, {"Hold"}),
        ("stnb pull jpm.jobs --profile t", {"tenant07"}, {"demo"}),
        ("stnb notebook new jpm.pro", {"jpm.projects"}, {"jpm.jobs"}),
    ],
)
def test_the_tab_key_completes(line: str, offered: set[str], not_offered: set[str]) -> None:
    """Commands, resources, filters, values and profiles, as bash asks for them."""
    pytest.importorskip("argcomplete")
    Path(".env").write_text(PROFILE)
    answer = Path("answer")
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    code = "from stnb.cli.main import main; main()"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **asked}, check=True)

    words = {word.strip() for word in answer.read_text().splitlines()}
    assert offered <= words
    assert not not_offered & words


def test_the_lines_for_a_shell_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb completion bash` prints what goes into the shell's own file."""
    pytest.importorskip("argcomplete")
    assert main.main(["completion", "bash"]) == 0

    assert "stnb" in capsys.readouterr().out


@pytest.mark.parametrize("date", ["2026-11-01", "2026-11", "2026-11-01T08:00"])
def test_a_date_in_the_place_of_the_file(date: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--to` is a file; whoever means the end of a span is told which filter ends one."""
    assert main.main(["pull", "jobs", *DEMO, "--to", date]) != 0

    assert f"such as --createdBefore {date}." in capsys.readouterr().err


def test_the_package_is_the_command_too() -> None:
    """`python -m stnb` works where `stnb` is not on the PATH."""
    command = [sys.executable, "-m", "stnb", "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)

    assert said.stdout.startswith("stnb ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pull"], "required: RESOURCE"),
        (["sql"], "required: QUERY"),
        (["pull", "jobs", "-n", "x"], "'x' is no whole number from 1 on"),
        (["pull", "jobs", "--jobStatus"], "--jobStatus: expected one argument"),
        (["app", "foo"], "`stnb app` does not know what to do with 'foo'"),
        (["demo", "foo"], "invalid choice: 'foo'"),
        (["--foo"], "required: COMMAND"),
    ],
)
def test_a_wrong_line_is_answered_in_sentences(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is worded as every other error is, and names the help that lists the options."""
    assert main.main(words) == 2

    answer = capsys.readouterr().err
    assert said in answer
    assert answer.startswith("stnb: ")
    assert "--help` shows what it takes." in answer


def test_a_notebook_may_be_named_after_its_resource(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb notebook new jobs mine.ipynb` writes that file."""
    assert main.main(["notebook", "new", "jobs", "mine.ipynb"]) == 0

    assert "mine.ipynb" in capsys.readouterr().err
    assert Path("mine.ipynb").is_file()
