"""All facts that are tried, in their order."""

from __future__ import annotations

from functools import partial

from . import feeds, filters, forms, paging, refusals
from .models import Fact

# Where clients disagree: lists for which 200 rows, or no honest order, were reported.
LARGEST = {
    "jpm.jobs": 5000,
    "crm.customers": 5000,
    "inventory.vendors": 5000,
    "inventory.return_types": 5000,
    "accounting.journal_entries": 500,
}
SORTED = (
    "jpm.jobs",
    "crm.customers",
    "pricebook.materials",
    "pricebook.services",
    "marketing.campaigns",
)
HIDING = ("crm.customers", "settings.technicians")


def _of_pages() -> list[Fact]:
    facts = []
    for name, most in LARGEST.items():
        look = partial(paging.largest_page, resource=name, most=most)
        facts.append(Fact(f"largest page of {name}", f"{most:,} rows", look))
    beyond = partial(paging.beyond_largest, resource="settings.business_units", most=5000)
    facts.append(Fact("a page beyond the largest", "refused with 400", beyond))
    facts.append(Fact("the usual page", "50 rows", paging.usual_page))
    for name in SORTED:
        look = partial(paging.sorts, resource=name)
        facts.append(Fact(f"sort of {name}", "by Id, upwards and downwards", look))
    return [
        *facts,
        Fact("sort by an unknown field", "400 that names sort", paging.unknown_sort),
        Fact("totalCount unless asked for", "no total", paging.total_unasked),
        Fact("totalCount with includeTotal", "as many as rows", paging.total_asked),
        Fact("hasMore", "true, and false on the last page", paging.end),
        Fact("a page beyond the end", "no rows, hasMore false", paging.beyond_end),
    ]


def _of_filters() -> list[Fact]:
    facts = [
        Fact("createdBefore", "honoured", filters.created_before),
        Fact("modifiedOnOrAfter", "honoured", filters.modified_since),
        Fact("ids in a call", "50", filters.most_ids),
        Fact("more ids in a call", "refused with 400", filters.beyond_ids),
        Fact("an unknown filter", "ignored", filters.unknown_filter),
        Fact("a value that does not fit", "400 that names the filter", filters.bad_value),
    ]
    for name in HIDING:
        look = partial(filters.hides_inactive, resource=name)
        facts.append(Fact(f"active of {name}", "True unless asked for", look))
    return facts


FACTS: tuple[Fact, ...] = (
    Fact("the token's claims", ", ".join(forms.CLAIMS), forms.claims),
    Fact("the token's time", f"{forms.MINUTES * 60} s", forms.token_time),
    Fact("the token's tenant", "that of the profile", forms.own_tenant),
    *_of_pages(),
    *_of_filters(),
    Fact("a feed's cursor used twice", "the same rows", feeds.replays),
    Fact("a feed's cursor", "goes on after the last row", feeds.goes_on),
    Fact("the end of a feed", "hasMore false, with a cursor", feeds.ends),
    Fact("a feed from a date", "accepted", feeds.takes_date),
    Fact("moments", "ISO 8601 in UTC with Z, up to 7 decimals", forms.moments),
    Fact("days", "ISO 8601 at 00:00:00 without a zone", forms.days),
    Fact("no app key", "401", refusals.no_app_key),
    Fact("another tenant", "401, 403 or 404", refusals.another_tenant),
    Fact("an unknown route", "404 that says so", refusals.unknown_route),
    Fact("an unknown record", "404, not of the route", refusals.unknown_record),
    Fact("a scope that is not granted", "403 that says so", refusals.missing_scope),
    # Last, because they look at all answers that came.
    Fact("the Date header", "on every answer, right to the minute", forms.dates),
    Fact("rate-limit headers", "none", forms.rate_headers),
)
