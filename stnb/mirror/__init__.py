"""A folder of Parquet files that is kept up to date, one file for each table; and SQL over it.

run.py      sync(): the tables one after the other, and a table of what changed
route.py    how a table is read: by a feed's cursor, by the time of the last change, or whole
table.py    one table: read what changed, merge it, write down the checkpoint
folder.py   the folder: whose it is, the checkpoints, one sync at a time
merge.py    a file and what changed -> the file as it is now
kept.py     where a table's rows are: a file, or the tenant's part of a Delta table (delta_*.py)
places.py   where the tables are: a folder, or an object store
columns.py  columns of two files: brought to one type, compared
sql.py      sql(): DuckDB over the folder, read only
view.py     a Parquet file as a table of DuckDB
dask_*.py   the rows of many tenants as a dask.dataframe
"""

from __future__ import annotations

from .run import sync

__all__ = ["sync"]
