"""Plain pandas works on what a pull brings, as someone who knows nothing of Arrow expects."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb import catalog
from stnb.catalog import Column, Endpoint
from stnb.frame import Decoded, assemble, decode, parquet, shape_of
from stnb.frame.save import save
from tests.helpers.sample import EVERYTHING, with_all_types

SENT: dict[str, Any] = {
    "integer": 7,
    "decimal": 1.5,
    "number": 1.5,
    "boolean": True,
    "date-time": "2026-07-01T09:30:00.1234567Z",
    "date": "2026-07-01",
    "duration": "01:30:00",
}
DESCRIBED = [e for e in catalog.load() if e.columns]
ALIKE = with_all_types(DESCRIBED)
DTYPES = ("typed", "decimal", "raw")


@pytest.fixture(scope="module")
def account() -> stnb.Account:
    return stnb.demo(scale=0.06)


@pytest.fixture(scope="module")
def jobs(account: stnb.Account) -> pd.DataFrame:
    return account.jpm.jobs.pull()


def test_times_compare_with_a_text(jobs: pd.DataFrame) -> None:
    """A day as one writes it."""
    later = jobs[jobs["completedOn"] >= "2026-01-01"]

    assert 0 < len(later) < len(jobs)
    assert (later["completedOn"].dt.year == 2026).all()


def test_groups_count_and_add_up(jobs: pd.DataFrame) -> None:
    """By text, by id, and by both."""
    assert jobs.groupby("jobStatus").size().sum() == len(jobs)
    assert jobs.groupby("businessUnitId")["total"].sum().sum() == pytest.approx(jobs["total"].sum())
    assert (
        jobs.groupby(["jobStatus", "priority"])["total"].agg(["count", "mean"])["count"].sum()
        == jobs["total"].count()
    )


def test_ids_merge(account: stnb.Account, jobs: pd.DataFrame) -> None:
    """Whichever way they came, without a change of type."""
    merged = jobs.merge(
        account.crm.customers.pull(active="Any"),
        left_on="customerId",
        right_on="id",
        suffixes=("", ".customer"),
    )

    assert len(merged) == len(jobs)
    assert merged["customerId"].dtype == "Int64"


def test_times_resample(jobs: pd.DataFrame) -> None:
    """As an index, by `on`, and as periods."""
    done = jobs.dropna(subset=["completedOn"])

    assert done.resample("ME", on="completedOn")["total"].sum().sum() == pytest.approx(
        done["total"].sum()
    )
    assert done.set_index("completedOn").resample("W").size().sum() == len(done)
    with pytest.warns(UserWarning, match="timezone"):  # pandas' own word: a period has no zone
        periods = done["completedOn"].dt.to_period("M")
    assert done.groupby(periods).size().sum() == len(done)
    assert (done["completedOn"] - done["createdOn"]).dt.days.min() >= 0


def test_texts_are_searched(jobs: pd.DataFrame) -> None:
    """Missing ones are no hit."""
    assert 0 < jobs["summary"].str.contains("roof").sum() < len(jobs)
    assert jobs["jobNumber"].str.len().min() > 0


def test_pivots(jobs: pd.DataFrame) -> None:
    """Two ways to group, one to add up."""
    table = jobs.pivot_table(
        index="businessUnitId", columns="jobStatus", values="total", aggfunc="sum"
    )

    assert table.sum().sum() == pytest.approx(jobs["total"].sum())


def test_sorts_describes_counts(jobs: pd.DataFrame) -> None:
    """The first things that one types."""
    assert jobs.sort_values("total", ascending=False)["total"].iloc[0] == jobs["total"].max()
    assert jobs.describe()["total"]["count"] == jobs["total"].count()
    assert jobs["jobStatus"].value_counts().sum() == len(jobs)
    assert jobs.isna().sum().sum() > 0
    assert jobs["total"].fillna(0).ge(0).all()
    assert jobs["tagTypeIds"].explode().dropna().astype("Int64").notna().all()


def test_two_pulls_are_one_below_the_other(account: stnb.Account, jobs: pd.DataFrame) -> None:
    """With the types that both have."""
    parts = [account.jpm.jobs.pull(jobStatus=s) for s in ("Completed", "Canceled")]
    both = pd.concat(parts, ignore_index=True)

    assert both.dtypes.equals(jobs.dtypes)
    assert len(both) == sum(map(len, parts))


def test_the_last_one_before_is_found(account: stnb.Account, jobs: pd.DataFrame) -> None:
    """By time: `merge_asof`."""
    left = jobs.dropna(subset=["completedOn"]).sort_values("completedOn")[["id", "completedOn"]]
    right = (
        account.crm.leads.pull()
        .sort_values("createdOn")[["createdOn", "id"]]
        .rename(columns={"id": "leadId"})
    )

    assert len(pd.merge_asof(left, right, left_on="completedOn", right_on="createdOn")) == len(left)


def test_pictures_are_drawn(jobs: pd.DataFrame) -> None:
    """With pandas' own plot."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    axes = jobs.groupby("jobStatus")["total"].sum().plot.bar()
    assert len(axes.patches) == jobs["jobStatus"].nunique()
    axes = (
        jobs.dropna(subset=["completedOn"])
        .set_index("completedOn")["total"]
        .resample("ME")
        .sum()
        .plot()
    )
    assert len(axes.lines) >= 1
    plt.close("all")


