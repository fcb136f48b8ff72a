"""Attacks on `stnb.sql`: statements that would read, write or wait, and values that do not fit."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import stnb
from stnb.errors import UsageError
from tests.helpers.interrupts import interrupted

pytest.importorskip("duckdb")

SECRET = "a line that no query may read"

# FOLDER, OUTSIDE and PIPE stand for the paths of the test.
READS = [
    "",
    "from read_text('OUTSIDE')",
    "from read_blob('OUTSIDE')",
    "from read_csv('OUTSIDE')",
    "from read_csv_auto('OUTSIDE')",
    "from sniff_csv('OUTSIDE')",
    "from read_json('OUTSIDE')",
    "from read_ndjson('OUTSIDE')",
    "from read_json_objects('OUTSIDE')",
    "from read_parquet('OUTSIDE')",
    "from read_parquet(['OUTSIDE', 'OUTSIDE'])",
    "from parquet_scan('OUTSIDE')",
    "from parquet_metadata('OUTSIDE')",
    "from parquet_schema('OUTSIDE')",
    "from parquet_kv_metadata('OUTSIDE')",
    "from parquet_file_metadata('OUTSIDE')",
    "from glob('OUTSIDE')",
    "from glob('/*')",
    "from glob('**')",
    "from 'OUTSIDE'",
    "from 'file:OUTSIDE'",
    "from 'file://OUTSIDE'",
    "from 'FOLDER/../outside.csv'",
    "from 'FOLDER/*.csv'",
    "from 'FOLDER/link.parquet'",
    "from link",
    "from 'LINK'",
    "from '/dev/stdin'",
    "from read_csv('/dev/stdin')",
    "from read_text('/proc/self/environ')",
    "from read_text('~/.bashrc')",
    "from 'https://example.invalid/x.parquet'",
    "from 's3://bucket/x.parquet'",
    "from 'gs://bucket/x.csv'",
    "from 'hf://datasets/x/y.csv'",
    "from iceberg_scan('OUTSIDE')",
    "from delta_scan('OUTSIDE')",
    "from sqlite_scan('OUTSIDE', 'x')",
    "from postgres_scan('host=127.0.0.1', 'public', 'x')",
    "from st_read('OUTSIDE')",
    "from read_xlsx('OUTSIDE')",
    "from duckdb_secrets()",
    "from which_secret('s3://bucket/x', 's3')",
    "select getenv('HOME')",
    "select * from query('from read_text(''OUTSIDE'')')",
    "with x as (from read_text('OUTSIDE')) from x",
    "select (select content from read_text('OUTSIDE'))",
    "from t where a in (from read_csv('OUTSIDE'))",
    "from t join read_text('OUTSIDE') on true",
    "from t union all select 1 from read_text('OUTSIDE')",
    "summarize from read_csv('OUTSIDE')",
    "describe from read_csv('OUTSIDE')",
    "from loop",
    "from folder",
    'from "OUTSIDE"',
    "from '../outside.csv'",
    "from 'outside.csv'",
    "from read_text(['OUTSIDE'])",
    "from query_table('OUTSIDE')",
    "from query_table(['t', 'OUTSIDE'])",
    "from json_execute_serialized_sql(json_serialize_sql('from read_text(''OUTSIDE'')'))",
    "pivot read_csv('OUTSIDE') on a",
    "from t positional join read_text('OUTSIDE')",
    "from t join lateral (from read_text('OUTSIDE')) on true",
    "from t where a in (select content from read_text(getvariable('x')))",
    "from read_blob(list_value('OUTSIDE'))",
    "from read_csv(concat('/', 'etc/passwd'))",
    "from read_json_auto('OUTSIDE')",
    "from read_ndjson_objects('OUTSIDE')",
    "from parquet_bloom_probe('OUTSIDE', 'a', 1)",
    "from parquet_full_metadata('OUTSIDE')",
    "from read_duckdb('OUTSIDE')",
    "from delta_list_files('OUTSIDE')",
    "from arrow_scan(1, 2, 3)",
    "from pandas_scan(1)",
    "from 'ls |'",
    "from read_text('-')",
    "from 'data:text/plain,1'",
    "from 'FOLDER/t.parquet?x=1'",
    "from read_csv('FOLDER/inside.csv')",
    "from read_csv('FOLDER/t.parquet/../inside.csv')",
    "from SECRET",
    "",
][1:-1]

WRITES = [
    "",
    "export database 'FOLDER/x'",
    "export database 'FOLDER/x' (format parquet)",
    "import database 'FOLDER'",
    "copy t to 'FOLDER/x.csv'",
    "copy (from t) to 'FOLDER/x.parquet'",
    "copy t from 'OUTSIDE'",
    "copy database memory to other",
    "attach 'FOLDER/x.db'",
    "attach 'FOLDER/x.db' as x; from t",
    "attach ':memory:' as x",
    "detach memory",
    "use memory.main",
    "create table x as from t",
    "create or replace view t as select 1",
    "create temp table x (a int)",
    "create schema x",
    "create sequence x",
    "create type x as enum ('a')",
    "create macro x() as 1",
    "create secret (type s3, key_id 'x', secret 'y')",
    "create persistent secret (type s3)",
    "insert into t values (1)",
    "update t set a = 1",
    "delete from t",
    "drop view t",
    "alter view t rename to x",
    "truncate t",
    "install httpfs",
    "force install httpfs from 'http://example.invalid'",
    "load httpfs",
    "update extensions",
    "set allowed_paths = ['/']",
    "set enable_external_access = true",
    "reset enable_external_access",
    "set temp_directory = 'FOLDER'",
    "set global threads = 1",
    "set variable x = 1",
    "pragma enable_profiling",
    "pragma profiling_output = 'FOLDER/x.json'",
    "pragma database_list",
    "call pragma_version()",
    "checkpoint",
    "force checkpoint",
    "vacuum",
    "begin transaction",
    "prepare x as from t",
    "execute x",
    "explain from t",
    "explain analyze from t",
    "select 1; export database 'FOLDER/x'",
    "select 1; copy t to 'FOLDER/x.csv'",
    "with x as materialized (from t) insert into t from x",
    "merge into t using t as s on t.a = s.a when matched then delete",
    "from query('copy t to ''FOLDER/x.csv''')",
    "/* x */ attach 'FOLDER/x.db'",
    "call enable_logging('QueryLog', storage = 'file', storage_path = 'FOLDER/x')",
    "comment on view t is 'x'",
    "copy (select 1) to '/dev/stdout'",
    "copy t to 's3://x/y' (format parquet)",
    "create or replace temp macro t() as table from read_text('OUTSIDE')",
    "create view x as from read_text('OUTSIDE')",
    "drop schema main cascade",
    "set role x",
    "load 'FOLDER/x'",
    "pragma export_database",
    "pragma import_database('FOLDER')",
    "pragma memory_limit = '1GB'",
    "grant all on t to x",
    "analyze t",
    "",
][1:-1]

WAITS = [
    "",
    "from pipe",
    "from 'PIPE'",
    "from read_csv('PIPE')",
    "from read_text('PIPE')",
    "from read_parquet('PIPE')",
    "export database 'PIPE'",
    "copy t from 'PIPE'",
    "",
][1:-1]

ODD = [
    "",
    " ; ; ",
    "-- nothing",
    "/* without an end",
    "select '",
    'select "',
    "select $$",
    "select \x00",
    "select '\ud800'",
    "select " + "(" * 5000,
    "select " + "(" * 5000 + "1" + ")" * 5000,
    "select " + "-" * 20_000 + "1",
    "select " + "1+" * 5000 + "1",
    "select $a, $1, ?",
    "select error('boom')",
    "select repeat('x', 100000000000)",
    "select 1/0, 1e400::double, 'nan'::double, '-inf'::float",
    "select date 'infinity', timestamp '-infinity', timestamptz 'infinity'",
    "select date '5000000-01-01', date '4713-01-01 (BC)', timestamptz '290000-01-01'",
    "select [date 'infinity'], {'a': timestamp 'infinity'}, map {'x': date 'infinity'}",
    "select time '24:00:00', timetz '24:00:00-15:59'",
    "select interval '1 month', interval '1 day', interval '300 years'",
    "select union_value(k := 1), [union_value(k := 1)]",
    "select '\\xff'::blob, '101'::bit, uuid()",
    "select 170141183460469231731687303715884105727::hugeint",
    "select 1::decimal(38, 37), 99999999999999999999999999999999999999::decimal(38, 0)",
    "select 1 as a, 2 as a, 3 as A",
    "select null, [null], {'a': null}",
    "from test_all_types()",
    "from range(0)",
    "select set_config('threads', 1)",
    "select sleep(1)",
    "select unnest(range(3)), unnest([{'a': 1}], recursive := true)",
    "select json(repeat('[', 100000) || repeat(']', 100000))",
    "select json_structure(repeat('[', 900) || repeat(']', 900))",
    "select chr(0), chr(55296), chr(1114112)",
    "select timestamp_ns '2262-04-11 23:47:16.854775806', timestamp_s '290000-01-01'",
    "select make_timestamp(9223372036854775807), to_timestamp(1e300)",
    "select array_value(1, 2)::int[3]",
    "select map([1, 1], [1, 2])",
    "from (values (1, 'a'), ('b', 2)) v(x, y)",
    "select 'x' like repeat('%a', 2000)",
    "from generate_series(1, 10, 0)",
    "select t from t limit -1",
]

VALUES = [
    np.array([1, 2]),
    np.array(3),
    np.array([], dtype="int64"),
    np.datetime64("2026-07-01"),
    np.float32(0.5),
    pd.NaT,
    pd.NA,
    pd.Timedelta("1h"),
    pd.Timestamp("2026-07-01", tz="America/Phoenix"),
    pd.Series([1, None]),
    pd.DataFrame({"a": [1]}),
    [1, "a", None],
    {"a": [1]},
    object(),
    b"\xff",
    "\ud800",
    2**200,
    complex(1, 2),
    float("nan"),
    lambda: 1,
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one table, and with all that may stand in its way."""
    home = tmp_path / "data"
    home.mkdir()
    pd.DataFrame({"a": [1, 2]}).to_parquet(home / "t.parquet")
    outside = tmp_path / "outside.csv"
    outside.write_text(f"a\n{SECRET}\n")
    pd.DataFrame({"a": [SECRET]}).to_parquet(tmp_path / "outside.parquet")
    (home / "inside.csv").write_text(f"a\n{SECRET}\n")
    (home / "link.parquet").symlink_to(tmp_path / "outside.parquet")
    (home / "loop.parquet").symlink_to(home / "loop.parquet")
    pd.DataFrame({"a": [7]}).to_parquet(home / "[t]*.parquet")
    (home / "folder.parquet").mkdir()
    os.mkfifo(home / "pipe.parquet")
    monkeypatch.chdir(tmp_path)
    return home


