"""A row as it might be, made without a request: to write code against before the app may read."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from stnb.catalog import Column, Endpoint
from stnb.errors import UsageError
from stnb.frame import assemble, decode, shape_of
from stnb.tables.nested.place import noun

SEVERAL = 2  # elements of a list
START = dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC)
CENT = Decimal("0.01")
FIRST = ("Avery", "Blair", "Casey", "Devon", "Ellis", "Marlow")
LAST = ("Alderwick", "Brambleton", "Cottersby", "Dunmarsh", "Elmsworth", "Fennimore")


def example(endpoint: Endpoint, seed: int = 1) -> dict[str, Any]:
    """A row as JSON, as the API would send it: every column has a value, of its type and as its
    name suggests.

    The same seed gives the same row, and ids fit across resources: the `customerId` of a job is the
    `id` of the customer that has the same seed.

    Raises:
        UsageError: the documents do not say what the rows hold.

    Example:
        >>> example(st.jpm.jobs.endpoint)["jobStatus"]
        'Completed'
    """
    if not endpoint.columns:
        raise UsageError(
            f"There is no example of {endpoint.name}.",
            "ServiceTitan's documents do not say what its rows hold.",
            "Look at a real one, with .head(1) or .get(id).",
        )
    maker = _Maker(endpoint.name.removesuffix(".get").replace(".export.", "."), seed)
    return maker.fields(endpoint.columns, "")


def row(endpoint: Endpoint, seed: int = 1) -> pd.Series[Any]:
    """The same as `get` would give it: a Series with the columns of a pull.

    Raises:
        UsageError: the documents do not say what the rows hold.
    """
    made = example(endpoint, seed)
    shape = shape_of(endpoint)
    frame, _, _ = assemble([decode(json.dumps([made]).encode(), "bare", shape)], shape)
    name = next((made[key] for key in endpoint.key if key in made), None)
    found: pd.Series[Any] = frame.iloc[0].rename(name)
    return found


class _Maker:
    """Makes the values of one row; each depends on the seed and on where it stands alone."""

    def __init__(self, resource: str, seed: int) -> None:
        self._resource, self._seed = resource, seed

    def fields(self, columns: Sequence[Column], above: str, number: int = 0) -> dict[str, Any]:
        made = {c.name: self._value(c, f"{above}{c.name}", number) for c in columns}
        return _agreeing(made, {c.name: c for c in columns})

    def _value(self, column: Column, path: str, number: int) -> Any:
        if column.type == "array":
            element = column.children[0] if column.children else Column("", "string")
            named = Column(
                column.name,
                element.type,
                element.nullable,
                element.values,
                element.text,
                element.children,
            )
            inner = named if column.refers is None else _leading(named, column.refers)
            return [self._value(inner, path, number + i) for i in range(SEVERAL)]
        if column.type == "object":
            return self.fields(column.children, f"{path}.", number)
        said = (
            f"{noun(self._resource)}.{path}" if path in GENERAL else path
        )  # "jobType.name" says more than "name"
        return SCALARS[column.type](column, said, self._dice(column, path, number))

    def _dice(self, column: Column, path: str, number: int) -> random.Random:
        """The same for all that leads to one row: an id, wherever it stands."""
        own = path == "id" or (path == "userId" and column.refers is not None)
        about = column.refers or (self._resource if own else f"{self._resource} {path}")
        return random.Random(f"{self._seed} {about} {number}")


def _leading(column: Column, refers: str) -> Column:
    return Column(
        column.name,
        column.type,
        column.nullable,
        column.values,
        column.text,
        column.children,
        refers,
    )


def _agreeing(made: dict[str, Any], columns: dict[str, Column]) -> dict[str, Any]:
    """Totals that are the sum, or the product, of what stands beside them."""
    total, sums, products = columns.get("total"), ("subTotal", "salesTax"), ("quantity", "price")
    if total is None or total.type != "decimal":
        return made
    if set(sums) <= set(made):
        made["total"] = _amount(sum((Decimal(str(made[n])) for n in sums), Decimal(0)), total)
    elif set(products) <= set(made):
        made["total"] = _amount(Decimal(str(made["quantity"])) * Decimal(str(made["price"])), total)
    return made


def _amount(value: Decimal, column: Column) -> str | float:
    rounded = value.quantize(CENT)
    return str(rounded) if column.text else float(rounded)


# -- by type and name

Dice = random.Random
Rules = tuple[tuple[re.Pattern[str], Callable[[Dice], Any]], ...]


def _rules(*rules: tuple[str, Callable[[Dice], Any]]) -> Rules:
    return tuple((re.compile(pattern, re.IGNORECASE), make) for pattern, make in rules)


def _by_name(rules: Rules, path: str, dice: Dice) -> Any:
    """What the first rule makes that fits the end of a path; the last rule fits all."""
    return next(make(dice) for pattern, make in rules if pattern.search(path))


def _person(dice: Dice) -> str:
    return f"{dice.choice(FIRST)} {dice.choice(LAST)}"


def _one_of(*words: str) -> Callable[[Dice], str]:
    return lambda dice: dice.choice(words)


def _number(low: int, high: int) -> Callable[[Dice], int]:
    return lambda dice: dice.randint(low, high)


def _cents(low: int, high: int) -> Callable[[Dice], Decimal]:
    return lambda dice: Decimal(dice.randint(low * 100, high * 100)) / 100


_id = _number(10_000_000, 99_999_999)
INTEGERS = _rules(
    (r"(^|\.)id$|Ids?$|IdList$|createdBy$|modifiedBy$|soldBy$", _id),
    (r"year$", lambda dice: 2026),
    (r"month$|dueDay$", _number(1, 12)),
    (r"hour$", _number(7, 18)),
    (r"zipcode$", _number(85001, 85099)),
    (r"color$", _number(0, 0xFFFFFF)),
    (r"duration|months$|length$", lambda dice: 12),
    (r"number$", _number(1000, 9999)),
    (r"appointmentCount$", lambda dice: 1),
    (r"", _number(1, 9)),
)
AMOUNTS = _rules(
    (r"latitude$", lambda dice: Decimal(dice.randint(33_300_000, 33_700_000)) / 10**6),
    (r"longitude$", lambda dice: -Decimal(dice.randint(111_800_000, 112_300_000)) / 10**6),
    (
        r"percent|percentage|impressionShare$|conversionRate$|bookingRate$|clickRate$|completionRate$",
        _number(5, 60),
    ),
    (
        r"taxRate$|commissionRate$|soldByRate$|allocation$|split$",
        lambda dice: Decimal(dice.randint(1, 95)) / 1000,
    ),
    (r"quantity|qty", _number(1, 4)),
    (r"hours", lambda dice: Decimal(dice.randint(1, 16)) / 4),
    (r"rating$", _number(1, 5)),
    (r"salesTax$|taxAmount$|\btax$|discount", _cents(1, 40)),
    (r"unit|hourly|rate$|cost$", _cents(15, 120)),
    (r"", _cents(80, 900)),
)
TEXTS = _rules(
    (r"email$", lambda dice: f"{dice.choice(FIRST).lower()}@example.com"),
    (r"phone|fax|callerNumber|trackingNumber|contactNumber|callerId$|dnis$",
     lambda dice: f"(602) 555-01{dice.randint(0, 99):02}"),
    (r"(leadCall\.)(from|to)$", lambda dice: f"(602) 555-01{dice.randint(0, 99):02}"),
    (r"street(Address)?$|locationAddress$",
     lambda dice: f"{dice.randint(100, 9900)} Juniper Ridge Rd"),
    (r"\bunit$|leadUnit$", lambda dice: f"Apt {dice.randint(1, 30)}"),
    (r"city$", _one_of("Cinder Wells", "Quail Bend", "Sable Flats")),
    (r"state$", lambda dice: "AZ"),
    (r"zip$", lambda dice: f"000{dice.randint(10, 99)}"),
    (r"country$", lambda dice: "USA"),
    (r"currency$", lambda dice: "USD"),
    (r"url$|link$|image$", lambda dice: f"https://example.com/{dice.randint(1000, 9999)}"),
    (r"path$|filename$", lambda dice: f"photo-{dice.randint(100, 999)}.jpg"),
    (r"ipAddress$", lambda dice: f"192.0.2.{dice.randint(1, 254)}"),
    (r"color$", lambda dice: f"#{dice.randint(0, 0xFFFFFF):06x}"),
    (r"firstName$", lambda dice: dice.choice(FIRST)),
    (r"lastName$", lambda dice: dice.choice(LAST)),
    (r"jobStatus$|\bstatus\.name$", lambda dice: "Completed"),
    (r"syncStatus$", _one_of("Pending", "Posted", "Exported")),
    (r"priority$", lambda dice: "Normal"),
    (r"businessUnit\w*(\.name)?$|businessUnitName$",
     _one_of("HVAC Service", "Plumbing Service", "Electrical Install")),
    (r"jobType(\.?name)?$|job\.type$|\btype\.name$",
     _one_of("AC Repair", "Drain Clearing", "Furnace Tune-up")),
    (r"campaign\.?name$", _one_of("Spring Mailer", "Web Search", "Referral")),
    (r"(account|Account)(\.name|Name)?$|skuAccount$", lambda dice: "Service Revenue"),
    (r"tags?(\.\w*name|Name|s)?$|label", _one_of("VIP", "Warranty", "Callback")),
    (r"skuName$|sku\.name$|displayName$",
     _one_of("Condenser fan motor", "Copper elbow", "Diagnostic visit")),
    (r"customFields\.name$", _one_of("Gate code", "Lock box code", "Alarm code")),
    (r"customFields\.value$", lambda dice: str(dice.randint(1000, 9999))),
    (r"(customer|location|technician|employee|agent|createdBy|modifiedBy|author|"
     r"lead\w*|contact)\w*(\.name|Name)$|createdBy$",
     _person),
    (r"fullName$|customerName$", _person),
    (r"summary|note|memo|comment|message|description|text$|instructions|review", _one_of(
        "Replaced the capacitor and tested twice.", "Customer asks for a call before arrival.",
        "Unit runs, filter is due.",
    )),
    (r"term", lambda dice: "Net 30"),
    (r"(^|\.)id$|Id$|guid|sid$|number|code$|key$|po$|reference|version$",
     lambda dice: str(dice.randint(100_000, 999_999))),
    (r"date$", lambda dice: f"2026-03-{dice.randint(1, 28):02}"),
)  # fmt: skip
# Hours from the row's own day on: what is created comes before what is changed, and a start before
# its end.
HOURS = (
    (r"created|received|reported|requested", 0),
    (r"modified|updated|sync", 900),
    (r"due|required|expire", 720),
    (r"follow|next|target|renewal", 800),
    (r"(start\w*|from|dispatch\w*|assigned\w*|arrived\w*)$", 24),
    (r"end\w*|\bto$|to$|complete\w*|done\w*|closed\w*|finish", 27),
    (r"", 48),
)
CLOCKS = {"start": "08:00:00", "end": "16:30:00", "jobStartTime": "09:00:00"}
PREFERRED = ("Completed", "Active", "Normal", "Open", "Approved")
GENERAL = frozenset(
    {"name", "displayName", "type", "status", "value"}
)  # names that say little without what they are of
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def _after(path: str) -> int:
    last = path.rpartition(".")[2]
    return next(hours for pattern, hours in HOURS if re.search(pattern, last, re.IGNORECASE))


def _time(column: Column, path: str, dice: Dice) -> str:
    when = START + dt.timedelta(
        hours=_after(path), minutes=dice.randint(0, 59), seconds=dice.randint(0, 59)
    )
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


def _day(column: Column, path: str, dice: Dice) -> str:
    """A day as the API sends it, at midnight; what takes hours elsewhere takes days if only days
    count.
    """
    return f"{START + dt.timedelta(days=_after(path) + dice.randint(0, 2)):%Y-%m-%dT00:00:00}"


def _text(column: Column, path: str, dice: Dice) -> str:
    if column.refers is not None:
        return str(_id(dice))  # an id that the API sends as text
    made = next((make(dice) for pattern, make in TEXTS if pattern.search(path)), None)
    if made is not None:
        return str(made)
    above, _, last = path.rpartition(".")
    return " ".join(
        WORDS.findall(above.rpartition(".")[2] if last in GENERAL and above else last)
    ).capitalize()


def _decimal(column: Column, path: str, dice: Dice) -> str | float:
    value = Decimal(_by_name(AMOUNTS, path, dice))
    return f"{value:.2f}" if column.text else float(value)


def _enum(column: Column, path: str, dice: Dice) -> str:
    liked = [v for v in PREFERRED if v in column.values]
    return liked[0] if liked else dice.choice(column.values or ("Unknown",))


def _duration(column: Column, path: str, dice: Dice) -> str:
    last = path.rpartition(".")[2]
    clock = next((v for k, v in CLOCKS.items() if last.lower().endswith(k.lower())), None)
    return clock or f"00:{dice.randint(1, 59):02}:{dice.randint(0, 59):02}"


def _guid(column: Column, path: str, dice: Dice) -> str:
    digits = f"{dice.getrandbits(128):032x}"
    return "-".join(
        [digits[:8], digits[8:12], f"4{digits[13:16]}", f"a{digits[17:20]}", digits[20:]]
    )


SCALARS: dict[str, Callable[[Column, str, Dice], Any]] = {
    "integer": lambda column, path, dice: (
        _id(dice) if column.refers else _by_name(INTEGERS, path, dice)
    ),
    "decimal": _decimal,
    "number": _decimal,
    "boolean": lambda column, path, dice: (
        bool(re.search(r"active$", path, re.IGNORECASE)) or dice.random() < 0.3
    ),
    "string": _text,
    "enum": _enum,
    "guid": _guid,
    "html": lambda column, path, dice: f"<p>{_by_name(TEXTS, 'summary', dice)}</p>",
    "date-time": _time,
    "date": _day,
    "duration": _duration,
    "any": _text,
}
