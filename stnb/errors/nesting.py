"""JSON from outside is looked at before it is read: text that is nested too deep ends a process.

Readers in C call themselves once for each level. Arrow's has no limit of its own, and Python's has
the one of the interpreter, which a program may have raised.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Words = npt.NDArray[np.uint64]

MOST_LEVELS = 100  # rows of the API have about six
BLOCK = 2**17  # bytes looked at together: what they need meanwhile stays in the processor's cache
BITS = 64  # of a word
SHORT = 2**16  # bytes of a text whose brackets are counted first: mostly there are few
QUOTE, OPEN, CLOSE = ord('"'), ord("{"), ord("}")
LOWER = 0x20  # the bit by which "[" differs from "{", and "]" from "}"


class TooDeep(ValueError):
    """JSON text is nested over `MOST_LEVELS` deep."""


def loads(text: str | bytes, **options: Any) -> Any:
    """What `json.loads` gives; it never fails by how deep the text is nested.

    Args:
        text: JSON from outside.
        options: those of `json.loads`.

    Raises:
        TooDeep: it is nested over 100 levels deep.
        ValueError: it is no JSON.

    Example:
        >>> loads('{"id": 7}')
        {'id': 7}
    """
    if is_deep(text):
        raise TooDeep(f"JSON is nested over {MOST_LEVELS} levels deep")
    try:
        return json.loads(text, **options)
    except RecursionError:  # the caller itself stands deep
        raise TooDeep("JSON is nested too deep for what is left of the stack") from None


def is_deep(text: str | bytes) -> bool:
    """Whether JSON text is nested over 100 levels deep. Brackets in its texts do not count.

    Of text that is no JSON, the part before its first fault is judged.

    Example:
        >>> is_deep(b"[" * 101), is_deep(b'"' + b"[" * 101 + b'"')
        (True, False)
    """
    if isinstance(text, str):
        text = text.encode("utf-8", "surrogatepass")
    if len(text) < SHORT and text.count(b"[") + text.count(b"{") <= MOST_LEVELS:
        return False
    depth, inside, start = 0, False, 0
    while start < len(text):
        end = _end(text, start + BLOCK)
        block = text[start:end]
        if b"\\" in block:
            # Without escaped quotes, every quote that is left begins or ends a text.
            block = block.replace(b"\\\\", b"").replace(b'\\"', b"")
        if block:
            depth, deepest, inside = _levels(block, depth, inside)
            if deepest > MOST_LEVELS:
                return True
        start = end
    return False


def _end(text: bytes, end: int) -> int:
    """The end of a block, put off until no escape lies across it."""
    while text[end - 1 : end] == b"\\":
        end += 1
    return end


def _levels(block: bytes, depth: int, inside: bool) -> tuple[int, int, bool]:
    """How deep a block of JSON ends, how deep it is at most, and whether it ends inside a text.

    Args:
        depth, inside: the same of the block before.
    """
    import numpy as np  # not needed for short texts

    signs = np.frombuffer(block, np.uint8)
    texts, inside = _texts(_bits(signs == QUOTE), inside)
    lower = signs | LOWER
    opened = _bits(lower == OPEN) & ~texts
    closed = _bits(lower == CLOSE) & ~texts
    # Mostly, a bound for each word is enough: how deep it begins, and all that it opens.
    opens = np.bitwise_count(opened).astype(np.int64)
    ends = depth + np.cumsum(opens - np.bitwise_count(closed))
    begins = np.concatenate(([depth], ends[:-1]))
    deepest = int((begins + opens).max())
    if deepest > MOST_LEVELS:
        steps = _unpacked(opened) - _unpacked(closed)
        deepest = depth + int(np.cumsum(steps, dtype=np.int64).max())
    return int(ends[-1]), deepest, inside


def _texts(quotes: Words, inside: bool) -> tuple[Words, bool]:
    """The bytes that lie inside a text, as bits, and whether the last one does.

    Args:
        quotes: where a quote stands, as bits.
        inside: whether the byte before lies inside a text.
    """
    import numpy as np

    odd = quotes.copy()  # becomes: whether so many quotes stand up to here that it is an odd number
    for shift in (1, 2, 4, 8, 16, 32):
        odd ^= odd << np.uint64(shift)
    last = (odd >> np.uint64(BITS - 1)).astype(bool)
    carried = np.logical_xor.accumulate(np.concatenate(([inside], last)))
    odd[carried[:-1]] ^= np.uint64(2**BITS - 1)
    return odd, bool(carried[-1])


def _bits(found: npt.NDArray[np.bool_]) -> Words:
    """Truth values as the bits of words, the first as the lowest; the last word is filled up."""
    import numpy as np

    packed = np.packbits(found, bitorder="little")
    packed.resize(-(-len(packed) // 8) * 8)
    return packed.view("<u8")


def _unpacked(words: Words) -> npt.NDArray[np.int8]:
    """The bits of words, each as 0 or 1."""
    import numpy as np

    return np.unpackbits(words.view(np.uint8), bitorder="little").astype(np.int8)
