"""Answers to a page's questions about the rows: a window of them, one cell, a copy, a pick.

No widgets here. Each function takes the rows and a message, and gives the answer as plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from . import cells, clipboard
from .select import Rows, pick_of, query_of

SOON, LATER = 0.3, 1.0  # s after which the rows found so far are shown at first, and then
MOST = 400  # rows in one answer, however many the page asks for

Message = Mapping[str, Any]
Answer = dict[str, Any]


def window(rows: Rows, message: Message) -> Answer:
    """The rows from `start` to `stop` as text, and how many there are.

    `columns` of the message are the only ones that are written, in this order; all without it.
    `part` stands in the answer if these are the rows so far: the page is to ask again.
    """
    seconds = LATER if message.get("part") else SOON
    positions, whole = rows.soon(query_of(message), seconds)
    start = min(max(0, int(message["start"])), len(positions))
    stop = min(int(message["stop"]), start + MOST)
    columns, wanted = rows.columns, message.get("columns")
    # A page that has not heard of another frame yet may ask for columns that are gone.
    places = None if wanted is None else [i for i in wanted if i < len(columns.shown)]
    texts = cells.rows(columns.frame, columns.shown, positions[start:stop], places)
    found = rows.index.places(query_of(message).search)
    answer = {
        "kind": "rows",
        "start": start,
        "rows": texts,
        "total": len(positions),
        "found": found,
    }
    if places is not None:
        answer["columns"] = places
    if not whole:
        answer["part"] = True
    return answer


def cell(rows: Rows, message: Message) -> Answer:
    """The full value of one cell."""
    row, column, position = _place(rows, message)
    text = cells.full_text(rows.columns.frame.iloc[:, column].array[position])
    return {"kind": "cell", "row": row, "col": column, "text": text}


def copy(rows: Rows, message: Message) -> Answer:
    """The text to copy for a cell, a row or a column."""
    answer = {"kind": "copy", "what": message["what"]}
    frame = rows.columns.frame
    if message["what"] == "column":
        positions = rows.positions(query_of(message))
        text, count = clipboard.column(frame.iloc[:, int(message["col"])], positions)
        return {**answer, "text": text, "count": count, "total": len(positions)}
    if message["what"] == "row":
        position = int(rows.positions(query_of(message))[int(message["row"])])
        columns = list(map(int, message["columns"]))
        return {**answer, "text": clipboard.row(frame, position, columns)}
    _, column, position = _place(rows, message)
    return {**answer, "text": clipboard.cell(frame.iloc[:, column].array[position])}


def pick(rows: Rows, message: Message) -> Answer:
    """The pick that leaves the rows with a cell's value."""
    _, column, position = _place(rows, message)
    return {"kind": "pick", "col": column, "pick": pick_of(rows.columns, column, position)}


def summaries(rows: Rows, message: Message) -> Iterator[Answer | None]:
    """The bars of the columns in view. None marks a pause before each of them."""
    query = query_of(message)
    with_bars = set(message.get("whole") or ())
    left = rows.mask(query)
    for i in map(int, message["columns"]):
        yield None
        bars = rows.summary(i)
        # A column's own picks do not count for its bars, or only the picked ones would be left.
        within = rows.mask(query, without=i) if i in query.picks else left
        counts, missing = bars.counts(within)
        answer = {"kind": "summary", "col": i, "counts": counts, "missing": missing}
        if i in with_bars:
            answer.update(bars.as_message())
        yield {**answer, "view": message.get("view"), "step": message.get("step")}


def _place(rows: Rows, message: Message) -> tuple[int, int, int]:
    """The row on show and the column that a message names, and the row's position in the frame."""
    row, column = int(message["row"]), int(message["col"])
    positions = rows.positions(query_of(message))
    return row, column, int(positions[row])


ANSWERS: dict[str, Callable[[Rows, Message], Answer]] = {
    "rows": window,
    "cell": cell,
    "copy": copy,
    "pick": pick,
}
