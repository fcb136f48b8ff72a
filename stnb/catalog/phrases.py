"""What people call things, and the resources that hold them: "revenue" is in invoices.

All of it is data, in phrases.json. The search box of the explorer gets the same.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from .stems import Grammar


@dataclass(frozen=True)
class Topic:
    """Phrases that mean the same.

    Attributes:
        phrases: what people say.
        resources: what they mean, the likeliest first.
        filters: for some of them, the filters that belong to what was said: "cancelled jobs" are
            jobs with jobStatus=Canceled.
    """

    phrases: tuple[str, ...]
    resources: tuple[str, ...]
    filters: Mapping[str, Mapping[str, Any]]


@functools.cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("phrases.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


@functools.cache
def topics() -> tuple[Topic, ...]:
    """All phrases with what they mean."""
    found = []
    for each in _data()["topics"]:
        filters = each.get("filters", {})
        found.append(Topic(tuple(each["phrases"]), tuple(each["resources"]), filters))
    return tuple(found)


@functools.cache
def grammar() -> Grammar:
    """The words that are not looked for themselves."""
    data = _data()
    return Grammar(
        fillers=frozenset(data["filler_words"]),
        asking=frozenset(data["asking_words"]),
        prepositions=frozenset(data["prepositions"]),
        particles=frozenset(data["particles"]),
        negations=frozenset(data["negations"]),
        whole=frozenset(data["whole_words"]),
        roles=frozenset(data["role_words"]),
    )


def synonyms() -> Mapping[str, list[str]]:
    """Words of the API, or of a phrase, for words that people use: "client" is "customer".

    A family has one word for many: "price of an appliance" is said of boilers and furnaces too.
    """
    found = {word: list(others) for word, others in _data()["synonyms"].items()}
    for head, members in _data()["families"].items():
        for word in members:
            found.setdefault(word, []).append(head)
    return found
