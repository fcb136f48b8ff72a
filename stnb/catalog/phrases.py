"""What people call things, and the resources that hold them: "revenue" is in invoices.

The phrases are data, in phrases.json. The search box of the explorer gets the same ones.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from importlib import resources
from typing import Any

from .facts import singular

ASKING = re.compile(r"^\s*(?:show|give|find|list|get)(?: me)?\s+")
TYPO = 5  # letters of a word from which on one of them may be wrong


@functools.cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("phrases.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


@functools.cache
def topics() -> dict[str, tuple[str, ...]]:
    """The resources that each phrase means, the likeliest first."""
    found: dict[str, tuple[str, ...]] = {}
    for topic in _data()["topics"]:
        for phrase in topic["phrases"]:
            found[phrase] = tuple(topic["resources"])
    return found


@functools.cache
def filler_words() -> frozenset[str]:
    """Words that say nothing about what is looked for, such as "how many"."""
    return frozenset(_data()["filler_words"])


def phrases_of(name: str) -> list[tuple[str, int]]:
    """The phrases that mean a resource, each with the resource's rank among those it means."""
    return [(phrase, names.index(name)) for phrase, names in topics().items() if name in names]


def meant(words: str) -> tuple[str, ...]:
    """The resources that the words mean as a whole; none if they are no phrase.

    Plurals, filler words ("how many", "the") and one wrong letter in a longer word are forgiven.

    Example:
        >>> meant("who answered the calls")[0]
        'telecom.calls'
    """
    asked = _plain(words)
    if not asked:
        return ()
    exact = _meant_by(lambda phrase: phrase == asked)
    return exact or _meant_by(lambda phrase: _alike(phrase, asked))


def _meant_by(fits: Callable[[frozenset[str]], bool]) -> tuple[str, ...]:
    found: dict[str, None] = {}  # a set that keeps its order
    for phrase, names in topics().items():
        if fits(_plain(phrase)):
            found |= dict.fromkeys(names)
    return tuple(found)


def _plain(words: str) -> frozenset[str]:
    """The words that count, as singulars; all of them if none would be left."""
    split = re.findall(r"[a-z0-9]+", ASKING.sub("", words.lower()))
    telling = frozenset(singular(word) for word in split if word not in filler_words())
    return telling or frozenset(split)


def _alike(phrase: frozenset[str], asked: frozenset[str]) -> bool:
    if len(phrase) != len(asked):
        return False
    return all(any(near(word, other) for other in phrase) for word in asked)


def near(a: str, b: str) -> bool:
    """Whether two words differ by one letter at most: wrong, missing, too many, or two swapped."""
    if a == b:
        return True
    shorter, longer = sorted((len(a), len(b)))
    if shorter < TYPO - 1 or longer < TYPO or longer - shorter > 1:
        return False
    at = 0
    while at < shorter and a[at] == b[at]:
        at += 1
    rest, other = a[at:], b[at:]
    swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return swapped or rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]
