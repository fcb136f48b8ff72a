"""The store of one call that goes to a file: which call it is decides whose pages are its own."""

from __future__ import annotations

import hashlib
from pathlib import Path

from stnb.credentials import Credentials
from stnb.errors import CannotSave
from stnb.filesystem.atomic import make_folder
from stnb.frame import shape_of

from ..call import Call
from ..options import Requested
from ..paging.models import Paging
from .disk import Disk, Now


def disk_for(
    call: Call, paging: Paging, requested: Requested, target: Path, owner: Credentials, now: Now
) -> Disk:
    """The store of a pull into `target`; pages of the same call that an earlier process left are in
    it.

    Args:
        now: what time it is where the tenant is.

    Raises:
        CannotSave: the folder cannot be written, or another process writes the same file.
    """
    shape = requested.shape or shape_of(call.endpoint)
    columns = None
    if shape.narrow:
        columns = [leaf.path for leaf in shape.leaves]
    # `filters` is what was understood of them: a phrase such as "last 30 days" is another moment
    # tomorrow. It shortens long lists; a hash stands for the whole of them.
    whole = hashlib.sha256(repr((call.query, call.batches, call.body)).encode()).hexdigest()
    call_id = {
        "tenant": owner.tenant,
        "environment": owner.environment,
        "resource": call.endpoint.name,
        "path": call.path,
        "params": dict(call.filters),
        "asked": whole,
        "limit": paging.limit,
        "page_size": paging.page_size,
        "columns": columns,
        "hide": list(requested.hidden),
        "dtypes": shape.dtypes,
    }
    _make_folder(target)
    return Disk(target, call_id, shape, now)


def _make_folder(target: Path) -> None:
    try:
        make_folder(target.parent)
        return
    except OSError as err:
        why = err.strerror or type(err).__name__
    raise CannotSave(
        f"{target} cannot be written.", f"Its folder cannot be made: {why}.", "Name another file."
    )
