"""SQL over a folder of Parquet files: the types of a pull, and nothing but the folder's tables."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import stnb
from stnb.cli import sql as cli_sql
from stnb.errors import SetupError, UsageError
from stnb.mirror.sql import sql

pytest.importorskip("duckdb")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Jobs and invoices of the demo, and a table of odd names and types."""
    home = tmp_path_factory.mktemp("it's data")
    with stnb.demo(scale=0.02) as st:
        st.jpm.jobs.pull(to=home)
        st.accounting.invoices.pull(to=home)
    odd = pd.DataFrame(
        {
            'a "b".c': pd.Series([1, None], dtype="Int64"),
            "took": pd.to_timedelta(["1h", None]).as_unit("ns"),
            "day": pd.to_datetime(["2026-07-01", None]).as_unit("ns"),
            "on": pd.to_datetime(["2026-07-01T09:30:00.1234569Z", None]),
            "far": pa.array(
                [dt.datetime(9999, 12, 31), None], pa.timestamp("us", "UTC")
            ).to_pandas(),
            "big": pd.Series([2**63 - 1, None], dtype="Int64"),
        }
    )
    odd.to_parquet(home / "odd-name.parquet", index=False)
    (home / ".half.parquet").write_text("")
    (home / "notes.csv").write_text("a\n1\n")
    return home


def test_a_whole_table_is_typed_like_its_pull(folder: Path) -> None:
    """`select *` gives the frame that the file holds, column by column."""
    for table in ("jpm_jobs", "accounting_invoices"):
        asked = sql(f"select * from {table} order by id", folder)
        read = pd.read_parquet(folder / f"{table}.parquet").sort_values("id", ignore_index=True)
        times = read.select_dtypes("datetimetz").columns
        nested = [name for name, kind in read.dtypes.items() if isinstance(kind, pd.ArrowDtype)]

        assert len(read) > 50
        pd.testing.assert_frame_equal(
            asked.drop(columns=[*nested, *times]), read.drop(columns=[*nested, *times])
        )
        pd.testing.assert_series_equal(asked.dtypes[times], read.dtypes[times])
        assert not ((asked[times] - read[times]).abs() >= pd.Timedelta("1us")).any(axis=None)
        assert asked[times].isna().equals(read[times].isna())
        assert all(isinstance(asked[name].dtype, pd.ArrowDtype) for name in nested)
        assert asked["items" if "items" in nested else "tagTypeIds"].map(list).map(len).sum() > 0


def test_odd_names_and_types(folder: Path) -> None:
    """Any file and column name can be queried; durations, days and far years stay what they are."""
    asked = sql('select * from "odd-name"', folder)

    assert asked.dtypes.astype(str).to_dict() == {
        'a "b".c': "Int64",
        "took": "timedelta64[us]",
        "day": "datetime64[us]",
        "on": "datetime64[us, UTC]",
        "far": "datetime64[us, UTC]",
        "big": "Int64",
    }
    first = asked.iloc[0].tolist()
    assert abs(first.pop(3) - pd.Timestamp("2026-07-01T09:30:00.1234569Z")) < pd.Timedelta("1us")
    end = pd.Timestamp(dt.datetime(9999, 12, 31), tz="UTC")
    assert first == [1, pd.Timedelta("1h"), pd.Timestamp("2026-07-01"), end, 2**63 - 1]
    assert asked.iloc[1].isna().all()


