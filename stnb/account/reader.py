"""What a query is given: filters apart from options, and the call or the calls that they make."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stnb.catalog import Catalog, Endpoint
from stnb.pull.call import Call, call
from stnb.pull.kept.age import NEVER
from stnb.pull.many.parents import several
from stnb.pull.many.plan import plan_calls
from stnb.pull.many.task import Task
from stnb.pull.options import Options
from stnb.pull.since import with_since

if TYPE_CHECKING:
    from stnb.session import Session

OPTIONS = tuple(field.name for field in dataclasses.fields(Options))


@dataclass(frozen=True)
class Reader:
    """What a query is sent with.

    Attributes:
        max_age: how old kept rows may be, if a query does not say it.
    """

    session: Session
    catalog: Catalog
    max_age: dt.timedelta | None = None


def what_reads(
    reader: Reader, endpoint: Endpoint, filters: Mapping[str, Any], options: Options
) -> Call | Task:
    """The one place that decides whether one call reads the rows, or many calls do.

    Raises:
        UnknownFilter: the resource has no such filter.
        BadFilter: a value does not fit, or a required filter is missing.
    """
    session = reader.session
    owner, now = session.credentials, session.now()
    asked = dict(filters)
    if options.since is not None:
        asked = with_since(endpoint, asked, options.since, owner, now)
    many = several(endpoint, asked)
    options.check(endpoint, many=many is not None)
    if many is not None:
        return plan_calls(session, reader.catalog, endpoint, many, asked, options)
    options.requested(endpoint)  # for its check of the columns
    return call(endpoint, owner.tenant, asked, owner.zone, now)


def split_arguments(
    endpoint: Endpoint, arguments: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(filters, options). A list is copied, and what can be read only once becomes one: the query
    is to stay what it is.
    """
    filters: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for name, value in arguments.items():
        if name in OPTIONS:
            options[name] = value
        elif isinstance(value, (Iterator, list)):
            filters[name] = list(value)
        else:
            filters[name] = value
    if "max_age" in options and options["max_age"] is None:
        options["max_age"] = NEVER  # also if the account has one of its own
    if options.get("page_size") is None and "pageSize" in filters:
        options["page_size"] = filters.pop("pageSize")  # the API's own name for it
    return filters, options
