"""The code of a cell, parsed: the statements that are whole, and where their parts stand."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from functools import cached_property

LARGEST = 500_000  # characters of one piece of code
MOST_CHUNKS = 2_000
_NEWLINE = re.compile(r"\r\n|\r|\n")
# IPython's own lines. A cell in another language is no Python.
_MAGIC = re.compile(r"^(?=[ \t]*(?:[%!?]|[\w.]+[ \t]*=[ \t]*[%!]))[^\r\n]", re.MULTILINE)
_OTHER = re.compile(r"\s*%%(?!time|timeit|capture|prun)\w")
_FIRST = re.compile(r"^[^\s)\]}#]", re.MULTILINE)


@dataclass(frozen=True)
class Chunk:
    """Code that was parsed by itself, and where it begins in its cell."""

    source: str
    begins: int
    tree: ast.AST

    def span(self, node: ast.expr) -> tuple[int, int]:
        """From its first character to behind its last, in the source."""
        last = node.end_lineno or node.lineno
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(last, node.end_col_offset or node.col_offset),
        )

    def _offset(self, line: int, column: int) -> int:
        """Python counts the bytes of a line."""
        begins = self._lines[line - 1]
        before = self.source[begins : begins + column]
        if not before.isascii():
            before = before.encode()[:column].decode("utf-8", "ignore")
        return begins + len(before)

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in _NEWLINE.finditer(self.source))]


NOTHING = Chunk("", 0, ast.Module([], []))


def means(source: str, value: object) -> bool:
    """Whether code is a literal of this value."""
    try:
        return bool(ast.literal_eval(source) == value)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return False


def chunks_of(cell: str) -> list[Chunk]:
    """A cell's code; if it is not whole, those statements at its left edge that are."""
    if len(cell) > LARGEST or _OTHER.match(cell):
        return []
    source = _MAGIC.sub("#", cell)
    tree = _tree(source)
    if tree is not None:
        return [Chunk(source, 0, tree)]
    edges = [found.start() for found in _FIRST.finditer(source)][:MOST_CHUNKS]
    found = []
    for begins, ends in zip(edges, [*edges[1:], len(source)], strict=True):
        tree = _tree(source[begins:ends])
        if tree is not None:
            found.append(Chunk(source[begins:ends], begins, tree))
    return found


def _tree(source: str) -> ast.AST | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about code that is not ours
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def key_of(node: ast.AST) -> str:
    """A name, an attribute, or a place under a constant key, as text; else ""."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=owner, attr=name):
            before = key_of(owner)
            return before and f"{before}.{name}"
        case ast.Subscript(value=owner, slice=ast.Constant(value=str() | int() as key)):
            before = key_of(owner)
            return before and f"{before}[{key!r}]"
    return ""


def text_of(key: ast.AST | None) -> str:
    """A constant text; else ""."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return key.value
    return ""
