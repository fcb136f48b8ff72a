"""Which column shows what a filter asks for, so that the answer can be checked and not only the
request.

The API ignores a filter that it does not take and answers with every row (seen on the live API).
Only what can be said without doubt is checked: ids, also in lists of them, booleans, values of an
enum, numbers of jobs and the like, and bounds of times and numbers. Other texts are not, because
the API takes some of them as a part of the text, or looks for them in several columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from stnb.catalog import Column, Endpoint, Param
from stnb.frame import shape_of

from .call import Call
from .namesakes import namesakes
from .values import DAYS

# "part": the column holds what was asked for, as a whole or as a part of it; "some": it is a list
# with at least one of the ids; "least", "most": a number that is not below, not above the bound.
Kind = Literal["id", "flag", "value", "part", "some", "from", "before", "least", "most"]
# How the name of a bound ends; the longest first. Whether a bound belongs to its span differs
# between routes, so that a moment on it fits either way.
BOUNDS: tuple[tuple[str, Kind], ...] = (
    ("OnOrAfter", "from"),
    ("OnOrBefore", "before"),
    ("OnAfter", "from"),
    ("OnBefore", "before"),
    ("After", "from"),
    ("Before", "before"),
    ("From", "from"),
    ("To", "before"),
)
EVERY = frozenset({"any", "all"})
# Bounds whose column is called otherwise: (resource, name without its ending) -> column.
NAMED_OTHERWISE = {
    ("accounting.invoices", "invoiced"): "invoiceDate",
    ("accounting.journal_entries", "posted"): "postDate",
    ("accounting.payments", "paid"): "date",
    ("dispatch.non_job_appointments", "starts"): "start",
    ("dispatch.technician_shifts", "ends"): "end",
    ("dispatch.technician_shifts", "starts"): "start",
    ("jpm.appointments", "starts"): "start",
    ("jpm.projects", "completed"): "actualCompletionDate",
    ("jpm.projects", "starts"): "startDate",
    ("payroll.employees.payrolls", "approved"): "managerApprovedOn",
    ("payroll.payrolls", "approved"): "managerApprovedOn",
    ("payroll.technicians.payrolls", "approved"): "managerApprovedOn",
    ("telecom.calls", "created"): "leadCall.createdOn",
    ("telecom.v2.calls", "created"): "leadCall.createdOn",
}
# Filters whose column is called otherwise: (resource, filter) -> column.
COLUMNS = {
    ("accounting.ap_bills", "batchNumber"): "batch.number",
    ("accounting.credit_memos", "batchNumber"): "batch.number",
    ("accounting.inventory_bills", "batchNumber"): "batch.number",
    ("accounting.inventory_bills.paginated", "batchNumber"): "batch.number",
    ("accounting.invoices", "batchNumber"): "batch.number",
    ("accounting.payments", "batchNumber"): "batch.number",
    ("accounting.invoices", "jobNumber"): "job.number",
    ("accounting.invoices", "number"): "referenceNumber",
    ("accounting.invoices", "statuses"): "syncStatus",
    ("accounting.payments", "statuses"): "syncStatus",
    ("jpm.appointments", "number"): "appointmentNumber",
    ("jpm.jobs", "number"): "jobNumber",
    ("jpm.work_breakdown_structure.budget_codes", "budgetCodeIds"): "id",
    ("sales.estimates", "soldById"): "soldBy",
    ("sales.estimates", "status"): "status.name",
    ("telecom.calls", "agentExternalId"): "leadCall.agent.externalId",
    ("telecom.calls", "agentId"): "leadCall.agent.id",
    ("telecom.calls", "campaignId"): "leadCall.campaign.id",
    ("telecom.v2.calls", "agentExternalId"): "leadCall.agent.externalId",
    ("telecom.v2.calls", "agentId"): "leadCall.agent.id",
    ("telecom.v2.calls", "campaignId"): "leadCall.campaign.id",
}
# Lists of ids of which a row has at least one: (resource, filter) -> column. The documents say so
# of each, as "Return jobs that have at least one of provided Tag Type assigned".
LISTS = {
    ("jpm.jobs", "equipmentIds"): "equipmentIds",
    ("jpm.jobs", "estimateIds"): "estimateIds",
    ("jpm.jobs", "tagTypeIds"): "tagTypeIds",
    ("jpm.projects", "businessUnitIds"): "businessUnitIds",
    ("jpm.projects", "jobId"): "jobIds",
    ("jpm.projects", "projectManagerIds"): "projectManagerIds",
    ("taskmanagement.tasks", "involvedEmployeeIdList"): "involvedEmployeeIdList",
}
# Bounds of numbers, which may be the bound itself: (resource, filter) -> column. An estimate's
# total and a bill's cost are no columns, so that their filters are not here.
RANGES: dict[tuple[str, str], tuple[Kind, str]] = {
    ("accounting.bank_deposits", "grossAmountGreater"): ("least", "grossAmount"),
    ("accounting.bank_deposits", "grossAmountLess"): ("most", "grossAmount"),
    ("accounting.invoices", "totalGreater"): ("least", "total"),
    ("accounting.invoices", "totalLess"): ("most", "total"),
    ("accounting.journal_entries", "numberFrom"): ("least", "number"),
    ("accounting.journal_entries", "numberTo"): ("most", "number"),
    ("accounting.payments", "totalGreater"): ("least", "total"),
    ("accounting.payments", "totalLess"): ("most", "total"),
    ("marketingreputation.reviews", "fromRating"): ("least", "rating"),
    ("marketingreputation.reviews", "toRating"): ("most", "rating"),
}
# Numbers that a row has as they are asked for.
PLAIN_NUMBERS = {
    ("marketing.campaigns.costs", "month"),
    ("marketing.campaigns.costs", "year"),
    ("marketing.costs", "month"),
    ("marketing.costs", "year"),
}
# Texts of which it is known what they are compared with, beside those whose name ends in "number".
PLAIN_TEXTS = {("jpm.jobs", "priority"), ("sales.estimates", "status")}
# A route with this parameter counts changes that the column modifiedOn does not show.
CHANGES_UNSEEN = "excludeAccountingChangesFromModifiedDateRange"


@dataclass(frozen=True)
class Check:
    """A filter and the column that shows what it asks for.

    Attributes:
        column: its path in the frame, such as "customer.id".
        values: what was asked for, as the API takes it, in small letters: one of these, or the
            bound.
        whole_days: whether the column or the filter has days, which begin at another hour in
            another zone.
        asked: the values as they were sent, for the reader.
    """

    filter: str
    kind: Kind
    column: str
    values: frozenset[str]
    whole_days: bool = False
    asked: tuple[str, ...] = ()


def checks(call: Call) -> list[Check]:
    """The filters of a call whose column the catalogue knows.

    Example:
        >>> checks(call(st.jpm.jobs.endpoint, 1, {"jobStatus": "Completed"}))
        [Check(filter='jobStatus', kind='value', column='jobStatus', values=…)]
    """
    found = []
    for name, texts in _asked(call).items():
        param, values = call.endpoint.takes(name), frozenset(texts)
        if param is None or values & EVERY:
            continue
        shown = tuple(sorted(texts.values()))
        found += [replace(check, asked=shown) for check in _check(call.endpoint, param, values)]
    return found


def _asked(call: Call) -> dict[str, dict[str, str]]:
    """What was asked for by each filter, of all calls together: in small letters -> as it was
    sent.
    """
    asked: dict[str, dict[str, str]] = {}
    for pairs in (call.query, *call.batches):
        for name, text in pairs:
            param = call.endpoint.takes(name)
            if param is None:
                continue
            parts = [text]
            if param.many == "comma":
                parts = text.split(",")
            sent = map(str.strip, parts)
            asked.setdefault(name, {}).update((part.lower(), part) for part in sent)
    return asked


def _check(endpoint: Endpoint, param: Param, values: frozenset[str]) -> Iterator[Check]:
    columns = shape_of(endpoint).by_path
    if param.type in ("date", "date-time"):
        yield from _bound(endpoint, param, values)
        return
    if param.name == "ids":
        if endpoint.key == ("id",):
            yield Check(param.name, "id", "id", values)
        return
    if own := _own(endpoint, param, values):
        yield own
        return
    named = COLUMNS.get((endpoint.name, param.name))
    paths = [named] if named else namesakes(param.name)
    for path in paths:
        column = columns.get(path)
        if column is None:
            continue
        kind = _kind(param, column, values)
        if kind is None and _is_text(endpoint, param, column):
            kind = "part"
        if kind is not None:
            yield Check(param.name, kind, path, values)
            return


def _own(endpoint: Endpoint, param: Param, values: frozenset[str]) -> Check | None:
    """The check of a filter that is compared in a way of its own; None if it is not."""
    name = (endpoint.name, param.name)
    if name in LISTS and all(map(_is_id, values)):
        return Check(param.name, "some", LISTS[name], values)
    if name in RANGES and all(map(_is_number, values)):
        kind, column = RANGES[name]
        return Check(param.name, kind, column, values)
    if name in PLAIN_NUMBERS:
        return Check(param.name, "value", param.name, values)
    has_flag = "active" in shape_of(endpoint).by_path
    if param.name == "activeOnly" and has_flag and values == {"true"}:
        return Check(param.name, "flag", "active", values)
    return None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except ArithmeticError:
        return False


def _kind(param: Param, column: Column, values: frozenset[str]) -> Kind | None:
    """How the column compares with the filter; None if it is not sure that both mean the same."""
    if column.type == "boolean":
        if values <= {"true", "false"} and not param.many:
            return "flag"
        return None
    if column.values:
        known = {value.lower() for value in column.values}
        if values <= known:
            return "value"
        return None
    if column.type == "string" and param.values and column.name == param.name:
        return "value"
    if param.name.lower().endswith(("id", "ids")) and column.type in ("integer", "guid"):
        return "id"
    return None


def _is_text(endpoint: Endpoint, param: Param, column: Column) -> bool:
    """Whether rows hold the text that was asked for, such as a job's number."""
    if column.type not in ("string", "integer") or param.many:
        return False
    is_number = param.name.lower().endswith("number")
    return is_number or (endpoint.name, param.name) in PLAIN_TEXTS


def _bound(endpoint: Endpoint, param: Param, values: frozenset[str]) -> Iterator[Check]:
    columns = shape_of(endpoint).by_path
    for ending, kind in BOUNDS:
        base = param.name.removesuffix(ending)
        if base in ("", param.name):
            continue
        if base == "modified" and endpoint.takes(CHANGES_UNSEEN):
            return
        named = NAMED_OTHERWISE.get((endpoint.name, base), base)
        for path in (f"{base}On", f"{base}Date", named):
            column = columns.get(path)
            if column is not None and column.type in ("date", "date-time"):
                days = column.type == "date" or param.type == "date" or param.name in DAYS
                # Of these it is not known whether the last day is meant as a whole.
                days = days or ending in ("From", "To")
                yield Check(param.name, kind, path, values, days)
                return
        return
