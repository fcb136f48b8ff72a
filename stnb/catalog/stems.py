"""How a text becomes words to search by: the same for a resource, a phrase and a question.

`explorer/parts/search.js` does the same for the page; a test holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from .facts import singular

ENDINGS = ("ation", "ing", "ed", "ion", "e")
SHORTEST = 3  # letters that are left of a word when its ending is cut
NOT = "~not"  # the stem of all negations, which no other word has
NEGATION = 0.3  # what a negation counts, as no name has one
GROUPING = 0.7  # what a word counts after "by" or "of": "notes on a customer" asks for notes
ROLE = 0.75  # what someone's role counts beside other words: "staff rota" asks for a rota
TYPO = 4  # letters of a word from which on one of them may be wrong
TWO_TYPOS = 8  # and two


@dataclass(frozen=True)
class Grammar:
    """Words that are not looked for themselves.

    Attributes:
        fillers: say nothing about what is looked for, such as "the".
        asking: begin a question, such as "show me".
        prepositions: what follows them is looked for less.
        particles: belong to a verb, and say nothing without it, such as "out".
        negations: turn a condition round, such as "not".
        whole: lose no ending: "rating" is not "rate".
        roles: name someone, and are looked for less: "the performance of an agent".
    """

    fillers: frozenset[str]
    asking: frozenset[str]
    prepositions: frozenset[str]
    particles: frozenset[str]
    negations: frozenset[str]
    whole: frozenset[str]
    roles: frozenset[str]


@dataclass(frozen=True)
class Word:
    """One word of a question.

    Attributes:
        text: as it was written, as a singular.
        stem: without its ending, so that "cancelled" is "cancel".
        weight: how much it counts.
    """

    text: str
    stem: str
    weight: float = 1.0


def plain(text: str) -> list[str]:
    """The words of a text in lower case: "jobCancelReasons" has three of them.

    >>> plain("Today's unpaid invoices"), plain("POs")
    (['today', 'unpaid', 'invoices'], ['po'])
    """
    short = re.sub("([A-Z]{2,})s\\b", r"\1", text)
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", short)
    letters = re.sub("['’]s\\b|['’]", "", spaced)
    without_accents = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", letters))
    return re.findall(r"[a-z]+|[0-9]+", without_accents.lower())


def stem(word: str, grammar: Grammar) -> str:
    """A word without the ending of its form.

    >>> [stem(word, grammar) for word in ("cancelled", "canceled", "cancellations")]
    ['cancel', 'cancel', 'cancel']
    """
    short = singular(word)
    if short not in grammar.whole:
        short = _without_ending(short)
    if len(short) > SHORTEST and short[-1] == short[-2] != "s":
        return short[:-1]
    return short


def _without_ending(word: str) -> str:
    for ending in ENDINGS:
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= SHORTEST and re.search("[aeiouy]", rest):
            return rest
    return word


def telling(text: str, grammar: Grammar) -> list[Word]:
    """The words of a question that count; all of them if none would be left."""
    asked = plain(text)
    begin = 0
    while begin < len(asked) - 1 and asked[begin] in grammar.asking:
        begin += 1
    words: list[Word] = []
    weight = 1.0
    for word in asked[begin:]:
        if word in grammar.prepositions and _names_a_thing(words, grammar):
            weight = GROUPING
        if word in grammar.negations:
            words.append(Word(word, NOT, NEGATION))
        elif word not in grammar.fillers:
            words.append(_word(word, weight, grammar))
    if not words:
        return [_word(word, 1.0, grammar) for word in asked]
    return _roles_less(words, grammar)


def _names_a_thing(words: list[Word], grammar: Grammar) -> bool:
    """Whether the words so far ask for something: "customers on the call list" asks for the list,
    "notes on a customer" for notes.
    """
    return any(word.stem != NOT and word.text not in grammar.roles for word in words)


def _roles_less(words: list[Word], grammar: Grammar) -> list[Word]:
    """The words, where those for a role count less; the same if there are no others."""
    if not _names_a_thing(words, grammar):
        return words
    weighed = []
    for word in words:
        part = ROLE if word.text in grammar.roles else 1.0
        weighed.append(Word(word.text, word.stem, word.weight * part))
    return weighed


def _word(text: str, weight: float, grammar: Grammar) -> Word:
    return Word(singular(text), stem(text, grammar), weight)


def is_little(word: Word, grammar: Grammar) -> bool:
    """Whether a word of a phrase says nothing by itself, such as "on" of "on hold"."""
    little = grammar.asking | grammar.prepositions | grammar.particles
    return word.stem == NOT or word.text in little


def slips(length: int) -> int:
    """How many letters of a word of this length may be wrong."""
    return (length >= TYPO) + (length >= TWO_TYPOS)


def distance(a: str, b: str, most: int) -> int:
    """How many slips lead from one word to the other: a letter that is wrong, missing, too many,
    or swapped with the next. More than `most` is not counted on.

    >>> distance("refund", "refnud", 2)
    1
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i in range(1, len(a) + 1):
        last, before, row = before, row, [i]
        for j in range(1, len(b) + 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)
