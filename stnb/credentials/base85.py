"""Base85 in a text, of whatever alphabet, wherever it begins."""

from __future__ import annotations

from collections.abc import Iterator

GROUP = 5  # letters, for four bytes
_GIT = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_ADOBE = "".join(chr(code) for code in range(ord("!"), ord("u") + 1))
_ZEROMQ = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
ALPHABETS = tuple(
    {letter: digit for digit, letter in enumerate(letters)} for letters in (_GIT, _ADOBE, _ZEROMQ)
)


def decoded(letters: str) -> Iterator[str]:
    """What the letters may say: for each alphabet, and for each of five places to begin at.

    Python's own readers begin at the first letter, and take no letter of another alphabet.

    >>> import base64
    >>> text = "x=" + base64.b85encode(b"what is said").decode()
    >>> any("what is said" in plain for plain in decoded(text))
    True
    """
    for alphabet in ALPHABETS:
        digits = [alphabet.get(letter, 0) for letter in letters]
        for begin in range(GROUP):
            yield _plain(digits[begin:])


def _plain(digits: list[int]) -> str:
    left = len(digits) % GROUP
    if left:  # the last group is filled up with the highest digit
        digits = [*digits, *[84] * (GROUP - left)]
    plain = bytearray()
    for at in range(0, len(digits), GROUP):
        number = 0
        for digit in digits[at : at + GROUP]:
            number = number * 85 + digit
        plain += (number & 0xFFFFFFFF).to_bytes(4, "big")
    return plain.decode("latin-1")
