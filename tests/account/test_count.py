"""A count is the server's total, unless the server's own rows deny it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stnb.errors.wording import counted
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.toys import CATALOG
from tests.helpers.warned import said

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


CONTRADICTIONS = [
    # (rows that there are, rows a page gives at most, the total that is said, hasMore)
    (130, 1, 1, True),  # one of one, and there is more
    (130, 1, 500, False),  # one of 500, and there is no more
    (130, 50, 20, None),  # fifty of twenty
    (130, 50, 20, True),
    (1, 1, 0, False),
    (1, 1, 100_000, False),
]


@pytest.mark.filterwarnings("ignore::stnb.StnbWarning")
@pytest.mark.parametrize(("rows", "least", "total", "more"), CONTRADICTIONS)
def test_a_total_that_its_own_page_contradicts_is_not_believed(
    rows: int, least: int, total: int, more: bool | None
) -> None:
    """The page that brings a total also has rows, and says whether there are more of them."""

    def answer(request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        size, page = max(int(query["pageSize"]), least), int(query.get("page", 1))
        places = range((page - 1) * size, min(page * size, rows))
        body: dict[str, Any] = {"data": [{"id": at + 1} for at in places], "totalCount": total}
        said = page * size < rows
        if int(query["pageSize"]) == 1:
            said = more
        return httpx.Response(200, json={**body, "hasMore": said})

    tenant = FakeTenant(answer, catalog=CATALOG)

    assert tenant.resource(CATALOG.endpoints["toys.widgets"]).count() == rows


@pytest.mark.parametrize("more", [None, "yes", False])
@pytest.mark.parametrize("total", [1, 130])
def test_a_total_without_any_row_is_not_believed(total: int, more: Any) -> None:
    """Then all rows are read, and only what is said of these is told, with the server's total."""
    body = {"data": [], "totalCount": total, "hasMore": more}
    tenant = FakeTenant(lambda request: httpx.Response(200, json=body), catalog=CATALOG)
    widgets = tenant.resource(CATALOG.endpoints["toys.widgets"])

    found, texts = said(widgets.count)

    assert found == 0
    assert sum(f"it has {counted(total, 'row')} and gave 0" in text for text in texts) == 1
    assert sum("and gave" in text for text in texts) == 1

    first, texts = said(lambda: widgets.pull(limit=1))
    assert len(first) == 0
    assert sum(f"it has {counted(total, 'row')} and gave 0" in text for text in texts) == 1


@pytest.mark.parametrize(("total", "more"), [(130, True), (1, False), (130, None), (0, False)])
def test_a_total_that_fits_its_page_costs_one_request(total: int, more: bool | None) -> None:
    """A count stays one small request if nothing contradicts it."""

    def answer(request: httpx.Request) -> httpx.Response:
        rows = [{"id": at + 1} for at in range(min(total, 1))]
        return httpx.Response(200, json={"data": rows, "totalCount": total, "hasMore": more})

    tenant = FakeTenant(answer, catalog=CATALOG)

    assert tenant.resource(CATALOG.endpoints["toys.widgets"]).count() == total
    assert len(tenant.requests) == 1


def test_a_count_speaks_of_rows_alone() -> None:
    """Its one row may differ from the catalogue, or have a known trap: no word of that."""
    tenant = FakeTenant(catalog=CATALOG)
    for total in (1, None):  # one request, and a whole pull
        row = {"id": "7", "name": 12, "odd": [1]}
        body = {"data": [row], "totalCount": total, "hasMore": False}
        tenant._handler = lambda request, body=body: httpx.Response(200, json=body)

        assert said(tenant.resource(CATALOG.endpoints["toys.widgets"]).count) == (1, [])
