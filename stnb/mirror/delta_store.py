"""Delta tables in an object store, such as s3://bucket/lake: their checkpoints and their names.

deltalake finds keys and regions in the usual variables of each store. The checkpoints of all tables
and tenants are rows of a small Delta table beside the others, `.stnb`.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.dataset as pds
import pyarrow.fs as pfs

from stnb.errors import BadFilter, CannotSave, UsageError
from stnb.errors.nesting import loads
from stnb.filesystem.folders import cache_folder
from stnb.frame.stores import store_address
from stnb.frame.united import TENANT

from .delta_folder import DeltaFolder
from .delta_package import dataset_of, opened, package, tried
from .delta_table import InDelta
from .folder import Checkpoint
from .view import quoted_text

SCHEMES = ("s3", "gs", "az", "abfs", "abfss")  # of the stores that deltalake knows
BESIDE = ".stnb"


def lake_address(target: object) -> str | None:
    """The target if it is an address in an object store, else None.

    Raises:
        BadFilter: it holds a user's name, which is no place for keys, or what is no name.
    """
    address = store_address(target)
    if address is None or address.partition("://")[0] not in SCHEMES:
        return None
    scheme, _, rest = address.partition("://")
    bucket = rest.partition("/")[0]
    names_user = "@" in bucket and not scheme.startswith("abfs")
    if not bucket or names_user or "?" in rest or "#" in rest or not rest.isprintable():
        raise BadFilter(
            "The address of the lake does not fit.",
            "It is a bucket and a folder, without a user, a ? or a #.",
            f"Write {scheme}://BUCKET/lake, and keep keys in the store's usual variables.",
        )
    return address.rstrip("/")


def tables_in(address: str) -> dict[str, str]:
    """The Delta tables right below an address: name -> address.

    Raises:
        UsageError: the store cannot be asked.
    """
    package()
    handler = importlib.import_module("deltalake.fs").DeltaStorageHandler(address)
    try:
        below = pfs.PyFileSystem(handler).get_file_info(pfs.FileSelector(""))
        names = [each.base_name for each in below if each.type == pfs.FileType.Directory]
        tables = {name: f"{address}/{name}" for name in sorted(names) if not name.startswith(".")}
        return {name: at for name, at in tables.items() if opened(at) is not None}
    except Exception as err:  # noqa: BLE001 - each store raises errors of its own
        why = f"The store answers with {type(err).__name__}."
    raise UsageError(
        f"{address} cannot be read.",
        why,
        "Check the address, and the keys in the store's usual variables.",
    )


class StoreFolder(DeltaFolder):
    """The tables of one tenant in an object store.

    Args:
        address: of the folder of the tables.
        name: of the tenant's partitions.
    """

    def __init__(self, address: str, name: str, tenant: int, environment: str) -> None:
        digest = hashlib.sha256(address.encode()).hexdigest()[:16]
        try:
            here = cache_folder() / "lakes" / digest
        except OSError:
            raise CannotSave(
                f"{address} was not synced.",
                "This user has no home folder, where rows wait until they are merged.",
                "Name a folder that is yours to write in the variable STNB_CACHE.",
            ) from None
        super().__init__(here, name, tenant, environment)
        self.address = address

    def kept(self, table: str) -> InDelta:
        """The table's rows."""
        return InDelta(f"{self.address}/{table}", self.name, self.inner)

    def was_synced(self, table: str) -> bool:
        """Whether an earlier run wrote a checkpoint for the table."""
        return self.noted(table) is not None

    def noted(self, table: str) -> Checkpoint | None:
        """The checkpoint as it was written; None if there is none.

        Raises:
            UsageError: it is another tenant's.
        """
        found = tried(self._beside, lambda: self._noted(table))
        if found is None or (found.tenant, found.environment) == (self.tenant, self.environment):
            return found
        raise UsageError(
            f"{self.address} was not synced.",
            f"Its rows of {self.name} are those of tenant {found.tenant} in {found.environment}, "
            f"and this is tenant {self.tenant} in {self.environment}.",
            "Name another folder, or give the tenant another name.",
        )

    def note(self, table: str, checkpoint: Checkpoint) -> None:
        """Write the checkpoint of a table."""
        text = json.dumps(asdict(checkpoint))
        row = pa.table({TENANT: [self.name], "table": [table], "checkpoint": [text]})
        options: dict[str, Any] = {"mode": "overwrite", "partition_by": [TENANT]}

        def write() -> None:
            if opened(self._beside) is not None:
                same = f'{TENANT} = {quoted_text(self.name)} and "table" = {quoted_text(table)}'
                options["predicate"] = same
            package().write_deltalake(self._beside, row, **options)

        tried(self._beside, write)

    @property
    def _beside(self) -> str:
        return f"{self.address}/{BESIDE}"

    def _noted(self, table: str) -> Checkpoint | None:
        there = opened(self._beside)
        if there is None:
            return None
        field = pds.field
        wanted = (field(TENANT) == self.name) & (field("table") == table)
        rows = dataset_of(there).to_table(filter=wanted).to_pylist()
        try:
            return Checkpoint(**loads(rows[0]["checkpoint"]))
        except (IndexError, ValueError, TypeError):
            return None
