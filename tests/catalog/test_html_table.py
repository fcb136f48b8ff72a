"""The small HTML of cards, schemas, profiles, reports and static copies."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from hypothesis import example, given
from hypothesis import strategies as some

from stnb.catalog.html_table import Cell, Html, element, joined, table
from stnb.errors import printable

# XML, by which the tests read the HTML, has no control characters.
TEXTS = some.text(some.characters(exclude_categories=["C"]), max_size=12)


@example([["\ufe00", "\u2028"]], "\u3164")
@given(some.lists(some.lists(TEXTS, min_size=1, max_size=3), max_size=3), TEXTS)
def test_texts_read_back_as_they_were(rows: list[list[str]], title: str) -> None:
    """Whatever a cell holds, no part of it becomes a tag or ends an attribute; what nobody would
    see is escaped.
    """
    cells = [[Cell(text, heading=True, title=title) for text in row] for row in rows]

    tree = ElementTree.fromstring(table(cells))

    read = [[cell.text or "" for cell in row] for row in tree.iter("tr")]
    assert read == [[printable(text) for text in row] for row in rows]
    assert all(cell.get("title", "") == printable(title) for cell in tree.iter("th"))
    assert {part.tag for part in tree.iter()} <= {"table", "tbody", "tr", "th"}


def test_only_html_is_taken_as_it_is() -> None:
    """A text that an f-string made of HTML is a plain text again, and is escaped."""
    bold = element("b", "1 < 2", class_="x", aria_hidden="true")

    assert bold == '<b class="x" aria-hidden="true">1 &lt; 2</b>'
    assert joined([bold, " & ", f"{Html('<i>')}"]) == f"{bold} &amp; &lt;i&gt;"


def test_a_table_needs_no_style_sheet() -> None:
    """Each cell says how it is aligned, headings say what they head, and no colour is fixed."""
    made = table([[Cell("total", heading=True), "12.50"]], ["column", "value"])

    tree = ElementTree.fromstring(made)
    cells = [*tree.iter("th"), *tree.iter("td")]
    assert [cell.get("scope") for cell in cells] == ["col", "col", "row", None]
    assert all("text-align:left" in str(cell.get("style")) for cell in cells)
    assert "color:#" not in made
    assert "<style" not in made
