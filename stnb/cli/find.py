"""`stnb find`: search the resources of the catalogue."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from stnb.catalog import load

from .terminal import at_least_1, say


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb find`."""
    command.add_argument("words", nargs="+", metavar="WORDS", help="such as: cancel reason")
    command.add_argument("--limit", type=at_least_1, default=20, help="lines at most (default: 20)")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for each resource, the best fit first; 1 if nothing fits."""
    words = " ".join(options.words)
    found = load().find(words, options.limit)
    if not found:
        say(f"stnb: nothing in the catalogue fits {words!r}. Try one word, or another.")
        return 1
    width = max(len(endpoint.name) for endpoint in found)
    for endpoint in found:
        count = len(endpoint.filters)
        line = f"{endpoint.name:<{width}}  {endpoint.kind:<6}  {count:>2} filters"
        line += f"  {endpoint.scope or ''}"
        if endpoint.withdrawn:
            line += "  withdrawn"
        print(line)
    return 0
