"""A notebook without the secrets in it: in cells, outputs, attachments and widgets' state."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from stnb.errors import CannotSave
from stnb.errors.nesting import loads

from . import in_code, patterns
from .patterns import Hit, Own

BASE64 = re.compile(r"[A-Za-z0-9+/\r\n]{40,}+={0,2}\s*+")
LINES = re.compile(r"[^\n]*\n|[^\n]+")
At = tuple[str | int, ...]  # the keys that lead to a place in a notebook


def parsed(text: str) -> Any:
    """The JSON of a notebook's text; None if it is none, or if an object holds a name twice: of
    two values a reader sees the last, and the other one would be searched by nobody.
    """
    try:
        return loads(
            text.removeprefix("\ufeff"), parse_constant=str, object_pairs_hook=_with_each_name_once
        )
    except ValueError:
        return None


def _with_each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


@dataclass
class Book:
    """Walks through a notebook.

    Attributes:
        own: the reader's own values.
        places: where something was found: the place in words, the hint, and the hit.
    """

    own: Own = field(repr=False)
    places: list[tuple[str, str, Hit]] = field(default_factory=list)
    _by_code: dict[At, list[Hit]] = field(default_factory=dict)

    def cleaned(self, node: Any, at: At = ()) -> Any:
        """A copy of the tree without its secrets."""
        if not at:
            self._by_code = _by_code(node, self.own)
        if isinstance(node, str):
            return self._cleaned_text(node, at)
        if isinstance(node, dict):
            clean = {}
            for key, value in node.items():
                clean[self._cleaned_text(key, at)] = self.cleaned(value, (*at, key))
            return clean
        if not isinstance(node, list):
            return node
        if _is_lines(at) and all(isinstance(line, str) for line in node):
            return self._cleaned_lines(node, at)
        return [self.cleaned(value, (*at, i)) for i, value in enumerate(node)]

    def _cleaned_lines(self, lines: list[str], at: At) -> list[str]:
        """Lines are joined first, because a secret may be across two of them."""
        text = "".join(lines)
        clean = self._cleaned_text(text, at)
        if clean == text:
            return lines
        return LINES.findall(clean)

    def _cleaned_text(self, text: str, at: At) -> str:
        # An attachment, or a buffer of a widget, which has its parts by their lengths.
        inner = ""
        if BASE64.fullmatch(text):
            inner = _decoded(text)
        if self._noted(inner, at):
            clean = patterns.without(inner, self.own, same_length=True)
            return base64.b64encode(clean.encode("latin-1")).decode()
        by_code = self._by_code.get(at, [])
        if self._noted(text, at, by_code):
            return patterns.without(text, self.own, by_code)
        return text

    def _noted(self, text: str, at: At, by_code: Sequence[Hit] = ()) -> bool:
        """Note what is found in a text; whether a secret is among it."""
        hits = patterns.hits(text, self.own, by_code)
        for hit in hits:
            line = text.count("\n", 0, hit.start) + 1
            where = patterns.without(_where(at, line), self.own)  # a key may hold a secret too
            self.places.append((where, hit.hint, hit))
        return any(hit.secret for hit in hits)


def _by_code(book: Any, own: Own) -> dict[At, list[Hit]]:
    """What the cells of code put together: a cell's place, and the places in its source."""
    cells = book.get("cells") if isinstance(book, dict) else None
    if not isinstance(cells, list):
        return {}
    sources = [_source(cell) for cell in cells]
    return {("cells", n, "source"): hits for n, hits in in_code.hits(sources, own).items()}


def _source(cell: Any) -> str:
    """The code of a cell; "" if it has none."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return ""
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else ""


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode("latin-1")
    except binascii.Error:
        return ""


def _is_lines(at: At) -> bool:
    """Whether nbformat keeps the text at this place as a list of its lines."""
    if not at:
        return False
    last = str(at[-1])
    return last in ("source", "text", "input") or ("/" in last and not last.endswith("json"))


def _where(at: At, line: int) -> str:
    """A place in a notebook in words."""
    match at:
        case ("cells", int(i), "source"):
            return f"cell {i + 1} source line {line}"
        case ("cells", int(i), "outputs", *rest):
            kinds = [str(part) for part in rest if "/" in str(part)]
            return " ".join([f"cell {i + 1} output", *kinds[:1]])
        case ("cells", int(i), "attachments", name, *_):
            return f"cell {i + 1} attachment {name}"
        case ("cells", int(i), *rest):
            return f"cell {i + 1} {'.'.join(map(str, rest))}"
        case ("metadata", "widgets", _, *_, last):
            return f"metadata.widgets … {last}"
    return ".".join(map(str, at)) or "the names at the top"


def without_secrets(text: str, own: Own) -> str:
    """A notebook's text without its secrets; all else is as it was, if that is possible.

    Raises:
        CannotSave: it is no notebook, or would be no valid one any more.
    """
    before = parsed(text)
    if not isinstance(before, dict):
        raise CannotSave(
            "The notebook was not changed.",
            "It is no whole notebook any more; likely another program is writing it.",
            "Save it there, and search again.",
        )
    clean = Book(own).cleaned(before)
    new = patterns.without(text, own)
    if parsed(new) != clean:  # a secret was encoded, or across two lines
        new = json.dumps(clean, indent=1) + "\n"
    if is_valid(before) and not is_valid(clean):
        raise CannotSave(
            "The notebook was not changed.",
            "Without its secrets it would be no valid notebook any more.",
            "Remove the secrets by hand.",
        )
    return new


def is_valid(book: Any) -> bool:
    """Whether nbformat takes it for a notebook."""
    from nbformat.validator import isvalid  # takes a while to load

    try:
        return bool(isvalid(book))
    except Exception:  # noqa: BLE001 - it fails in many ways on what is no notebook
        return False
