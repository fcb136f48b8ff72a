"""The reports of a category, what they answer, and the choices that their parameters have."""

from __future__ import annotations

from collections.abc import Sequence

from stnb.catalog import Endpoint

from ...company.world import World
from ..bodies import Answer, Problem, as_json, page_of, read_json
from ..query import Query, paging
from .definitions import REPORTS
from .report import Report
from .runs import Runs
from .work_metrics import Books, Cells

CATEGORIES = {
    "operations": "Operations",
    "accounting": "Accounting",
    "marketing": "Marketing",
    "technician": "Technician",
    "payroll": "Payroll",
    "sales": "Sales",
}
# Where the choices of a parameter come from, by the id of their set.
SETS = {
    "business-units": "settings.business_units",
    "campaigns": "marketing.campaigns",
    "technicians": "settings.technicians",
    "job-types": "jpm.job_types",
}


CHOICE = (("Value", "Value", ""), ("Name", "Name", ""))


def answer(
    world: World, endpoint: Endpoint, keys: list[str], query: Query, body: bytes, runs: Runs
) -> Answer:
    """What a route of the module reporting answers: categories, reports, rows or choices."""
    page, size = paging(endpoint, query)
    if endpoint.name == "reporting.dynamic_value_sets":
        return Answer(200, table_of(CHOICE, dynamic_set(world, keys[0]), page, size, query))
    if endpoint.positional:
        chosen = report(*keys)
        cells = run(world, chosen, body)
        runs.begin(chosen.id)  # a refused body is no run
        return Answer(200, table_of(chosen.fields, cells, page, size, query))
    if endpoint.kind == "record":
        return Answer(200, as_json(report(*keys).about()))
    everything = [{"id": key, "name": name} for key, name in CATEGORIES.items()]
    found = [r.brief() for r in reports_of(keys[0])] if keys else everything
    total = len(found) if query.get("includeTotal", "").lower() == "true" else None
    part = [as_json(row) for row in found[(page - 1) * size : page * size]]
    return Answer(200, page_of(part, page, size, page * size < len(found), total))


def reports_of(category: str) -> list[Report]:
    """The reports of a category.

    Raises:
        Problem: 404, there is no such category.
    """
    if category not in CATEGORIES:
        raise Problem(404, "The report category was not found.")
    return [r for r in REPORTS if r.category == category]


def report(category: str, key: str) -> Report:
    found = next((r for r in reports_of(category) if str(r.id) == key), None)
    if found is None:
        raise Problem(404, "The report was not found.")
    return found


def run(world: World, chosen: Report, body: bytes) -> Cells:
    """The report's rows for the parameters in the body.

    What else the body holds, paging too, is ignored.

    Raises:
        Problem: 400, the body is no such list, or a parameter is missing or wrong.
    """
    try:
        listed = read_json(body or b"{}").get("parameters") or []
        given = {one["name"]: one.get("value") for one in listed}
    except (ValueError, AttributeError, TypeError, KeyError):
        raise Problem(400, errors={"": ["The request body is not valid."]}) from None
    asked = {p.name: p.read(given.get(p.name)) for p in chosen.parameters}
    return chosen.cells(Books(world), asked)


def dynamic_set(world: World, key: str) -> Cells:
    """The choices that a parameter has."""
    if key not in SETS:
        raise Problem(404, "The dynamic value set was not found.")
    books = Books(world)
    return [
        [i, name]
        for i, name in zip(
            books.of(SETS[key], "id").tolist(), books.texts(SETS[key], "name"), strict=True
        )
    ]


def table_of(
    fields: Sequence[tuple[str, str, str]], cells: Cells, page: int, size: int, query: Query
) -> bytes:
    """A page of rows of cells, with the fields that name them."""
    part = cells[(page - 1) * size : page * size]
    total = len(cells) if query.get("includeTotal", "").lower() == "true" else None
    named = [{"name": n, "label": label} for n, label, _ in fields]
    return as_json(
        {
            "fields": named,
            "page": page,
            "pageSize": size,
            "hasMore": page * size < len(cells),
            "totalCount": total,
            "data": part,
        }
    )
