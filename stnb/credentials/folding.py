"""Texts that code puts together from literals: what they come to, without running anything.

Names bound to literals, `+`, `%`, `*`, `.format`, `join`, f-strings, slices, reversing, `chr`, and
the codings of Python's library are followed, from cell to cell. Loops, functions of one's own, and
whatever is read, typed or chosen at random while the code runs are not.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from . import called, pieces
from .chunks import NOTHING, Chunk, chunks_of, key_of, means, text_of
from .pieces import LONGEST, Number, Row, Text, Value

MOST_ROUNDS = 50_000  # of comprehensions together
MOST_PLACES = 200_000  # of rows together, in one reading
_OPENS = re.compile(r"[rRbBuUfF]{0,2}(\"\"\"|'''|\"|')")
_FEWEST = 8  # numbers in a row that may be characters
_SETTERS = ("setdefault", "setenv", "putenv", "set", "set_key", "__setitem__")


class Literal(NamedTuple):
    """Where a literal stands: in which piece of code, from where to where, within which quote.

    Without a quote, it is more than what stands between two quotes.
    """

    cell: int
    start: int
    end: int
    quote: str


class Folded(NamedTuple):
    """What is given to a name, a key or an argument; of each character the literal's number."""

    name: str
    text: str
    sources: Sequence[int]


