"""`stnb setup`: the dialogue in a terminal. Secrets are typed unseen, and nothing is written before
it is asked for.
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from stnb.access import setup
from stnb.access.setup import (
    ENVIRONMENTS,
    FIELDS,
    PRACTICE,
    WHO,
    Answers,
    Field,
    Hint,
    Verdict,
    check,
    check_profile,
    guide,
)
from stnb.credentials import DEFAULT, DEMO, Credentials, Values, write
from stnb.errors import CredentialsInvalid, UsageError

MARKS = {"ok": ("✓", "32"), "hint": ("!", "33"), "wrong": ("✗", "31"), "unknown": ("?", "33")}
Trial = Callable[[Credentials], Verdict]


def run(options: argparse.Namespace, try_them: Trial = setup.try_them) -> int:
    """Carry out `stnb setup`.

    Returns:
        0 saved, or practised; 1 refused, or left without saving.

    Raises:
        UsageError: the input ended before the last question.
        CannotSave: the file could not be written.
    """
    talk = Talk()
    file = setup.place(options.env_file)
    talk.title("stnb setup: a profile for your .env file")
    talk.say("Ctrl-C leaves at any time. Nothing is written before you say so.")
    environment = _which_way(talk)
    talk.title("The values")
    profile = (
        options.profile.strip().lower() if options.profile else _profile(talk, environment, file)
    )
    if (hint := check_profile(profile, environment)).level == "wrong":
        raise CredentialsInvalid(
            f"{options.profile!r} is no name for a profile here.",
            hint.text,
            "Give another --profile.",
        )
    answers = _until_tried(talk, environment, profile, file, try_them)
    if answers is None:
        talk.say("Nothing was written.")
        return 1
    if environment == DEMO and not options.env_file:
        talk.say(
            "This was practice, so nothing was written; with --env-file FILE it is.", lead="  "
        )
    elif not _save(talk, answers, file):
        return 1
    talk.title("Next")
    talk.plain(f"  {setup.next_command(profile, environment, options.env_file)}")
    return 0


# -- the parts of the dialogue


def _which_way(talk: Talk) -> str:
    """Who and which environment, and the steps for that; asked again where the way leads nowhere."""
    while True:
        who = talk.choose("Who are you?", WHO)
        environment = talk.choose("Which environment?", ENVIRONMENTS)
        way = guide(who, environment)
        talk.title("What to do" if way.open else "This way is closed")
        for number, step in enumerate(way.steps, 1):
            talk.say(step, lead=f"{number:>3}. ")
        talk.title("Good to know")
        for note in way.notes:
            talk.say(note, lead="   - ")
        if way.open:
            return environment


def _profile(talk: Talk, environment: str, file: Path) -> str:
    known = setup.known(file).profiles
    talk.say(f"They go to {file}." + (f" Its profiles: {', '.join(known)}." if known else ""))
    while True:
        name = talk.ask(f"Profile's name [{DEFAULT}] >").lower() or DEFAULT
        hint = check_profile(name, environment)
        if hint.level == "ok" and name in known:
            hint = Hint("hint", f"{name} is there already: its values will be replaced.")
        talk.mark(hint.level, hint.text)
        if hint.level != "wrong":
            return name


def _until_tried(
    talk: Talk, environment: str, profile: str, file: Path, try_them: Trial
) -> Answers | None:
    """Ask and try until they work or are kept all the same; None where the person leaves."""
    typed = Values(PRACTICE if environment == DEMO else {})
    what = "again"
    while True:
        if what == "again":
            _fill(talk, typed, environment, bool(setup.kept_key(file, profile)))
        answers = Answers.of(environment, profile, typed)
        try:
            mine = setup.credentials_of(answers, file)
        except CredentialsInvalid as err:
            talk.mark("wrong", str(err))
            what = "again"
            continue
        talk.say("Trying them, with one request for a token ...")
        verdict = try_them(mine)
        _tell(talk, verdict)
        if verdict.level == "ok":
            return answers
        what = talk.choose("What now?", _ways_on(verdict))
        if what == "tenant":
            typed["tenant"] = str(verdict.tenant)
        elif what != "again":
            return answers if what == "keep" else None


def _ways_on(verdict: Verdict) -> dict[str, tuple[str, str]]:
    ways = {
        "again": ("Type them again", "Enter keeps a value."),
        "keep": ("Keep them all the same", "They are written as they are."),
        "leave": ("Leave", "Nothing is written."),
    }
    if verdict.tenant is None:
        return ways
    return {"tenant": (f"Take tenant {verdict.tenant}", "It is the pair's own."), **ways}


def _fill(talk: Talk, typed: dict[str, str], environment: str, has_key: bool) -> None:
    """Ask for the four values; Enter keeps one that is there."""
    for key, field in FIELDS.items():
        there = "Enter keeps the one you gave" if typed.get(key) else ""
        if environment == DEMO and typed.get(key) == PRACTICE[key]:
            there = "Enter takes the demo's"
        elif key == "app_key" and has_key and not there:
            there = "Enter keeps the one in use"
        typed[key] = _value(talk, field, there) or typed.get(key, "")


def _value(talk: Talk, field: Field, there: str) -> str:
    """One value of fitting shape; "" where one that is there is kept."""
    talk.say(f"**{field.label}**, {field.where}")
    asides = ", ".join(["not shown as you type"] * field.secret + [there] * bool(there))
    while True:
        text = talk.ask(f"  ({asides}) >" if asides else "  >", secret=field.secret)
        if not text and there:
            return ""
        hint = check(field.key, text)
        talk.mark(hint.level if text else "wrong", hint.text)
        if text and hint.level != "wrong":
            return text


def _tell(talk: Talk, verdict: Verdict) -> None:
    talk.mark(verdict.level, verdict.title)
    for line in verdict.lines:
        talk.say(line, lead="    ")


def _save(talk: Talk, answers: Answers, file: Path) -> bool:
    replaced = setup.to_be_replaced(answers, file)
    talk.title(f"Write to {file}")
    for name in setup.variables(answers, file):
        talk.plain(f"  {name}{'   (replaces the value there)' if name in replaced else ''}")
    if not talk.yes("Write these?"):
        talk.say("Nothing was written.")
        return False
    ignore = write.git_state(file) == "exposed" and talk.yes(
        f"Git does not ignore {file.name} and could carry it away. Add it to .gitignore?"
    )
    saved = setup.save(answers, file, add_to_gitignore=ignore)
    talk.mark("ok", f"Written to {saved.file}, to be read by you alone.")
    for note in saved.notes:
        talk.mark("hint", note)
    return True


# -- the terminal


class Talk:
    """Questions and answers on a terminal; from a pipe, one line an answer."""

    def __init__(self) -> None:
        self.wide = min(shutil.get_terminal_size().columns, 92)
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def plain(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def title(self, text: str) -> None:
        self.plain("\n" + self._paint(text, "1"))

    def say(self, text: str, lead: str = "") -> None:
        """Print a paragraph; its further lines are indented as deep as its lead."""
        words = re.sub(r"\*\*(.+?)\*\*", r"\1" if self.colour else r"“\1”", text)
        lines = textwrap.wrap(
            lead + words, self.wide, subsequent_indent=" " * len(lead), break_on_hyphens=False
        )
        out = "\n".join(lines)
        for label in set(
            re.findall(r"\*\*(.+?)\*\*", text)
        ):  # a label may have been broken over two lines
            out = re.sub(
                r"\s+".join(map(re.escape, label.split())),
                lambda found: self._paint(found[0], "1"),
                out,
            )
        self.plain(out)

    def mark(self, level: str, text: str) -> None:
        """Print a sentence with the sign and the colour of its level."""
        sign, colour = MARKS[level]
        words = textwrap.wrap(text, self.wide - 4, break_on_hyphens=False)
        self.plain(f"  {self._paint(sign, colour)} " + "\n    ".join(words))

    def ask(self, question: str, *, secret: bool = False) -> str:
        """One answer, without the blanks around it; a secret is not echoed.

        Raises:
            UsageError: the input ended.
        """
        try:
            if sys.stdin.isatty():
                return (
                    getpass.getpass(f"{question} ") if secret else input(f"{question} ")
                ).strip()
            self.plain(question)
            if line := sys.stdin.readline():
                return line.strip()
        except EOFError:
            pass
        raise UsageError(
            "The dialogue was not finished.",
            "The input ended before the last question.",
            "Nothing was written; run `stnb setup` again.",
        )

    def choose(self, question: str, options: Mapping[str, tuple[str, str]]) -> str:
        """The key of one of several; by its number, its name, or Enter for the first."""
        self.title(question)
        wide = max(len(label) for label, _ in options.values())
        for number, (label, about) in enumerate(options.values(), 1):
            self.say(about, lead=f"  {number}  {label:<{wide}}  ")
        keys = list(options)
        while True:
            answer = self.ask(f"  1 to {len(keys)} [1] >").lower() or "1"
            if answer in keys:
                return answer
            if answer.isdecimal() and 1 <= int(answer) <= len(keys):
                return keys[int(answer) - 1]
            self.mark("wrong", f"A number from 1 to {len(keys)}.")

    def yes(self, question: str) -> bool:
        while True:
            answer = self.ask(f"{question} [Y/n] >").lower() or "y"
            if answer in ("y", "yes", "n", "no"):
                return answer.startswith("y")

    def _paint(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colour else text
