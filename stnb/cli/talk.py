"""Questions and answers on a terminal; from a pipe, one line an answer."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Mapping

from stnb.errors import UsageError, numbers, printable

from .hidden import hidden

WIDEST = 92  # columns: longer lines are hard to read
LABEL = re.compile(r"\*\*(.+?)\*\*")  # a label of ServiceTitan's pages: **My Apps**
BOLD, GREEN, YELLOW, RED = "1", "32", "33", "31"  # codes of the terminal
NO_TEXT = "These bytes are no text in the encoding of this terminal. Copy the value again."
SIGNS = {"ok": ("✓", GREEN), "hint": ("!", YELLOW), "wrong": ("✗", RED), "unknown": ("?", YELLOW)}


class Talk:
    """A dialogue on standard input and output."""

    def __init__(self) -> None:
        self.width = min(shutil.get_terminal_size().columns, WIDEST)
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def plain(self, text: str) -> None:
        """Print a text as it is."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def title(self, text: str) -> None:
        """Print a heading below an empty line."""
        self.plain("\n" + self._painted(printable(text), BOLD))

    def say(self, text: str, lead: str = "") -> None:
        """Print a paragraph, with its labels in bold or in quotes; its further lines are indented
        as deep as its lead.
        """
        text = printable(text)
        words = LABEL.sub(r"\1" if self.colour else r"“\1”", text)
        lines = textwrap.wrap(
            lead + words, self.width, subsequent_indent=" " * len(lead), break_on_hyphens=False
        )
        out = "\n".join(lines)
        for label in set(LABEL.findall(text)):
            broken = r"\s+".join(map(re.escape, label.split()))  # perhaps over two lines
            out = re.sub(broken, lambda found: self._painted(found[0], BOLD), out)
        self.plain(out)

    def mark(self, level: str, text: str) -> None:
        """Print a sentence with the sign and the colour of its level."""
        sign, colour = SIGNS[level]
        lines = textwrap.wrap(printable(text), self.width - 4, break_on_hyphens=False)
        self.plain(f"  {self._painted(sign, colour)} " + "\n    ".join(lines))

    def ask(self, question: str, *, secret: bool = False) -> str:
        """One answer, without the blanks around it; a secret is not shown.

        Raises:
            UsageError: the input ended, or a pipe's is no text.
        """
        while True:
            try:
                line = self._line(question, secret)
            except EOFError:
                why = "The input ended before the last question."
                break
            except UnicodeDecodeError:  # it holds what was typed, so it is not shown
                if not sys.stdin.isatty():
                    why = "A line of the input is not in the encoding of this system."
                    break
                self.mark("wrong", NO_TEXT)
            else:
                return line.strip()
        raise UsageError(
            "The dialogue was not finished.", why, "Nothing was written; run `stnb setup` again."
        )

    def _line(self, question: str, secret: bool) -> str:
        if sys.stdin.isatty():
            read = hidden if secret else input
            return read(f"{question} ")
        # From a pipe: `getpass` would ask the terminal behind it.
        self.plain(question)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line

    def choose(self, question: str, options: Mapping[str, tuple[str, str]]) -> str:
        """The key of one of several options: by its number, its key, or Enter for the first.

        Args:
            options: a label and what is said about it, by key.
        """
        self.title(question)
        width = max(len(label) for label, _ in options.values())
        for number, (label, about) in enumerate(options.values(), 1):
            self.say(about, lead=f"  {number}  {label:<{width}}  ")
        keys = list(options)
        while True:
            answer = self.ask(f"  1 to {len(keys)} [1] >").lower() or "1"
            if answer in keys:
                return answer
            chosen = numbers.whole(answer)
            if chosen is not None and 1 <= chosen <= len(keys):
                return keys[chosen - 1]
            self.mark("wrong", f"A number from 1 to {len(keys)}.")

    def yes(self, question: str) -> bool:
        """Whether the answer is yes; Enter is."""
        while True:
            answer = self.ask(f"{question} [Y/n] >").lower() or "y"
            if answer in ("y", "yes", "n", "no"):
                return answer.startswith("y")

    def _painted(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colour else text