@pytest.mark.parametrize(
    ("expression", "dtype", "value"),
    [
        ("sum(id)", "Int64", None),
        ("count(*)", "Int64", None),
        ("avg(total)", "Float64", None),
        ("date_trunc('month', max(createdOn))", "datetime64[us, UTC]", None),
        ("max(createdOn)::date", "datetime64[us]", None),
        ("max(completedOn - createdOn)", "timedelta64[us]", None),
        ("bool_and(id > 0)", "boolean", True),
        ("1.5", "Float64", 1.5),
        ("1::utinyint", "Int64", 1),
        ("2::float", "Float64", 2.0),
        ("'a'::enum('a', 'b')", "str", "a"),
        ("timestamp '2026-07-01 10:00'", "datetime64[us]", pd.Timestamp("2026-07-01 10:00")),
        (
            "timestamptz '2026-07-01 10:00'",
            "datetime64[us, UTC]",
            pd.Timestamp("2026-07-01T10:00Z"),
        ),
        ("interval 36 hours", "timedelta64[us]", pd.Timedelta("36h")),
        ("interval 1 month", "object", None),
        ("18446744073709551615::ubigint", "UInt64", 2**64 - 1),
        ("9223372036854775807::hugeint * 10", "decimal128(38, 0)[pyarrow]", None),
    ],
)
def test_what_is_worked_out_is_typed_too(
    folder: Path, expression: str, dtype: str, value: Any
) -> None:
    """Sums, differences and literals have the types of our frames, if these hold them exactly."""
    column = sql(f"select {expression} as x from jpm_jobs", folder)["x"]

    assert str(column.dtype) == dtype
    if value is not None:
        assert column.iloc[0] == value


def test_parts_of_rows(folder: Path) -> None:
    """Lists open into rows, and no row at all is typed as well."""
    items = sql("select id, unnest(items) as item from accounting_invoices", folder)
    none = sql("select id, createdOn, jobStatus from jpm_jobs where id < 0", folder)

    assert len(items) > 100
    assert items["item"].iloc[0]["skuId"] > 0
    assert none.dtypes.astype(str).tolist() == ["Int64", "datetime64[us, UTC]", "str"]


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.int64(5), "Int64"),
        (pd.Timestamp("2026-07-01", tz="America/Phoenix"), "datetime64[us, UTC]"),
        (dt.date(2026, 7, 1), "datetime64[us]"),
        ("O'Neil", "str"),
        (True, "boolean"),
    ],
)
def test_parameters(folder: Path, value: Any, dtype: str) -> None:
    """A value of $name arrives as it was given, numpy's and pandas' own too."""
    column = sql("select $x as x", folder, x=value)["x"]

    assert str(column.dtype) == dtype
    assert column[0] == (pd.Timestamp(value) if isinstance(value, dt.date) else value)


def test_parameters_in_use(folder: Path) -> None:
    """Lists, dates as text and missing values can be given."""
    frame = pd.read_parquet(folder / "jpm_jobs.parquet")
    ids, since = frame["id"][:3], str(frame["createdOn"].median().date())

    assert sql("select count(*) as n from jpm_jobs where id in $ids", folder, ids=ids)["n"][0] == 3
    found = sql(
        "select count(*) as n from jpm_jobs where createdOn >= $since", folder, since=since
    )["n"][0]
    assert found == (frame["createdOn"] >= since).sum()
    assert sql("select $x is null as x", folder, x=pd.NA)["x"][0]