def asked(query: str, folder: Path) -> pd.DataFrame | None:
    """The answer, which can be shown; None if it is refused in words."""
    query = query.replace("OUTSIDE", str(folder.parent / "outside.csv"))
    query = query.replace("LINK", str(folder / "link.parquet"))
    query = query.replace("PIPE", str(folder / "pipe.parquet"))
    query = query.replace("FOLDER", str(folder))
    frame, told = None, ""
    try:
        frame = stnb.sql(query, folder)
    except UsageError as err:
        told = str(err)
    assert SECRET not in told
    if frame is None:
        return None
    repr(frame)
    for place in range(frame.shape[1]):  # names may be there twice
        frame.iloc[:, place].tolist()
    return frame


def listed(folder: Path) -> list[tuple[str, int]]:
    """What lies in the folder and beside it, with sizes of files."""
    found = []
    for path in sorted(folder.parent.rglob("*")):
        mode = path.lstat().st_mode
        found.append((str(path), path.lstat().st_size if stat.S_ISREG(mode) else -1))
    return found


@pytest.mark.parametrize("query", READS)
def test_nothing_else_is_read(folder: Path, query: str) -> None:
    """Only the folder's own regular files are read, whatever a query names."""
    frame = asked(query, folder)
    assert frame is None


@pytest.mark.parametrize("query", WRITES)
def test_nothing_is_written(folder: Path, query: str) -> None:
    """No statement writes, makes a folder, or changes what the next one may do."""
    before = listed(folder)

    assert asked(query, folder) is None
    assert listed(folder) == before


