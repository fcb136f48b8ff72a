"""`stnb setup`: the dialogue in a terminal. Secrets are not shown as they are typed, and nothing is
written before the person says so.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
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
from stnb.credentials import DEFAULT, DEMO, Credentials, Values, vault, write
from stnb.errors import CredentialsInvalid

from .talk import Talk

ABOUT = "Ask for the four values of a profile, try them, and write them to the .env file."
Trial = Callable[[Credentials], Verdict]


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb setup`."""
    command.description = ABOUT
    command.add_argument(
        "--profile", metavar="NAME", help="the profile's name (default: asked for)"
    )
    command.add_argument(
        "--env-file",
        metavar="FILE",
        help="the file to write (default: the nearest .env upwards, else a new one here)",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace, try_them: Trial = setup.try_them) -> int:
    """Carry out `stnb setup`.

    Args:
        try_them: asks for a token with the values, and judges the answer.

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
    environment = _choose_way(talk)
    talk.title("The values")
    profile = _profile(talk, environment, file, options.profile)
    answers = _answers(talk, environment, profile, file, try_them)
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


def _choose_way(talk: Talk) -> str:
    """Ask who and which environment, and show the steps; ask again if the way is closed."""
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


def _profile(talk: Talk, environment: str, file: Path, given: str | None) -> str:
    """The profile's name: the one given as an option, else the one that is asked for.

    Raises:
        CredentialsInvalid: the name that was given cannot be used.
    """
    if not given:
        return _ask_profile(talk, environment, file)
    name = given.strip().lower()
    hint = check_profile(name, environment)
    if hint.level == "wrong":
        raise CredentialsInvalid(
            f"{given!r} is no name for a profile here.",
            hint.text,
            "Give another --profile.",
        )
    return name


def _ask_profile(talk: Talk, environment: str, file: Path) -> str:
    known = setup.known(file).profiles
    where = f"They go to {file}."
    if known:
        where += f" Its profiles: {', '.join(known)}."
    talk.say(where)
    while True:
        name = talk.ask(f"Profile's name [{DEFAULT}] >").lower() or DEFAULT
        hint = check_profile(name, environment)
        if hint.level == "ok" and name in known:
            hint = Hint("hint", f"{name} is there already: its values will be replaced.")
        talk.mark(hint.level, hint.text)
        if hint.level != "wrong":
            return name


def _answers(
    talk: Talk, environment: str, profile: str, file: Path, try_them: Trial
) -> Answers | None:
    """Ask and try until the values work or are kept all the same; None if the person leaves."""
    # `Values` shows no value in a traceback, whatever is typed.
    typed = Values(PRACTICE if environment == DEMO else {})
    to_type = True
    while True:
        if to_type:
            _fill(talk, typed, environment, bool(setup.kept_key(file, profile)))
        answers = Answers.of(environment, profile, typed)
        try:
            mine = setup.credentials_of(answers, file)
        except CredentialsInvalid as err:
            talk.mark("wrong", str(err))
            to_type = True
            continue
        talk.say("Trying them, with one request for a token ...")
        verdict = try_them(mine)
        _show(talk, verdict)
        if verdict.level == "ok":
            return answers
        choice = talk.choose("What now?", _ways_on(verdict))
        if choice == "keep":
            return answers
        if choice == "leave":
            return None
        if choice == "tenant":
            typed["tenant"] = str(verdict.tenant)
        to_type = choice == "again"


def _ways_on(verdict: Verdict) -> dict[str, tuple[str, str]]:
    ways = {
        "again": ("Type them again", "Enter keeps a value."),
        "keep": ("Keep them all the same", "They are written as they are."),
        "leave": ("Leave", "Nothing is written."),
    }
    if verdict.tenant is None:
        return ways
    return {"tenant": (f"Take tenant {verdict.tenant}", "The pair belongs to it."), **ways}


def _fill(talk: Talk, typed: Values, environment: str, has_key: bool) -> None:
    """Ask for the four values; Enter keeps one that is there."""
    for key, field in FIELDS.items():
        kept = ""
        if environment == DEMO and typed.get(key) == PRACTICE[key]:
            kept = "Enter takes the demo's"
        elif typed.get(key):
            kept = "Enter keeps the one you gave"
        elif key == "app_key" and has_key:
            kept = "Enter keeps the one in use"
        typed[key] = _value(talk, field, kept) or typed.get(key, "")


def _value(talk: Talk, field: Field, kept: str) -> str:
    """One value of fitting shape; "" if the one that is there is kept.

    Args:
        kept: what Enter does, if there is a value already.
    """
    talk.say(f"**{field.label}**, {field.where}")
    asides = []
    if field.secret:
        asides.append("not shown as you type")
    if kept:
        asides.append(kept)
    question = f"  ({', '.join(asides)}) >" if asides else "  >"
    while True:
        text = talk.ask(question, secret=field.secret)
        if not text and kept:
            return ""
        hint = check(field.key, text)
        talk.mark(hint.level if text else "wrong", hint.text)
        if text and hint.level != "wrong":
            return text


def _show(talk: Talk, verdict: Verdict) -> None:
    talk.mark(verdict.level, verdict.title)
    for line in verdict.lines:
        talk.say(line, lead="    ")


def _save(talk: Talk, answers: Answers, file: Path) -> bool:
    """Ask, then write the file; says whether it was written."""
    replaced = setup.to_be_replaced(answers, file)
    talk.title(f"Write to {file}")
    for name in setup.variables(answers, file):
        talk.plain(f"  {name}   (replaces the value there)" if name in replaced else f"  {name}")
    if not talk.yes("Write these?"):
        talk.say("Nothing was written.")
        return False
    ignore = write.git_state(file) == "exposed" and talk.yes(
        f"Git does not ignore {file.name} and could carry it away. Add it to .gitignore?"
    )
    in_keyring = (
        answers.environment != DEMO
        and vault.is_usable()
        and talk.yes("Keep the client secret in this system's keyring, and not in the file?")
    )
    saved = setup.save(answers, file, add_to_gitignore=ignore, in_keyring=in_keyring)
    talk.mark("ok", f"Written to {saved.file}; only you can read it.")
    for note in saved.notes:
        talk.mark("hint", note)
    return True
