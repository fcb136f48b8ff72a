"""stnb.save: any frame into a file of this machine, and no raw error."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stnb
from stnb.errors import BadFilter, CannotSave
from stnb.frame.notices import heard
from stnb.frame.target import check_folder, local_path
from tests.helpers.sample import tries

ENDINGS = ["parquet", "xlsx", "csv", "json"]
ADDRESSES = [
    "s3:/bucket/jobs.{}",
    "s3n://bucket/jobs.{}",
    "ftp://example.com/jobs.{}",
    "file:///tmp/jobs.{}",
    "https://example.com/jobs.{}",
    "zip::s3://bucket/jobs.{}",
    " https://example.com/jobs.{}",
    Path("s3://bucket/jobs.{}"),  # a Path makes one slash of two
]


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
@pytest.mark.parametrize("ending", ENDINGS)
def test_an_address_is_refused(
    address: Any, ending: str, st: stnb.Account, capsys: pytest.CaptureFixture[str]
) -> None:
    """By save, pull, sync and the command line, before anything is sent; no folder is made."""
    from stnb.cli import main

    target = type(address)(str(address).format(ending))
    with pytest.raises(BadFilter, match="paths of this machine only"):
        stnb.save(pd.DataFrame({"a": [1]}), target)
    with pytest.raises(BadFilter, match="paths of this machine only"):
        st.jpm.jobs.pull(to=target)
    with pytest.raises(BadFilter, match="paths of this machine only"):
        stnb.sync([st.jpm.jobs], to=target)
    command = ["jpm.jobs", "--profile", "demo", "--to", str(target)]
    assert main.main(["pull", *command]) == 2
    assert main.main(["sync", *command]) == 2

    assert capsys.readouterr().err.count("paths of this machine only") == 2
    assert list(Path().iterdir()) == []


def test_notebooks_go_to_paths_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A new one, and the tutorials."""
    from stnb.cli import main

    book = ["notebook", "new", "--resource", "jpm.jobs", "--to", "s3://bucket/x.ipynb"]
    assert main.main(book) == 2
    assert main.main(["notebooks", "s3://bucket"]) == 2

    assert capsys.readouterr().err.count("paths of this machine only") == 2
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    "path", ["C:\\data\\x.csv", "C:/data/x.csv", "a:b.csv", "10:30.csv", "./s3:/x.csv", "x/y.csv"]
)
def test_a_path_is_a_path(path: str) -> None:
    """With a drive of Windows, or a colon in the name of a file."""
    assert local_path(path) == Path(path)


@pytest.mark.parametrize("target", [5, None, "a\0.csv", "\ud83d.csv", ["x.csv"]])
def test_what_is_no_path_is_refused(target: Any) -> None:
    """In three sentences."""
    with pytest.raises(BadFilter):
        stnb.save(pd.DataFrame({"a": [1]}), target)


ANYTHING = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.floats(),
    some.text(some.characters(codec=None), max_size=5),
    some.binary(max_size=3),
    some.dates(),
    some.datetimes(),
    some.times(),
    some.timedeltas(),
    some.decimals().filter(lambda number: not number.is_snan()),  # pandas itself fails on it
    some.uuids(),
    some.lists(some.integers(), max_size=2),
    some.dictionaries(some.text(max_size=2), some.floats(), max_size=2),
    some.sampled_from([pd.NA, pd.NaT, pd.Period("2026-07"), pd.Interval(0, 1), 1j]),
)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=tries(40))
@given(values=some.lists(ANYTHING, min_size=1, max_size=4), name=some.text(max_size=4))
def test_no_value_is_a_raw_error(ending: str, values: list[Any], name: str) -> None:
    """Values of any kinds side by side are written, or refused in words."""
    frame = pd.DataFrame({name: pd.Series(values, dtype=object)})

    refused: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    if ending == "parquet":  # whose columns have one type
        refused = contextlib.suppress(BadFilter)
    with refused, heard():
        assert stnb.save(frame, f"x.{ending}").stat().st_size > 0


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_named_index_is_columns(ending: str) -> None:
    """What a group is called is not lost; the numbers of rows are left out."""
    grouped = pd.DataFrame({"status": ["a", "b", "a"], "total": [1, 2, 3]}).groupby("status").sum()
    readers = {"parquet": pd.read_parquet, "xlsx": pd.read_excel, "csv": pd.read_csv}
    read: Any = readers.get(ending, pd.read_json)

    for frame in (grouped, grouped["total"]):
        found = read(stnb.save(frame, f"x.{ending}"))
        assert found.to_dict("list") == {"status": ["a", "b"], "total": [4, 2]}
    alone = read(stnb.save(pd.DataFrame({"a": [1]}, index=[7]), f"y.{ending}"))
    assert alone.columns.tolist() == ["a"]