@dataclass
class Folding:
    """Follows pieces of code in their order.

    Attributes:
        literals: every literal that was met.
        found: the texts that were put together.

    Example:
        >>> folding = Folding()
        >>> folding.read(["a = 'ab'", "b = a + 'cd'"])
        >>> [each.text for each in folding.found]
        ['abcd']
    """

    literals: list[Literal] = field(default_factory=list)
    found: list[Folded] = field(default_factory=list)
    _numbers: dict[Literal, int] = field(default_factory=dict)
    # With the values themselves, as an identity is given anew when they are gone.
    _noted: dict[tuple[int, str], Value] = field(default_factory=dict)
    _names: dict[str, Value] = field(default_factory=dict)
    _cell: int = 0
    _chunk: Chunk = NOTHING
    _rounds: int = 0
    _places_seen: int = 0
    _around: ast.expr | None = None  # the f-string that is being read

    def read(self, cells: Sequence[str]) -> None:
        """Read all pieces, twice, because a cell may use what a later one binds."""
        parsed = [chunks_of(cell) for cell in cells]
        for _ in range(2):
            self.found.clear()
            self._noted.clear()
            self._places_seen = 0
            for self._cell, chunks in enumerate(parsed):
                for self._chunk in chunks:
                    self._walk()

    def _walk(self) -> None:
        try:
            self._statement(self._chunk.tree)
        except RecursionError:
            self._around = None

    # -- statements

    def _statement(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                self._bind(targets, self._value(value))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind([target], self._value(value))
            case ast.NamedExpr(target=target, value=value):
                self._bind([target], self._value(value))
            case ast.AugAssign(target=target, op=ast.Add(), value=value):
                coming = self._value(value)
                whole = pieces.added(self._names.get(key_of(target)), coming)
                self._all_or_each([coming], whole)
                self._bind([target], whole)
            case ast.arguments():
                self._defaults(node)
            case ast.expr():
                self._note(self._value(node))
            case _:
                for child in ast.iter_child_nodes(node):
                    self._statement(child)

    def _bind(self, targets: Sequence[ast.expr], value: Value) -> None:
        for target in targets:
            if isinstance(target, (ast.Tuple, ast.List)):
                self._bind_each(target.elts, value)
                continue
            if isinstance(target, ast.Starred):
                target = target.value
            key = key_of(target)
            self._note(value, key)
            if key:
                self._names[key] = value
            if isinstance(target, ast.Attribute):
                self._names[f".{target.attr}"] = value

    def _bind_each(self, targets: Sequence[ast.expr], value: Value) -> None:
        if isinstance(value, Row):
            stars = [isinstance(target, ast.Starred) for target in targets]
            for each, one in zip(targets, pieces.shared_out(value, stars), strict=False):
                self._bind([each], one)

    def _defaults(self, node: ast.arguments) -> None:
        positional = [*node.posonlyargs, *node.args]
        pairs = list(zip(reversed(positional), reversed(node.defaults), strict=False))
        pairs += [(a, d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True) if d]
        for argument, default in pairs:
            value = self._value(default)
            self._note(value, argument.arg)
            self._names[argument.arg] = value

    def _note(self, value: Value, name: str = "") -> None:
        """Keep what an expression comes to, unless it is a literal as it stands."""
        if (id(value), name) in self._noted:
            return
        if isinstance(value, (Text, Row)):
            self._noted[id(value), name] = value
        if isinstance(value, Text):
            if value.is_made or len(set(value.sources)) > 1:
                self.found.append(Folded(name, value.text, value.sources))
        elif isinstance(value, Row) and self._places_seen <= MOST_PLACES:
            self._places_seen += len(value.values)
            keys = value.keys or ("",) * len(value.values)
            for key, each in zip(keys, value.values, strict=True):
                self._note(each, key)

    # -- expressions

    def _value(self, node: ast.AST) -> Value:
        match node:
            case ast.Constant(value=str() | bytes() | int() as constant):
                return self._constant(node, constant)
            case ast.Name(id=name):
                return self._names.get(name)
            case ast.BinOp():
                return self._operation(node)
            case ast.Subscript(value=whole, slice=place):
                return self._part(node, whole, place)
            case ast.Call():
                return self._call(node)
            case ast.NamedExpr(target=target, value=value):
                given = self._value(value)
                self._bind([target], given)
                return given
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                self._statement(test)
                return self._all_or_each([self._value(otherwise)], self._value(body))
        return self._several(node)

    def _several(self, node: ast.AST) -> Value:
        """What has values in it."""
        match node:
            case ast.Attribute(attr=name):
                # Of another object by its name alone; a class binds its attributes as names.
                return self._attribute(node, name)
            case ast.JoinedStr(values=parts):
                return self._joined(node, parts)
            case ast.FormattedValue(value=inner, format_spec=form) if _is_plain(form):
                # What is not known leaves a gap, which no secret goes over.
                return pieces.as_text(self._value(inner)) or Text("\n", [pieces.UNKNOWN_SOURCE])
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return self._row(node, parts)
            case ast.Dict(keys=keys, values=parts):
                names = tuple(text_of(key) for key in keys)
                return Row(tuple(self._value(part) for part in parts), names)
            case ast.ListComp(elt=elt, generators=[one]):
                return self._each(node, elt, one)
            case ast.GeneratorExp(elt=elt, generators=[one]):
                return self._each(node, elt, one)
        return self._unknown(node)

    def _attribute(self, node: ast.Attribute, name: str) -> Value:
        exact = self._names.get(key_of(node))
        owner = self._names.get(key_of(node.value))
        if exact is None and isinstance(owner, Row) and name in owner.keys:
            exact = owner.values[owner.keys.index(name)]
        if exact is None and name == "value":  # of an Enum
            exact = self._value(node.value)
        known = exact or self._names.get(f".{name}") or self._names.get(name)
        return known if known is not None else self._unknown(node)

    def _unknown(self, node: ast.AST) -> Value:
        """What is not followed; its parts are looked at by themselves."""
        for child in ast.iter_child_nodes(node):
            self._statement(child)
        return None

    def _constant(self, node: ast.Constant, value: str | bytes | int) -> Value:
        if isinstance(value, int):
            return Number(value)
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        if len(value) > LONGEST:
            return None
        return Text(value, [self._literal(node)] * len(value))

    def _joined(self, node: ast.expr, parts: Sequence[ast.expr]) -> Value:
        outer, self._around = self._around, self._around or node
        values = [self._value(part) for part in parts]
        self._around = outer
        return self._all_or_each(values, pieces.concatenated(values))

    def _row(self, node: ast.expr, parts: Sequence[ast.expr]) -> Value:
        values = self._places(parts)
        if values is None:
            return None
        if len(values) < _FEWEST or not all(isinstance(each, Number) for each in values):
            return Row(tuple(values))
        start, end = self._chunk.span(node)
        number = self._number(start, end, "")
        return Row(tuple(Number(v.number, number) for v in values if isinstance(v, Number)))

    def _places(self, parts: Sequence[ast.expr]) -> list[Value] | None:
        """The values of a row or of arguments, those behind a star too; None if they are many."""
        values: list[Value] = []
        for part in parts:
            if not isinstance(part, ast.Starred):
                values.append(self._argument(part))
                continue
            row = called.as_row(self._value(part.value)) or Row((None,))
            if len(values) + len(row.values) > LONGEST:
                return None
            values += row.values
        return values

    def _operation(self, node: ast.BinOp) -> Value:
        if isinstance(node.op, ast.Add):
            return self._sum(node)
        left, right = self._value(node.left), self._value(node.right)
        whole: Value = None
        if isinstance(node.op, ast.Mult):
            whole = pieces.repeated(left, right)
        elif isinstance(node.op, ast.BitOr) and isinstance(left, Row) and isinstance(right, Row):
            whole = called.merged(left, right)
        elif isinstance(node.op, ast.Mod) and isinstance(left, Text):
            whole = pieces.filled(left, right)
        return self._all_or_each([left, right], whole)

    def _sum(self, node: ast.expr) -> Value:
        """A row of additions, from the left, without a call for each."""
        parts = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            parts.append(node.right)
            node = node.left
        values = [self._value(part) for part in (node, *reversed(parts))]
        total = pieces.concatenated(values)
        if total is not None:
            return total
        total = values[0]
        for each in values[1:]:
            before, total = total, pieces.added(total, each)
            if total is None:  # what stands beside something that is not known
                self._note(before)
                total = each
        return total

    def _part(self, node: ast.AST, whole: ast.expr, place: ast.expr) -> Value:
        known = self._names.get(key_of(node))
        if known is not None:
            return known
        value = self._value(whole)
        return self._all_or_each([value], pieces.part(value, place))

    def _call(self, node: ast.Call) -> Value:
        name, owner = "", None
        if isinstance(node.func, ast.Attribute):
            name, owner = node.func.attr, self._value(node.func.value)
        elif isinstance(node.func, ast.Name):
            name = node.func.id
        else:
            self._statement(node.func)
        row = self._places(node.args) or []
        named = self._named(node.keywords)
        whole = called.called(name, owner, row, named)
        if isinstance(owner, Row) and isinstance(node.func, ast.Attribute):
            after = called.changed(name, owner, row, named)
            if after is not None:
                self._bind([node.func.value], after)
        if whole is None:
            for key, value in named.items():
                self._note(value, key)
            if name in _SETTERS and len(row) == 2 and isinstance(row[0], Text):
                self._note(row[1], row[0].text)
        return self._all_or_each([owner, *row], whole)

    def _named(self, keywords: Sequence[ast.keyword]) -> dict[str, Value]:
        """Arguments by their names, those of a dictionary behind two stars too."""
        named: dict[str, Value] = {}
        for each in keywords:
            value = self._value(each.value)
            if each.arg is None and isinstance(value, Row) and value.keys:
                named |= zip(value.keys, value.values, strict=False)
            else:
                named[each.arg or ""] = value
        return named

    def _argument(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Name) and node.id in ("chr", "str"):
            return Text(node.id, [pieces.UNKNOWN_SOURCE] * len(node.id))
        return self._value(node)

    def _each(self, node: ast.AST, elt: ast.expr, one: ast.comprehension) -> Value:
        """A comprehension over a row that is known."""
        row = called.as_row(self._value(one.iter))
        # What an `if` leaves out is taken along: it makes no secret of what is none.
        if row is None or not isinstance(one.target, ast.Name):
            return self._unknown(node)
        self._rounds += len(row.values)
        if self._rounds > MOST_ROUNDS:
            return None
        before, values = self._names.get(one.target.id), []
        for each in row.values:
            self._names[one.target.id] = each
            values.append(self._value(elt))
        self._names[one.target.id] = before
        return Row(tuple(values))

    def _all_or_each(self, parts: Sequence[Value], whole: Value) -> Value:
        """The whole; if it is not known, its parts are kept by themselves."""
        if whole is None:
            for part in parts:
                self._note(part)
        return whole

    # -- places

    def _literal(self, node: ast.Constant) -> int:
        start, end = self._chunk.span(node)
        text = self._chunk.source[start:end]
        if self._around is not None and not means(text, node.value):
            # A part of an f-string has the place of the whole one.
            start, end = self._chunk.span(self._around)
            text = self._chunk.source[start:end]
        opens = _OPENS.match(text)
        if opens is not None and text.endswith(opens[1]) and len(text) > len(opens[0]):
            return self._number(start + opens.end(), end - len(opens[1]), opens[1])
        return self._number(start, end, "")

    def _number(self, start: int, end: int, quote: str) -> int:
        at = self._chunk.begins
        literal = Literal(self._cell, at + start, at + end, quote)
        if literal not in self._numbers:
            self._numbers[literal] = len(self.literals)
            self.literals.append(literal)
        return self._numbers[literal]


def _is_plain(form: ast.expr | None) -> bool:
    """Whether an f-string takes a text as it is: behind its colon stands nothing, or an s."""
    match form:
        case None | ast.JoinedStr(values=[]) | ast.JoinedStr(values=[ast.Constant(value="s")]):
            return True
    return False
