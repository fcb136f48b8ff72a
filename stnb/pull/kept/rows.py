"""What a pull is given of kept rows: those that are young enough, and a place for new ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from stnb import errors
from stnb.errors import Incomplete, KeptRows, StnbWarning
from stnb.errors.wording import counted
from stnb.frame.notices import Notice
from stnb.session import clock

from . import files

if TYPE_CHECKING:
    from stnb.session import Session

AHEAD = dt.timedelta(minutes=1)  # that another process's clock may be ahead; more is no age


@dataclass(frozen=True)
class Kept:
    """The kept rows of one query.

    Args:
        key: which query it is.
        age: how old rows may be that are used.
    """

    session: Session
    resource: str
    key: str
    age: dt.timedelta

    def find(self) -> tuple[pd.DataFrame | None, list[Notice]]:
        """The kept rows if they are young enough, and what the reader should know of them, or of
        why a kept file could not be used.
        """
        try:
            found = files.load(self.key)
        except (files.Unusable, OSError) as err:
            text = f"The rows of {self.resource} that were kept are read anew: {err}."
            return None, [Notice(StnbWarning, text)]
        if found is None:
            return None, []
        frame, known = found
        old = clock.now() - known["read"]
        scopes = self.session.scopes
        if not -AHEAD < old < self.age:
            return None, []
        if scopes is not None and sorted(scopes) != known.get("scopes", sorted(scopes)):
            return None, []  # the app may read something else now
        stamp = clock.stamp(known["read"])
        frame.attrs["stnb"]["kept"] = {"read": stamp, "seconds": round(old.total_seconds())}
        ago = clock.in_words(max(old.total_seconds(), 0.0))
        text = (
            f"{self.resource}: these {counted(len(frame), 'row')} were read {ago} ago ({stamp})"
            " and kept; nothing was sent. max_age=None reads them afresh."
        )
        return frame, [*_notices(known.get("notices")), Notice(KeptRows, text)]

    def keep(
        self, frame: pd.DataFrame, began: dt.datetime, notices: Sequence[Notice], limited: bool
    ) -> list[Notice]:
        """Keep the rows of a pull that came to its end, unless rows may be missing.

        Args:
            began: when the pull began: the rows are that old.
            limited: whether fewer than all were asked for.

        Returns:
            What the reader should know: that they could not be kept.
        """
        about = frame.attrs["stnb"]
        lacking = any(issubclass(notice.category, Incomplete) for notice in notices)
        if about["stopped"] or lacking or (about["complete"] is False and not limited):
            return []
        known: dict[str, Any] = {
            "read": began.isoformat(),
            "notices": [[n.category.__name__, n.text, n.key] for n in notices],
        }
        if self.session.scopes is not None:
            known["scopes"] = sorted(self.session.scopes)
        try:
            files.store(self.key, frame, known)
        except (files.Unusable, OSError) as err:
            text = f"The rows of {self.resource} were not kept: {err}."
            return [Notice(StnbWarning, text, f"kept {self.resource}")]
        return []


def _notices(kept: Any) -> list[Notice]:
    """What was said of the rows when they were read; it holds for them still."""
    found = []
    for each in kept if isinstance(kept, list) else []:
        if isinstance(each, list) and len(each) == 3 and all(isinstance(x, str) for x in each):
            category = getattr(errors, each[0], None)
            if isinstance(category, type) and issubclass(category, StnbWarning):
                found.append(Notice(category, each[1], each[2]))
    return found
