"""A count is the server's total, unless the server's own rows deny it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.toys import CATALOG

ROWS = 130


@pytest.mark.filterwarnings("ignore::stnb.StnbWarning")
def test_a_total_of_nothing_beside_rows_is_not_believed() -> None:
    """`totalCount: 0` comes with a row: then all rows are read and counted."""

    def answer(request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        size, page = int(query["pageSize"]), int(query.get("page", 1))
        places = range((page - 1) * size, min(page * size, ROWS))
        body: dict[str, Any] = {"data": [{"id": at + 1} for at in places], "totalCount": 0}
        return httpx.Response(200, json={**body, "hasMore": page * size < ROWS})

    tenant = FakeTenant(answer, catalog=CATALOG)

    assert tenant.resource(CATALOG.endpoints["toys.widgets"]).count() == ROWS
