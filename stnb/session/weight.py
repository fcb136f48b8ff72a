"""Whether a body would fill the memory once it is read, as far as its signs tell.

A body far below the cap can become a hundred times as large: a list in JSON has three bytes, and
Python's has 56 and more. The figures were measured with the worst bodies of each kind.
"""

from __future__ import annotations

import random
import re
from collections import Counter

LIGHT = 2**12  # bytes of a body that harms nobody, whatever it holds
TIMES = 3  # a body with all that becomes of it may take so many times the cap
OF_LIST = 400  # bytes at most for a list or an object, without what stands in it
OF_VALUE = 90  # bytes for a value
OF_FRACTION = 500  # bytes more for a number with a point, whose digits are remembered
OF_COLUMN = 8_000  # bytes for a key, which becomes a column
OF_CELL = 26  # bytes for a row of a column, whether the row has that key or not
# Bytes for each byte of a text. Python keeps a text with one emoji with four bytes a letter, and a
# body is there as a whole and in its values.
PLAIN, WIDE, WIDEST = 3.0, 6.0, 11.0
SPARE = 2**20  # bytes that are over for the few values of a body that is mostly text
FIRST_OF_FOUR = 0xF0  # the first byte of a letter that UTF-8 writes with four
ESCAPE, ESCAPED_HALF = b"\\u", re.compile(rb"\\u[dD][89a-fA-F]")
FRACTION = re.compile(rb"[:,\[]\s*-?\d+\.\d")
KEY = re.compile(rb'"([^"]*)"\s*:')
LONGEST_KEY = 200  # bytes of a key that are looked at
EXPECTED = 5  # keys seen once in a sample at least, if there are as many keys as there may be
FEWEST_SAMPLES = 500  # so that most keys of ordinary rows are seen more than once
AGAIN = 8  # times as many samples in a second try: keys of few rows look new in the first
MOST_SAMPLES = 30_000  # from which on to look at all keys takes as long
# Bytes at most for a byte of a body: two brackets make a list, and all may be in texts' own bytes.
OF_BYTE = OF_LIST // 2 + WIDEST
OBJECT, LIST, COMMA, POINT, COLON = b"{", b"[", b",", b".", b":"
LONG = 2**16  # bytes of a body from which on numpy counts several times as fast
PIECE = 2**18  # bytes that are counted at once: they stay in the processor's cache


def is_heavy(content: bytes, largest: int) -> bool:
    """Whether reading a body of JSON would take more than three times the cap.

    Args:
        largest: the cap in bytes.

    Example:
        >>> is_heavy(b"[" + b"[]," * 100_000 + b"[]]", 2**20), is_heavy(b"[1, 2]", 2**20)
        (True, False)
    """
    if len(content) < LIGHT:
        return False
    if b"\0" in content[:4]:
        content = content.replace(b"\0", b"")  # UTF-16 or UTF-32
    room = TIMES * largest + SPARE
    if len(content) * OF_BYTE > room and is_full(content, room):
        return True
    objects, colons = counts(content, OBJECT, COLON)
    return _has_many_keys(content, colons, room // (OF_COLUMN + OF_CELL * objects))


def is_full(content: bytes, room: int) -> bool:
    """Whether the values of a body take more than `room`, whatever their keys are."""
    objects, lists, commas, points = counts(content, OBJECT, LIST, COMMA, POINT)
    needed = _of_text(content) * len(content)
    needed += OF_LIST * (lists + objects) + OF_VALUE * commas
    if needed + OF_FRACTION * points > room:  # texts and dates have points too
        needed += OF_FRACTION * sum(1 for _ in FRACTION.finditer(content))
    return needed > room


def counts(content: bytes, *signs: bytes) -> list[int]:
    """How often each of these signs stands in a body."""
    if len(content) < LONG:
        return [content.count(sign) for sign in signs]
    import numpy as np  # not needed for short bodies

    found = [0] * len(signs)
    for start in range(0, len(content), PIECE):
        size = min(PIECE, len(content) - start)
        piece = np.frombuffer(content, np.uint8, size, start)
        for number, sign in enumerate(signs):
            found[number] += int(np.count_nonzero(piece == ord(sign)))
    return found


def _of_text(content: bytes) -> float:
    """How many bytes reading takes for each byte, if it is one text."""
    if not content.isascii():
        import numpy as np  # not needed for short bodies

        if np.frombuffer(content, np.uint8).max() >= FIRST_OF_FOUR:
            return WIDEST
        return WIDE
    if b"\\" not in content or ESCAPE not in content:
        return PLAIN
    if ESCAPED_HALF.search(content):
        return WIDEST
    return WIDE


def _has_many_keys(content: bytes, colons: int, most: int) -> bool:
    """Whether there are more different keys than `most`.

    Each key becomes a column with a cell in every row: 70 kB of rows with a key of their own took
    half a gigabyte. Few places tell whether keys repeat; only if they do not, all are counted.
    """
    if colons <= most:
        return False
    few = max(EXPECTED * colons // max(most, 1) + 1, FEWEST_SAMPLES)
    for samples in (few, few * AGAIN):
        expected = samples * most // colons
        if samples < MOST_SAMPLES and _repeat(content, samples, most, expected):
            return False
    keys: set[bytes] = set()
    for found in KEY.finditer(content):
        keys.add(found[1])
        if len(keys) > most:
            return True
    return False


def _repeat(content: bytes, samples: int, most: int, expected: int) -> bool:
    """Whether the keys at places by chance are few, and nearly all of them seen again.

    Args:
        expected: keys that would be seen once, if there were as many as there may be.
    """
    seen: Counter[bytes] = Counter()
    size = len(content)
    for _ in range(samples):
        at = content.find(b":", int(random.random() * size))
        before = content[max(at - LONGEST_KEY, 0) : at].rstrip()
        if before.endswith(b'"'):
            seen[before[before.rfind(b'"', 0, -1) + 1 :]] += 1
        elif not before:
            return False  # nobody writes so many blanks before a colon
    once = list(seen.values()).count(1)
    return len(seen) <= most and once < max(expected, EXPECTED) // 2
