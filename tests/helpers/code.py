"""Syntax trees of the project's own code."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager


def parsed(code: str) -> ast.Module:
    """The tree of a module."""
    with without_collector():
        return ast.parse(code)


@contextmanager
def without_collector() -> Iterator[None]:
    """Have the garbage collector rest: it would look at all nodes of trees again and again, which
    takes twice as long as reading the code does.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
