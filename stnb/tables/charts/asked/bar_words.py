"""What bars show, in words: a title, a description and notes."""

from __future__ import annotations

from .canvas import amount as written
from .canvas import listed, named, standing_out
from .question import NAMES, NO_NAME, ORDER, Answer


def title_of(answer: Answer) -> str:
    """What stands out, or else what is shown."""
    totals = answer.totals
    out = standing_out(totals, answer.hollow)
    if out is None:
        what = answer.measure[:1].upper() + answer.measure[1:]
        return f"{what}{by_words(answer)}"
    first = named(totals.index[out], answer.every)
    if answer.kind == ORDER and first.isdigit():
        first = f"{answer.by[:1].upper()}{answer.by[1:]} {first}"  # a bare number says nothing
    highest = written(float(totals.iloc[out]), answer.unit)
    if answer.counted and answer.kind != NAMES:
        return f"{first} stands out: {highest} {answer.rows}"
    if answer.kind != NAMES or not answer.added_up or (totals < 0).any():
        return f"{first} stands out: {answer.measure} {highest}"
    share = f"{totals.iloc[out] / totals.sum():.0%}"
    total = written(float(totals.sum()), answer.unit)
    if answer.counted:
        return f"{first} makes up {share} of {total} {answer.rows}"
    return f"{first} makes up {share} of the {answer.measure}, {total}"


def by_words(answer: Answer) -> str:
    """What the bars are drawn by, as a title goes on."""
    by = answer.every or answer.by
    return f" by {by}" if by != NO_NAME else ""


def in_words(answer: Answer) -> str:
    """The bars as a list, for those who cannot see them."""
    if answer.numbers.shape[1] == 1:
        return listed(answer.totals, answer.unit, answer.every)
    parts = []
    for part, values in answer.numbers.items():
        parts.append(f"{part}: {listed(values, answer.unit, answer.every)}")
    return "; ".join(parts)


def hollow_notes(answer: Answer) -> list[str]:
    """The periods that are drawn as outlines."""
    if not answer.hollow:
        return []
    names = [named(answer.numbers.index[at], answer.every) for at in sorted(answer.hollow)]
    return [f"Not whole: {'; '.join(names)}."]
