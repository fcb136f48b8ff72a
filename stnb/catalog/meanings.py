"""What modules, resources and columns are, in words of our own; the words are in meanings.json."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

from .models import Endpoint


@functools.cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("meanings.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def module(name: str) -> str:
    """The name of a module for people.

    >>> module("jpm")
    'Jobs and projects'
    """
    known: dict[str, str] = _data()["modules"]
    return known.get(name, name)


def popular() -> tuple[str, ...]:
    """The resources that are used most, the most used first."""
    return tuple(_data()["popular"])


def about(endpoint: Endpoint) -> str:
    """What a resource holds, in one short line; "" if nothing is known of it.

    >>> about(load()["crm.leads"])
    'Leads: people who asked, and are not booked yet'
    """
    known: dict[str, str] = _data()["resources"]
    name = endpoint.name
    if name in known:
        return known[name]
    if name.endswith(".get"):
        return _about_twin(name.removesuffix(".get"), " (one, by its id)")
    if name.endswith(".custom_fields"):
        owner = name.split(".")[-2].replace("_", " ")
        return f"Custom fields that {owner} can have"
    twin = name.replace(".export.", ".", 1).removesuffix(".export")
    return _about_twin(twin, " (a feed of all changes)")


def _about_twin(name: str, addition: str) -> str:
    known: dict[str, str] = _data()["resources"]
    if name not in known:
        return ""
    return f"{known[name]}{addition}"
