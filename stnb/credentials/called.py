"""What the functions and methods of Python's library make of values, without running them."""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Callable, Sequence
from itertools import repeat
from urllib.parse import unquote

from .pieces import (
    LONGEST,
    Number,
    Row,
    Text,
    Value,
    added,
    as_text,
    concatenated,
    formatted,
    in_a_row,
    made,
    replaced,
    sliced,
)

EMPTY = Text("", [])
_NAMED_PLACE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")  # of a string.Template


def called(name: str, owner: Value, row: Sequence[Value], named: dict[str, Value]) -> Value:
    """What a function or a method of Python's library gives; None if it is not known."""
    first = row[0] if row else None
    if isinstance(owner, Text):
        return _of_text(name, owner, row, named)
    if isinstance(owner, Row) and owner.keys:
        return _of_dictionary(name, owner, row)
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
    return _of_rows(name, row, named)


def _of_rows(name: str, row: Sequence[Value], named: dict[str, Value]) -> Value:
    """What functions make that put their arguments together."""
    if name in ("dict", "SimpleNamespace") and named and not row:
        return Row(tuple(named.values()), tuple(named))
    if name in ("add", "concat", "iadd", "iconcat") and len(row) == 2:
        return added(row[0], row[1])
    if name == "reduce" and len(row) > 1 and isinstance(row[1], Row):
        return concatenated(row[1].values)
    if name in ("sum", "from_iterable") and row and isinstance(row[0], Row):
        return in_a_row(row[0].values)
    if name == "chain" and row:
        return in_a_row(row)
    between = named.get("sep")
    if name == "print" and isinstance(between, Text):
        return _joined(between, Row(tuple(row)))
    if name == "Template" and row:
        return row[0]
    return None


def _of_dictionary(name: str, owner: Row, row: Sequence[Value]) -> Value:
    if name == "values":
        return Row(owner.values)
    first = row[0] if row else None
    if name not in ("get", "pop", "setdefault") or not isinstance(first, Text):
        return None
    return dict(zip(owner.keys, owner.values, strict=False)).get(first.text)


def changed(name: str, owner: Row, row: Sequence[Value], named: dict[str, Value]) -> Value:
    """What a method makes of a list or a dictionary that it changes; None if it changes none."""
    first = row[0] if row else None
    if name == "update":
        news = first if isinstance(first, Row) else Row(tuple(named.values()), tuple(named))
        return merged(owner, news)
    if owner.keys or len(owner.values) >= LONGEST:
        return None
    if name == "append" and row:
        return Row((*owner.values, first))
    if name == "extend":
        return added(owner, first)
    if name == "insert" and len(row) == 2 and isinstance(first, Number):
        values = list(owner.values)
        values.insert(first.number, row[1])
        return Row(tuple(values))
    return None


def merged(old: Row, new: Row) -> Value:
    """A dictionary with the places of two; what the second one has counts."""
    both = dict(zip(old.keys, old.values, strict=False))
    both |= zip(new.keys, new.values, strict=False)
    if len(both) > LONGEST:
        return None
    return Row(tuple(both.values()), tuple(both))


def _of_text(name: str, owner: Text, row: Sequence[Value], named: dict[str, Value]) -> Value:
    first = row[0] if row else None
    if name == "join":
        return _joined(owner, first)
    if name in ("format", "format_map", "substitute", "safe_substitute"):
        return _filled_in(name, owner, row, named)
    if name == "__add__":
        return added(owner, first)
    if name in ("encode", "decode", "strip", "lstrip", "rstrip", "hex"):
        return _stripped(name, owner, first)
    if name in ("lower", "upper", "swapcase", "title") and owner.text.isascii():
        return Text(getattr(owner.text, name)(), owner.sources, True)
    if name in ("removeprefix", "removesuffix") and isinstance(first, Text):
        return _without(owner, name == "removeprefix", first.text)
    if name == "replace" and len(row) >= 2:
        return _with_replaced(owner, first, row[1])
    return _in_parts(name, owner, first)


def _filled_in(name: str, owner: Text, row: Sequence[Value], named: dict[str, Value]) -> Value:
    first = row[0] if row else None
    if isinstance(first, Row) and name != "format":
        row, named = (), dict(zip(first.keys, first.values, strict=False))
    if name in ("format", "format_map"):
        return formatted(owner, row, named)
    return replaced(owner, _NAMED_PLACE, lambda at: as_text(named.get(at[1] or at[2])))


def _in_parts(name: str, owner: Text, separator: Value) -> Value:
    if name in ("ljust", "rjust", "center"):
        return owner  # blanks beside it are no part of a secret
    if name in ("split", "rsplit"):
        return _split(owner, separator)
    if name in ("partition", "rpartition") and isinstance(separator, Text):
        return _parted(owner, separator.text, name)
    return None


def _parted(owner: Text, separator: str, name: str) -> Value:
    if not separator:
        return None
    before, between, _ = getattr(owner.text, name)(separator)
    at, behind = len(before), len(before) + len(between)
    places = (slice(0, at), slice(at, behind), slice(behind, None))
    return Row(tuple(sliced(owner, place) for place in places))


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
    return sliced(owner, slice(begin, max(begin, end)))


def _without(owner: Text, is_prefix: bool, affix: str) -> Value:
    if is_prefix and owner.text.startswith(affix):
        return sliced(owner, slice(len(affix), None))
    if not is_prefix and affix and owner.text.endswith(affix):
        return sliced(owner, slice(0, len(owner.text) - len(affix)))
    return owner


def _with_replaced(owner: Text, old: Value, new: Value) -> Value:
    if not isinstance(old, Text) or not isinstance(new, Text) or not old.text:
        return None
    return replaced(owner, re.compile(re.escape(old.text)), lambda _: new if new.text else EMPTY)


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
    return Row(tuple(sliced(owner, slice(*place)) for place in places))


def _joined(between: Text, values: Value) -> Value:
    row = as_row(values)
    if row is None:
        return None
    parts: list[Value] = []
    for value in row.values:
        parts += [between, value]
    return made(concatenated(parts[1:]))


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
