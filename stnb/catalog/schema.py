"""The columns of a resource's rows as a tree, for a terminal and for a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .html_table import CODE, LINE, QUIET, Html, element, joined
from .models import Column, Endpoint

WIDTH = 100  # letters of a line of the tree, about
UNDESCRIBED = "The columns of its rows are not documented."


@dataclass(frozen=True)
class Schema:
    """The columns of a resource's rows, nested ones too.

    It is a tree in text, and one that can be folded in a notebook.

    Attributes:
        endpoint: the endpoint whose rows these are.
    """

    endpoint: Endpoint

    def __repr__(self) -> str:
        head = f"{self.endpoint.name} · {self.endpoint.label}"
        lines = _lines(self.endpoint.columns) or [UNDESCRIBED]
        return "\n".join([head, *lines])

    def _repr_html_(self) -> str:
        name = element("b", self.endpoint.name, style=NAME)
        label = element("span", self.endpoint.label, style=QUIET)
        head = element("div", name, " ", label, style="margin-bottom:4px")
        tree = _items(self.endpoint.columns) or element("div", UNDESCRIBED, style=QUIET)
        return str(element("div", head, tree, style="max-width:64em;margin:4px 0"))


def schema(endpoint: Endpoint) -> Schema:
    """The columns of a resource's rows as a tree.

    It shows types, the values of enums, what is never null, and where ids lead. Types are the
    API's own; `columns` of a resource has the dtypes of the frame. "required" is the documents'
    word: in practice everything but the key may be null.

    Example:
        >>> st.schema("crm.customers.contacts")
        crm.customers.contacts · Customers · contacts
        ├─ id          integer   required
        …
    """
    return Schema(endpoint)


# -- a column in words


def kind(column: Column) -> str:
    """A column's type in words: "decimal (sent as text)", "array of integer"."""
    if column.type == "array" and column.children:
        return f"array of {kind(column.children[0])}"
    if column.type == "array":
        return "array of any"
    if column.text:
        return f"{column.type} (sent as text)"
    return column.type


def inside(column: Column) -> tuple[Column, ...]:
    """The fields of an object, or of an array's objects."""
    innermost = _innermost(column)
    if innermost.type == "object":
        return innermost.children
    return ()


def values(column: Column) -> tuple[str, ...]:
    """The values that an enum, or an array of enums, may have."""
    return _innermost(column).values


def _innermost(column: Column) -> Column:
    while column.type == "array" and column.children:
        column = column.children[0]
    return column


def leads(column: Column) -> str:
    """Where an id leads, and how that is known; "" if it leads nowhere."""
    if column.refers is None:
        return ""
    if column.how in (None, "documented"):
        return f"→ {column.refers}"
    return f"→ {column.refers} ({column.how})"


# -- the tree as text


def _lines(columns: Sequence[Column], above: str = "") -> list[str]:
    """The lines of columns and of all inside them; names and types align within a level."""
    name_width = max((len(column.name) for column in columns), default=0)
    kind_width = max((len(kind(column)) for column in columns), default=0)
    lines = []
    for column in columns:
        branch, trunk = "├─", "│  "
        if column is columns[-1]:
            branch, trunk = "└─", "   "
        words = []
        if not column.nullable:
            words.append("required")
        if column.refers:
            words.append(leads(column))
        line = (
            f"{above}{branch} {column.name:<{name_width}}  {kind(column):<{kind_width}}  "
            f"{'  '.join(words)}"
        )
        lines.append(line.rstrip())
        below = above + trunk
        values_trunk = "│  " if inside(column) else "   "
        lines.extend(below + values_trunk + part for part in _wrapped(values(column)))
        lines += _lines(inside(column), below)
    return lines


def _wrapped(words: Sequence[str]) -> Iterator[str]:
    """Words with commas between them, in lines."""
    line = ""
    for i, word in enumerate(words):
        part = word
        if i < len(words) - 1:
            part += ","
        if line and len(line) + len(part) >= WIDTH:
            yield line
            line = ""
        line = f"{line} {part}".strip()
    if line:
        yield line


# -- the tree in a notebook

NAME = f"{CODE};font-size:92%"


def _items(columns: Sequence[Column]) -> Html:
    return joined(_item(column) for column in columns)


def _item(column: Column) -> Html:
    """One column: what holds others can be unfolded."""
    fields = inside(column)
    if not fields:
        return element("div", _words(column), style="padding:1px 0 1px 1.1em")
    summary_style = "display:list-item;cursor:pointer;padding:1px 0"
    summary = element("summary", _words(column), style=summary_style)
    fields_style = f"margin-left:.35em;padding-left:1em;border-left:{LINE}"
    return element("details", summary, element("div", _items(fields), style=fields_style))


def _words(column: Column) -> Html:
    parts = [
        element("span", column.name, style=NAME),
        " ",
        element("span", kind(column), style=QUIET),
    ]
    if not column.nullable:
        parts += [" ", element("span", "· required", style=QUIET)]
    if column.refers:
        parts += [" ", element("span", leads(column), style=NAME)]
    if values(column):
        text = ", ".join(values(column))
        parts += [" ", element("div", text, style=f"{QUIET};padding-left:1em;font-size:92%")]
    return joined(parts)
