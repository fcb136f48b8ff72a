"""The one ranking of the search. It reads the plain data of an index.

`explorer/parts/search.js` is the same as this and `asked` for the page, line by line; a test holds
them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import stems
from .asked import Asked, asked_for, joined
from .search import Index, of_rank
from .stems import Grammar

PHRASE = 14.0  # what a word of a phrase counts
LONGER_PHRASE = 0.6  # for each word of a phrase after the first
SPARE = 0.8  # for each word of a name that was not asked for
OWN_NAME = 5.0  # a word that counts more stands in the name
WHOLE_NAME = 2.0  # for a resource all of whose name was asked for
UNCOVERED = 0.8  # how far a score goes down if no word of the question were covered
FAR_BELOW = 0.4  # of the best score: what is below it is left out

SAID = -1  # the reason of a word that people say, apart from the resource's own

# A word in a resource: (score, weight, number of the reason).
Found = tuple[float, float, int]
# A phrase that means it: (score, number of the phrase, the words of the question that it covers).
Said = tuple[float, int, frozenset[int]]


@dataclass(frozen=True)
class Answer:
    """One resource that was found: its number in the index, and why."""

    number: int
    score: float
    why: tuple[str, ...]
    filters: Mapping[str, Any]
    whole: bool


def search(index: Index, text: str, grammar: Grammar) -> list[Answer]:
    """The resources that answer a question, the best first."""
    plain = stems.plain(text)
    told = joined(index, stems.telling(text, grammar))
    asked = []
    for at, word in enumerate(told, 1):
        # The last word may be on its way; a word like "by" after it says that it is whole.
        typed = at == len(told) and plain[-1] not in grammar.fillers
        asked.append(asked_for(index, word, typed, len(told) == 1))
    negated = bool(grammar.negations & set(plain))
    own = _own(index, asked)
    said = _said(index, asked)
    answers = []
    for number in sorted({*own, *said}):
        score = _Score(index, number, own.get(number, {}))
        if number in said:
            score.say(said[number], negated)
        answers.append(score.answer(asked, negated))
    answers.sort(key=lambda answer: (-answer.score, answer.number))
    return [a for a in answers if a.score > 0 and a.score >= FAR_BELOW * answers[0].score]


# -- where the words are


def _own(index: Index, asked: list[Asked]) -> dict[int, dict[int, Found]]:
    """For each resource, by the number of the word: (score, weight, reason)."""
    found: dict[int, dict[int, Found]] = {}
    for at, each in enumerate(asked):
        for stem, factor in each.means.items():
            posted = index.postings.get(stem, [])
            value = each.word.weight * factor * index.rarity.get(stem, 1.0)
            for i in range(0, len(posted), 3):
                here = found.setdefault(int(posted[i]), {})
                weight, reason = posted[i + 1], int(posted[i + 2])
                if at not in here or here[at][0] < value * weight:
                    here[at] = (value * weight, weight * factor, reason)
            for number, weight in index.spoken.get(stem, {}).items():
                here = found.setdefault(number, {})
                if at not in here or here[at][0] < value * weight:
                    here[at] = (value * weight, weight * factor, SAID)
    return found


def _said(index: Index, asked: list[Asked]) -> dict[int, Said]:
    """For each resource its best phrase: (score, number of the phrase, the words it covers)."""
    best: dict[int, Said] = {}
    heard = {stem for each in asked for stem in each.means}
    for phrase_number, (_, needed, meant, _) in enumerate(index.phrases):
        if not heard.issuperset(needed):
            continue
        score, covered = _cover(index, asked, needed)
        if not covered:
            continue
        for rank, number in enumerate(meant):
            worth = score * of_rank(rank)
            if number not in best or best[number][0] < worth:
                best[number] = (worth, phrase_number, covered)
    return best


def _cover(index: Index, asked: list[Asked], needed: list[str]) -> tuple[float, frozenset[int]]:
    """What a phrase is worth, and the words of the question that it covers; none if the question
    lacks a word of it.
    """
    score, covered = LONGER_PHRASE * (len(needed) - 1), set()
    for stem in needed:
        at, factor = -1, 0.0
        for i, each in enumerate(asked):
            if i not in covered and each.means.get(stem, 0.0) > factor:
                at, factor = i, each.means[stem]
        if at < 0:
            return 0.0, frozenset()
        covered.add(at)
        score += PHRASE * asked[at].word.weight * factor * index.rarity.get(stem, 1.0)
    return score, frozenset(covered)


# -- one resource


class _Score:
    """How well one resource answers, word by word."""

    def __init__(self, index: Index, number: int, own: Mapping[int, Found]) -> None:
        self.index, self.number, self.own = index, number, own
        self.score = 0.0
        self.matched = set(own)
        self.plain = set(own)  # the words that its own words answer
        self.by = ""  # the phrase that answers the others
        self.filters: dict[str, Any] = {}

    def say(self, said: Said, negated: bool) -> None:
        """Let a phrase answer the words that it covers, if that is worth more."""
        worth, phrase_number, covered = said
        by_own_words = 0.0
        for at in sorted(covered):
            if at in self.own:
                by_own_words += self.own[at][0]
        self.matched |= covered
        if worth > by_own_words:
            self.by, needed, _, filters = self.index.phrases[phrase_number]
            self.score, self.plain = worth, self.plain - covered
            if not negated or stems.NOT in needed:  # "jobs not completed" are no completed jobs
                self.filters.update(filters.get(self.index.names[self.number], {}))

    def answer(self, asked: list[Asked], negated: bool) -> Answer:
        """The whole answer, of all words."""
        in_name = 0
        for at in self.own:
            in_name += self.own[at][1] >= OWN_NAME
        why = []
        for at in sorted(self.plain):
            self.score += self.own[at][0]
            reason = self._reason(asked[at], self.own[at][2])
            if not reason or reason[0] in why:
                continue
            why.append(reason[0])
            if reason[1] and in_name and not negated:
                self.filters.setdefault(reason[1], reason[2])
        spare = max(0, self.index.name_words[self.number] - in_name)
        self.score += self.index.priors[self.number] - SPARE * spare
        if not spare and not self.by:
            self.score += WHOLE_NAME
        self.score *= 1 - UNCOVERED + UNCOVERED * self._covered(asked)
        whole = len(self.matched) == len(asked)
        first = self._first_reasons(asked)
        return Answer(self.number, self.score, (*first, *why), self.filters, whole)

    def _reason(self, asked: Asked, number: int) -> Any:
        """Why a word was found: "" or [text, filter, value]."""
        if number == SAID:
            return [f"for “{asked.read_as or asked.word.text}”", "", ""]
        return self.index.reasons[number]

    def _covered(self, asked: list[Asked]) -> float:
        """The part of the question that is answered, from 0 to 1."""
        every, covered = 0.0, 0.0
        for at, each in enumerate(asked):
            every += each.word.weight
            if at in self.matched:
                covered += each.word.weight
        return covered / every

    def _first_reasons(self, asked: list[Asked]) -> list[str]:
        reasons = []
        if self.by:
            reasons.append(f"for “{self.by}”")
        read_as = []
        for at, each in enumerate(asked):
            if each.read_as and at in self.matched:
                read_as.append(each.read_as)
        if read_as and not self.by:
            reasons.append(f"read as “{' '.join(read_as)}”")
        return reasons
