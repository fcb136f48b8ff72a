"""What a tenant has named for itself: custom fields, tags and business units."""

from __future__ import annotations

from typing import Any

from stnb.errors import StnbError

from ..account import Account

NAMED = {"settings.business_units": "Business units", "settings.tag_types": "Tags"}
ENDS = (".custom_fields", ".custom_field_types")  # of the resources that list custom fields


def named_by(st: Account) -> dict[str, Any]:
    """Read the names that a tenant uses, one short list after the other.

    Returns:
        `profile`, `environment`, `tenant`, `lists` (by resource: title and rows of id, name, type,
        values and active), and `problems`: why a list could not be read, by resource.
    """
    lists: dict[str, Any] = {}
    problems: dict[str, str] = {}
    titles = {name: title for name, title in NAMED.items() if name in st}
    for endpoint in st.catalog:
        if endpoint.kind == "list" and endpoint.name.endswith(ENDS) and not _asks(st, endpoint):
            above = endpoint.name.rpartition(".")[0]
            titles[endpoint.name] = f"Custom fields of {above}"
    for name, title in titles.items():
        try:
            rows = _rows(st, name)
        except StnbError as err:
            problems[name] = str(err)
            continue
        if rows:
            lists[name] = {"title": title, "rows": rows}
    owner = {"profile": st.profile, "environment": st.environment, "tenant": st.tenant}
    return {**owner, "lists": lists, "problems": problems}


def _asks(st: Account, endpoint: Any) -> bool:
    """Whether a filter beside the sort's direction has to be given."""
    return any(param.name != "descending" for param in endpoint.required)


def _rows(st: Account, name: str) -> list[dict[str, Any]]:
    resource = st[name]
    filters: dict[str, Any] = {}
    if resource.endpoint.shows_all:
        filters = dict([resource.endpoint.shows_all])
    for param in resource.endpoint.required:
        filters[param.py] = False
    frame = resource.pull(progress=False, **filters)
    rows = []
    for record in frame.to_dict("records"):
        options = record.get("dataTypeOptions")
        values = [] if options is None or isinstance(options, float) else list(options)
        rows.append(
            {
                "id": str(record.get("id", "")),
                "name": str(record.get("name", "")),
                "type": str(record.get("dataType", "")),
                "values": [str(value) for value in values],
                "active": str(record.get("active", "")) != "False",
            }
        )
    return rows
