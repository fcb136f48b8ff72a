"""Ask git whether it would carry a file of secrets away: it must be ignored, and never tracked."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Literal

from stnb.errors import CannotSave
from stnb.filesystem.atomic import add_line, real_file

State = Literal["outside", "ignored", "exposed", "tracked"]


def guard(path: str | os.PathLike[str], *, add_to_gitignore: bool = False) -> None:
    """Refuse a file that git would carry away.

    Args:
        path: where secrets will be written; the file need not exist yet.
        add_to_gitignore: if the file is not ignored, add it to the .gitignore of its work tree.

    Raises:
        CannotSave: the file is tracked, or it is not ignored and was not added.

    Example:
        >>> guard(".env", add_to_gitignore=True)
    """
    target = real_target(path)
    state = git_state(target)
    if state == "exposed" and add_to_gitignore:
        _add_to_gitignore(target)
        state = git_state(target)
    if state == "tracked":
        raise CannotSave(
            f"{target} was not written.",
            "Git tracks this file: its secrets would go with the next commit.",
            f"Remove it with `git rm --cached {target.name}` and commit. Replace the secrets that "
            "it held before, because the history keeps them.",
        )
    if state == "exposed":
        raise CannotSave(
            f"{target} was not written.",
            "It is in a git work tree, and git says that it is not ignored or cannot be asked: "
            "its secrets could go with the next commit.",
            f"Add the line {pattern(target.name)} to .gitignore, or let stnb do so. If git is not "
            "installed, install it or name a file outside of the work tree.",
        )


def git_state(path: str | os.PathLike[str]) -> State:
    """How git sees a file.

    Returns:
        "outside" of any work tree, "ignored", "tracked", or "exposed": neither ignored nor
        tracked. "exposed" is also the answer if git is not installed or refuses to answer.

    Raises:
        CannotSave: the path is a folder or a device, or a link that leads in a circle.
    """
    target = real_target(path)
    if _work_tree(target) is None:
        return "outside"
    if _git(target.parent, "ls-files", "--error-unmatch", "--", target.name) == 0:
        return "tracked"
    if _git(target.parent, "check-ignore", "--quiet", "--", target.name) == 0:
        return "ignored"
    return "exposed"


def real_target(path: str | os.PathLike[str]) -> Path:
    """The file behind any links, which is where the secrets would be.

    Raises:
        CannotSave: it is a folder or a device, or a link that leads in a circle.
    """
    try:
        return real_file(path)
    except OSError as err:
        raise CannotSave.of(path, err) from None


def pattern(name: str) -> str:
    """The line of a .gitignore that matches files of that name."""
    return re.sub(r"^[#!]|[*?\[\]\\]| $", r"\\\g<0>", name)


def _add_to_gitignore(target: Path) -> None:
    ignored = (_work_tree(target) or target.parent) / ".gitignore"
    try:
        add_line(ignored, pattern(target.name))
    except OSError as err:
        raise CannotSave.of(ignored, err) from None


def _work_tree(target: Path) -> Path | None:
    for folder in target.parents:
        if (folder / ".git").exists():
            return folder
    return None


def _git(folder: Path, *arguments: str) -> int | None:
    """Git's exit code: 0 for yes, 1 for no, any other for no answer; None without git."""
    # A hook sets GIT_DIR and the like, which would make git answer about another work tree.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.returncode
