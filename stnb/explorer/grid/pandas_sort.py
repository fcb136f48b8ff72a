"""The order of a table as lines of pandas."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from ..python_lines import literal
from .columns import Columns, sorting_fields


def lines(columns: Columns, i: int, ascending: bool) -> list[str]:
    """The lines that sort `df` by a column. Equal rows keep their order, missing values come last.

    Example:
        >>> lines(Columns(pd.DataFrame({"n": [1]})), 0, True)
        ['df = df.sort_values("n", kind="stable")']
    """
    name, dtype = literal(columns.names[i]), columns.frame.dtypes.iloc[i]
    array = columns.array(i)
    way = "" if ascending else "ascending=False, "
    if array is not None and pa.types.is_struct(array.type):
        fields = literal(sorting_fields(array.type))
        fields_of = f"df[{name}].struct.explode()[{fields}]"
        return [f'df = df.loc[{fields_of}.sort_values({fields}, {way}kind="stable").index]']
    key = ""
    if columns.shown[i].kind == "list":
        length = "list.len()" if isinstance(dtype, pd.ArrowDtype) else "str.len()"
        key = f", key=lambda lists: lists.{length}"
    elif isinstance(dtype, pd.CategoricalDtype):
        key = ', key=lambda values: values.astype("str")'
    elif array is None:
        key = ', key=lambda values: values.map(str, na_action="ignore")'
    return [f'df = df.sort_values({name}{key}, {way}kind="stable")']
