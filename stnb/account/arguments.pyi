# A resource takes filters of its own, where Resource takes any.
# mypy: disable-error-code="override,overload-overlap"
"""What the verbs of a resource take, for editors and type checkers; nothing of it runs.

`surface.pyi` is generated from the catalogue and builds on these names.
"""

import datetime as dt
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, TypeAlias, TypedDict, overload

import numpy as np
import pandas as pd

from stnb.frame import Dtypes
from stnb.pull import ProgressCallback

from .resource import Resource

Whole: TypeAlias = int | np.integer[Any] | str
Number: TypeAlias = float | np.number[Any] | Decimal | str
Text: TypeAlias = str | int | np.integer[Any] | uuid.UUID
Guid: TypeAlias = str | uuid.UUID
Flag: TypeAlias = bool | np.bool_ | Literal["true", "false", "True", "False"]
When: TypeAlias = str | dt.date  # a datetime is a date too, and so is a Timestamp of pandas
Names: TypeAlias = Mapping[str, object]

Id: TypeAlias = int | str | np.integer[Any]
File: TypeAlias = str | os.PathLike[str]
Since: TypeAlias = str | dt.date | pd.DataFrame | os.PathLike[str] | None
Showing: TypeAlias = ProgressCallback | Literal[False] | None

class Options(TypedDict, total=False):
    """What every query takes beside its filters; `jobs.pull?` says what each one does."""

    limit: int | None
    columns: Sequence[str] | None
    since: Since
    keep: Literal["newest", "all"]
    dtypes: Dtypes
    page_size: int | None
    concurrency: int | None
    max_age: str | dt.timedelta | None

class OptionsBelow(Options, total=False):
    """The same for rows that belong to records, which are given by a path parameter."""

    bulk: bool | None
    confirm: bool

class Rows(Resource):
    """A resource whose records are rows."""

    @overload
    def get(self, id: Id | uuid.UUID | None = None, **filters: Any) -> pd.Series[Any]: ...
    @overload
    def get(self, id: Iterable[Any], **filters: Any) -> pd.DataFrame: ...

class FileRows(Resource):
    """A resource whose records are files."""

    @overload
    def get(self, id: Id | None = None, **filters: Any) -> bytes: ...
    @overload
    def get(self, id: Iterable[Any], **filters: Any) -> pd.DataFrame: ...