def test_what_is_no_frame_is_refused() -> None:
    """In three sentences."""
    with pytest.raises(BadFilter, match="a list was given"):
        stnb.save([1, 2], "x.csv")  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ["parquet", "json"])
def test_two_columns_of_one_name_are_refused(ending: str) -> None:
    """Where a format has each name once."""
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(BadFilter, match="Two columns are named 'a'"):
        stnb.save(frame, f"x.{ending}")
    assert list(Path().iterdir()) == []


def test_parquet_names_the_column_that_it_cannot_hold() -> None:
    """And the others are not its fault."""
    frame = pd.DataFrame({"fine": [1, 2], "odd": [1, "a"]})
    with pytest.raises(BadFilter, match="values of odd are of several types"):
        stnb.save(frame, "x.parquet")


def test_parquet_keeps_decimals_and_lists() -> None:
    """Their dtypes come back by pandas' own reader, beside stnb."""
    frame = pd.DataFrame(
        {
            "total": pd.array([None], pd.ArrowDtype(pa.decimal128(18, 6))),
            "tags": pd.array([[1]], pd.ArrowDtype(pa.list_(pa.int64()))),
        }
    )
    frame.attrs["stnb"] = {"resource": "jpm.jobs"}

    read = pd.read_parquet(stnb.save(frame, "x.parquet"))

    assert read.dtypes.to_dict() == frame.dtypes.to_dict()
    assert read.attrs == frame.attrs


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_rows_that_were_rescued_are_the_readers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the temporary folder, which other users read too."""
    Path("spare").mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: "spare")
    with pytest.raises(CannotSave, match="rows are kept in spare"):
        stnb.save(pd.DataFrame({"a": [1]}), "/dev/null/x.csv")

    (spare,) = Path("spare").iterdir()
    assert stat.S_IMODE(spare.stat().st_mode) == 0o600


@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_an_empty_path_is_no_place(empty: str) -> None:
    """Nothing is written into the working folder because a variable was not set."""
    with pytest.raises(BadFilter, match="The path is empty"):
        local_path(empty)
    with pytest.raises(BadFilter, match="The path is empty"):
        stnb.save(pd.DataFrame({"id": [1]}), empty)
    assert local_path(Path()) == Path()
    assert local_path(".") == Path()


@pytest.mark.parametrize(
    "words",
    [
        ["dictionary"],
        ["docs", "--as-saved"],
        ["pull", "jpm.jobs", "--profile", "demo"],
        ["report", "run", "175", "--profile", "demo"],
        ["sync", "jpm.job_types", "--profile", "demo"],
    ],
)
def test_no_command_takes_an_empty_place(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is read or written."""
    from stnb.cli import main

    monkeypatch.chdir(tmp_path)
    assert main.main([*words, "--to", ""]) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["dictionary", "--to", "glossary.html"],
        ["docs", "--as-saved", "--to", "site.html"],
        ["notebooks", "first.ipynb"],
        ["sync", "jpm.job_types", "--profile", "demo", "--to", "jobs.parquet"],
        ["sync", "jpm.job_types", "--profile", "demo", "--to", "jobs.csv", "--format", "delta"],
        ["sync", "jpm.jobs", "--all", "--format", "delta", "--to", "s3://bucket/jobs.parquet"],
    ],
    ids=" ".join,
)
def test_no_folder_is_named_like_a_file(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By any command that fills a folder, before anything is read or made."""
    from stnb.cli import main

    monkeypatch.chdir(tmp_path)
    lines = ["TENANT_ID=1", "CLIENT_ID=cid.made-up", "CLIENT_SECRET=cs1.made" + "-up"]
    lines += ["APP_KEY=ak1.made" + "-up", "ENVIRONMENT=integration"]
    (tmp_path / ".env").write_text("".join(f"SERVICETITAN_PHOENIX_{line}\n" for line in lines))

    assert main.main(words) == 2
    assert "is the ending of a file. Name a folder, such as" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_a_folder_that_is_there_is_taken(tmp_path: Path) -> None:
    """Whatever it is called; so is a name with a dot that is no ending of a file."""
    (tmp_path / "old.parquet").mkdir()
    for name in ("old.parquet", "2026.07", "st.louis", "lake.delta", ".csv"):
        check_folder(tmp_path / name, "")
    with pytest.raises(BadFilter, match=r"such as new\."):
        check_folder(tmp_path / "new.PARQUET", "")
