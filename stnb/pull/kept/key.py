"""Which query some rows are the answer of, as one digest."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from stnb.errors.packages import own_version

from ..call import Call
from ..many.task import Task
from ..options import Options
from ..source import Source

if TYPE_CHECKING:
    from stnb.session import Session

FORM = 1  # of the kept files


def key_of(session: Session, reads: Call | Task, options: Options, source: Source) -> str | None:
    """The digest of all that the rows depend on: who asks, what is asked, and as what it is read.

    The profile's name, its environment, tenant, client and app stand in it, so that none reads what
    another one kept. Nobody can tell from a digest what went into it.

    Returns:
        None if the rows are not to be kept: those of a demo that changes, or of a test's own app.
    """
    world = ""
    if session.app is not None:
        world = getattr(session.app.state, "world", "")
        if not world:
            return None
    who = session.credentials
    calls = [reads]
    if isinstance(reads, Task):
        calls = [reads.call, *(unit.call for unit in reads.units)]
    facts = [
        FORM,
        own_version(),
        [who.profile, who.environment, who.tenant, who.api_url, who.auth_url, who.timezone],
        [who.client_id.reveal(), who.app_key.reveal()],
        world,
        [_asked(call) for call in calls],
        [options.limit, options.keep, options.dtypes, options.bulk],
        repr(source.shape.leaves),
        source.requested.hidden,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _asked(call: Any) -> list[Any]:
    return [
        call.endpoint.name,
        call.endpoint.method,
        call.path,
        call.query,
        call.batches,
        call.body,
    ]
