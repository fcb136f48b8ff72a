"""Files that an older version kept, with times in nanoseconds."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import stnb
from stnb.frame import parquet
from stnb.mirror.merge import merged


def written(path: Path, unit: str, *rows: tuple[int, str, str]) -> Path:
    """A table of ids, times of change and durations."""
    ids, times, durations = zip(*rows, strict=True)
    table = pa.table(
        {
            "id": pa.array(ids, pa.int64()),
            "modifiedOn": pa.array(times).cast(pa.timestamp(unit, "UTC")),
            "took": pa.array([pd.Timedelta(t).value for t in durations], pa.duration("ns")).cast(
                pa.duration(unit), safe=False
            ),
        }
    )
    parquet.write(path, [table], table.schema, {"resource": "toys.widgets", "rows": len(rows)})
    return path


def test_changes_in_microseconds_are_merged_into_nanoseconds(tmp_path: Path) -> None:
    """A row that differs only in its seventh digit has not changed; the file is then rewritten in
    microseconds.
    """
    same, other = ("2026-07-01T09:30:00.1234567Z", "1s"), ("2026-07-01T09:30:01Z", "1s")
    old = written(tmp_path / "toys_widgets.parquet", "ns", (1, *same), (2, *other))
    new = written(
        tmp_path / "new.parquet",
        "us",
        (1, "2026-07-01T09:30:00.123456Z", "1s"),
        (2, "2026-07-01T09:30:02Z", "2s"),
        (3, "0001-01-01T00:00:00Z", "3s"),
    )

    difference = merged(old, new, {"id": "integer"}, tmp_path, {"resource": "toys.widgets"})

    assert (difference.added, difference.changed, difference.drift) == (1, 1, {})
    frame = pd.read_parquet(old)
    assert frame.dtypes.astype(str).tolist() == [
        "Int64",
        "datetime64[us, UTC]",
        "timedelta64[us]",
    ]
    assert frame.sort_values("id")["took"].tolist() == pd.to_timedelta(["1s", "2s", "3s"]).tolist()


def test_an_older_file_still_opens(tmp_path: Path) -> None:
    """By pandas with what it holds, and by SQL to the microsecond."""
    pytest.importorskip("duckdb")
    row = (1, "2026-07-01T09:30:00.1234567Z", "00:00:00.1234567")
    path = written(tmp_path / "toys_widgets.parquet", "ns", row)

    asked = stnb.sql("select modifiedOn, took from toys_widgets", tmp_path)

    assert pd.read_parquet(path)["modifiedOn"].item() == pd.Timestamp(row[1])
    # DuckDB itself rounds nanoseconds, where a pull cuts them.
    assert asked["modifiedOn"].item() == pd.Timestamp("2026-07-01T09:30:00.123457Z")
    assert asked["took"].item() == pd.Timedelta(123456, "us")
