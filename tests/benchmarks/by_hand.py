"""What a careful person writes by hand, for the same frame: requests, json.loads, json_normalize
and types.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pandas as pd
import requests


def normalized(bodies: Sequence[bytes]) -> pd.DataFrame:
    """Rows as dicts, flattened."""
    return pd.json_normalize([row for body in bodies for row in json.loads(body)["data"]])


def typed(frame: pd.DataFrame, dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Every column that is no list in the dtype that stnb gives it; lists stay lists of dicts."""
    return pd.DataFrame(
        {name: _typed(frame[name], dtype) for name, dtype in dtypes.items()}, copy=False
    )


def money_and_times(frame: pd.DataFrame, dtypes: Mapping[str, str]) -> pd.DataFrame:
    """The lighter variant: only amounts and times are converted, the rest stays as json_normalize
    leaves it.
    """
    for name, dtype in dtypes.items():
        if dtype == "Float64":
            frame[name] = pd.to_numeric(frame[name])
        elif dtype.startswith("datetime64"):
            frame[name] = pd.to_datetime(frame[name], format="ISO8601", utc="UTC" in dtype)
    return frame


def _typed(column: pd.Series, dtype: str) -> pd.Series:
    if dtype.startswith("datetime64"):
        return pd.to_datetime(column, format="ISO8601", utc="UTC" in dtype).dt.as_unit("us")
    if dtype.startswith("timedelta64"):
        return pd.to_timedelta(column).dt.as_unit("us")
    if dtype == "Float64":
        return pd.to_numeric(column).astype(dtype)
    return column if dtype.startswith("list") else column.astype(dtype)


def pulled(url: str, dtypes: Mapping[str, str]) -> pd.DataFrame:
    """requests in sequence, 5,000 rows a page, one token; json_normalize and the types."""
    session = requests.Session()
    bodies, number, more = [], 1, True
    while more:
        answer = session.get(
            f"{url}/jpm/v2/tenant/1/jobs", params={"page": number, "pageSize": 5000}
        )
        bodies.append(answer.content)
        more, number = json.loads(answer.content)["hasMore"], number + 1
    return typed(normalized(bodies), dtypes)
