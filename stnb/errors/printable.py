"""Text from outside, made so that it is only seen."""

from __future__ import annotations

import re
import unicodedata

# Control characters move a terminal's cursor; lone surrogates cannot be written.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
# Ends of lines that are none for a terminal, all of Unicode's category Cf that is not seen (marks
# of direction, joiners, tags), and what Unicode lets a font leave out: fillers, selectors of a
# variant. Hidden among letters, they make two texts look like one, or one read as another.
INVISIBLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U00013430-\U0001343f\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSEEN = re.compile(f"[{_CONTROLS}{INVISIBLE}]")
_UNSEEN_IN_A_LINE = re.compile(f"[\\t\\n{_CONTROLS}{INVISIBLE}]")
# Three flags are written in tags; the tags of any other would be a hidden text.
_FLAG = re.compile(
    "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|"
    "\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)
_UNSEEN_ENDS = re.compile(f"^[\\s{INVISIBLE}]+|[\\s{INVISIBLE}]+$")
_JOINERS = "\u200c\u200d"
_SELECTOR = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_KEYCAP = re.compile("[0-9#*]\ufe0f\u20e3")


def printable(text: str, *, one_line: bool = False) -> str:
    r"""The text with characters that would act on a terminal or a page instead of being seen
    escaped, as Python writes them. Text of a server, a file or a notebook may hold any.

    A joiner or a selector stays where writing needs it: in an emoji, in Persian, in Hindi.

    Args:
        one_line: escape tabs and ends of lines too, as in a cell of a table or the name of a file.

    Example:
        >>> print(printable("\x1b[2Jcleared"))
        \x1b[2Jcleared
    """
    if text.isascii() and text.isprintable():
        return text
    unseen = _UNSEEN_IN_A_LINE if one_line else _UNSEEN
    return unseen.sub(_shown, text)


def without_unseen_ends(text: str) -> str:
    r"""The text without the blanks and the invisible characters around it, as pages and editors
    leave them at a copy.

    Example:
        >>> without_unseen_ends("\ufeff\u200e 42\u200b")
        '42'
    """
    return _UNSEEN_ENDS.sub("", text)


def _shown(found: re.Match[str]) -> str:
    if _is_written(found[0], found.string, found.start()):
        return found[0]
    return found[0].encode("unicode_escape").decode("ascii")


def _is_written(sign: str, text: str, at: int) -> bool:
    """Whether an invisible character at a place is a part of the one that is seen there."""
    if sign in _JOINERS:
        return _can_be_joined(text, at - 1) and _can_be_joined(text, at + 1)
    if _SELECTOR.match(sign):
        is_keycap = at > 0 and _KEYCAP.match(text, at - 1) is not None
        return is_keycap or _has_variants(text[at - 1 : at])
    if "\U000e0061" <= sign <= "\U000e007f":
        begins = text.rfind("\U0001f3f4", max(at - 6, 0), at)
        return begins >= 0 and _FLAG.match(text, begins) is not None
    return False


def _can_be_joined(text: str, at: int) -> bool:
    """An emoji, the selector behind it, or a letter or mark of a script that has no capitals."""
    if not 0 <= at < len(text) or text[at].isascii():
        return False
    if _SELECTOR.match(text[at]):
        return _is_written(text[at], text, at)
    kind = unicodedata.category(text[at])
    return (kind == "Lo" or kind[0] in "MS") and not _UNSEEN.match(text[at])


def _has_variants(sign: str) -> bool:
    """An emoji or a letter of such a script; a second selector in a row chooses nothing."""
    if not sign or sign.isascii() or _UNSEEN.match(sign):
        return False
    return unicodedata.category(sign)[0] in "LNPS"
