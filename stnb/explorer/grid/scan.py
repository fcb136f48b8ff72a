"""Which texts of an Arrow array hold a word: a scan of all their bytes at once.

Arrow's own `match_substring` looks at one letter at a time. numpy compares whole memory, so that a
million texts of 40 letters take some 50 ms in place of 200.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .columns import Mask, mask_of

PROBE = 65_536  # bytes that say how common a letter is
COMMON = 0.2  # of the texts hold the word
AT_ONCE = 3  # letters that are compared over all bytes at most
FEW = 64  # bytes for each place that is left: then the other letters are compared there alone
BLOCK = 2**18  # bytes, which stay in a core's cache from one letter to the next


def holding(texts: Any, word: str) -> Mask:
    """For each text whether it holds the word; False for a missing one.

    Args:
        texts: an Arrow array of strings or large strings, of which none is too large for memory.

    Example:
        >>> holding(pa.array(["gate code", None, "code"]), "code").tolist()
        [True, False, True]
    """
    wanted = word.encode("utf-8", "surrogatepass")
    found = np.zeros(len(texts), dtype=bool)
    if wanted and len(texts):
        data, offsets = memory(texts)
        if _is_common(data, wanted, len(texts)):
            return mask_of(pc.match_substring(texts, word))
        starts = _starts(data, wanted)
        rows = np.searchsorted(offsets, starts, side="right") - 1
        # A word may begin in one text and end in the next one.
        rows = rows[starts + len(wanted) <= offsets[rows + 1]]
        found[rows] = True
    if texts.null_count:
        found &= mask_of(pc.is_valid(texts))
    return found


def memory(texts: Any) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """The bytes of all texts of an Arrow array, and where each begins and the last one ends."""
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    _, places, letters = texts.buffers()
    offsets = np.frombuffer(places, dtype=width)[texts.offset : texts.offset + len(texts) + 1]
    if letters is None:
        return np.zeros(0, dtype=np.uint8), offsets - offsets[0]
    data = np.frombuffer(letters, dtype=np.uint8)[offsets[0] : offsets[-1]]
    return data, offsets - offsets[0]


def _is_common(data: NDArray[np.uint8], wanted: bytes, texts: int) -> bool:
    """Whether many texts likely hold the word. Arrow stops in each text at the first place, so it
    is faster there.
    """
    hits = data[:PROBE].tobytes().count(wanted)
    return hits * len(data) > COMMON * texts * min(PROBE, len(data))


def _starts(data: NDArray[np.uint8], wanted: bytes) -> NDArray[np.intp]:
    """Where the word begins in the bytes."""
    counts = np.bincount(data[:PROBE], minlength=256)
    rarest = sorted(range(len(wanted)), key=lambda k: counts[wanted[k]])
    starts = [np.zeros(0, dtype=np.intp)]
    for start in range(0, len(data) - len(wanted) + 1, BLOCK):
        block = data[start : start + BLOCK + len(wanted) - 1]
        starts.append(start + _starts_in(block, wanted, rarest))
    return np.concatenate(starts)


def _starts_in(data: NDArray[np.uint8], wanted: bytes, rarest: list[int]) -> NDArray[np.intp]:
    """The same of one block, by the letters of the word from the rarest on."""
    room = len(data) - len(wanted) + 1
    hits = data[rarest[0] : rarest[0] + room] == wanted[rarest[0]]
    compared = 1
    # Most words are ruled out by their rarest letter.
    while compared < min(AT_ONCE, len(wanted)) and np.count_nonzero(hits) * FEW > room:
        k = rarest[compared]
        hits &= data[k : k + room] == wanted[k]
        compared += 1
    starts = np.flatnonzero(hits)
    for k in rarest[compared:]:
        starts = starts[data[starts + k] == wanted[k]]
    return starts