@pytest.mark.parametrize("query", WAITS)
def test_nothing_waits_for_ever(folder: Path, query: str) -> None:
    """A pipe in the folder is never opened, as this would wait until someone writes to it."""
    assert asked(query, folder) is None


@pytest.mark.parametrize("query", ODD)
def test_odd_queries(folder: Path, query: str) -> None:
    """A query that is odd gives a frame that can be shown, or is refused in words."""
    asked(query, folder)


@pytest.mark.parametrize("before", ["select ", "select * from ", "select f", "with a as "])
def test_brackets_that_are_not_closed(folder: Path, before: str) -> None:
    """DuckDB would look at them for minutes."""
    with pytest.raises(UsageError, match="1,000 of its brackets are open"):
        stnb.sql(before + "(" * 50_000, folder)


def test_many_brackets_that_are_closed(folder: Path) -> None:
    """Their number alone is no fault."""
    pairs = ", ".join(f"({number}, {number})" for number in range(3_000))

    assert len(stnb.sql(f"from (values {pairs}) as t(a, b)", folder)) == 3_000


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_odd_values(folder: Path, value: Any) -> None:
    """A parameter that DuckDB does not take is refused in words."""
    with contextlib.suppress(UsageError):
        repr(stnb.sql("select $v as v", folder, v=value))


