"""What was sent for the rows of a frame, if the rows of another frame make text of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .fallback import Columns
from .schema import Shape
from .sent import Sent, Sheet

Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class Original:
    """What was sent for the rows of a frame.

    Attributes:
        pages: what was sent for each page, and how many rows it has.
        rows: for each row of the frame, which one it is of all rows of the pages.
        shape: the one with which the pages were read.
    """

    pages: Sequence[tuple[Sent, int]]
    rows: Numbers
    shape: Shape

    def take(self, rows: Numbers) -> Original:
        """The same for these rows of the frame alone, in their order."""
        return replace(self, rows=self.rows[rows])

    def has_texts(self, name: str) -> bool:
        """Whether texts of a column are kept, as the blank ones of a report's numbers."""
        return any(name in sent.texts for sent, _ in self.pages)

    def columns(self, table: pa.Table) -> Columns:
        """Columns of the frame as the texts that were sent.

        Args:
            table: the columns, with the rows of the frame.
        """
        names = table.column_names
        parts: dict[str, list[pa.Array]] = {name: [pa.nulls(0, pa.string())] for name in names}
        order = np.argsort(self.rows, kind="stable")
        places = self.rows[order]
        start = 0
        for sent, size in self.pages:
            for sheet in _by_sheet(sent, size):
                rows = sheet.sheets[0].rows
                first, end = np.searchsorted(places, [start, start + rows])
                own = pa.array(places[first:end] - start, pa.uint64())
                values = table.take(pa.array(order[first:end]))
                for name, texts in sheet.take(own).columns(values, names, self.shape).items():
                    parts[name].append(texts)
                start += rows
        back = pa.array(np.argsort(order, kind="stable"))
        return {name: pa.concat_arrays(several).take(back) for name, several in parts.items()}


def _by_sheet(sent: Sent, size: int) -> Iterator[Sent]:
    """What was sent for each page of a table that pages were put together for."""
    start = 0
    for sheet in sent.sheets or (Sheet(size),):
        texts = {name: values.slice(start, sheet.rows) for name, values in sent.texts.items()}
        yield Sent(texts, (sheet,))
        start += sheet.rows
