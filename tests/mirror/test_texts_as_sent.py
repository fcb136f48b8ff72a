"""A column of a synced table that turns to text holds the texts that were sent."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from stnb.errors import ColumnDrift
from stnb.mirror import sync
from tests.mirror.test_sync import Tenant, saying


class AsWritten(Tenant):
    """A tenant that sends a number as it is written here: "~12.50" is the number 12.50."""

    async def answer(self, request: httpx.Request) -> httpx.Response:
        answer = await super().answer(request)
        content = answer.content
        for number in (b"12791.90", b"0.50", b"7.0", b"1e2"):
            content = content.replace(b'"~' + number + b'"', number)
        return httpx.Response(answer.status_code, content=content)


@pytest.fixture
def writer() -> AsWritten:
    tenant = AsWritten()
    for id, size in enumerate(["~12791.90", "~0.50", "~7.0", "~1e2"], 1):
        tenant.put(id, size=size)
    return tenant


def sizes(folder: Path, table: str) -> dict[int, Any]:
    frame = pd.read_parquet(folder / f"{table}.parquet")
    return dict(zip(frame["id"], frame["size"], strict=True))


@pytest.mark.parametrize("resource", ["toys.widgets", "toys.gadgets"])
def test_numbers_of_an_earlier_sync_become_the_texts_that_were_sent(
    writer: AsWritten, tmp_path: Path, resource: str
) -> None:
    """A later sync that finds words in a column of numbers reads the numbers before it once more,
    and says so; from then on, numbers come as they were sent.
    """
    table = resource.replace(".", "_")
    sync([writer[resource]], tmp_path)
    assert sizes(tmp_path, table)[1] == 12791.9
    writer.put(5, size="large")
    with saying() as said:
        report = sync([writer[resource]], tmp_path)
    sent = {1: "12791.90", 2: "0.50", 3: "7.0", 4: "1e2", 5: "large"}
    assert sizes(tmp_path, table) == sent
    assert report.loc[0, ["added", "after", "problem"]].tolist() == [1, 5, ""]
    assert any("is read from the beginning: size came as text" in text for text in said)

    writer.put(6, size="~12791.90")
    writer.put(5, size="~0.50")
    asked = len(writer.queries)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ColumnDrift)
        sync([writer[resource]], tmp_path)
    assert sizes(tmp_path, table) == {**sent, 5: "0.50", 6: "12791.90"}
    assert len(writer.queries) - asked == 1  # what changed is enough now


def test_a_row_that_does_not_come_again_is_told(writer: AsWritten, tmp_path: Path) -> None:
    """A row that the server no longer gives keeps the text of its value, and this is told."""
    sync([writer["toys.gadgets"]], tmp_path)
    del writer.rows[1]
    writer.put(5, size="large")
    with saying() as said:
        sync([writer["toys.gadgets"]], tmp_path)

    assert sizes(tmp_path, "toys_gadgets") == {
        1: "12791.9",
        2: "0.50",
        3: "7.0",
        4: "1e2",
        5: "large",
    }
    told = "ColumnDrift: toys_gadgets has 1 row that did not come again: there, size is the text"
    assert any(text.startswith(told) for text in said)


def test_other_kinds_of_columns_too(writer: AsWritten, tmp_path: Path) -> None:
    """Booleans that came as text, lists with numbers in them, and columns that the catalogue does
    not know.
    """
    writer.put(1, active="False", tags=[1, "~7.0"], unknown="~0.50")
    sync_quietly(writer, tmp_path)
    writer.put(5, active="maybe", tags="none", unknown="many")
    sync_quietly(writer, tmp_path)

    frame = pd.read_parquet(tmp_path / "toys_widgets.parquet").set_index("id")
    found = frame.loc[[1, 5], ["active", "tags", "unknown"]].to_dict("list")
    assert found["active"] == ["False", "maybe"]
    assert found["tags"] == ["[1,7.0]", "none"]
    assert found["unknown"] == ["0.50", "many"]


def sync_quietly(tenant: Tenant, folder: Path) -> None:
    with saying():
        sync([tenant["toys.widgets"]], folder)
