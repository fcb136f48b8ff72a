"""Words for the API's names: "businessUnitIds" is "Business units", "InProgress" "In progress".

One rule makes them all, so that a filter is called the same wherever a person meets it.
"""

from __future__ import annotations

import re
from functools import cache

PARTS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
# How the names of the two ends of a span begin or end, the longest first.
FROM = ("OnOrAfter", "OnAfter", "After", "From", "FromDate", "Greater")
UNTIL = ("OnOrBefore", "OnBefore", "Before", "To", "Less")
FROM_FIRST, UNTIL_FIRST = ("min", "from"), ("max", "to")
EXACT = ("OnOrBefore", "To", "Less")  # these ends are inside the span, or may be
# Names for which the rule gives no good words.
EXCEPTIONS = {
    "agentIsExternal": "Agent is external",
    "assignedToIds": "Assigned to",
    "balanceFilter.Balance": "Balance: is",
    "balanceFilter.Comparer": "Balance: compared by",
    "booking_provider": "Booking provider",
    "customerZip": "Customer ZIP code",
    "customField.Fields": "Custom fields",
    "customField.Operator": "Custom fields: all or any",
    "customFields.Fields": "Custom fields",
    "customFields.Operator": "Custom fields: all or any",
    "descending": "Largest first",
    "equipmentIds": "Equipment",
    "excludeAccountingChangesFromModifiedDateRange": "Leave accounting changes out of modified",
    "externalDataApplicationGuid": "External data: application",
    "externalDataKey": "External data: key",
    "externalDataValues": "External data: values",
    "from": "From",
    "genPermUrl": "Permanent link",
    "includeRecentChanges": "Include the last minutes",
    "involvedEmployeeIdList": "Employees involved",
    "orderBy": "Sort by",
    "orderByDirection": "Sort direction",
    "refNumber": "Reference numbers",
    "showOnTechnicianSchedule": "On the technician’s schedule",
    "sid": "Call SID",
    "sort": "Sorted by",
    "sortBy": "Sort by",
    "to": "To",
    "totalFilter.Comparer": "Total: compared by",
    "zip": "ZIP code",
}
# What is left of "from", "toUtc", "fromDate".
SPANS = {
    "": "Dates",
    "Utc": "Dates",
    "Date": "Dates",
}
WHOLE = {"guid": "GUID", "sid": "SID", "id": "Id", "ids": "Ids", "utc": "UTC", "url": "link"}
ID_ENDS = ("Ids", "Id")


@cache
def label(name: str) -> str:
    """What a person calls a filter or a column, from the API's name of it.

    Example:
        >>> label("businessUnitIds"), label("jobTypeId"), label("completedOnOrAfter")
        ('Business units', 'Job type', 'Completed from')
    """
    if name in EXCEPTIONS:
        return EXCEPTIONS[name]
    stem, end = span(name)
    if end and stem:
        return f"{label(stem)} {_end(name, end)}"
    head, dot, rest = name.rpartition(".")
    if dot:
        return f"{label(head.removesuffix('Filter'))}: {spoken(rest).lower()}"
    return _of_ids(name)


def span(name: str) -> tuple[str, str]:
    """What a filter spans, and whether it is the "from" or the "to" of it; "" for neither.

    Example:
        >>> span("completedBefore"), span("minCost"), span("jobStatus")
        (('completed', 'to'), ('cost', 'from'), ('jobStatus', ''))
    """
    for endings, starts, which in ((FROM, FROM_FIRST, "from"), (UNTIL, UNTIL_FIRST, "to")):
        for ending in endings:
            if name.endswith(ending) and name != ending:
                return name.removesuffix(ending), which
        for start in starts:
            rest = name.removeprefix(start)
            if name == start or (rest != name and rest[0].isupper() and not rest.endswith("Ids")):
                return rest[:1].lower() + rest[1:] if rest != name else "", which
    return name, ""


def span_label(name: str) -> str:
    """What a person calls the span that a filter begins or ends.

    Example:
        >>> span_label("completedOnOrAfter"), span_label("fromUtc"), span_label("maxCost")
        ('Completed', 'Dates', 'Cost')
    """
    stem, _ = span(name)
    return SPANS.get(stem[:1].upper() + stem[1:]) or label(stem)


def spoken(name: str) -> str:
    """The words of a name or of one of its values, the first one with a capital letter.

    Example:
        >>> spoken("InProgress"), spoken("NoCharge"), spoken("externalId")
        ('In progress', 'No charge', 'External id')
    """
    words = [_word(part) for part in PARTS.findall(name)]
    if not words:
        return name
    text = " ".join(words)
    return text[0].upper() + text[1:]


def _end(name: str, end: str) -> str:
    """How the label of one end of a span ends. "After" and "before" leave the day itself out."""
    if end == "from":
        return "after" if name.endswith("After") and not name.endswith("OnOrAfter") else "from"
    if name.endswith(EXACT) or name.startswith(UNTIL_FIRST):
        return "to"
    return "before"


def _word(part: str) -> str:
    if part.lower() in ("id", "ids"):
        return part.lower()
    if part.isupper() and len(part) > 1:
        return part
    return WHOLE.get(part.lower(), part.lower())


def _of_ids(name: str) -> str:
    """The words, where "jobId" is the job and "jobIds" are jobs."""
    for ending in ID_ENDS:
        stem = name.removesuffix(ending)
        if stem == name or not stem or stem in ("external", "internal", "reference"):
            continue
        return _plural(spoken(stem)) if ending == "Ids" else spoken(stem)
    bare = name.removeprefix("is")
    return spoken(bare if bare[:1].isupper() else name)


def _plural(text: str) -> str:
    if text.endswith(("s", "x", "ch")):
        return f"{text}es"
    if text.endswith("y") and text[-2] not in "aeiou":
        return f"{text[:-1]}ies"
    return f"{text}s"
