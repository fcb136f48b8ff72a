"""What was sent for the rows of a frame, if the rows of another frame make text of its columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True)
class Part:
    """A frame among several that are one now.

    Attributes:
        original: what was sent for its rows.
        rows: how many it has.
        whole: its columns of whole numbers; in the one frame they may be floats.
    """

    original: Original
    rows: int
    whole: Collection[str] = ()

    def columns(self, table: pa.Table) -> Columns:
        """Its rows of the one frame as the texts that were sent."""
        for at, name in enumerate(table.column_names):
            values = table.column(at)
            if name in self.whole and pa.types.is_floating(values.type):
                table = table.set_column(at, name, values.cast(pa.int64()))
        return self.original.columns(table)


@dataclass(frozen=True)
class Originals:
    """What was sent for the rows of several frames that are one now, one below the other.

    Attributes:
        parts: these frames.
        own: the names that columns have in them, if they are others than in the one.
    """

    parts: Sequence[Part]
    own: Mapping[str, str] = field(default_factory=dict)

    def has_texts(self, name: str) -> bool:
        """As of one frame."""
        name = self.own.get(name, name)
        return any(part.original.has_texts(name) for part in self.parts)

    def columns(self, table: pa.Table) -> Columns:
        """As of one frame."""
        names = table.column_names
        own = table.rename_columns([self.own.get(name, name) for name in names])
        found: dict[str, list[pa.Array]] = {name: [] for name in names}
        start = 0
        for part in self.parts:
            texts = part.columns(own.slice(start, part.rows))
            for name in names:
                found[name].append(texts[self.own.get(name, name)])
            start += part.rows
        return {name: pa.concat_arrays(several) for name, several in found.items()}


AsSent = Original | Originals | None  # None if it is not known


def _by_sheet(sent: Sent, size: int) -> Iterator[Sent]:
    """What was sent for each page of a table that pages were put together for."""
    start = 0
    for sheet in sent.sheets or (Sheet(size),):
        texts = {name: values.slice(start, sheet.rows) for name, values in sent.texts.items()}
        how = {name: each.slice(start, sheet.rows) for name, each in sent.written.items()}
        yield Sent(texts, (sheet,), how)
        start += sheet.rows
