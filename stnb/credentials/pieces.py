"""Values of code that is not run: texts whose characters know where they come from, and what the
functions of Python's library make of them.
"""

from __future__ import annotations

import ast
import base64
import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeAlias
from urllib.parse import unquote

LONGEST = 4_000  # characters that are followed
UNKNOWN_SOURCE = -1
_PLACE = re.compile(r"\{\{|\}\}|\{([\w.]*)(?:![rsa])?(?::[^{}]*)?\}")
_FORMATTED = re.compile(r"%%|%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[srda]")


@dataclass(frozen=True)
class Text:
    """A text or bytes; of each character the number of the literal that it comes from.

    `is_made` says whether it differs from a literal by more than where it begins and ends.
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
    return Text("".join(text), sources, is_made)


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
            return _sliced(value, slice(*bounds))
        case Text() | Row(keys=()), _:
            at = _whole(place)
            length = len(value.text if isinstance(value, Text) else value.values)
            if isinstance(at, int) and -length <= at < length:
                found = _sliced(value, slice(at, at + 1 or None))
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


def _sliced(value: Text | Row, where: slice) -> Text | Row:
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

    return _replaced(template, _FORMATTED, value_of)


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

    return _replaced(template, _PLACE, value_of)


def _replaced(
    template: Text, places: re.Pattern[str], value_of: Callable[[re.Match[str]], Value]
) -> Value:
    pieces: list[Value] = []
    at = 0
    for place in places.finditer(template.text):
        pieces.append(_sliced(template, slice(at, place.start())))
        # A value that is not known leaves a gap, which no secret goes over.
        pieces.append(value_of(place) or Text("\n", [UNKNOWN_SOURCE]))
        at = place.end()
    whole = concatenated([*pieces, _sliced(template, slice(at, None))])
    return _made(whole)


def _made(value: Value) -> Value:
    if isinstance(value, Text):
        return Text(value.text, value.sources, True)
    return value


def called(name: str, owner: Value, row: Sequence[Value], named: dict[str, Value]) -> Value:
    """What a function or a method of Python's library gives; None if it is not known."""
    first = row[0] if row else None
    if isinstance(owner, Text):
        return _of_text(name, owner, row, named)
    if name in ("str", "bytes", "bytearray", "list", "tuple", "repr", "iter", "Secret"):
        return _as_characters(first) if name.startswith("byte") else as_text(first)
    if name == "chr" and isinstance(first, Number):
        return _characters([first])
    if name == "reversed":
        row_of = as_row(first)
        return Row(row_of.values[::-1]) if row_of else None
    if name == "map" and len(row) == 2:
        return _mapped(row[0], row[1])
    if name == "join" and len(row) == 2 and isinstance(first, Text):
        return _joined(first, row[1])
    if name == "decode" and len(row) == 2 and isinstance(row[1], Text):  # codecs.decode
        name, row = row[1].text.replace("_codec", "").replace("_", ""), row[:1]
    if isinstance(first, Text) and name in DECODERS:
        return _decoded(first, DECODERS[name])
    return None


def _of_text(name: str, owner: Text, row: Sequence[Value], named: dict[str, Value]) -> Value:
    first = row[0] if row else None
    if name == "join":
        return _joined(owner, first)
    if name == "format":
        return formatted(owner, row, named)
    if name == "format_map" and isinstance(first, Row):
        return formatted(owner, (), dict(zip(first.keys, first.values, strict=False)))
    if name in ("encode", "decode", "strip", "lstrip", "rstrip", "hex"):
        return _stripped(name, owner, first)
    if name in ("lower", "upper", "swapcase", "title") and owner.text.isascii():
        return Text(getattr(owner.text, name)(), owner.sources, True)
    if name in ("removeprefix", "removesuffix") and isinstance(first, Text):
        return _without(owner, name == "removeprefix", first.text)
    if name == "replace" and len(row) >= 2:
        return _with_replaced(owner, first, row[1])
    if name == "split":
        return _split(owner, first)
    return None


def _stripped(name: str, owner: Text, first: Value) -> Value:
    if name in ("encode", "decode"):
        coding = first.text if isinstance(first, Text) else ""
        return _decoded(owner, DECODERS["rot13"]) if "rot" in coding else owner
    if name == "hex":
        letters = owner.text.encode("latin-1", "replace").hex()
        return Text(letters, [each for each in owner.sources for _ in range(2)], True)
    signs = first.text if isinstance(first, Text) else None
    begin = len(owner.text) - len(owner.text.lstrip(signs)) if name != "rstrip" else 0
    end = len(owner.text.rstrip(signs)) if name != "lstrip" else len(owner.text)
    return _sliced(owner, slice(begin, max(begin, end)))


