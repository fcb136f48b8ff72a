"""The only room that speaks HTTP: token, app key, pace, retries, and errors in words.

Only reads leave from here: GET, the token POST and the report query.
"""

from __future__ import annotations

from .client import Answer, Notify, Query, Session
from .failure import is_whole_json
from .probe import Knock

__all__ = ["Answer", "Knock", "Notify", "Query", "Session", "is_whole_json"]
