"""The dictionary in one compact text, to be given to a language model with a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stnb.errors import printable

HEAD = """\
# ServiceTitan's API in Python by stnb: what a language model needs to write code that runs

import stnb
st = stnb.connect("PROFILE")        # or "demo"
df = st.jpm.jobs.pull(jobStatus="Completed", completedOnOrAfter="last 90 days")   # all pages, typed
st.jpm.jobs.count(...); .head(5); .get(id); .where(...).pull(); pull(to="jobs.parquet")
Options of pull: limit, columns=[...], since, dtypes="decimal", ids=[...], max_age="1 hour".
st.name_columns(df); st.follow(df, "customerId"); stnb.children(df, "items"); stnb.local(df)
Only names below exist; a filter that is not below is refused. Dates: "2026-07-01", "2026-07",
"last 30 days". Nested objects are columns with dots: df["address.city"].

A resource: name: what it holds. `?` its filters (! is required, = known values), `>` its columns
with types (i int, f float, $ amount, b bool, s text, t time, d date, l list; -> where an id leads
to), `~` what is easily misread.
"""
SHORT = {
    "integer": "i",
    "number": "f",
    "decimal": "$",
    "boolean": "b",
    "date-time": "t",
    "date": "d",
    "array": "l",
}
INSIDE = 2  # dots of a column's name; what lies deeper is rarely asked for
VALUES = 8  # known values of a filter that are written out


def context(facts: Mapping[str, Any]) -> str:
    """The text: three lines for each resource."""
    lines = [HEAD]
    for each in facts["resources"]:
        if ".export." not in each["name"] or each["traps"]:
            lines += _resource(each)
    lines.append("Feeds `MODULE.export.NAME` have the columns of MODULE.NAME and no filters.")
    if "tenant" in facts:
        lines += ["", *_tenant(facts["tenant"])]
    return "\n".join([*lines, ""])


def _resource(each: Mapping[str, Any]) -> Iterator[str]:
    yield f"{each['name']}: {each['about'] or each['label']}"
    filters = [_filter(one) for one in each["filters"]]
    if filters:
        yield f"? {' '.join(filters)}"
    leads: dict[str, str] = {}
    for link in each["links"]:
        leads.setdefault(link["column"].replace("[]", ""), link["to"])
    near = [one for one in each["columns"] if one["name"].count(".") < INSIDE]
    columns = [_column(one, leads) for one in near if one["type"] != "object"]
    if columns:
        yield f"> {' '.join(columns)}"
    for trap in each["traps"]:
        yield f"~ {trap}"


def _filter(one: Mapping[str, Any]) -> str:
    mark = "!" if one["required"] else ""
    values = one["values"][:VALUES]
    known = f"={'|'.join(values)}" if values else ""
    return f"{one['name']}{mark}{known}"


def _column(one: Mapping[str, Any], leads: Mapping[str, str]) -> str:
    target = leads.get(one["name"], "")
    if target:
        return f"{one['name']}->{target}"
    return f"{one['name']}:{SHORT.get(one['type'], 's')}"


def _tenant(tenant: Mapping[str, Any]) -> Iterator[str]:
    yield f"This tenant ({tenant['environment']}) calls its own things:"
    for part in tenant["lists"].values():
        names = [f"{row['name']} ({row['id']})" for row in part["rows"]]
        yield printable(f"{part['title']}: {'; '.join(names)}", one_line=True)