@pytest.mark.parametrize(
    "query",
    ["show tables", "describe jpm_jobs", "summarize jpm_jobs", "with a as (from jpm_jobs) from a"],
)
def test_what_describes(folder: Path, query: str) -> None:
    """Tables and their columns can be looked at."""
    assert len(sql(query, folder)) >= 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("selec 1", r'syntax error at or near "selec"\. Mend the query'),
        (
            "select * from jobs",
            r"Table with name jobs does not exist!.* The tables are: accounting_invoices, "
            r"jpm_jobs, odd-name\.",
        ),
        ("select nope from jpm_jobs", r'column "nope" not found.* `DESCRIBE table` lists'),
        ("select 'a'::int", r"Could not convert string"),
        ("select $a", r"parameter.*Give each \$name"),
        ("", "not one SELECT"),
        ("select 1; select 2", "not one SELECT"),
        ("create table x as select 1", "not one SELECT"),
        ("copy jpm_jobs to 'x.csv'", "not one SELECT"),
        ("attach 'x.db'", "not one SELECT"),
        ("install httpfs", "not one SELECT"),
        ("set threads = 1", "not one SELECT"),
        ("explain analyze select 1", "not one SELECT"),
        (
            "from read_text('/etc/hosts')",
            "Cannot access file.*Only the Parquet files of the folder",
        ),
        ("from glob('*')", "Cannot access file.*Only the Parquet files"),
        ("from read_csv('notes.csv')", "Cannot access file.*Only the Parquet files"),
        ("from 'https://example.invalid/x.parquet'", "Cannot access file.*Only the Parquet files"),
        ("from frame", "Table with name frame does not exist"),
    ],
)
def test_what_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, query: str, words: str
) -> None:
    """Mistakes are reported in DuckDB's words; nothing is written, and only the tables are read."""
    monkeypatch.chdir(folder)
    frame = pd.DataFrame({"a": [1]})
    before = sorted(os.listdir())

    with pytest.raises(
        UsageError, match=f"(?s)^The query was not carried out. .*{words}"
    ) as caught:
        sql(query, folder)
    assert sorted(os.listdir()) == before
    assert "LINE 1" not in str(caught.value)
    assert len(frame) == 1


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("select end from jpm_appointments", 'Write "end" with'),
        (
            "select a.start from jpm_appointments a where to > 1 and end > 2",
            'Write "to", "end" with',
        ),
        ("select from, to from jpm_appointments", 'Write "from", "to" with'),
        ("select address.city from jpm_appointments", 'Write "address.city" with'),
        ("select a.address.city from jpm_appointments a", 'Write "address.city" with'),
        ("select count(*) from jpm.appointments", r"Write jpm_appointments for jpm\.appointments"),
        ("from JPM.Appointments", r"Write jpm_appointments for JPM\.Appointments"),
        ("select nope from jpm_appointments", "Mend the query"),
        ("selec 1 from jpm_appointments", "Mend the query"),
        ("select 'end' as x, nope from jpm_appointments", "Mend the query"),
        ("from jobs", r"The tables are: jpm_appointments\."),
        ("select END from jpm_appointments", 'Write "end" with'),
        ("select Address.City from jpm_appointments", 'Write "address.city" with'),
        ("select address.city, max(end) from jpm_appointments", 'Write "address.city", "end" with'),
        ("from st.jpm.appointments", r"Write jpm_appointments for st\.jpm\.appointments"),
        ('from "jpm.appointments"', r"Write jpm_appointments for jpm\.appointments"),
        ("from 'jpm.appointments'", r"Write jpm_appointments for jpm\.appointments"),
        (
            "select end from jpm.appointments where address.city = 'x'",
            r'Write jpm_appointments for .*\. Write "address.city", "end" with',
        ),
        ('from jpm_appointments where "address.city" = "x"', "Write 'x' with single quotes"),
        ("from jpm_appointments where at > 2026-07-01", "Write '2026-07-01' with single quotes"),
        ('select nope as "y" from jpm_appointments where 1 = "y"', "Mend the query"),
        ('from jpm_appointments a join jpm_appointments "b" on a.x = "b".x', "Mend the query"),
        ("select '2026-07-01', nope from jpm_appointments", "Mend the query"),
        ("from jpm_appointments order", "Mend the query"),
        ("select desc from jpm_appointments", "`desc` is a word of SQL and the name of no column"),
        ("from jpm_appointments where at > 1 and", "Mend the query"),
        ("with order as (select 1) select * from order", 'Write "order" with'),
        (
            'select "start", end from jpm_appointments where order = 1',
            'Write "end" with .* `order` is a word of SQL and the name of no column here',
        ),
    ],
)
def test_how_a_name_is_written(tmp_path: Path, query: str, advice: str) -> None:
    """A resource's name for a table, and a column without its quotes, get the right spelling."""
    frame = pd.DataFrame({"start": [1], "end": [2], "address.city": ["x"], "from": [1], "to": [2]})
    frame.to_parquet(tmp_path / "jpm_appointments.parquet")

    with pytest.raises(UsageError, match=advice):
        sql(query, tmp_path)


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        (
            "select end, address.city from jpm.appointments",
            r'Write jpm_appointments for .* "end" with .* "address\.city" is a column of '
            "crm_locations, which the query lacks",
        ),
        ("select Address.City from jpm_appointments", '"address.city" is a column of crm_loc'),
    ],
)
def test_a_column_of_another_table_is_said_beside_other_faults(
    tmp_path: Path, query: str, advice: str
) -> None:
    """Each fault of a query has its sentence."""
    pd.DataFrame({"start": [1], "end": [2]}).to_parquet(tmp_path / "jpm_appointments.parquet")
    pd.DataFrame({"address.city": ["x"]}).to_parquet(tmp_path / "crm_locations.parquet")

    with pytest.raises(UsageError, match=advice):
        sql(query, tmp_path)


