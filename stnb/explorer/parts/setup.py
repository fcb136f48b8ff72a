"""`stnb.setup()`: set up a profile in a notebook.

What is typed stays in the page until it is tried, and is sent as a message of its own. It is never
a trait, so it is in no saved state of the widget, and neither in the notebook nor in its
checkpoint.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from stnb.access import setup as wizard
from stnb.access.setup import Answers, Verdict
from stnb.credentials import DEFAULT, DEMO, Credentials, Settings, Values, vault, write
from stnb.errors import StnbError
from stnb.errors.misused import explains_misuse

from .. import assets

KEEP = {"do": "keep", "label": "Keep them all the same"}
IGNORE = {"do": "ignore", "label": "Add it to .gitignore and save"}


class Setup(anywidget.AnyWidget):
    """The steps, the four values, the trial and the saving. Made by `setup()`.

    Args:
        profile: the name to begin with.
        env_file: the file to write, if it is not the usual one.
        try_them: tries credentials by asking for a token; another function in tests.

    Attributes:
        about: texts and rules, and the names of the profiles that are there. Nothing that was
            typed.
    """

    _esm = assets.module("parts/setup.js")
    _css = assets.style("parts/setup.css")
    about = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        profile: str = DEFAULT,
        env_file: str | os.PathLike[str] | None = None,
        try_them: Callable[[Credentials], Verdict] = wizard.try_them,
    ) -> None:
        self._env_file = None if env_file is None else os.fspath(env_file)
        self._file = wizard.place(env_file)
        self._try_them = try_them
        # The values of a refused trial, so that the page need not keep secrets for another one.
        self._held: Answers | None = None
        self._in_keyring = False  # whether the client secret is to go to the system's keyring
        self._busy = threading.Lock()
        super().__init__(about=_texts(profile) | self._profiles())
        self.on_msg(self._on_message)

    def __repr__(self) -> str:
        return f"<stnb setup · {_short(self._file)} · in a terminal: stnb setup>"

    def close(self) -> None:
        """Take the widget off the page, and forget what was typed."""
        self._held = None
        super().close()

    # -- messages: the page sends them, on any thread

    def _on_message(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        """Start what the page asks for on a thread, as a trial may be slow."""
        # The values leave the message, because the kernel keeps it as the parent of its answers.
        typed = Values(message.pop("values", None) or {})
        action = message.get("do")
        if action == "fill":
            self.send({"kind": "fill", "values": wizard.PRACTICE})
        elif action == "try":
            environment, profile = str(message.get("environment")), str(message.get("profile"))
            answers = self._with_held(Answers.of(environment, profile, typed))
            self._in_keyring = bool(message.get("keyring")) and environment != DEMO
            self._start(lambda: self._try(answers))
        else:
            self._start(lambda: self._keep(add_to_gitignore=action == "ignore"))

    def _start(self, work: Callable[[], dict[str, Any]]) -> None:
        thread = threading.Thread(target=self._answer, args=(work,), name="stnb-setup", daemon=True)
        thread.start()

    def _answer(self, work: Callable[[], dict[str, Any]]) -> None:
        if not self._busy.acquire(blocking=False):
            return
        try:
            answer = work()
        except StnbError as err:
            answer = _shown("wrong", err.happened, [err.why, err.next])
        except Exception as err:  # noqa: BLE001 - its text is not shown, as a value may stand in it
            lines = [
                "Likely a fault of stnb.",
                "Run `stnb setup` in a terminal, and report what you did.",
            ]
            answer = _shown("wrong", f"The setup failed: {type(err).__name__}.", lines)
        finally:
            self._busy.release()
        held = self._held is not None
        self.send({"kind": "answer", "held": held, **self._profiles(), **answer})

    def _with_held(self, answers: Answers) -> Answers:
        """Take secrets that were left empty from the last trial, if it was of the same profile."""
        held = self._held
        if held is None:
            return answers
        if (held.environment, held.profile) != (answers.environment, answers.profile):
            return answers
        return replace(
            answers,
            client_secret=answers.client_secret or held.client_secret,
            app_key=answers.app_key or held.app_key,
        )

    # -- the trial and the saving

    def _try(self, answers: Answers) -> dict[str, Any]:
        """Ask for a token. Values that work are saved at once."""
        self._held = None
        verdict = self._try_them(wizard.credentials_of(answers, self._file))
        self._held = answers
        lines = list(verdict.lines)
        if verdict.level == "ok":
            return self._save(answers, "They work, and are saved.", lines)
        ways = []
        if verdict.tenant is not None:
            tenant = str(verdict.tenant)
            ways.append({"do": "tenant", "label": f"Take tenant {tenant}", "tenant": tenant})
        if self._writes(answers):
            ways.append(KEEP)
        return _shown(verdict.level, verdict.title, lines, ways=ways)

    def _keep(self, add_to_gitignore: bool) -> dict[str, Any]:
        """Save the values of the last trial, although it went wrong or git would take the file."""
        if self._held is None:
            raise StnbError(
                "There is nothing to save.",
                "Likely the kernel was restarted.",
                "Fill the values in once more.",
            )
        return self._save(self._held, "They are saved.", [], add_to_gitignore)

    def _save(
        self, answers: Answers, title: str, lines: list[str], add_to_gitignore: bool = False
    ) -> dict[str, Any]:
        code = wizard.next_python(answers.profile, answers.environment, self._env_file)
        if not self._writes(answers):
            self._held = None
            lines.append("This was practice, so nothing was written.")
            return _shown("ok", "They work.", lines, next=code)
        if write.git_state(self._file) == "exposed" and not add_to_gitignore:
            return _exposed(self._file, lines)
        saved = wizard.save(
            answers, self._file, add_to_gitignore=add_to_gitignore, in_keyring=self._in_keyring
        )
        self._held = None
        place = _short(saved.file)
        lines.append(f"Written to {place}, to be read by you alone: profile {answers.profile}.")
        if self._in_keyring:
            lines.append("The client secret is in this system's keyring, and not in the file.")
        return _shown("ok", title, [*lines, *saved.notes], next=code)

    def _writes(self, answers: Answers) -> bool:
        """Practice is written only to a file that was named for it."""
        return answers.environment != DEMO or self._env_file is not None

    def _profiles(self) -> dict[str, Any]:
        """What the file has already, by name."""
        try:
            settings = wizard.written(self._file)
        except StnbError:  # a trial will report it
            settings = Settings({}, self._file, {})
        keys = [name for name in settings.profiles if settings.get(name, "APP_KEY")]
        if settings.values.get(wizard.SHARED_KEY):
            keys.append("*")
        return {"file": _short(self._file), "profiles": list(settings.profiles), "keys": keys}


@explains_misuse("stnb")
def setup(profile: str | None = None, *, env_file: str | os.PathLike[str] | None = None) -> Setup:
    """Set up a profile: where to get the four values, a trial, and then the .env file.

    Args:
        profile: its name; the unnamed profile without one.
        env_file: the file to write, instead of the nearest .env upwards from the working directory,
            or a new one there.

    Example:
        >>> stnb.setup()
    """
    return Setup((profile or DEFAULT).strip().lower(), env_file)


def _shown(level: str, title: str, lines: list[str], **more: Any) -> dict[str, Any]:
    """An answer as the page shows it."""
    return {"level": level, "title": title, "lines": lines, **more}


def _texts(profile: str) -> dict[str, Any]:
    guides, names = {}, {}
    for who in wizard.WHO:
        guides[who] = {env: wizard.guide(who, env).as_dict() for env in wizard.ENVIRONMENTS}
    for environment in wizard.ENVIRONMENTS:
        names[environment] = list(map(list, wizard.profile_rules(environment)))
    return {
        "who": {key: list(texts) for key, texts in wizard.WHO.items()},
        "environments": {key: list(texts) for key, texts in wizard.ENVIRONMENTS.items()},
        "guides": guides,
        "fields": [field.as_dict() for field in wizard.FIELDS.values()],
        "names": names,
        "profile": profile,
        "keyring": vault.is_usable(),
    }


def _exposed(file: Path, lines: list[str]) -> dict[str, Any]:
    warning = f"{_short(file)} lies in a git work tree: its secrets could go with the next commit."
    return _shown("unknown", f"Git does not ignore {file.name}.", [*lines, warning], ways=[IGNORE])


def _short(path: Path) -> str:
    """A path without the name of its owner, as the notebook keeps it."""
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return str(path)
