"""The columns of a resource's rows as a tree, for a terminal and for a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

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
        columns = self.endpoint.columns
        tree = f'<div style="{QUIET}">{UNDESCRIBED}</div>'
        if columns:
            tree = _items(columns)
        return (
            '<div style="max-width:64em;margin:4px 0"><div style="margin-bottom:4px">'
            f'<b style="{CODE}">{escape(self.endpoint.name)}</b>'
            f' <span style="{QUIET}">{escape(self.endpoint.label)}</span></div>{tree}</div>'
        )


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


# -- the tree in a notebook; no style sheet, because a notebook that is not trusted would lose it

CODE = (
    "font-family:var(--jp-code-font-family,var(--vscode-editor-font-family,monospace));"
    "font-size:92%"
)
QUIET = "opacity:.7"
RULE = "border-left:1px solid var(--jp-border-color2,var(--vscode-editorWidget-border,#d8dee4))"


def _items(columns: Sequence[Column]) -> str:
    return "".join(_item(column) for column in columns)


def _item(column: Column) -> str:
    """One column; one that holds others can be unfolded."""
    if not inside(column):
        return f'<div style="padding:1px 0 1px 1.1em">{_words(column)}</div>'
    return (
        '<details><summary style="display:list-item;cursor:pointer;padding:1px 0">'
        f"{_words(column)}</summary>"
        f'<div style="margin-left:.35em;padding-left:1em;{RULE}">{_items(inside(column))}</div>'
        "</details>"
    )


def _words(column: Column) -> str:
    parts = [
        f'<span style="{CODE}">{escape(column.name)}</span>',
        f'<span style="{QUIET}">{escape(kind(column))}</span>',
    ]
    if not column.nullable:
        parts.append(f'<span style="{QUIET}">· required</span>')
    if column.refers:
        parts.append(f'<span style="{CODE}">{escape(leads(column))}</span>')
    if values(column):
        listed = escape(", ".join(values(column)))
        parts.append(f'<div style="{QUIET};padding-left:1em;font-size:92%">{listed}</div>')
    return " ".join(parts)
