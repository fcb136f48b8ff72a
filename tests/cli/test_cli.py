"""The command line: what it prints, what it writes, how it ends."""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import stnb
from stnb.catalog import load, read
from stnb.cli import filters, main, pull
from stnb.frame import save

PULL = ["pull", "jpm.jobs", "--profile", "demo"]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        [],
        *([name] for name in main.COMMANDS),
        ["notebook", "new"],
        ["demo", "serve"],
        ["demo", "faults"],
        ["pull", "jpm.jobs"],
        ["catalog", "build"],
    ],
)
def test_help_everywhere(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every command has a --help that ends with 0."""
    with pytest.raises(SystemExit) as end:
        main.main([*command, "--help"])

    assert end.value.code == 0
    assert "usage: stnb" in capsys.readouterr().out


def test_help_of_a_resource_lists_its_filters(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb pull jpm.jobs --help` lists that resource's filters with their values."""
    with pytest.raises(SystemExit):
        main.main(["pull", "jpm.jobs", "--help"])

    out = capsys.readouterr().out
    assert "--completedOnOrAfter DATE-TIME" in out
    assert "--active" not in out


def test_the_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb --help` has a line for each command, and each command is a file with `add`."""
    with pytest.raises(SystemExit):
        main.main(["--help"])
    out = capsys.readouterr().out

    for name, help_line in main.COMMANDS.items():
        assert help_line in out
        assert callable(importlib.import_module(f"stnb.cli.{name}").add)


def test_a_filter_with_the_name_of_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    """`--to` and `--limit` stay where the rows go and how many come, also for a resource whose
    filter has that name; the filter itself is given by `--filter`.
    """
    taken = {"to", "limit", "columns", "since", "profile", "quiet", "filter"}
    resources = [e for e in load() if taken & {p.name for p in e.filters}]
    assert resources
    for endpoint in resources:
        command = argparse.ArgumentParser()
        pull.add(command, [endpoint.name])
        names = taken & {p.name for p in endpoint.filters}
        pairs = [f"--filter={name}=x" for name in names]
        options = command.parse_args([endpoint.name, "--to", "rows.csv", "--limit", "3", *pairs])

        assert (options.to, options.limit) == ("rows.csv", 3)
        assert set(filters.filters_of(options, endpoint)) == names


@pytest.mark.parametrize("command", [["find", "jobs"], ["scan", "."], ["--version"]], ids=" ".join)
def test_a_small_command_does_not_wait_for_pandas(command: list[str]) -> None:
    """Only the file of the command that is called is imported, with what it needs."""
    code = f"""
import sys
from stnb.cli.main import main
try:
    main({command!r})
except SystemExit:
    pass
print([name for name in ("pandas", "pyarrow", "httpx") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.long
def test_every_resource_has_a_help(capsys: pytest.CaptureFixture[str]) -> None:
    """No resource's filters collide with an option of the command."""
    for endpoint in load():
        with pytest.raises(SystemExit) as end:
            main.main(["pull", endpoint.name, "--help"])
        assert end.value.code == 0, endpoint.name


def test_find(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb find` prints the best fit first, and ends with 1 where nothing fits."""
    assert main.main(["find", "cancel", "reason"]) == 0
    assert capsys.readouterr().out.startswith("jpm.job_cancel_reasons ")

    assert main.main(["find", "cancelled", "jobs", "-n", "1"]) == 0
    assert "stnb pull jpm.jobs --jobStatus Canceled" in capsys.readouterr().out
    assert main.main(["find"]) == 0
    assert capsys.readouterr().out.startswith("jpm.jobs ")

    assert main.main(["find", "xylophone"]) == 1
    assert "nothing in the catalogue fits" in capsys.readouterr().err


def test_profiles(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb profiles` names each profile and what it lacks, and shows no value but the tenant."""
    Path(".env").write_text(
        "SERVICETITAN_PHOENIX_TENANT_ID=17\nSERVICETITAN_PHOENIX_CLIENT_SECRET=cs1.hidden\n"
    )

    assert main.main(["profiles"]) == 1
    out = capsys.readouterr().out
    assert "phoenix" in out
    assert "demo" in out
    assert "SERVICETITAN_PHOENIX_CLIENT_ID" in out
    assert "cs1.hidden" not in out


@pytest.mark.parametrize("ending", ["parquet", "csv", "json"])
def test_pull_to_a_file(ending: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb pull … --to FILE` writes the rows in the format of the ending."""
    name = f"jobs.{ending}"

    assert main.main([*PULL, "--limit", "40", "--jobStatus", "Completed", "--to", name]) == 0
    assert "40 rows, 40 columns" in capsys.readouterr().err
    readers = {"parquet": pd.read_parquet, "csv": pd.read_csv, "json": pd.read_json}
    frame = readers[ending](name)
    assert len(frame) == 40
    assert set(frame["jobStatus"]) == {"Completed"}
    assert [p.name for p in Path().iterdir()] == [name]


def test_pull_takes_columns_and_what_changed_since(capsys: pytest.CaptureFixture[str]) -> None:
    """`--columns` narrows what is decoded; `--since` goes on from an earlier file."""
    export = ["pull", "jpm.export.jobs", "--profile", "demo"]
    assert main.main([*export, "--columns", "id, total", "--to", "a.parquet"]) == 0
    assert main.main([*export, "--since", "a.parquet", "--to", "b.parquet"]) == 0
    assert "6,000 rows, 2 columns -> a.parquet" in (said := capsys.readouterr().err)
    assert "\n0 rows, " in said


def test_pull_into_a_pipe_is_csv() -> None:
    """Without --to, and not on a terminal, all rows go to standard output as CSV; notes go to
    standard error.
    """
    command = ["pull", "crm.customers", "--profile", "demo", "--limit", "7"]
    done = subprocess.run(
        [sys.executable, "-m", "stnb.cli.main", *command],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[0].startswith("id,active,name,")
    assert len(done.stdout.splitlines()) >= 8
    assert done.stderr.startswith("note: crm.customers leaves inactive rows out")


def test_the_pipe_and_the_file_are_the_same(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Byte by byte: one writer makes both, of a pull and of a query."""
    given = [*PULL, "--limit", "9", "--columns", "id,completedOn,tagTypeIds,summary"]
    assert main.main(given) == 0
    piped = capfdbinary.readouterr().out
    assert main.main([*given, "--to", "jobs.csv"]) == 0
    assert main.main([*given, "--to", "jobs.parquet"]) == 0
    capfdbinary.readouterr()
    assert main.main(["sql", "select id, completedOn, tagTypeIds, summary from jobs"]) == 0

    assert capfdbinary.readouterr().out.splitlines() == piped.splitlines()
    assert Path("jobs.csv").read_bytes() == piped


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (["pull", "jpm.job", "--profile", "demo"], 2, "Did you mean jpm.jobs"),
        ([*PULL, "--comletedOnOrAfter", "2026-01-01"], 2, "has no filter 'comletedOnOrAfter'"),
        ([*PULL, "--completedOnOrAfter", "yesterdayish"], 2, "does not fit"),
        ([*PULL, "--jobStatus", "Complete"], 2, "Did you mean 'Completed'?"),
        ([*PULL, "stray"], 2, "stands alone"),
        ([*PULL, "--to", "jobs.doc"], 2, "Use .parquet, .xlsx, .csv or .json."),
        (["pull", "jpm.jobs.notes", "--profile", "demo"], 2, "needs id"),
        (["pull", "jpm.jobs", "--profile", "nowhere"], 2, "There is no profile 'nowhere'"),
        (["pull", "jpm.jobs.get", "--id", "1", "--profile", "demo"], 1, "No record has that id"),
        ([*PULL, "--limit", "1", "--to", "/dev/null/jobs.csv"], 1, "could not be written"),
        (["catalog", "build", "--specs", "."], 2, "No OpenAPI document"),
    ],
)
def test_what_cannot_be_done_is_told(
    command: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure prints its three sentences to standard error and ends with 1, or with 2 where the
    command itself is wrong.
    """
    assert main.main(command) == code

    told = capsys.readouterr()
    assert words in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "command",
    [["pull", "jpm.jobs", "--limit", "0"], ["find", "x", "--frob"]],
)
def test_a_wrong_command_line_ends_with_2(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A command line that cannot be read ends with 2, and one line says what is wrong with it."""
    assert main.main(command) == 2

    answer = capsys.readouterr().err
    assert command[-1] in answer
    assert answer.count("\n") == 1


UNPREFIXED = """TENANT_ID=17
ENVIRONMENT=integration
CLIENT_ID=cid.abcdefghijklmnopqrstuvwxy
CLIENT_SECRET=cs1.abcdefghijklmnopqrstuvwxyz
APP_KEY=ak1.abcdefghijklmnopqrstuvwxy
"""


@pytest.mark.parametrize(
    "env",
    [
        pytest.param(None, id="no file"),
        pytest.param("", id="an empty file"),
        pytest.param((ROOT / ".env.example").read_text(), id="the example, not edited"),
        pytest.param(UNPREFIXED, id="names without their prefix"),
        pytest.param("SERVICETITAN_APP_KEY=ak1.abcdefghijklmnopqrstuvwxy", id="the app key alone"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ["pull", "jpm.jobs"],
        ["pull", "jpm.jobs", "--quiet", "--to", "jobs.parquet"],
        ["pull", "jpm.jobs", "--to", "jobs.csv"],
        ["sync", "jpm.job_types", "--to", "data"],
        ["sync", "jpm.job_types", "--quiet", "--to", "data"],
    ],
    ids=" ".join,
)
def test_no_command_makes_data_up(
    command: list[str], env: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without credentials a command ends with 2 and names the next step; it prints and writes no
    row of the demo, which was not named.
    """
    if env is not None:
        Path(".env").write_text(env)
    before = sorted(Path().iterdir())

    assert main.main(command) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "No credentials were found." in printed.err
    assert ("Likely" in printed.err) == (env is not None and "SERVICETITAN_APP_KEY=ak" not in env)
    assert "`stnb setup`" in printed.err
    assert "`--profile demo`" in printed.err
    assert sorted(Path().iterdir()) == before


PREFIXED = [f"SERVICETITAN_{line}" for line in UNPREFIXED.splitlines()]
HALVES = [few for size in range(1, len(PREFIXED)) for few in itertools.combinations(PREFIXED, size)]


@pytest.mark.parametrize("place", ["file", "process"])
@pytest.mark.parametrize("lines", HALVES, ids=lambda few: "+".join(n.split("=")[0] for n in few))
def test_half_a_set_is_no_set(
    lines: tuple[str, ...],
    place: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whichever of the five values are missing, in the file or in the process, the commands end
    with 2, name a variable to set, and write nothing.
    """
    if place == "file":
        Path(".env").write_text("\n".join(lines))
    else:
        for line in lines:
            monkeypatch.setenv(*line.split("=", 1))
    before = sorted(Path().iterdir())

    for command in (["pull", "jpm.jobs", "--quiet"], ["sync", "jpm.job_types", "--to", "data"]):
        assert main.main(command) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert "SERVICETITAN_" in printed.err
        assert "cs1." not in printed.err
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(
    "env",
    [
        pytest.param(UNPREFIXED, id="names without their prefix"),
        pytest.param((ROOT / ".env.example").read_text(), id="the example, not edited"),
    ],
)
def test_a_named_file_without_credentials_is_refused(
    env: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--env-file` with a file that sets up no profile ends with 2 as well."""
    Path("other.env").write_text(env)

    assert main.main(["pull", "jpm.jobs", "--env-file", "other.env"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "No credentials were found." in printed.err


@pytest.mark.parametrize("how", ["option", "variable", "file"])
def test_the_demo_is_read_if_it_is_named(
    how: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--profile demo` names the demo, and so does STNB_PROFILE in the process or in the file."""
    command = ["pull", "jpm.jobs", "--limit", "3"]
    if how == "option":
        command += ["--profile", "demo"]
    elif how == "variable":
        monkeypatch.setenv("STNB_PROFILE", "demo")
    else:
        Path(".env").write_text("STNB_PROFILE=demo\n")

    assert main.main(command) == 0
    assert capsys.readouterr().out.startswith("id,jobNumber,")


def test_a_notebook_keeps_the_demo(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb notebook new` and `stnb find` need no credentials, and a notebook's `connect()` is the
    demo, with a warning.
    """
    assert main.main(["notebook", "new", "--resource", "jpm.jobs", "--to", "jobs.ipynb"]) == 0
    cells = json.loads(Path("jobs.ipynb").read_text())["cells"]
    assert any('stnb.connect("demo")' in "".join(cell["source"]) for cell in cells)
    assert "made up" in capsys.readouterr().err
    named = ["notebook", "new", "--resource", "jpm.jobs", "--to", "b.ipynb", "--profile", "demo"]
    assert main.main(named) == 0
    assert "made up" not in capsys.readouterr().err
    assert main.main(["find", "jobs"]) == 0
    with pytest.warns(stnb.StnbWarning, match="No credentials were found"):
        assert stnb.connect().profile == "demo"
    capsys.readouterr()


def test_a_full_disk_keeps_the_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the target cannot take the file, the old one stays whole, and the rows go to the
    temporary folder.
    """
    target = tmp_path / "here" / "jobs.parquet"
    target.parent.mkdir()
    target.write_bytes(b"the old file")
    spare = tmp_path / "spare"
    spare.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    real = save._WRITERS[".parquet"]
    written = []

    def full_at_first(frame: pd.DataFrame, file: object) -> None:
        written.append(file)
        if len(written) == 1:
            raise OSError(28, "No space left on device")
        real(frame, file)  # type: ignore[arg-type]

    monkeypatch.setitem(save._WRITERS, ".parquet", full_at_first)
    with pytest.raises(stnb.CannotSave, match="No space left on device") as caught:
        save.save(pd.DataFrame({"id": [1, 2]}), target)

    assert target.read_bytes() == b"the old file"
    assert [p.name for p in target.parent.iterdir()] == ["jobs.parquet"]
    (kept,) = spare.iterdir()
    assert str(kept) in str(caught.value)
    assert len(pd.read_parquet(kept)) == 2


def test_nested_columns_are_json_in_csv(st: stnb.Account) -> None:
    """A list in a CSV cell is JSON text, so that it can be read back."""
    frame = st.jpm.jobs.pull(limit=50)
    save.save(frame, "jobs.csv")
    tags = pd.read_csv("jobs.csv")["tagTypeIds"]

    assert [json.loads(t) for t in tags.dropna()] == [
        t.tolist() if hasattr(t, "tolist") else t for t in frame["tagTypeIds"].dropna()
    ]


def test_catalog_build(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb catalog build` writes a catalogue from a folder of OpenAPI documents."""
    document = {
        "servers": [{"url": "https://api.servicetitan.io/jpm/v2"}],
        "paths": {
            "/tenant/{tenant}/things": {
                "get": {
                    "responses": {
                        "200": {
                            "content": {
                                "application/json": {
                                    "schema": {
                                        "type": "array",
                                        "items": {"$ref": "#/components/schemas/Thing"},
                                    }
                                }
                            }
                        }
                    }
                }
            }
        },
        "components": {
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {"id": {"type": "integer", "format": "int64"}},
                }
            }
        },
    }
    Path("specs").mkdir()
    Path("specs/jpm.json").write_text(json.dumps(document))

    assert main.main(["catalog", "build", "--specs", "specs", "--to", "out.json"]) == 0
    assert "1 resources -> out.json" in capsys.readouterr().err
    assert read(Path("out.json"))["jpm.things"].key == ("id",)


def test_the_folder_of_a_file_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    """For every ending, as a pull into Parquet does."""
    for ending in ("csv", "parquet"):
        assert main.main([*PULL, "--limit", "1", "--to", f"new-{ending}/jobs.{ending}"]) == 0
        assert Path(f"new-{ending}/jobs.{ending}").is_file()
    capsys.readouterr()
