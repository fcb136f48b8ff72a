"""The search over the resources: an index of their words, which is also what the page gets."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import meanings, phrases, stems
from .facts import singular
from .models import Column, Endpoint, Param
from .stems import Word

# How much a word counts by where it is found.
NAME, MODULE, LINE, VALUE, FILTER, COLUMN, NESTED = 10.0, 4.0, 4.0, 3.0, 3.0, 2.2, 1.6
SPOKEN = 2.5  # a word of a phrase, also when the question lacks the phrase's other words
# How far a resource goes down by its kind: a list is what people mean, if they say no more.
KINDS = {"list": 0.0, "rows": -0.1, "file": -0.4, "export": -1.2, "record": -1.6}
WITHDRAWN = -3.0
POPULAR, POPULAR_STEP = 1.0, 0.02
LEAST_RARE = 0.4  # what the commonest word counts beside the rarest
RANKS = (1.0, 0.8, 0.65, 0.5)  # what the resources of a phrase count, the likeliest first
NO_CONDITION = frozenset({"sort", "active", "activeState", "orderBy", "orderByDirection"})
ENDS_OF_NAMES = frozenset({"or", "after", "before"})  # as in "createdOnOrAfter"
MADE_BY_THE_PAGE = ("phrases", "spoken")


@dataclass
class Index:
    """What the search knows, as plain data.

    Attributes:
        names: of the resources, in the order of the catalogue.
        priors: what each is worth before a word was said.
        name_words: how many words its own name has.
        postings: for each stem [resource, weight, reason, …]; the first and the last are numbers of
            `names` and `reasons`.
        rarity: for each stem, from LEAST_RARE to 1.
        reasons: why a resource was found: "" or [text, filter, value].
        spellings: words as they are written, with their stems; a slip is mended to one of them.
        synonyms: stems that mean the same as a stem.
        topics: [phrases, resources from the likeliest on, {resource: filters}].
        phrases: [text, stems, resources, {resource: filters}] for each phrase of the topics.
        spoken: for each stem of a phrase, what it counts by itself for the phrase's resources.
    """

    names: list[str] = field(default_factory=list)
    priors: list[float] = field(default_factory=list)
    name_words: list[int] = field(default_factory=list)
    postings: dict[str, list[float]] = field(default_factory=dict)
    rarity: dict[str, float] = field(default_factory=dict)
    reasons: list[Any] = field(default_factory=lambda: [""])
    spellings: dict[str, str] = field(default_factory=dict)
    synonyms: dict[str, list[str]] = field(default_factory=dict)
    topics: list[list[Any]] = field(default_factory=list)
    phrases: list[list[Any]] = field(default_factory=list)
    spoken: dict[str, dict[int, float]] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """The index for the page, with the words that are not looked for; the page makes `phrases`
        and `spoken` of the topics.
        """
        grammar = phrases.grammar()
        lists = {name: sorted(getattr(grammar, name)) for name in grammar.__dataclass_fields__}
        sent = {name: value for name, value in vars(self).items() if name not in MADE_BY_THE_PAGE}
        return {**sent, "grammar": lists}


def index_of(endpoints: Iterable[Endpoint]) -> Index:
    """The index of some resources."""
    return _Builder(tuple(endpoints)).index


class _Builder:
    def __init__(self, endpoints: tuple[Endpoint, ...]) -> None:
        self.index = Index()
        self.grammar = phrases.grammar()
        self.popular = meanings.popular()
        self._reason_numbers: dict[str, int] = {"": 0}
        self._plain: Counter[str] = Counter()  # resources that have a word where it counts most
        self._stems: dict[str, list[str]] = {}
        self._numbers = {endpoint.name: i for i, endpoint in enumerate(endpoints)}
        for endpoint in endpoints:
            self._add(endpoint)
        self._add_synonyms()
        self._add_phrases()
        self._weigh_rarity(len(endpoints))

    def _add(self, endpoint: Endpoint) -> None:
        index, number = self.index, len(self.index.names)
        found: dict[str, tuple[float, int]] = {}
        self._add_plain(endpoint, found)
        self._plain.update(found.keys())
        for param in endpoint.filters:
            self._add_filter(param, found)
        for path, depth, column in _below(endpoint.columns):
            self._add_column(path, depth, column, found)
        for stem, (weight, reason) in found.items():
            index.postings.setdefault(stem, []).extend((number, weight, reason))
        index.names.append(endpoint.name)
        index.priors.append(_prior(endpoint, self.popular))

    def _add_plain(self, endpoint: Endpoint, found: dict[str, tuple[float, int]]) -> None:
        name = endpoint.name.split(".", 1)[1]
        own = self._spelt(name.replace("by_id", ""))
        self.index.name_words.append(len(set(own)))
        for stem in own:
            _keep(found, stem, NAME, 0)
        for stem in self._spelt(f"{endpoint.module} {meanings.module(endpoint.module)}"):
            _keep(found, stem, MODULE, 0)
        for stem in self._spelt(meanings.about(endpoint)):
            _keep(found, stem, LINE, 0)

    def _add_filter(self, param: Param, found: dict[str, tuple[float, int]]) -> None:
        reason = self._reason([f"filter {param.py}", "", ""])
        for stem in self._split(param.name):
            _keep(found, stem, FILTER, reason)
        if param.name in NO_CONDITION:
            return
        for value in param.values:
            parts = self._split(value)
            if len(parts) == 1:
                reason = self._reason([f"{param.py}={value}", param.py, value])
                _keep(found, parts[0], VALUE, reason)

    def _add_column(
        self, path: str, depth: int, column: Column, found: dict[str, tuple[float, int]]
    ) -> None:
        reason = self._reason([f"column {path}", "", ""])
        weight = NESTED if depth else COLUMN
        for stem in self._split(column.name):
            _keep(found, stem, weight, reason)
        for value in column.values:
            reason = self._reason([f"{path} {value}", "", ""])
            for stem in self._split(value):
                _keep(found, stem, NESTED, reason)

    def _reason(self, reason: list[str]) -> int:
        text = reason[0]
        if text not in self._reason_numbers:
            self._reason_numbers[text] = len(self.index.reasons)
            self.index.reasons.append(reason)
        return self._reason_numbers[text]

    def _split(self, text: str) -> list[str]:
        """The stems of a name of the API; "on" of "createdOn" is no word to look for."""
        if text not in self._stems:
            little = self.grammar.prepositions | ENDS_OF_NAMES
            told = [word for word in stems.plain(text) if word not in little]
            self._stems[text] = [stems.stem(word, self.grammar) for word in told]
        return self._stems[text]

    def _spelt(self, text: str) -> list[str]:
        """The stems of a text for people; its words are those that a slip is mended to."""
        fillers = self.grammar.fillers
        return [self._spell(word) for word in stems.plain(text) if word not in fillers]

    def _spell(self, word: str) -> str:
        stem = stems.stem(word, self.grammar)
        self.index.spellings.setdefault(singular(word), stem)
        return stem

    def _add_synonyms(self) -> None:
        for word, others in phrases.synonyms().items():
            self.index.synonyms[self._spell(word)] = [self._spell(other) for other in others]

    def _add_phrases(self) -> None:
        for topic in phrases.topics():
            known = [name for name in topic.resources if name in self._numbers]
            meant = [self._numbers[name] for name in known]
            filters = {name: dict(topic.filters[name]) for name in known if name in topic.filters}
            if meant:
                self.index.topics.append([list(topic.phrases), meant, filters])
            for phrase in topic.phrases if meant else ():
                told = stems.telling(phrase, self.grammar)
                needed = list(dict.fromkeys(word.stem for word in told))
                self.index.phrases.append([phrase, needed, meant, filters])
                for word in told:
                    self.index.spellings.setdefault(word.text, word.stem)
                    self._say(word, meant)

    def _say(self, word: Word, meant: list[int]) -> None:
        """Let a word of a phrase speak by itself for the resources that the phrase means."""
        if stems.is_little(word, self.grammar):
            return
        spoken = self.index.spoken.setdefault(word.stem, {})
        for rank, number in enumerate(meant):
            weight = SPOKEN * word.weight * of_rank(rank)
            spoken[number] = max(weight, spoken.get(number, 0.0))

    def _weigh_rarity(self, total: int) -> None:
        index, highest = self.index, math.log(total + 1)
        for stem in dict.fromkeys([*index.postings, *index.spoken]):
            places = len(index.postings.get(stem, ())) // 3
            common = self._plain[stem] or places or len(index.spoken[stem])
            rarity = math.log((total + 1) / (common + 1)) / (highest or 1)
            index.rarity[stem] = round(max(LEAST_RARE, rarity), 3)


def _keep(found: dict[str, tuple[float, int]], stem: str, weight: float, reason: int) -> None:
    """Keep the best place of a word."""
    if stem not in found or found[stem][0] < weight:
        found[stem] = (weight, reason)


def of_rank(rank: int) -> float:
    """What a phrase counts for the resource that it names at this place, from 0."""
    return RANKS[min(rank, len(RANKS) - 1)]


def _prior(endpoint: Endpoint, popular: tuple[str, ...]) -> float:
    prior = KINDS[endpoint.kind]
    if endpoint.withdrawn:
        prior += WITHDRAWN
    if endpoint.name in popular:
        prior += POPULAR - POPULAR_STEP * popular.index(endpoint.name)
    return round(prior, 3)


def _below(
    columns: Iterable[Column], above: str = "", depth: int = 0
) -> Iterator[tuple[str, int, Column]]:
    """(dotted path, depth, column) of every column that has a name."""
    for column in columns:
        path = ".".join(filter(None, (above, column.name)))
        if column.name:
            yield path, depth, column
        yield from _below(column.children, path, depth + bool(column.name))


@dataclass(frozen=True)
class Hit:
    """A resource that answers a question.

    Attributes:
        endpoint: the resource.
        why: what of it answers: "for “unpaid”" or "column balance"; "" if its name does.
        filters: those that belong to the question, such as jobStatus=Canceled.
        whole: whether it answers every word.
    """

    endpoint: Endpoint
    why: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = True

    @property
    def about(self) -> str:
        """What the resource holds, in one short line."""
        return meanings.about(self.endpoint)
