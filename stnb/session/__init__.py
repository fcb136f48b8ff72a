"""The only room that speaks HTTP: token, app key, pace, retries, and errors in words.

Only reads are sent: GET, the POST for a token, and the POSTs that only read.
"""

from __future__ import annotations

from .address import Query
from .client import Session
from .clock import stamp
from .lane_times import Kind
from .lanes import START, LaneCount
from .learned import Learned, ends
from .look import Look
from .probe import Knock
from .retry import Notify
from .said import is_whole_json
from .taken import Taken
from .wire import Answer, Room

__all__ = [
    "START",
    "Answer",
    "Kind",
    "Knock",
    "LaneCount",
    "Learned",
    "Look",
    "Notify",
    "Query",
    "Room",
    "Session",
    "Taken",
    "ends",
    "is_whole_json",
    "stamp",
]
