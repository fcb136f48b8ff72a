"""What the reader of rows of many parents should know, and their provenance."""

from __future__ import annotations

from typing import Any

from stnb.errors import StnbWarning
from stnb.errors.wording import few
from stnb.frame.notices import Notice

from .task import Task


def report(
    task: Task, lost: list[str], about: dict[str, Any], notices: list[Notice]
) -> tuple[dict[str, Any], list[Notice]]:
    """The provenance and the notices of rows of many parents.

    Args:
        lost: the parents that were not found.
    """
    parents, failed = task.parents, list[int | str](lost)
    if parents.parameter.type == "integer":
        failed = [int(text) for text in lost]
    changes = {
        "resource": task.call.endpoint.name,
        "params": dict(task.call.filters),
        "parents": len(parents.texts),
        "failed": failed,
        "bulk": task.equivalent or None,
    }
    about_parents = [Notice(StnbWarning, text) for text in _sentences(task, lost)]
    return about | changes, [*notices, *about_parents]


def _sentences(task: Task, lost: list[str]) -> list[str]:
    """What the reader should know about the parents."""
    name, parents, out = task.call.endpoint.name, task.parents, []
    if lost:
        out.append(
            f"{name}: {len(lost):,} of the {len(parents.texts):,} {parents.nouns} were not found, "
            f"likely as they were deleted: {few(lost)}"
        )
    if parents.missing:
        out.append(
            f"{name}: {parents.missing:,} missing values in {parents.parameter.py} were left out."
        )
    if task.lacks:
        out.append(f"{task.equivalent}, which was read for {name}, lacks {task.lacks}.")
    return out
