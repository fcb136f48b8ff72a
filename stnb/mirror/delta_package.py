"""The package deltalake: a table opened, and work on it that is tried again."""

from __future__ import annotations

import importlib
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.dataset as pds

from stnb.errors import CannotSave, reason
from stnb.errors.packages import imported
from stnb.frame.united import TENANT

T = TypeVar("T")
TRIES = 5  # another process may write the same table at the same moment
_writing: dict[str, threading.Lock] = defaultdict(threading.Lock)  # by the table's address


def package() -> Any:
    """The package deltalake.

    Raises:
        SetupError: it is not installed.
    """
    return imported("deltalake", "No table in the Delta format can be used.", "stnb[delta]")


def opened(address: str) -> Any | None:
    """The Delta table at an address, as it is now; None if there is none."""
    found = package()
    if not found.DeltaTable.is_deltatable(address):
        return None
    return found.DeltaTable(address)


def tried(address: str, work: Callable[[], T]) -> T:
    """Work on a table, once more if another process has written the table meanwhile.

    Raises:
        CannotSave: the table cannot be read or written, or others write it all the time.
    """
    errors = importlib.import_module("deltalake.exceptions")
    why, speaker = "", "The system"
    advice = "Check that its place is yours to write and has room, then sync again."
    if "://" in address:
        speaker = "The store"
        advice = "Check the address, the network and the keys in the store's usual variables."
    with _writing[address]:
        for _ in range(TRIES):
            try:
                return work()
            except errors.CommitFailedError as err:
                why = f"Others write to it at the same time: {_first_line(err)}."
            except (errors.DeltaError, errors.TableNotFoundError) as err:
                why = f"deltalake says: {_first_line(err)}."
                break
            except OSError as err:
                why = f"{speaker} says: {_said(err)}."
                break
    raise CannotSave(f"{address} was not written.", why, advice)


def dataset_of(table: Any) -> pds.Dataset:
    """The rows of a Delta table as a dataset of Arrow, with the tenant in the first column."""
    own = table.to_pyarrow_dataset().schema
    names = [name for name in own.names if name != TENANT]
    return table.to_pyarrow_dataset(schema=pa.schema([own.field(n) for n in [TENANT, *names]]))


def _said(err: OSError) -> str:
    """What the system says; a store gives no number of its error."""
    if err.errno is None:
        return _first_line(err)
    return reason(err)


def _first_line(err: Exception) -> str:
    return str(err).partition("\n")[0].rstrip(". ")
