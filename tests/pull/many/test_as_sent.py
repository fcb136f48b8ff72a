"""Text that the rows of a later parent make of a column of numbers is what was sent."""

from __future__ import annotations

import httpx

from stnb.catalog import load
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.warned import said

COSTS = load()["marketing.campaigns.costs"]
# Of each campaign, its pages, and the costs on each.
AMOUNTS = {
    1: [["12.50", "3"], ["0.00"]],
    2: [["7.0", "8.0"]],
    3: [["7", "8.5"], ['"n/a"', "1.10"]],
    4: [["9"]],
}


def answer(request: httpx.Request) -> httpx.Response:
    campaign, page = int(request.url.path.split("/")[-2]), int(request.url.params["page"])
    rows = []
    for at, cost in enumerate(AMOUNTS[campaign][page - 1]):
        rows.append(f'{{"id":{campaign * 100 + page * 10 + at},"dailyCost":{cost}}}')
    more = str(page < len(AMOUNTS[campaign])).lower()
    size = max(map(len, AMOUNTS[campaign]))
    text = f'{{"page":{page},"pageSize":{size},"hasMore":{more},"data":[{",".join(rows)}]}}'
    return httpx.Response(200, content=text, headers={"content-type": "application/json"})


def test_the_costs_of_many_campaigns_are_as_they_were_sent() -> None:
    """Over parents, and over the pages of each."""
    resource = FakeTenant(answer, catalog=load()).resource(COSTS)
    wanted = ["12.50", "3", "0.00", "7.0", "8.0", "7", "8.5", "n/a", "1.10", "9"]

    frame, told = said(lambda: resource.pull(id=[1, 2, 3, 4]))
    assert frame["dailyCost"].tolist() == wanted
    assert any("dailyCost" in text for text in told)
