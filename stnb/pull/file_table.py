"""A file as a table of one row."""

from __future__ import annotations

import pyarrow as pa

from stnb.frame import Decoded

from .paging.models import Page

FILE = pa.schema([("content", pa.binary()), ("contentType", pa.string()), ("size", pa.int64())])


def file_table(page: Page | None) -> Decoded:
    """A file as a table of one row: content, contentType, size (bytes); of none without a file."""
    rows = []
    if page is not None:
        size = len(page.content)
        rows = [{"content": page.content, "contentType": page.content_type, "size": size}]
    return Decoded(pa.Table.from_pylist(rows, FILE))
