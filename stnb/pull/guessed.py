"""Names of other libraries for what a pull can do, and what to write instead."""

from __future__ import annotations

from stnb.catalog import Endpoint
from stnb.catalog.main_date import main_date
from stnb.errors import tongue

# In small letters and without underscores: `max_rows` is `maxrows`.
ROWS = frozenset({
    "n", "nrows", "rows", "top", "first", "head", "take", "size", "maxrows", "maxresults",
    "maxrecords", "maxitems", "rowlimit", "numrows", "numberofrows", "maxresult", "max", "sample",
})  # fmt: skip
PAGING = frozenset({
    "offset", "skip", "skiprows", "startrow", "cursor", "pagenumber", "nextpage", "perpage",
})  # fmt: skip
COLUMNS = frozenset({
    "usecols", "select", "fields", "cols", "only", "attributes", "properties", "columnnames",
})  # fmt: skip
ORDER = frozenset({
    "order", "orderby", "sortby", "ascending", "descending", "reverse", "sorting", "desc", "asc",
})  # fmt: skip
CONDITION = frozenset({"where", "filter", "query", "condition", "conditions", "q", "search"})
DATES = frozenset({
    "start", "end", "startdate", "enddate", "date", "dates", "daterange", "month", "year", "day",
    "week", "period", "between", "before", "after", "fromdate", "todate", "begin", "begindate",
    "stop", "until", "duration", "timerange",
})  # fmt: skip
OF_A_FRAME = {
    "groupby": "df.groupby(…)",
    "aggregate": "df.groupby(…).agg(…)",
    "agg": "df.groupby(…).agg(…)",
    "having": "df.groupby(…), then a condition",
    "join": "df.merge(…)",
    "merge": "df.merge(…)",
    "expand": "st.name_columns(df)",
    "include": "st.name_columns(df)",
    "distinct": "df.drop_duplicates()",
    "unique": "df.drop_duplicates()",
    "index": "df.set_index(…)",
    "indexcol": "df.set_index(…)",
    "dropna": "df.dropna()",
    "fillna": "df.fillna(…)",
    "rename": "df.rename(…)",
    "astype": "df.astype(…)",
    "dtype": "df.astype(…)",
    "parsedates": "nothing: times arrive as times",
    "flatten": "df, as it is: objects are nested columns",
}
OF_AN_ACCOUNT = frozenset({
    "tenant", "tenantid", "profile", "account", "env", "environment", "envfile", "token",
})  # fmt: skip


def instead_of(endpoint: Endpoint, name: str) -> str:
    """The sentence for a name that other libraries have; "" if it is none.

    Example:
        >>> instead_of(load()["jpm.jobs"], "max_rows")
        'Give limit=… for fewer rows.'
    """
    plain = name.lower().replace("_", "").replace("-", "")
    if plain in ROWS:
        return tongue.either("Give limit=… for fewer rows.", "Give --limit N for fewer rows.")
    if plain in PAGING:
        return tongue.either(
            "stnb pages by itself: give limit=… for fewer rows, or read .pages(…) one by one.",
            "stnb pages by itself: give --limit N for fewer rows.",
        )
    if plain in COLUMNS:
        return tongue.either(
            'Give columns=["id"] for fewer columns.', "Give --columns id,… for fewer columns."
        )
    if plain in ORDER:
        return _order(endpoint)
    if plain in CONDITION:
        return _condition(endpoint)
    if plain in DATES:
        return _dates(endpoint)
    if plain in OF_AN_ACCOUNT:
        return tongue.either(
            'An account is of one profile: st = stnb.connect("profile").',
            "Give --profile NAME.",
        )
    if plain in OF_A_FRAME:
        return f"The frame does that after the pull: {OF_A_FRAME[plain]}."
    return ""


def _order(endpoint: Endpoint) -> str:
    if endpoint.takes("sort") is None:
        return "Rows of it come in the API's order: sort the frame, with df.sort_values(…)."
    return tongue.either(
        'Give sort="-Id" for the newest first, or sort the frame: df.sort_values(…).',
        "Give --sort -Id for the newest first.",
    )


def _condition(endpoint: Endpoint) -> str:
    first = [param for param in endpoint.filters if param.values] or list(endpoint.filters)
    if not first:
        return "It has no filters: choose rows of the frame, with df[df.column == value]."
    param = first[0]
    value = param.values[0] if param.values else "…"
    return tongue.either(
        f'Filters are given by their names, such as {param.py}="{value}".',
        f"Filters are given by their names, such as --{param.name} {value}.",
    )


def _dates(endpoint: Endpoint) -> str:
    date = main_date(endpoint)
    if date is None or not date.since:
        return "It has no filter of its date: choose rows of the frame."
    return tongue.either(
        f'Give {date.since}="last month", which sets both ends, or a day.',
        f'Give --{date.since} "last month", which sets both ends, or a day.',
    )
