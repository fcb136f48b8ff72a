"""In which order a list is read."""

from __future__ import annotations

from ..call import Call
from .own import SORT, stable

ORDERS = {
    "id": "oldest first", "+id": "oldest first", "createdon": "oldest first",
    "+createdon": "oldest first", "-id": "newest first", "-createdon": "newest first",
}  # fmt: skip


def order(call: Call, without: set[str] | frozenset[str] = frozenset()) -> str:
    """In which order a list is read, in words: "oldest first", "newest first" or "".

    An id rises with the time at which its row was made.

    Args:
        without: the parameters that the server refuses.
    """
    for name, value in stable(call, without):
        if name == SORT:
            return ORDERS.get(value.lower(), "")
    return ""
