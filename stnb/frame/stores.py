"""A file in an object store, such as s3://bucket/jobs.parquet: written here first, then put there
whole.

The stores are fsspec's. It finds keys and regions as each store's own programs do: in their usual
variables and files.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stnb.errors import BadFilter, CannotSave, reason
from stnb.errors.packages import lacking, missing
from stnb.filesystem.atomic import private_folder
from stnb.filesystem.folders import cache_folder

# The package that speaks with the store behind each scheme. `memory` is fsspec's own, which holds
# files as long as the process lives.
PACKAGES = {
    "s3": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "memory": "fsspec",
}
# The store may have taken the file, and its answer was lost: putting it once more is the same.
TRIES = 2


def store_address(target: object) -> str | None:
    """The target if it is an address in an object store that can be written, else None.

    Example:
        >>> store_address("s3://bucket/jobs.parquet"), store_address("data/jobs.parquet")
        ('s3://bucket/jobs.parquet', None)
    """
    if not isinstance(target, str):
        return None
    scheme, sign, rest = target.strip().partition("://")
    if not sign or scheme.lower() not in PACKAGES:
        return None
    return f"{scheme.lower()}://{rest}"


def name_in(address: str) -> Path:
    """The name of the file that an address names, as a path without a folder.

    Raises:
        BadFilter: it names no file in a bucket, or holds more than that.
    """
    scheme, _, rest = address.partition("://")
    bucket, _, key = rest.partition("/")
    name = key.rpartition("/")[2]
    why = ""
    if "@" in bucket and not scheme.startswith("abfs"):
        why = "It names a user, and keys do not belong into an address."
    elif "?" in rest or "#" in rest or not rest.isprintable():
        why = "It holds more than a bucket and a name: a ?, a # or a control character."
    elif not bucket or not name or name in (".", ".."):
        why = "It names no file in a bucket."
    if why:
        raise BadFilter(
            "The address of the file does not fit.",
            why,
            f"Write {scheme}://BUCKET/FOLDER/jobs.parquet, and keep keys in the store's variables.",
        )
    return Path(name)


def check_store(address: str) -> None:
    """See that a file can be put there, as far as this machine knows, before rows are read for it.

    Raises:
        BadFilter: the address names no file in a bucket.
        SetupError: a package that speaks with the store is not installed.
    """
    name_in(address)
    package = PACKAGES[address.partition("://")[0]]
    absent = lacking("fsspec", package)
    if absent:
        raise missing(f"Nothing can be written to {address}.", absent, package)


@contextlib.contextmanager
def staged(address: str) -> Iterator[Path]:
    """A path of this machine to write the file to; at the end it is put into the store, and is gone
    from here. The same address has the same path, so that a pull goes on from what it had read.

    Raises:
        BadFilter: the address names no file in a bucket.
        CannotSave: there is no room here, or the store did not take the file, which is kept here.

    Example:
        >>> with staged("s3://bucket/jobs.parquet") as path:
        ...     frame.to_parquet(path)
    """
    folder = _folder_for(address)
    file = folder / name_in(address)
    yield file
    put(file, address)
    shutil.rmtree(folder, ignore_errors=True)


def _folder_for(address: str) -> Path:
    digest = hashlib.sha256(address.encode()).hexdigest()[:16]
    try:
        waiting = cache_folder() / "outgoing"
        private_folder(waiting)
        private_folder(waiting / digest)
    except OSError as err:
        raise CannotSave(
            f"{address} was not written.",
            f"Its rows wait in the cache folder of this machine, which says: {reason(err)}.",
            "Name a folder that is yours to write in the variable STNB_CACHE.",
        ) from None
    return waiting / digest


def put(file: Path, address: str) -> None:
    """Put a file of this machine into the store, whole or not at all.

    Raises:
        CannotSave: the store refuses, cannot be reached, or has another number of bytes then. The
            file of this machine stays as it is.
    """
    from fsspec.core import url_to_fs  # for those who write to a store

    size, why = file.stat().st_size, ""
    for _ in range(TRIES):
        try:
            store, path = url_to_fs(address)
            store.put_file(os.fspath(file), path)
            there = _size(store, path)
        except Exception as err:  # noqa: BLE001 - each store raises errors of its own
            why = f"The store answers with {type(err).__name__}."
            continue
        if there == size:
            return
        why = f"The store has {there:,} bytes of it then, and it has {size:,}."
    raise CannotSave(
        f"{address} was not written.",
        why,
        f"The rows are kept in {file}: mend the store's bucket, keys or network, then copy it there"
        " or make the same call again.",
    )


def _size(store: Any, path: str) -> int:
    """How many bytes the store has, asked anew."""
    store.invalidate_cache()
    return int(store.info(path)["size"])
