"""The words of a question, and what each of them may mean in an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import stems
from .facts import singular
from .search import Index
from .stems import Word

SYNONYM, SLIP, BEGUN = 0.9, 0.8, 0.6  # what a word counts that is not the same
BEGUN_KNOWN = 0.3  # what the beginning of a longer word counts, if it is a word itself
RELATED = 0.5  # what a word of the same family counts: "certificate" beside "certified"
FAMILY, FAMILY_LONGEST = 6, 10  # letters that a family begins with, and of its longest stem
# What a wrong first letter counts more, and letters for which it may be.
FIRST_LETTER, LONG = 0.5, 6
LETTERS_BEGUN = 4  # letters of a word from which on it may be the beginning of another


@dataclass(frozen=True)
class Asked:
    """A word of a question, and the stems that it may mean with what each counts."""

    word: Word
    means: Mapping[str, float]
    read_as: str = ""


def joined(index: Index, told: list[Word]) -> list[Word]:
    """The words, but "time sheets" is one and "jobstatus" is two, if these are known."""
    found: list[Word] = []
    for word in told:
        if found:
            both = singular(found[-1].text + word.text)
            if both in index.spellings:
                found[-1] = Word(both, index.spellings[both], found[-1].weight)
                continue
        found += _apart(index, word)
    return found


def _apart(index: Index, word: Word) -> list[Word]:
    if _is_known(index, word):
        return [word]
    for at in range(3, len(word.text) - 2):
        head, tail = word.text[:at], word.text[at:]
        if head in index.spellings and tail in index.spellings:
            first = Word(head, index.spellings[head], word.weight)
            return [first, Word(tail, index.spellings[tail], word.weight)]
    return [word]


def _is_known(index: Index, word: Word) -> bool:
    if word.stem == stems.NOT or word.text in index.spellings:
        return True
    return word.stem in index.postings or word.stem in index.synonyms


def asked_for(index: Index, word: Word, last: bool, alone: bool) -> Asked:
    """What a word may mean.

    Args:
        last: whether it is the last word, which may be on its way.
        alone: whether it is the only one.
    """
    known = _is_known(index, word)
    means = _begun(index, word, last, alone, known)
    for other in index.synonyms.get(word.stem, ()):
        means[other] = SYNONYM
    if known:
        means[word.stem] = 1.0
    read_as = "" if means else _mended(index, word.text)
    if read_as:
        stem = index.spellings[read_as]
        means = dict.fromkeys(index.synonyms.get(stem, ()), SLIP * SYNONYM)
        means[stem] = SLIP
    return Asked(word, {**_related(index, word.stem), **means}, read_as)


def _related(index: Index, stem: str) -> dict[str, float]:
    """The other stems of its family: those that begin with the same six letters."""
    if not FAMILY <= len(stem) <= FAMILY_LONGEST:
        return {}
    means = {}
    for other in index.rarity:
        if other[:FAMILY] == stem[:FAMILY] and len(other) <= FAMILY_LONGEST:
            means[other] = RELATED
    return means


def _begun(index: Index, word: Word, last: bool, alone: bool, known: bool) -> dict[str, float]:
    """The stems of longer words that begin as this one does: it may be typed as yet."""
    least = LETTERS_BEGUN
    if last:
        least = 1 if alone else 2
    if known and (not last or (not alone and len(word.text) < LETTERS_BEGUN)):
        return {}
    if len(word.text) < least:
        return {}
    factor = BEGUN_KNOWN if known else BEGUN
    means: dict[str, float] = {}
    for text, stem in index.spellings.items():
        if text.startswith(word.text):
            means[stem] = factor
    if not known:
        for stem in index.postings:
            if stem.startswith(word.stem):
                means[stem] = factor
    return means


def _mended(index: Index, text: str) -> str:
    """The known word that a misspelt one is nearest to; "" if none is near.

    Few people are wrong in the first letter, so that it counts more, and "sewer" is not "newer". Of
    several that are as near, the first one is taken.
    """
    most = stems.slips(len(text))
    room = max(most, 1 + FIRST_LETTER) if len(text) >= LONG else most
    best, least = "", room + 0.1
    for known in index.spellings:
        far = stems.distance(text, known, most) + FIRST_LETTER * (known[0] != text[0])
        if far < least:
            best, least = known, far
    return best
