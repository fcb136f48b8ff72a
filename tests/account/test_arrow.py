"""The rows of a query as Arrow's own, and a frame without rows."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import pytest

import stnb
from stnb.catalog import load
from stnb.errors import RequestError, UsageError
from tests.helpers.sample import with_all_types
from tests.helpers.warned import quiet

pytestmark = pytest.mark.usefixtures("small_demo")

NAMES = [name for name in load().endpoints if not name.endswith(".get")]


def test_the_table_has_what_the_frame_has(st: stnb.Account) -> None:
    """Columns, types, values, and the provenance in its metadata."""
    query = st.jpm.jobs.where(jobStatus="Completed", limit=300)
    frame, table = quiet(query.pull), quiet(query.arrow)
    again = table.to_pandas(types_mapper=lambda kind: None)
    assert table.column_names == list(frame.columns)
    assert again["id"].tolist() == frame["id"].tolist()
    assert again.attrs["stnb"]["resource"] == "jpm.jobs"
    assert str(table.schema.field("completedOn").type) == "timestamp[us, tz=UTC]"


def test_batches_are_the_rows_of_a_pull_and_leave_nothing(
    st: stnb.Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their file is gone once they are taken."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    query = st.crm.customers.where(active="Any")
    reader = quiet(query.batches)
    assert list(tmp_path.iterdir())
    found = reader.read_all()
    assert found.column("id").to_pylist() == quiet(query.pull)["id"].tolist()
    assert not list(tmp_path.iterdir())


def test_batches_of_many_calls_come_from_memory(st: stnb.Account) -> None:
    """As their rows do."""
    ids = quiet(lambda: st.jpm.jobs.pull(limit=5))["id"].tolist()
    reader = quiet(lambda: st.jpm.jobs.notes.where(id=ids).batches())
    assert "jobId" in reader.schema.names or "id" in reader.schema.names
    reader.read_all()


def test_batches_that_fail_leave_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their error is the pull's."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with stnb.demo(scale=0.01, state="disabled") as st, pytest.raises(RequestError):
        st.crm.customers.where().batches()
    assert not [each for each in tmp_path.iterdir() if each.name.startswith("stnb-batches")]


@pytest.mark.parametrize("name", [e.name for e in with_all_types([load()[n] for n in NAMES])])
def test_an_empty_frame_has_the_types_of_a_pull(st: stnb.Account, name: str) -> None:
    """Of every resource, without a request."""
    resource = st[name]
    empty = resource.empty()
    assert len(empty) == 0
    if resource.endpoint.kind == "file":
        kinds_of_file = {"content": "object", "contentType": "str", "size": "Int64"}
        assert empty.dtypes.astype(str).to_dict() == kinds_of_file
    else:
        assert not empty.isna().any().any()
        kinds = {"str", "Int64", "Float64", "boolean"}
        flat = [c for c in resource.endpoint.columns if c.name in empty and c.type == "integer"]
        assert all(str(empty[c.name].dtype) in kinds for c in flat)


def test_an_empty_frame_has_the_columns_that_are_asked_for(st: stnb.Account) -> None:
    """And no others; a wrong name is refused."""
    assert list(st.jpm.jobs.empty(columns=["id", "total"])) == ["id", "total"]
    exact = st.accounting.invoices.empty(columns=["total"], dtypes="decimal")
    assert isinstance(exact["total"].dtype, pd.ArrowDtype)
    with pytest.raises(UsageError):
        st.jpm.jobs.empty(columns=["totle"])
