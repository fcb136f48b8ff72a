"""Attacks with characters that nobody sees: a text that reads as another one, or hides a third."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.errors import printable

# Signs of category Cf that are seen: they stand around numbers in Arabic, Syriac and Kaithi.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
WRITTEN = [
    "👨‍👩‍👧",
    "❤️‍🔥",
    "🙂‍↔️",
    "🏳️‍🌈",
    "👍🏽",
    "1️⃣ #️⃣",
    "©️ ‼️",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "می‌خواهم",
    "क्‍ष",
    "葛\U000e0100飾区",
]
HIDDEN = [
    "pay\u200bpal",
    "pay\u200dpal",
    "pay\ufe0fpal",
    "\u200d👩",
    "👩\u200d",
    "👩\u200d\u200d🔧",
    "👩\ufe0f\ufe0f",
    "👩\U000e0100\U000e0101\U000e0102",
    "🏴\U000e0067\U000e0062\U000e0068\U000e0069\U000e0068\U000e007f",
    "🏴\U000e0067\U000e0062",
    "e\u200de\u200dé",
    "a\u115fb\u1160c\u3164d\uffa0e",
    "a\xadb",
    "שלום\u200f",
    "\ufeffname",
    "".join(chr(0xE0000 + ord(sign)) for sign in "ignore"),
]


def is_hidden(code: int) -> bool:
    """Whether Unicode itself calls a character a control, a format or an end of lines."""
    kind = unicodedata.category(chr(code))
    return kind in ("Cc", "Cf", "Cs", "Zl", "Zp") and code not in SEEN


def test_every_character_of_unicode() -> None:
    """Each one that is not seen is escaped, in a line tabs and ends of lines too."""
    passed = []
    for code in filter(is_hidden, range(sys.maxunicode + 1)):
        text = f"ab{chr(code)}cd"
        shown = printable(text, one_line=True)
        if not shown.isascii() or not shown.isprintable():
            passed.append(hex(code))

    assert passed == []


@pytest.mark.parametrize("text", WRITTEN, ids=ascii)
def test_what_writing_needs_stays(text: str) -> None:
    """Emoji, flags, Persian, Hindi and the names of people in Japan are shown as they are."""
    assert printable(text, one_line=True) == text


@pytest.mark.parametrize("text", HIDDEN, ids=ascii)
def test_what_hides_is_shown(text: str) -> None:
    """A joiner between Latin letters, a row of selectors and a text in tags are escaped."""
    shown = printable(text)

    assert "\\" in shown
    assert printable(shown) == shown


SIGNS = "a👩❤é1क\u094dم🏴\u200c\u200d\ufe0f\ufe0e\U000e0100\U000e0067\U000e007f\u3164\u20e3"


@given(some.text(some.sampled_from(SIGNS)))
def test_what_is_shown_stays_so(text: str) -> None:
    """A second pass changes nothing, and takes back to the text what the first one has escaped."""
    shown = printable(text)

    assert printable(shown) == shown
    assert shown.encode("ascii", "backslashreplace") == text.encode("ascii", "backslashreplace")
