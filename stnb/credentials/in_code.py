"""Secrets that code puts together from several literals: where the literals stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from . import named, patterns
from .folding import Folded, Folding, Literal
from .patterns import Hit, Own

_SHORT = 4  # characters of a piece that may stay, such as a dot between two halves
_PUTS_TOGETHER = re.compile(
    r"[+%{*|$]|join|\[[^\]\n]*:|decode|hex|a2b_|chr|byte|replace|reversed|strip|format"
    r"|lower|upper|case|title|split|partition|add|concat|reduce|chain|sum|print|append|extend"
)
_WORD = re.compile(r"[\w.-]+")
_BETWEEN = re.compile(r"[\s,+]*(?:#[^\n]*\n[\s,+]*)*[rRbBuUfF]{0,2}")


def hits(cells: Sequence[str], own: Own) -> Mapping[int, list[Hit]]:
    """Where the pieces of secrets are: the number of a cell, and the places in it.

    A piece of a few characters is left if others are longer: it may serve something else, too.
    """
    if not any(_PUTS_TOGETHER.search(cell) for cell in cells):
        return {}
    folding = Folding()
    folding.read(cells)
    about = "stnb " if any(named.is_about_us(cell) for cell in cells) else ""
    found: dict[int, list[Hit]] = {}
    for folded in dict.fromkeys(
        each._replace(sources=tuple(each.sources)) for each in folding.found
    ):
        for literals, hit in _secrets(folded, own, about):
            for literal in _merged([folding.literals[n] for n in literals], cells):
                found.setdefault(literal.cell, []).append(_placed(literal, hit))
    return {cell: list(dict.fromkeys(places)) for cell, places in found.items()}


def _secrets(folded: Folded, own: Own, about: str) -> list[tuple[list[int], Hit]]:
    """The secrets in a text, each with the numbers of the literals that it comes from."""
    names = _WORD.findall(folded.name) or [""]
    before = f'{about}{names[-1]}="'
    found = []
    for hit in patterns.hits(f'{before}{folded.text}"', own):
        start, end = max(hit.start - len(before), 0), hit.end - len(before)
        counts = Counter(number for number in folded.sources[start:end] if number >= 0)
        long = [number for number, count in counts.items() if count > _SHORT]
        found.append((long or list(counts), hit))
    return found


def _merged(literals: list[Literal], cells: Sequence[str]) -> list[Literal]:
    """Literals in a row, such as the characters in a list, are one."""
    merged: list[Literal] = []
    for each in sorted(literals):
        if (
            merged
            and merged[-1].cell == each.cell
            and each.quote
            and merged[-1].quote == each.quote
        ):
            last, size = merged[-1], len(each.quote)
            between = cells[each.cell][last.end + size : each.start - size]
            if _BETWEEN.fullmatch(between):
                merged[-1] = last._replace(end=each.end)
                continue
        merged.append(each)
    return merged


def _placed(literal: Literal, hit: Hit) -> Hit:
    mark = patterns.MARK
    if not literal.quote:
        mark = f'"{mark}"'
    kind = f"{hit.kind}, put together by code"
    return Hit(literal.start, literal.end, kind, hit.secret, hit.hint, mark)
