"""A pull into a Parquet file: its pages go to disk as they come, and a pull that was killed goes on from them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from .credentials import Credentials
from .errors import CannotSave
from .filters import Call
from .frame import shape_of
from .pager import Plan, Stand
from .pull import Wish, taken_up
from .shelf import OnDisk
from .spool import Spool

Now = Callable[[], dt.datetime]


def spooled(call: Call, plan: Plan, wish: Wish, target: Path, owner: Credentials, now: Now) -> tuple[Plan, OnDisk, str]:
    """The plan of a pull into `target`, its shelf, and when it began: the first time, where it goes on from an earlier call.

    Args:
        now: what time it is where the tenant is.

    Raises:
        CannotSave: the folder is not to be written, or another process writes the same file.
    """
    who = {"tenant": owner.tenant, "environment": owner.environment, "resource": call.endpoint.name, "path": call.path}
    # `given` is what was understood of the filters: a phrase such as "last 30 days" is another moment tomorrow.
    asked = hashlib.sha256(repr((call.query, call.batches, call.body)).encode()).hexdigest()  # params tell long lists short
    what = {"params": dict(call.given), "asked": asked, "limit": plan.limit, "page_size": plan.page_size}
    _make_folder(target)
    shape = wish.shape or shape_of(call.endpoint)
    columns = [leaf.path for leaf in shape.leaves] if shape.narrow else None
    shelf = Spool(target, {**who, **what, "columns": columns, "hide": list(wish.hide), "dtypes": shape.dtypes}, shape, now)
    plan.on_stand = lambda stand: shelf.save_stand(asdict(stand))
    if shelf.stand is not None:
        plan.stand = Stand(**shelf.stand)
        plan = taken_up(plan, call, shelf)
    return plan, shelf, shelf.began


def _make_folder(target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return
    except OSError as err:
        why = err.strerror or type(err).__name__
    raise CannotSave(f"{target} cannot be written.", f"Its folder cannot be made: {why}.", "Name another file.")
