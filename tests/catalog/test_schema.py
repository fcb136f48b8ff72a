"""Schemas as trees: every column of every resource with its type, values and where it leads."""

from __future__ import annotations

import html
import re

import pytest

from stnb import catalog
from stnb.catalog import Column, Endpoint
from stnb.catalog.schema import UNDESCRIBED, kind, schema
from stnb.catalog.store import walk
from tests.helpers.sample import by_module

KNOWN = catalog.load()


def toys(*columns: Column) -> Endpoint:
    return Endpoint("toys.widgets", "toys", "/toys", "list", make_columns=lambda: columns)


WIDGETS = toys(
    Column("id", "integer", nullable=False),
    Column("price", "decimal", text=True),
    Column(
        "maker",
        "object",
        children=(
            Column("id", "integer", refers="toys.makers", how="by name"),
            Column("name", "string"),
        ),
    ),
    Column("state", "enum", values=("New", "Old")),
    Column(
        "tagIds", "array", children=(Column("", "integer"),), refers="toys.tags", how="documented"
    ),
    Column(
        "parts", "array", children=(Column("", "object", children=(Column("size", "number"),)),)
    ),
)


def test_the_tree_is_drawn_as_it_branches() -> None:
    """Objects and lists of objects hold their fields below them; names and types stand in columns
    of their own.
    """
    assert repr(schema(WIDGETS)).splitlines() == [
        "toys.widgets · Widgets",
        "├─ id      integer                 required",
        "├─ price   decimal (sent as text)",
        "├─ maker   object",
        "│  ├─ id    integer  → toys.makers (by name)",
        "│  └─ name  string",
        "├─ state   enum",
        "│     New, Old",
        "├─ tagIds  array of integer        → toys.tags",
        "└─ parts   array of object",
        "   └─ size  number",
    ]


def test_the_tree_in_a_notebook_folds() -> None:
    """Only what holds fields can be unfolded, nothing is open at first, and no style sheet is
    needed.
    """
    page = schema(WIDGETS)._repr_html_()

    assert page.count("<details>") == 2
    assert "open" not in re.findall(r"<details[^>]*>", page)
    assert "<style" not in page
    assert "→ toys.makers (by name)" in html.unescape(page)
    assert "New, Old" in page


@pytest.mark.parametrize("endpoints", by_module(KNOWN))
def test_every_column_is_in_both_trees(endpoints: list[Endpoint]) -> None:
    """As many lines as columns, each with its name and type, and every value of every enum."""
    for endpoint in endpoints:
        columns = list(walk(endpoint.columns))
        lines = [
            line for line in repr(schema(endpoint)).splitlines()[1:] if re.search("[├└]─ ", line)
        ]
        page = html.unescape(schema(endpoint)._repr_html_())
        names = [re.split("[├└]─ ", line)[1].split("  ")[0].strip() for line in lines]

        assert names == [column.name for _, column in columns], endpoint.name
        assert all(
            kind(column) in line for line, (_, column) in zip(lines, columns, strict=True)
        ), endpoint.name
        assert page.count("</span> <span") >= len(columns), endpoint.name
        for _, column in columns:
            assert ", ".join(column.values) in page, endpoint.name
            assert f">{column.name}</span>" in page, endpoint.name
            if column.refers:
                assert any(column.name in line and column.refers in line for line in lines), (
                    endpoint.name
                )
        if not columns:
            assert UNDESCRIBED in page, endpoint.name
            assert UNDESCRIBED in repr(schema(endpoint)), endpoint.name


def test_names_and_values_become_no_tags() -> None:
    """What the catalogue holds is text, also in a notebook."""
    page = schema(toys(Column("<i>", "enum", values=("<b>",))))._repr_html_()

    assert "<i>" not in page
    assert "<b>" not in page
    assert "&lt;i&gt;" in page


def test_long_lists_of_values_are_wrapped() -> None:
    """Values of an enum stand in lines that fit a terminal, and none is lost."""
    values = tuple(f"Value{i}" for i in range(60))
    lines = repr(schema(toys(Column("state", "enum", values=values)))).splitlines()[2:]

    assert max(map(len, lines)) < 120
    assert " ".join(line.strip() for line in lines).split(", ") == list(values)