def test_csv_keeps_every_row(jobs: pd.DataFrame, tmp_path: Path) -> None:
    """And every id to the last digit."""
    jobs.to_csv(tmp_path / "jobs.csv", index=False)
    read = pd.read_csv(tmp_path / "jobs.csv", dtype={"id": "Int64"})

    assert read["id"].equals(jobs["id"])


def test_excel_takes_a_frame(jobs: pd.DataFrame, tmp_path: Path) -> None:
    """Once its times have no zone, which Excel has no word for."""
    pytest.importorskip("openpyxl")
    flat = jobs.drop(columns=[c for c in jobs if str(jobs[c].dtype).startswith("list")])
    flat = flat.assign(
        **{c: flat[c].dt.tz_localize(None) for c in flat.select_dtypes("datetimetz")}
    )
    flat.head(200).to_excel(tmp_path / "jobs.xlsx", index=False)

    assert len(pd.read_excel(tmp_path / "jobs.xlsx")) == 200


# -- files, where stnb is not installed


def sent(column: Column) -> Any:
    """A value as the catalogue promises it."""
    if column.type == "object":
        return {inner.name: sent(inner) for inner in column.children}
    if column.type == "array":
        return [sent(inner) for inner in column.children]
    value = SENT.get(column.type, "5")
    return str(value) if column.text else value


def page_of(endpoint: Endpoint, dtypes: Any) -> Decoded:
    """A row with every column, and one with none."""
    row = {column.name: sent(column) for column in endpoint.columns}
    return decode(json.dumps([row, {}]).encode(), "bare", shape_of(endpoint, dtypes))


# Prints what plain pandas reads: for each file its dtypes, how often a value is there, its attrs.
READER = """
import json, pathlib, sys
import pandas as pd
found = {}
folder = pathlib.Path(sys.argv[1])
for path in sorted(folder.rglob("*.parquet")):
    frame = pd.read_parquet(path)
    kinds = frame.dtypes.astype(str).to_dict()
    found[path.relative_to(folder).as_posix()] = [kinds, frame.count().to_dict(), frame.attrs]
assert not [name for name in sys.modules if name.partition(".")[0] == "stnb"]
print(json.dumps(found))
"""


def write_files(folder: Path, dtypes: Any) -> int:
    """Two files of each resource: as pulled into a file, and as saved; how many resources."""
    folder.mkdir()
    # The quick round has each resource with one of the dtypes.
    alike = ALIKE if EVERYTHING else ALIKE[DTYPES.index(dtypes) :: len(DTYPES)]
    for endpoint in alike:
        page = page_of(endpoint, dtypes)
        frame, _, _ = assemble([page], shape_of(endpoint, dtypes))
        frame.attrs["stnb"] = {"resource": endpoint.name}
        pulled = folder / f"{endpoint.name}.pulled.parquet"
        parquet.write(pulled, [page.table], page.table.schema, frame.attrs["stnb"])
        save(frame, folder / f"{endpoint.name}.saved.parquet")
    return len(alike)


@pytest.mark.timeout(900)  # of 300 resources, if all are asked for
@pytest.mark.long
def test_files_open_where_there_is_no_stnb(tmp_path: Path) -> None:
    """Of resources of every kind, as pulled into a file and as saved: plain pandas reads each
    column, and makes objects of lists, objects and decimals alone. Here they have the frame's own
    dtypes.
    """
    resources = sum(write_files(tmp_path / dtypes, dtypes) for dtypes in DTYPES)

    done = subprocess.run(
        [sys.executable, "-I", "-c", READER, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )

    read = json.loads(done.stdout)
    assert len(read) == 2 * resources
    for name, (kinds, counts, attrs) in read.items():
        here = parquet.read_frame(tmp_path / name)
        resource = name.rpartition("/")[2].rsplit(".", 2)[0]
        assert attrs == here.attrs == {"stnb": {"resource": resource}}
        assert counts == here.count().to_dict()
        assert kinds == {column: plain(kind) for column, kind in here.dtypes.items()}, name
        assert pd.read_parquet(tmp_path / name).dtypes.to_dict() == here.dtypes.to_dict()


@pytest.mark.long
def test_synced_files_open_there_too(account: stnb.Account, tmp_path: Path) -> None:
    """With lists, after the first run and after one that merged changes."""
    for _ in range(2):
        stnb.sync(["jpm.jobs", "accounting.invoices"], tmp_path, account=account, progress=False)

    done = subprocess.run(
        [sys.executable, "-I", "-c", READER, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )

    read = json.loads(done.stdout)
    assert sorted(read) == ["accounting_invoices.parquet", "jpm_jobs.parquet"]
    for name, (kinds, counts, attrs) in read.items():
        here = pd.read_parquet(tmp_path / name)
        assert attrs == here.attrs
        assert counts == here.count().to_dict()
        assert kinds == {column: plain(kind) for column, kind in here.dtypes.items()}
        assert "object" in kinds.values()


def plain(kind: Any) -> str:
    """The dtype that plain pandas reads."""
    return "object" if isinstance(kind, pd.ArrowDtype) else str(kind)
