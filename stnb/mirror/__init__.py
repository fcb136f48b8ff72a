"""A folder of Parquet files, one a table, that is kept up to date.

routes.py   what is read how: by a feed's cursor, by the time of the last change, or whole
home.py     the folder: whose it is, how far each table stands, one sync at a time
merge.py    a file and what changed -> the file as it is now
run.py      the tables one by one, and the table of what changed
"""

from __future__ import annotations

from .run import sync

__all__ = ["sync"]