@pytest.mark.parametrize("name", ["\x00", "x" * 5000, "data/pipe.parquet", "outside.csv"])
def test_odd_folders(folder: Path, name: str) -> None:
    """What is no folder of tables is refused in words."""
    with pytest.raises(UsageError, match="has no tables"):
        stnb.sql("select 1", name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("link", "leads out of the folder"),
        ("loop", "link to nothing"),
        ("pipe", "no regular file"),
        ("folder", "no regular file"),
    ],
)
def test_what_is_not_read_is_named(folder: Path, name: str, why: str) -> None:
    """A file that lies in the folder and is not read is named, with the reason."""
    with pytest.raises(UsageError, match=why):
        stnb.sql(f"from {name}", folder)
    assert stnb.sql("select sum(a) as a from t", folder)["a"].tolist() == [3]


PATTERNS = ["t*", "[t]", "t?", "**", "t]", "[!t]", "[", "t[1-9]", "*[?]*", "[[]t]"]


@pytest.mark.parametrize("name", PATTERNS)
def test_a_name_that_is_a_pattern_stands_for_itself(tmp_path: Path, name: str) -> None:
    """Of a table, of the folder, and of a tenant: no row of another one comes in."""
    for each in ("t", "t1", "tt", name):
        rows = pd.DataFrame({"a": [each]})
        of_one = tmp_path / "all" / f"tenant={each}"
        of_one.mkdir(parents=True)
        rows.to_parquet(of_one / "x.parquet")
        rows.to_parquet(tmp_path / f"{each}.parquet")

    assert stnb.sql(f'from "{name}"', tmp_path)["a"].tolist() == [name]
    assert stnb.sql("from x", tmp_path / "all" / f"tenant={name}")["a"].tolist() == [name]
    of_all = stnb.sql("from x", tmp_path / "all")
    assert sorted(of_all["tenant"]) == sorted(of_all["a"]) == sorted(["t", "t1", "tt", name])


def test_names_that_differ_in_capitals_alone(tmp_path: Path) -> None:
    """SQL does not tell them apart: they are refused by name, and the others are read."""
    of_one = tmp_path / "tenant=x"
    of_one.mkdir()
    files = [tmp_path / "Jobs.parquet", tmp_path / "JOBS.parquet", of_one / "jobs.parquet"]
    for path in (*files, tmp_path / "other.parquet"):
        pd.DataFrame({"a": [1]}).to_parquet(path)
    if len(list(tmp_path.glob("*.parquet"))) < 3:
        pytest.skip("this disk does not tell them apart either")

    for name in ("Jobs", "jobs", '"JOBS"'):
        with pytest.raises(UsageError, match="in other capitals"):
            stnb.sql(f"from {name}", tmp_path)
    assert stnb.sql("from other", tmp_path)["a"].tolist() == [1]
    assert stnb.sql("show tables", tmp_path)["name"].tolist() == ["other"]


def test_a_long_query_can_be_interrupted(folder: Path) -> None:
    """Ctrl-C stops DuckDB, and the next query works."""
    stnb.sql("from t", folder)  # what is imported, is imported now
    endless = "select sum(x.range % 7 * y.range) from range(10000000) x, range(10000000) y"

    assert interrupted(lambda: stnb.sql(endless, folder)) < 60
    assert len(stnb.sql("from t", folder)) == 2
