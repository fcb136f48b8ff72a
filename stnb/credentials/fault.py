"""A line of a .env file that could not be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A line that could not be read.

    Attributes:
        line: its number, from 1.
        what: what is wrong with it, as the end of a sentence; never a part of the line.
        wraps: the variable above, if the line looks like the rest of its value; else "".
    """

    line: int
    what: str
    wraps: str = ""
