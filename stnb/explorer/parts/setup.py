"""`stnb.setup()`: set up a profile in a notebook.

What is typed stays in the page until it is tried, and travels as a message of its own: it is never
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
from stnb.credentials import DEFAULT, DEMO, Credentials, Settings, Values, write
from stnb.errors import StnbError

from .. import assets

KEEP = {"do": "keep", "label": "Keep them all the same"}
IGNORE = {"do": "ignore", "label": "Add it to .gitignore and save"}


class Setup(anywidget.AnyWidget):
    """The steps, the four values, the trial and the saving. Made by `setup()`.

    Args:
        profile: the name to begin with.
        env_file: the file to write, where it is not the usual one.
        try_them: asks for a token; another one in tests.
    """

    _esm = assets.module("parts/setup.js")
    _css = assets.style("parts/setup.css")
    about = traitlets.Dict().tag(
        sync=True
    )  # texts and rules, and which profiles are there: nothing that was typed

    def __init__(
        self,
        profile: str = DEFAULT,
        env_file: str | os.PathLike[str] | None = None,
        try_them: Callable[[Credentials], Verdict] = wizard.try_them,
    ) -> None:
        self._env_file = None if env_file is None else os.fspath(env_file)
        self._file = wizard.place(env_file)
        self._try_them = try_them
        self._held: Answers | None = None  # of a trial that went wrong, for another one
        self._busy = threading.Lock()
        super().__init__(about=_texts(profile) | self._found())
        self.on_msg(self._on_message)

    def __repr__(self) -> str:
        return f"<stnb setup · {_short(self._file)} · in a terminal: stnb setup>"

    def close(self) -> None:
        """Take the widget off the page, and forget what was typed."""
        self._held = None
        super().close()

    # -- messages: the page sends them, on any thread

    def _on_message(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        """Begin what the page asks for, beside: a trial may take a while, and the page stays live."""
        typed = Values(
            message.pop("values", None) or {}
        )  # out of the message, which the kernel remembers
        work: Callable[[], dict[str, Any]]
        if message.get("do") == "fill":
            return self.send({"kind": "fill", "values": wizard.PRACTICE})
        if message.get("do") == "try":
            answers = self._with_held(
                Answers.of(str(message.get("environment")), str(message.get("profile")), typed)
            )
            work = lambda: self._try(answers)  # noqa: E731
        else:
            work = lambda: self._save(keep=True, ignore=message.get("do") == "ignore")  # noqa: E731
        threading.Thread(target=self._answer, args=(work,), name="stnb-setup", daemon=True).start()
        return None

    def _answer(self, work: Callable[[], dict[str, Any]]) -> None:
        if not self._busy.acquire(blocking=False):
            return
        try:
            answer = work()
        except StnbError as err:
            answer = {"level": "wrong", "title": err.happened, "lines": [err.why, err.next]}
        except Exception as err:  # noqa: BLE001 - its text is not shown, as a value may stand in it
            lines = [
                "Likely a fault of stnb.",
                "Run `stnb setup` in a terminal, and report what you did.",
            ]
            answer = {
                "level": "wrong",
                "title": f"The setup failed: {type(err).__name__}.",
                "lines": lines,
            }
        finally:
            self._busy.release()
        self.send({"kind": "answer", "held": self._held is not None, **self._found(), **answer})

    def _with_held(self, answers: Answers) -> Answers:
        """Secrets that were left empty are those of the last trial, which the page no longer has."""
        held = self._held
        if held is None or (held.environment, held.profile) != (
            answers.environment,
            answers.profile,
        ):
            return answers
        secret = answers.client_secret or held.client_secret
        return replace(answers, client_secret=secret, app_key=answers.app_key or held.app_key)

    def _try(self, answers: Answers) -> dict[str, Any]:
        self._held = None
        mine = wizard.credentials_of(answers, self._file)
        verdict = self._try_them(mine)
        self._held = answers
        said = {"level": verdict.level, "title": verdict.title, "lines": list(verdict.lines)}
        if verdict.level != "ok":
            tenant = [
                {
                    "do": "tenant",
                    "label": f"Take tenant {verdict.tenant}",
                    "tenant": str(verdict.tenant),
                }
            ]
            return {
                **said,
                "ways": [
                    *(tenant if verdict.tenant is not None else []),
                    *([KEEP] if self._writes(answers) else []),
                ],
            }
        return self._save(before=said)

    def _writes(self, answers: Answers) -> bool:
        """Practice is written only to a file that was named for it."""
        return answers.environment != DEMO or self._env_file is not None

    def _save(
        self, *, before: dict[str, Any] | None = None, keep: bool = False, ignore: bool = False
    ) -> dict[str, Any]:
        answers = self._held
        if answers is None:
            raise StnbError(
                "There is nothing to save.",
                "Likely the kernel was started anew.",
                "Fill the values in once more.",
            )
        lines = list(before["lines"]) if before else []
        after = {"next": wizard.next_python(answers.profile, answers.environment, self._env_file)}
        if not self._writes(answers):
            self._held = None
            return {
                "level": "ok",
                "title": "They work.",
                "lines": [*lines, "This was practice, so nothing was written."],
                **after,
            }
        if write.git_state(self._file) == "exposed" and not ignore:
            return _exposed(self._file, lines)
        saved = wizard.save(answers, self._file, add_to_gitignore=ignore)
        self._held = None
        title = "They work, and are saved." if before else "They are saved."
        lines.append(
            f"Written to {_short(saved.file)}, to be read by you alone: profile {answers.profile}."
        )
        return {"level": "ok", "title": title, "lines": [*lines, *saved.notes], **after}

    def _found(self) -> dict[str, Any]:
        """What is there already, by name."""
        try:
            there = wizard.written(self._file)
        except StnbError:  # a trial will say so
            there = Settings({}, self._file, {})
        keys = [name for name in there.profiles if there.get(name, "APP_KEY")]
        shared = ["*"] if there.values.get(wizard.SHARED_KEY) else []
        return {"file": _short(self._file), "profiles": list(there.profiles), "keys": keys + shared}


def setup(profile: str | None = None, *, env_file: str | os.PathLike[str] | None = None) -> Setup:
    """Set up a profile: what to fetch where, the four values, a trial, and then the .env file.

    Args:
        profile: its name; the unnamed profile without one.
        env_file: the file to write, instead of the nearest .env upwards from the working directory,
            or a new one there.

    Example:
        >>> stnb.setup()
    """
    return Setup((profile or DEFAULT).strip().lower(), env_file)


def _texts(profile: str) -> dict[str, Any]:
    return {
        "who": {key: list(texts) for key, texts in wizard.WHO.items()},
        "environments": {key: list(texts) for key, texts in wizard.ENVIRONMENTS.items()},
        "guides": {
            who: {env: wizard.guide(who, env).as_dict() for env in wizard.ENVIRONMENTS}
            for who in wizard.WHO
        },
        "fields": [field.as_dict() for field in wizard.FIELDS.values()],
        "names": {
            env: [list(rule) for rule in wizard.profile_rules(env)] for env in wizard.ENVIRONMENTS
        },
        "profile": profile,
    }


def _exposed(file: Path, lines: list[str]) -> dict[str, Any]:
    return {
        "level": "unknown",
        "title": f"Git does not ignore {file.name}.",
        "lines": [
            *lines,
            f"{_short(file)} lies in a git work tree: its secrets could go with the next commit.",
        ],
        "ways": [IGNORE],
    }


def _short(path: Path) -> str:
    """A path without the name of its owner, as the notebook keeps it."""
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return str(path)
