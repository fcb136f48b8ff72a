"""Text from outside, made so that it is only seen."""

from __future__ import annotations

import re

# Control characters move a terminal's cursor or hide text; marks of direction make a line read in
# another order than it has; lone surrogates cannot be written. Lines and tabs may stay.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_UNSEEN_IN_A_LINE = re.compile(f"[\\t\\n{_UNSEEN.pattern[1:]}")


def printable(text: str, *, one_line: bool = False) -> str:
    r"""The text with characters that would act on a terminal or a page instead of being seen
    escaped, as Python writes them. Text of a server, a file or a notebook may hold any.

    Args:
        one_line: escape tabs and ends of lines too, as in a cell of a table or the name of a file.

    Example:
        >>> print(printable("\x1b[2Jcleared"))
        \x1b[2Jcleared
    """
    unseen = _UNSEEN_IN_A_LINE if one_line else _UNSEEN
    return unseen.sub(lambda found: repr(found[0])[1:-1], text)
