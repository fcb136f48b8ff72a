"""Values of code that is not run: texts whose characters know where they come from, and what the
functions of Python's library make of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

LONGEST = 4_000  # characters that are followed
UNKNOWN_SOURCE = -1
_PLACE = re.compile(r"\{\{|\}\}|\{([\w.]*)(?:![rsa])?(?::[^{}]*)?\}")
_FORMATTED = re.compile(r"%%|%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[srda]")


@dataclass(frozen=True)
class Text:
    """A text or bytes; of each character the number of the literal that it comes from.

    `is_made` says whether it differs from a literal by more than where it begins and ends: its
    parts may come from one literal, in another order.
    """

    text: str
    sources: Sequence[int]
    is_made: bool = False


@dataclass(frozen=True)
class Number:
    """A whole number, and the number of the row of numbers that it stands in."""

    number: int
    source: int = UNKNOWN_SOURCE


@dataclass(frozen=True)
class Row:
    """A list, a tuple, or a dictionary with the texts of its keys."""

    values: tuple[Value, ...]
    keys: tuple[str, ...] = ()


Value: TypeAlias = Text | Number | Row | None


def as_text(value: Value) -> Value:
    """What `str` makes of it."""
    if isinstance(value, Number):
        digits = str(value.number)
        return Text(digits, [value.source] * len(digits))
    return value


def added(left: Value, right: Value) -> Value:
    """The sum of two values; None if it is not known, or too long."""
    if isinstance(left, Text) and isinstance(right, Text):
        return concatenated([left, right])
    if not isinstance(left, Row) or not isinstance(right, Row) or left.keys or right.keys:
        return None
    if len(left.values) + len(right.values) > LONGEST:
        return None
    return Row((*left.values, *right.values))


def concatenated(parts: Sequence[Value]) -> Value:
    """Texts in a row; None if one is not known, or if they are too long."""
    text: list[str] = []
    sources: list[int] = []
    is_made = False
    for part in parts:
        if not isinstance(part, Text) or len(sources) + len(part.text) > LONGEST:
            return None
        text.append(part.text)
        sources += part.sources
        is_made = is_made or part.is_made
    is_made = is_made or sum(map(bool, text)) > 1
    return Text("".join(text), sources, is_made)


def in_a_row(rows: Sequence[Value]) -> Value:
    """The places of several rows as those of one."""
    places: list[Value] = []
    for row in rows:
        if not isinstance(row, Row) or row.keys or len(places) + len(row.values) > LONGEST:
            return None
        places += row.values
    return Row(tuple(places))


def shared_out(row: Row, names: Sequence[bool]) -> list[Value]:
    """What each name gets of a row; the one with a star (True) gets what the others leave. Nothing
    if it does not come out even.
    """
    if not any(names):
        return list(row.values) if len(row.values) == len(names) else []
    left = len(row.values) - len(names) + 1
    at = names.index(True)
    if left < 0 or row.keys:
        return []
    rest = Row(row.values[at : at + left])
    return [*row.values[:at], rest, *row.values[at + left :]]


def repeated(left: Value, right: Value) -> Value:
    """A text or a row times a number."""
    if isinstance(left, Number):
        left, right = right, left
    if not isinstance(right, Number):
        return None
    times = right.number
    if isinstance(left, Text) and len(left.text) * times <= LONGEST:
        return Text(left.text * times, list(left.sources) * times, left.is_made)
    if isinstance(left, Row) and not left.keys and len(left.values) * times <= LONGEST:
        return Row(left.values * times)
    return None


def part(value: Value, place: ast.expr) -> Value:
    """A slice, a place of a row, or what stands under a key."""
    match value, place:
        case Row(values, keys), ast.Constant(value=str(key)) if key in keys:
            return values[keys.index(key)]
        case Text() | Row(keys=()), ast.Slice(lower, upper, step):
            bounds = [_whole(bound) for bound in (lower, upper, step)]
            if "?" in bounds or bounds[2] == 0:
                return None
            return sliced(value, slice(*bounds))
        case Text() | Row(keys=()), _:
            at = _whole(place)
            length = len(value.text if isinstance(value, Text) else value.values)
            if isinstance(at, int) and -length <= at < length:
                found = sliced(value, slice(at, at + 1 or None))
                return found.values[0] if isinstance(found, Row) else found
    return None


def _whole(bound: ast.expr | None) -> int | str | None:
    """The number that stands in a slice; None if nothing does, "?" if it is not known."""
    match bound:
        case None | ast.Constant(value=None):
            return None
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    return "?"


def sliced(value: Text | Row, where: slice) -> Text | Row:
    if isinstance(value, Row):
        return Row(value.values[where])
    is_made = value.is_made or where.step not in (None, 1)
    return Text(value.text[where], value.sources[where], is_made)


def filled(template: Text, values: Value) -> Value:
    """What `%` puts in the places of a text."""
    keyed = values if isinstance(values, Row) and values.keys else None
    row = list(values.values) if isinstance(values, Row) else [values]

    def value_of(place: re.Match[str]) -> Value:
        if place[0] == "%%":
            return Text("%", [UNKNOWN_SOURCE])
        if place[1] is None:
            return as_text(row.pop(0)) if row else None
        if keyed is None or place[1] not in keyed.keys:
            return None
        return as_text(keyed.values[keyed.keys.index(place[1])])

    return replaced(template, _FORMATTED, value_of)


def formatted(template: Text, row: Sequence[Value], named: dict[str, Value]) -> Value:
    """What `.format` puts in the places of a text."""
    left = list(row)

    def value_of(place: re.Match[str]) -> Value:
        if place[0] in ("{{", "}}"):
            return Text(place[0][0], [UNKNOWN_SOURCE])
        if not place[1]:
            return as_text(left.pop(0)) if left else None
        if place[1].isdecimal() and len(place[1]) < 4 and int(place[1]) < len(row):
            return as_text(row[int(place[1])])
        return as_text(named.get(place[1]))

    return replaced(template, _PLACE, value_of)


def replaced(
    template: Text, places: re.Pattern[str], value_of: Callable[[re.Match[str]], Value]
) -> Value:
    pieces: list[Value] = []
    at = 0
    for place in places.finditer(template.text):
        pieces.append(sliced(template, slice(at, place.start())))
        # A value that is not known leaves a gap, which no secret goes over.
        pieces.append(value_of(place) or Text("\n", [UNKNOWN_SOURCE]))
        at = place.end()
    whole = concatenated([*pieces, sliced(template, slice(at, None))])
    return made(whole)


def made(value: Value) -> Value:
    if isinstance(value, Text):
        return Text(value.text, value.sources, True)
    return value