@pytest.mark.parametrize("word", ["order", "GROUP", "table", "limit", "check"])
@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("select * from {}", "table"),
        ("from jpm_appointments a join {} on true", "table"),
        ("describe {}", "table"),
        ("select {} from jpm_appointments", "column"),
        ("select start, {} from jpm_appointments", "column"),
        ("from jpm_appointments where start = 1 and {} = 2", "column"),
        ("select max({}) from jpm_appointments", "column"),
        ("select start from jpm_appointments order by {}", "column"),
    ],
)
def test_a_word_of_sql_in_place_of_a_name_is_named(
    tmp_path: Path, query: str, what: str, word: str
) -> None:
    """A reserved word where a table or a column is due is said to be none, with which there are."""
    pd.DataFrame({"start": [1]}).to_parquet(tmp_path / "jpm_appointments.parquet")
    then = {
        "table": r"The tables are: jpm_appointments\.",
        "column": "Write the column that is meant",
    }

    wanted = f"`{word.lower()}` is a word of SQL and the name of no {what} here. {then[what]}"
    with pytest.raises(UsageError, match=wanted):
        sql(query.format(word), tmp_path)


def test_a_value_that_nothing_asks_for(folder: Path) -> None:
    """A parameter that the query does not name is refused, and not ignored."""
    with pytest.raises(UsageError, match=r"(?i)parameter.*Give each"):
        sql("select 1", folder, x=1)


def test_the_folder_is_left_as_it_was(folder: Path) -> None:
    """A query leaves no file in the folder, nor in the temporary one."""
    before = sorted(os.listdir(folder))

    spill = sql("select current_setting('temp_directory') as x", folder)["x"][0]
    assert sorted(os.listdir(folder)) == before
    assert not Path(spill).exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("none", "There is no such folder"), (".", "There is no Parquet file in it")],
)
def test_a_folder_without_tables(tmp_path: Path, name: str, words: str) -> None:
    """A folder that is not there, or has no tables, is told."""
    with pytest.raises(UsageError, match=words):
        sql("select 1", tmp_path / name)


def test_a_file_that_is_no_table(tmp_path: Path) -> None:
    """A file that cannot be read is named when it is asked, and does not stand in the way of
    others.
    """
    (tmp_path / "broken.parquet").write_text("hello")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "whole.parquet")

    for query in ("select * from Broken", "show tables"):
        with pytest.raises(UsageError, match=r"broken\.parquet cannot be read"):
            sql(query, tmp_path)
    assert sql("select a from WHOLE", tmp_path)["a"].tolist() == [1]


def test_without_duckdb(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where DuckDB is not installed, the line that installs it is told."""
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(SetupError, match="pip install duckdb"):
        sql("select 1", folder)


def test_the_command(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`stnb sql QUERY DIR` gives CSV to a pipe, and the first rows to a terminal."""
    parser = argparse.ArgumentParser()
    cli_sql.add(parser, [])
    options = parser.parse_args(
        ["select id, total from jpm_jobs order by id limit 30", str(folder)]
    )
    options.run(options)
    piped = capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    options.run(options)

    assert len(piped.splitlines()) == 31
    assert piped.startswith("id,total\n")
    assert capsys.readouterr().out.endswith("\n30 rows, 2 columns.\n")
