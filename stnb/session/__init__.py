"""The only room that speaks HTTP: token, app key, pace, retries, and errors in words.

Only reads leave from here: GET, the token POST and the report query.
"""

from __future__ import annotations

from .client import Answer, Notify, Query, Session
from .knock import Knock
from .trouble import is_whole_json

__all__ = ["Answer", "Knock", "Notify", "Query", "Session", "is_whole_json"]
