"""The reports of a tenant as a table, and one of them by its number or its name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb.errors import NotAllowed, StnbWarning, UnknownResource, UsageError
from stnb.errors.wording import listed
from stnb.frame import notices

from .models import Description, description
from .report import Report

if TYPE_CHECKING:
    from ..source import Tenant

CATEGORIES = "reporting.report_categories"
REPORTS = "reporting.report_category.reports"
ONE = "/reporting/v2/tenant/{tenant}/report-category/{category}/reports/{id}"
NAMES = ["id", "name", "category", "categoryId", "description"]
NAMED = 8  # reports that an error names


def all_reports(account: Tenant, details: bool = False) -> pd.DataFrame:
    """Every report of a tenant; see `Account.reports`."""
    categories = account[CATEGORIES].pull(progress=False)
    if categories.empty:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in NAMES}).astype(
            {"id": "Int64"}
        )
    labels = dict(zip(categories["id"], categories["name"], strict=True))
    found = _of_categories(account, labels)
    found = found.rename(columns={"reportCategoryId": "categoryId"})
    found["category"] = found["categoryId"].map(labels).astype("str")
    table = found[NAMES].sort_values(["category", "name", "id"], ignore_index=True)
    if details:
        table = _with_details(account, table)
    table.attrs = dict(found.attrs)
    return table


def _of_categories(account: Tenant, labels: Mapping[str, str]) -> pd.DataFrame:
    """The reports of all categories; some of these may be closed to the app."""
    reports = account[REPORTS]
    try:
        return reports.pull(report_category=list(labels), progress=False)
    except NotAllowed as err:
        refused = err
    parts, closed = [], []
    for category, label in labels.items():
        try:
            parts.append(reports.pull(report_category=[category], progress=False))
        except NotAllowed:
            closed.append(label)
    if not parts:
        raise refused
    text = f"The app may not read the reports of {listed(closed)}: they are left out."
    notices.warn(notices.Notice(StnbWarning, text))
    found = pd.concat(parts, ignore_index=True)
    found.attrs = dict(parts[0].attrs)
    return found


def _with_details(account: Tenant, table: pd.DataFrame) -> pd.DataFrame:
    """What only the description of each report says: a request each."""
    places = zip(table["categoryId"], table["id"], strict=True)
    known = [described(account, str(category), int(number)) for category, number in places]
    written = pd.Series([each.modified for each in known], dtype="str")
    modified = pd.to_datetime(written, utc=True, format="ISO8601", errors="coerce")
    return table.assign(
        modifiedOn=modified,
        parameters=[", ".join(p.name for p in each.parameters) for each in known],
        columns=[", ".join(field.name for field in each.fields) for each in known],
    )


def described(account: Tenant, category: str, number: int) -> Description:
    """What the API says of one report."""
    place = ONE.replace("{category}", str(category)).replace("{id}", str(number))
    return description(str(category), account.get(place))


def report(account: Tenant, wanted: str | int, category: str | None = None) -> Report:
    """One report; see `Account.report`."""
    wanted = _plain(wanted)
    if isinstance(wanted, bool) or not isinstance(wanted, (str, int)) or str(wanted).strip() == "":
        raise UsageError(
            f"{wanted!r} names no report.",
            "A report has a number and a name.",
            'Write st.report(175) or st.report("Technician Scoreboard"); st.reports() lists them.',
        )
    table = all_reports(account)
    if category is not None:
        table = _in_category(table, category)
    row = _one_of(_matching(table, wanted), table, wanted)
    return report_of(account, row)


def _plain(wanted: Any) -> Any:
    """A number of numpy, which a cell of `st.reports()` may be, as one of Python."""
    is_number = isinstance(wanted, Integral) and wanted is not True and wanted is not False
    return int(wanted) if is_number else wanted


def report_of(account: Tenant, row: Any) -> Report:
    """The report of a row of `all_reports`: its description is a request."""
    return Report(account, described(account, row["categoryId"], int(row["id"])), row["category"])


def _in_category(table: pd.DataFrame, category: str) -> pd.DataFrame:
    wanted = category.strip().casefold()
    known = table["category"].str.casefold(), table["categoryId"].str.casefold()
    found = table[(known[0] == wanted) | (known[1] == wanted)]
    if found.empty:
        names = ", ".join(dict.fromkeys(table["category"]))
        raise UnknownResource(
            f"There is no category of reports {category!r} with reports in it.",
            "Likely it is spelt otherwise, or the app may not read it.",
            f"The categories are: {names or 'none'}.",
        )
    return found


def _matching(table: pd.DataFrame, wanted: str | int) -> pd.DataFrame:
    """By number, else by the whole name, else by a part of it."""
    text = str(wanted).strip().casefold()
    if text.isdecimal():
        by_number = table[table["id"] == int(text)]
        if isinstance(wanted, int) or not by_number.empty:
            return by_number
    names = table["name"].str.casefold()
    whole = table[names == text]
    if not whole.empty:
        return whole
    inside = [all(word in name for word in text.split()) for name in names]
    return table[inside]


def _one_of(found: pd.DataFrame, table: pd.DataFrame, wanted: str | int) -> Any:
    if len(found) == 1:
        return found.iloc[0]
    if len(found) > 1:
        raise UnknownResource(
            f"{len(found)} reports are called {wanted!r}.",
            f"They are: {_listed(found)}.",
            f"Give the number of the one that is meant, such as {found['id'].iloc[0]}.",
        )
    near = _near(str(wanted), list(table["name"]))
    why = "Likely it was deleted, is spelt otherwise, or is in a category that the app cannot read."
    if near:
        why = f"Near it: {_listed(table[table['name'].isin(near)])}."
    raise UnknownResource(
        f"There is no report {wanted!r} among the {len(table)} that the app may read.",
        why,
        "List them with st.reports(), or with `stnb report list`.",
    )


def _near(wanted: str, names: list[str]) -> list[str]:
    """Names that are alike as a whole, or that have a word like one of those given."""
    near = difflib.get_close_matches(wanted, names, n=4, cutoff=0.6)
    for name in names:
        words = name.casefold().split()
        for word in wanted.casefold().split():
            if difflib.get_close_matches(word, words, n=1, cutoff=0.75) and len(near) < NAMED:
                near.append(name)
    return list(dict.fromkeys(near))


def _listed(found: pd.DataFrame) -> str:
    rows = zip(found["id"], found["name"], found["category"], strict=True)
    texts = [f"{number} ({name}, in {category})" for number, name, category in rows]
    if len(texts) > NAMED:
        return f"{', '.join(texts[:NAMED])} and {len(texts) - NAMED} more"
    return ", ".join(texts)