def _without(owner: Text, is_prefix: bool, affix: str) -> Value:
    if is_prefix and owner.text.startswith(affix):
        return _sliced(owner, slice(len(affix), None))
    if not is_prefix and affix and owner.text.endswith(affix):
        return _sliced(owner, slice(0, len(owner.text) - len(affix)))
    return owner


def _with_replaced(owner: Text, old: Value, new: Value) -> Value:
    if not isinstance(old, Text) or not isinstance(new, Text) or not old.text:
        return None
    return _replaced(owner, re.compile(re.escape(old.text)), lambda _: new if new.text else EMPTY)


def _split(owner: Text, separator: Value) -> Value:
    if separator is None:
        places = [match.span() for match in re.finditer(r"\S+", owner.text)]
    elif isinstance(separator, Text) and separator.text:
        places, at = [], 0
        for piece in owner.text.split(separator.text):
            places.append((at, at + len(piece)))
            at += len(piece) + len(separator.text)
    else:
        return None
    return Row(tuple(_sliced(owner, slice(*place)) for place in places))


def _joined(between: Text, values: Value) -> Value:
    row = as_row(values)
    if row is None:
        return None
    parts: list[Value] = []
    for value in row.values:
        parts += [between, value]
    return _made(concatenated(parts[1:]))


def as_row(value: Value) -> Row | None:
    """What is gone through in a loop: the places of a row, or the characters of a text."""
    if isinstance(value, Row):
        return value
    if isinstance(value, Text):
        signs = zip(value.text, value.sources, repeat(True))
        return Row(tuple(Text(sign, [source], made) for sign, source, made in signs))
    return None


def _mapped(function: Value, values: Value) -> Value:
    row = as_row(values)
    if row is None or not isinstance(function, Text):
        return None
    if function.text == "chr":
        return as_row(_characters(row.values))
    return Row(tuple(as_text(value) for value in row.values))


def _as_characters(value: Value) -> Value:
    return _characters(value.values) if isinstance(value, Row) else value


def _characters(numbers: Sequence[Value]) -> Value:
    signs, sources = [], []
    if len(numbers) > LONGEST:
        return None
    for each in numbers:
        if not isinstance(each, Number) or not 0 <= each.number < 0xD800:
            return None
        signs.append(chr(each.number))
        sources.append(each.source)
    return Text("".join(signs), sources, True)


def _decoded(letters: Text, decode: Callable[[bytes], bytes]) -> Value:
    try:
        plain = decode(letters.text.encode("latin-1")).decode("latin-1")
    except ValueError:
        return None
    if len(plain) > LONGEST or not letters.text:
        return None
    # Each character comes from about the place that it has in the whole.
    last = len(letters.text) - 1
    places = [min(at * len(letters.text) // len(plain), last) for at in range(len(plain))]
    return Text(plain, [letters.sources[at] for at in places], True)


def _from_base64(letters: bytes) -> bytes:
    bare = letters.translate(bytes.maketrans(b"-_", b"+/"), b" \r\n\t=")
    return base64.b64decode(bare + b"=" * (-len(bare) % 4))


def _rot13(letters: bytes) -> bytes:
    return codecs.encode(letters.decode("latin-1"), "rot13").encode("latin-1")


def _unquoted(letters: bytes) -> bytes:
    return unquote(letters.decode("latin-1"), "latin-1").encode("latin-1")


EMPTY = Text("", [])
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "b64decode": _from_base64,
    "urlsafe_b64decode": _from_base64,
    "standard_b64decode": _from_base64,
    "decodebytes": _from_base64,
    "a2b_base64": _from_base64,
    "base64": _from_base64,
    "b85decode": base64.b85decode,
    "a85decode": base64.a85decode,
    "b32decode": base64.b32decode,
    "b16decode": base64.b16decode,
    "unhexlify": lambda letters: bytes.fromhex(letters.decode("latin-1")),
    "a2b_hex": lambda letters: bytes.fromhex(letters.decode("latin-1")),
    "fromhex": lambda letters: bytes.fromhex(letters.decode("latin-1")),
    "hex": lambda letters: bytes.fromhex(letters.decode("latin-1")),
    "rot13": _rot13,
    "unquote": _unquoted,
    "unquote_plus": _unquoted,
}
