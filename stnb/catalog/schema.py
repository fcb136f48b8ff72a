"""What the catalogue promises of a resource's rows: as a tree, and against what arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .html_table import CODE, LINE, QUIET, Html, element, joined
from .models import Column, Endpoint

WIDTH = 100  # letters of a line of the tree, about


@dataclass(frozen=True)
class Schema:
    """The columns of a resource's rows, nested ones too; a tree in text, and one to fold in a
    notebook.

    Attributes:
        endpoint: whose rows these are.
    """

    endpoint: Endpoint

    def __repr__(self) -> str:
        return "\n".join(
            [
                f"{self.endpoint.name} · {self.endpoint.label}",
                *(_lines(self.endpoint.columns) or [UNDESCRIBED]),
            ]
        )

    def _repr_html_(self) -> str:
        name = element("b", self.endpoint.name, style=NAME)
        label = element("span", self.endpoint.label, style=QUIET)
        head = element("div", name, " ", label, style="margin-bottom:4px")
        tree = _items(self.endpoint.columns) or element("div", UNDESCRIBED, style=QUIET)
        return element("div", head, tree, style="max-width:64em;margin:4px 0")


UNDESCRIBED = "What its rows hold is not documented."


def schema(endpoint: Endpoint) -> Schema:
    """The columns of a resource's rows as a tree: types, the values of enums, what is never null,
    where ids lead.

    Types are the API's own; `columns` of a resource has the dtypes of the frame. "required" is the
    documents' word: in practice everything but the key may be null (facts §8).

    Example:
        >>> st.schema("crm.customers.contacts")
        crm.customers.contacts · Customers · contacts
        ├─ id          integer   required
        …
    """
    return Schema(endpoint)


# -- what is said of a column


def kind(column: Column) -> str:
    """A column's type in words: "decimal (sent as text)", "array of integer"."""
    if column.type == "array":
        element = column.children[0] if column.children else None
        return f"array of {kind(element) if element is not None else 'any'}"
    return f"{column.type} (sent as text)" if column.text else column.type


def inside(column: Column) -> tuple[Column, ...]:
    """The fields of an object, or of an array's objects."""
    while column.type == "array" and column.children:
        column = column.children[0]
    return column.children if column.type == "object" else ()


def values(column: Column) -> tuple[str, ...]:
    """The values that an enum, or an array of them, may have."""
    while column.type == "array" and column.children:
        column = column.children[0]
    return column.values


def leads(column: Column) -> str:
    """Where an id leads, and how that is known, "" where it leads nowhere."""
    if column.refers is None:
        return ""
    return f"→ {column.refers}" + (
        f" ({column.how})" if column.how and column.how != "documented" else ""
    )


# -- the tree as text


def _lines(columns: Sequence[Column], above: str = "") -> list[str]:
    """The lines of columns and all below them; names and types are aligned within a level."""
    names, kinds = (
        max((len(c.name) for c in columns), default=0),
        max((len(kind(c)) for c in columns), default=0),
    )
    lines = []
    for column in columns:
        last = column is columns[-1]
        lead = f"{above}{'└─' if last else '├─'} {column.name:<{names}}  {kind(column):<{kinds}}  "
        words = ["required"] * (not column.nullable) + [leads(column)] * bool(column.refers)
        lines.append(f"{lead}{'  '.join(words)}".rstrip())
        below = f"{above}{'   ' if last else '│  '}"
        lines += [
            f"{below}{'   ' if not inside(column) else '│  '}{part}"
            for part in _wrapped(values(column))
        ]
        lines += _lines(inside(column), below)
    return lines


def _wrapped(words: Sequence[str]) -> Iterator[str]:
    """Words with commas, in lines."""
    line = ""
    for i, word in enumerate(words):
        part = word + ("," if i < len(words) - 1 else "")
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
