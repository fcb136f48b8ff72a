"""JSON from outside is looked at before it is read: text that is nested too deep ends a process.

Readers in C call themselves once for each level. Arrow's has no limit of its own, and Python's has
the one of the interpreter, which a program may have raised.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Signs = npt.NDArray[np.uint8]
    Words = npt.NDArray[np.uint64]

MOST_LEVELS = 100  # rows of the API have about six
BLOCK = 2**18  # bytes looked at together: what they need meanwhile stays in the processor's cache
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
    return any(block.deepest > MOST_LEVELS for block in blocks(without_escapes(text)))


def without_escapes(text: bytes) -> bytes:
    """JSON text of which every quote begins or ends a text: without escaped quotes."""
    if b"\\" not in text:
        return text
    return text.replace(b"\\\\", b"").replace(b'\\"', b"")


class Block(NamedTuple):
    """A part of JSON text.

    Attributes:
        signs: its bytes.
        lower: the same with the bit by which small letters differ from large ones.
        texts: which of them lie inside a text, as `bits`.
        deepest: how many levels deep it is nested at most, or a bound of that up to 100.
    """

    signs: Signs
    lower: Signs
    texts: Words
    deepest: int


def blocks(text: bytes) -> Iterator[Block]:
    """The parts of JSON text, each of `BLOCK` bytes but the last.

    Args:
        text: see `without_escapes`.
    """
    import numpy as np  # not needed for short texts

    depth, inside = 0, False
    whole = np.frombuffer(text, np.uint8)
    for start in range(0, len(text), BLOCK):
        signs = whole[start : start + BLOCK]
        texts, inside = _texts(bits(signs == QUOTE), inside)
        lower = signs | np.uint8(LOWER)
        depth, deepest = _levels(lower, texts, depth)
        yield Block(signs, lower, texts, deepest)


def _levels(lower: Signs, texts: Words, depth: int) -> tuple[int, int]:
    """How deep a block ends, and how deep it is at most.

    Args:
        depth: how deep the block before ends.
    """
    import numpy as np

    opened = bits(lower == OPEN) & ~texts
    closed = bits(lower == CLOSE) & ~texts
    # Mostly, a bound for each word is enough: how deep it begins, and all that it opens.
    opens = np.bitwise_count(opened).astype(np.int64)
    ends = depth + np.cumsum(opens - np.bitwise_count(closed))
    begins = np.concatenate(([depth], ends[:-1]))
    deepest = int((begins + opens).max())
    if deepest > MOST_LEVELS:
        steps = _unpacked(opened) - _unpacked(closed)
        deepest = depth + int(np.cumsum(steps, dtype=np.int64).max())
    return int(ends[-1]), deepest


def _texts(quotes: Words, inside: bool) -> tuple[Words, bool]:
    """The bytes that lie inside a text, as bits, and whether the last one does.

    Args:
        quotes: where a quote stands, as bits.
        inside: whether the byte before lies inside a text.
    """
    import numpy as np

    odd = quotes.copy()  # becomes: whether so many quotes stand up to here that it is an odd number
    shifted = np.empty_like(odd)
    for shift in (1, 2, 4, 8, 16, 32):
        odd ^= np.left_shift(odd, np.uint64(shift), out=shifted)
    last = (odd >> np.uint64(BITS - 1)).astype(bool)
    carried = np.logical_xor.accumulate(np.concatenate(([inside], last)))
    odd ^= np.negative(carried[:-1].astype(np.uint64))  # all bits of these words
    return odd, bool(carried[-1])


def bits(found: npt.NDArray[np.bool_]) -> Words:
    """Truth values as the bits of words, the first as the lowest; the last word is filled up."""
    import numpy as np

    packed = np.packbits(found, bitorder="little")
    packed.resize(-(-len(packed) // 8) * 8, refcheck=False)  # nobody else has it
    return packed.view("<u8")


def _unpacked(words: Words) -> npt.NDArray[np.int8]:
    """The bits of words, each as 0 or 1."""
    import numpy as np

    return np.unpackbits(words.view(np.uint8), bitorder="little").astype(np.int8)
