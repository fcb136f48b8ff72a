"""`stnb find`: search the resources of the catalogue."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import textwrap
from collections.abc import Sequence

from stnb.catalog import load, meanings
from stnb.catalog.search import Hit

from .terminal import at_least_1, say

ABOUT = """Search the resources: by what they are called, by what they hold, or by what people call
it. Without words, those that are used most are listed."""
EXAMPLES = """examples:
  stnb find cancelled jobs
  stnb find who answered the phone
"""
LIMIT = 8  # what fits below each other on one page


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb find`."""
    command.description, command.epilog = ABOUT, EXAMPLES
    command.add_argument("words", nargs="*", metavar="WORDS", help="such as: cancel reason")
    command.add_argument(
        "-n",
        "--limit",
        type=at_least_1,
        default=LIMIT,
        metavar="N",
        help=f"resources at most (default: {LIMIT})",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the resources, the best fit first; 1 if nothing fits."""
    words = " ".join(options.words)
    found = load().search(words, options.limit)
    if not words.strip():
        popular = [Hit(load()[name]) for name in meanings.popular()]
        found = popular[: options.limit]
        say("Used most; `stnb find WORDS` searches all.")
    if not found:
        say(f"stnb: nothing in the catalogue fits {words!r}. Try one word, or another.")
        return 1
    if not found[0].whole:
        say("note: nothing has all of these words; these have most of them.")
    if sys.stdout.isatty():
        for hit in found:
            print("\n".join(_paragraph(hit, shutil.get_terminal_size().columns)))
    else:
        width = max(len(hit.endpoint.name) for hit in found)
        for hit in found:
            notes = _notes(hit)
            if hit.filters:
                notes.append(_command(hit))
            print(f"{hit.endpoint.name:<{width}}  {'  '.join(notes)}")
    return 0


def _paragraph(hit: Hit, width: int) -> list[str]:
    """A resource for the terminal: its name, what it is, why it was found, how to pull it."""
    about, *more = _notes(hit)
    head = [f"{hit.endpoint.name:<34}  {about}"]
    if len(head[0]) > width:
        head = [hit.endpoint.name, *_indented([about], width)]
    command = [f"    {_command(hit)}"] if hit.filters else []  # in one line, to be copied
    return [*head, *_indented(more, width), *command]


def _indented(notes: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for note in notes:
        lines += textwrap.wrap(
            note, width, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False
        )
    return lines


def _notes(hit: Hit) -> list[str]:
    notes = [hit.about or hit.endpoint.label]
    if hit.endpoint.withdrawn:
        notes[0] += " (withdrawn from the API's documents)"
    if hit.why:
        notes.append(hit.why)
    return notes


def _command(hit: Hit) -> str:
    options = []
    for name, value in hit.filters.items():
        param = hit.endpoint.takes(name)
        options.append(f"--{param.name if param else name} {shlex.quote(str(value))}")
    return f"stnb pull {hit.endpoint.name} {' '.join(options)}"
