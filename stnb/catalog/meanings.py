"""What modules, resources and columns are, in words of our own.

The words are data, in meanings.json and columns.json.
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

from . import words
from .facts import singular
from .models import Column, Endpoint


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


# -- columns

MONEY = frozenset({"decimal"})
NO_MONEY = ("rate", "percent", "quantity", "qty", "hours", "latitude", "longitude", "threshold")
# Their names say nothing without what they are in: `businessUnit.name`.
BARE = {"id": "Id of", "name": "Name of", "number": "Number of", "value": "Value of"}


@functools.cache
def _columns() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("columns.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def column(endpoint: Endpoint, path: str, known: Column) -> str:
    """What a column holds, in a few words of our own.

    Those of the resources that are used most are written by hand; for others the name and the type
    say it.

    Args:
        path: the dotted path of the column in the resource's rows.
        known: the column itself.

    Example:
        >>> jobs = load()["jpm.jobs"]
        >>> column(jobs, "completedOn", jobs.columns[6])
        'When the job was completed'
    """
    data, resource = _columns(), _listed(endpoint.name)
    own: dict[str, str] = data["of"].get(resource, {})
    if path in own:
        return own[path]
    above, _, leaf = path.rpartition(".")
    if leaf in BARE and (above or leaf == "id"):
        return f"{BARE[leaf]} the {_noun(endpoint, above)}"
    if leaf in data["leaves"]:
        return str(data["leaves"][leaf])
    return _by_rule(leaf, known)


def unit(endpoint: Endpoint, path: str, known: Column) -> str:
    """What a column is counted in: "months", "hours", "money" (the tenant's currency) and so on;
    "" if its values have no unit, or if the documents do not say which.
    """
    leaf, resource = path.rpartition(".")[2], _listed(endpoint.name)
    for name, paths in _columns()["units"].items():
        if leaf in paths or f"{resource}:{path}" in paths:
            return str(name)
    if known.type == "duration":
        return "h:mm:ss"
    if known.type in MONEY and not leaf.lower().endswith(NO_MONEY):
        return "money"
    return ""


def _listed(name: str) -> str:
    """The list that has the same rows: of a record, of a feed."""
    return name.removesuffix(".get").replace(".export.", ".", 1)


def _noun(endpoint: Endpoint, above: str) -> str:
    if above:
        return singular(words.spoken(above.rpartition(".")[2]).lower())
    known: dict[str, str] = _columns()["nouns"]
    resource = _listed(endpoint.name)
    usual = singular(resource.rpartition(".")[2].replace("_", " "))
    return known.get(resource, usual)


def _by_rule(leaf: str, known: Column) -> str:
    text = words.label(leaf)
    plain = text[:1].lower() + text[1:]
    if known.type == "boolean":
        return f"Whether: {plain}"
    if known.type in ("date-time", "date"):
        return f"When: {plain}"
    if known.refers:
        return f"Id of one of {known.refers}: {plain}"
    return text
