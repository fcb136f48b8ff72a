"""Made-up texts for columns that nothing else is known about: what their names promise."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from stnb.catalog import Column

from .columns import Choice
from .simulation import Rng, draw, objects, phones, streets
from .table import Table
from .words import ADJECTIVES, CITIES, COUNTRY, FIRST, LAST, SENTENCES, STATE


def wording(rng: Rng, table: Table, column: Column, path: str) -> Any:
    """A column of text by what its name promises."""
    name, n = column.name.lower(), table.size
    if path == "id":
        return objects([f"{table.name.rpartition('.')[2]}-{i}" for i in range(1, n + 1)])
    for pattern, make in TEXTS:
        if re.search(pattern, name):
            found = make(rng, _noun(table, column, path), n)
            if isinstance(found, Choice) and not column.nullable:
                return Choice(found.codes, [v or "" for v in found.values])
            return found
    words = [*ADJECTIVES[:6], *([None] if column.nullable else [])]
    return draw(rng, words, n)


def _noun(table: Table, column: Column, path: str) -> str:
    """What a name is the name of.

    "businessUnitName" and "businessUnit.name" are of a business unit.
    """
    *above, last = path.split(".")
    owner = re.sub(r"Name$", "", last) if last != "name" else ""
    noun = (
        owner
        if owner and owner not in ("title", "label")
        else above[-1]
        if above
        else re.split(r"[.:]", table.name.partition("(")[0])[-1]
    )
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", noun).lower()
    return (
        re.sub(r"ies$", "y", words) if words.endswith("ies") else re.sub(r"(?<=[^s])s$", "", words)
    )


def _titles(rng: Rng, noun: str, n: int) -> Any:
    kinds = len(ADJECTIVES)
    return objects(
        [
            f"{ADJECTIVES[i % kinds]} {noun}{f' {i // kinds + 1}' if i >= kinds else ''}"
            for i in range(n)
        ]
    )


def _people(rng: Rng, noun: str, n: int) -> Any:
    return objects(
        [
            f"{FIRST[a]} {LAST[b]}"
            for a, b in zip(
                rng.integers(0, len(FIRST), n), rng.integers(0, len(LAST), n), strict=True
            )
        ]
    )


def _addresses(rng: Rng, noun: str, n: int) -> Any:
    return objects(
        [
            f"{FIRST[a].lower()}{b}@mail.example"
            for a, b in zip(rng.integers(0, len(FIRST), n), rng.integers(1, 99, n), strict=True)
        ]
    )


def _pick(*values: str | None) -> Callable[[Rng, str, int], Any]:
    return lambda rng, noun, n: draw(rng, values, n)


def _numbers(rng: Rng, noun: str, n: int) -> Any:
    return objects([str(1000 + i) for i in range(n)])


# What a name of text promises; the first that fits.
TEXTS: list[tuple[str, Callable[[Rng, str, int], Any]]] = [
    (r"email", _addresses),
    (r"phone|fax|contactnumber", lambda rng, noun, n: objects(phones(rng, n))),
    (r"firstname", _pick(*FIRST[:20])),
    (r"lastname", _pick(*LAST[:20])),
    (r"(technician|customer|employee|reviewer|author|contact)name|createdby|signedby", _people),
    (r"street|^address$|locationaddress", lambda rng, noun, n: objects(streets(rng, n))),
    (r"city|cities", _pick(*(c[1] for c in CITIES))),
    (r"^state$", _pick(STATE)),
    (r"zip", _pick(*(c[2] for c in CITIES))),
    (r"country", _pick(COUNTRY)),
    (r"unit$", _pick(None, "Apt 2")),
    (
        r"url|image|video",
        _pick("https://files.juniperfox.example/a.png", "https://files.juniperfox.example/b.png"),
    ),
    (r"filename|alias|path", _pick("photo.png", "plate.png")),
    (r"currency", _pick("USD")),
    (r"color", _pick("#3366cc", "#dd8822")),
    (r"memo|note|comment|summary|description|text|instructions|message|content", _pick(*SENTENCES)),
    (r"number|code|reference|externalid|slug", _numbers),
    (r"syncstatus", _pick("Pending", "Posted", "Exported")),
    (r"status", _pick("Pending", "Sent", "Received", "Exported")),
    (r"priority", _pick("Low", "Normal", "High")),
    (r"manufacturer|brand", _pick("Norvane", "Heliox", "Tarnbrook", "Aquilo")),
    (r"unitofmeasure", _pick("Each", "Foot", "Box")),
    (r"datatype", _pick("String")),
    (r"name|title|label", _titles),
]
