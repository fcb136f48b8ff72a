"""A frame -> an Excel workbook in which nothing is wrong in silence: ids keep their digits, and
times are local ones.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import IO, Any
from zoneinfo import ZoneInfo

import pandas as pd

from stnb.errors.packages import imported

from . import cells, excel_told
from .about import about_of
from .excel_columns import Column, Value, as_column, cell_text, too_much
from .excel_told import Told, sentence
from .notices import Notice

ROWS, COLUMNS = 1_048_575, 16_384  # that a sheet holds
WIDEST = 60  # characters that a column shows at most
MARGIN, FILTER = 2, 3  # characters that a cell's padding takes, and the button that filters


def write(frame: pd.DataFrame, file: IO[bytes]) -> list[Notice]:
    """Write the frame as a sheet "data", and beside it "about": where the rows are from.

    Times with a zone become the tenant's own, `attrs["stnb"]["timezone"]`, or UTC if it is not
    known, as Excel has no zones; the header then names the zone. Days that the API sends as
    midnights in UTC stay these days. What Excel would round or could not show becomes text: a
    column with whole numbers or decimals of more than 15 digits, with times before March 1900, or
    with negative durations, and lists. The sheet "about" names such columns. Floats stay numbers
    with all their digits, of which Excel shows 15.

    Returns:
        What a reader should know: the columns that became text for it.

    Raises:
        SetupError: xlsxwriter is not installed.
        BadFilter: a sheet does not hold as many rows or columns, or a cell as long a text.
        OSError: the system refuses.
    """
    check_installed()
    import xlsxwriter  # type: ignore[import-untyped]
    from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

    if len(frame) > ROWS:
        raise too_much(f"A sheet holds {ROWS:,} rows, and there are {len(frame):,}")
    if frame.shape[1] > COLUMNS:
        raise too_much(f"A sheet holds {COLUMNS:,} columns, and there are {frame.shape[1]:,}")
    attrs = about_of(frame.attrs)
    zone = _zone(attrs)
    columns = [as_column(series, zone) for series in cells.columns_of(frame)]
    # Rows go to a temporary file as they are written, so that only the columns are in memory. The
    # packed workbook is kept there too: xlsxwriter leaves a zip file open if its target fails.
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"constant_memory": True, "use_zip64": True})
    _Sheet(book, "data", filters=True).fill(columns)
    told = [(column.header, column.told) for column in columns if column.told is not None]
    _Sheet(book, "about").fill(_about(attrs, len(frame), zone, told))
    try:
        book.close()
    except FileCreateError as err:
        raise OSError(*err.args[0].args) from None
    file.write(packed.getbuffer())
    return excel_told.notices(told)


def check_installed() -> None:
    """Refuse what needs xlsxwriter if it is not installed.

    Raises:
        SetupError: it is not.
    """
    happened = "An Excel file cannot be written."
    imported("xlsxwriter", happened, "xlsxwriter", otherwise="or save as .csv")


def _zone(attrs: dict[str, Any]) -> str:
    """The zone of the profile; UTC if it is not known."""
    name = attrs.get("timezone")
    try:
        ZoneInfo(name or "UTC")
    except (LookupError, ValueError, TypeError, OSError):
        return "UTC"
    return name or "UTC"


def _about(
    attrs: dict[str, Any], rows: int, zone: str, columns: Sequence[tuple[str, Told]]
) -> list[Column]:
    """What the rows are, when they were read, by which filters, and whether they are all.

    Args:
        columns: those that have another form than in the frame, and what is told of them.
    """
    owner = ("resource", "tenant", "environment")
    told: list[tuple[str, Value]] = [(n, cell_text(attrs[n])) for n in owner if attrs.get(n)]
    if attrs.get("began") is not None:
        told.append(("read", _when(str(attrs["began"]), zone)))
        filters = attrs.get("params") or {}
        told += [(f"filter {name}", cell_text(value)) for name, value in filters.items()]
        if not filters:
            told.append(("filters", "none"))
    told.append(("rows", rows))
    if attrs.get("rows", rows) != rows:
        told.append(("rows that were read", int(attrs["rows"])))
    if attrs.get("view"):
        told.append(("on show", cell_text(attrs["view"])))
    if "complete" in attrs:
        told.append(("complete", _complete(attrs)))
    told.append(("times with a zone are in", zone))
    told += [("note", cell_text(text)) for text in attrs.get("notices", ())]
    told += [("in this file", cell_text(sentence(name, what))) for name, what in columns]
    names, values = zip(*told, strict=True)
    return [Column("what", list(names)), Column("value", list(values))]


def _when(began: str, zone: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(began).astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        return began
    return f"{moment:%Y-%m-%d %H:%M:%S} ({zone})"


def _complete(attrs: dict[str, Any]) -> str:
    if attrs.get("first"):
        return f"no: {attrs['first']}"
    if attrs["complete"]:
        return "yes"
    if attrs["complete"] is None:
        return "the server did not say whether these are all rows"
    return "no: rows are missing"


class _Sheet:
    """A sheet whose header stays in view.

    Args:
        filters: whether the header has buttons that filter.
    """

    def __init__(self, book: Any, name: str, *, filters: bool = False) -> None:
        self._book, self._filters = book, filters
        self._sheet = book.add_worksheet(name)
        self._header = book.add_format({"bold": True})
        # Excel's own leading apostrophe, which is no part of the value: a text that begins with =
        # is no formula even after it was edited.
        self._risky = book.add_format({"quote_prefix": True})
        self._plain = book.add_format()

    def fill(self, columns: list[Column]) -> None:
        """Write the columns, row by row."""
        rows = max((len(column.values) for column in columns), default=0)
        forms = []
        for at, column in enumerate(columns):
            forms.append(self._book.add_format({"num_format": column.form}))
            self._sheet.set_column(at, at, self._width(column))
            self._put(0, at, column.header, self._header)
        self._sheet.freeze_panes(1, 0)
        if self._filters and columns:
            self._sheet.autofilter(0, 0, rows, len(columns) - 1)
        for row, values in enumerate(zip(*[c.values for c in columns], strict=True), start=1):
            for at, value in enumerate(values):
                if value is not None and value != "":
                    self._put(row, at, value, forms[at])

    def _width(self, column: Column) -> float:
        widest = len(column.header)
        if self._filters:
            widest += FILTER
        for value in column.values:
            if value is not None:
                widest = max(widest, _shown(value, column.form))
        return min(widest, WIDEST) + MARGIN

    def _put(self, row: int, at: int, value: Value, form: Any) -> None:
        if isinstance(value, str):
            self._put_text(row, at, value, form)
        elif isinstance(value, bool):
            self._sheet.write_boolean(row, at, value)
        elif isinstance(value, (dt.datetime, dt.timedelta)):
            self._sheet.write_datetime(row, at, value, form)
        else:
            self._sheet.write_number(row, at, value, form)

    def _put_text(self, row: int, at: int, text: str, form: Any) -> None:
        if text.startswith("#") or cells.is_risky(text):
            form = self._risky
        if text.startswith("<r>") and text.endswith("</r>"):
            # xlsxwriter takes such a text for markup of its own, unless it comes in pieces.
            self._sheet.write_rich_string(row, at, self._plain, text[:1], self._plain, text[1:])
        else:
            self._sheet.write_string(row, at, text, form)


def _shown(value: Value, form: str) -> int:
    """How many characters a cell shows."""
    if isinstance(value, str):
        return max(map(len, value.splitlines()), default=0)
    if isinstance(value, dt.datetime):
        return len(form)
    if isinstance(value, dt.timedelta):
        return len(f"{value // dt.timedelta(hours=1)}:00:00")
    if isinstance(value, float):
        return min(len(f"{value:.10g}"), 11)  # "General" rounds to what the column has room for
    return len(str(value))
