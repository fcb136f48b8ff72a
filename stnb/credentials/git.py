"""Whether git would carry a file of secrets away: in a work tree it must be ignored, and never
tracked.
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from stnb.atomic import add_line, behind
from stnb.errors import CannotSave

State = Literal["outside", "ignored", "exposed", "tracked"]


def guard(path: str | os.PathLike[str], *, add_to_gitignore: bool = False) -> None:
    """Refuse a file that git would carry away.

    Args:
        path: where secrets are to be written; the file need not be there yet.
        add_to_gitignore: where the file is not ignored, add it to the .gitignore of its work tree.

    Raises:
        CannotSave: the file is tracked, or not ignored and not to be added.

    Example:
        >>> guard(".env", add_to_gitignore=True)
    """
    target = behind(path)
    state = git_state(target)
    if state == "exposed" and add_to_gitignore:
        root = _work_tree(target) or target.parent
        add_line(root / ".gitignore", pattern(target.name))
        state = git_state(target)
    if state == "tracked":
        raise CannotSave(
            f"{target} was not written.",
            "Git tracks this file: its secrets would go with the next commit.",
            f"Take it out with `git rm --cached {target.name}` and commit; replace secrets that it held before, as the history keeps them.",
        )
    if state == "exposed":
        raise CannotSave(
            f"{target} was not written.",
            "It lies in a git work tree and is not ignored: its secrets could go with the next commit.",
            f"Add the line {pattern(target.name)} to .gitignore, or let stnb do so.",
        )


def git_state(path: str | os.PathLike[str]) -> State:
    """How git sees a file: outside any work tree, ignored, exposed (not ignored) or tracked."""
    target = behind(path)
    root = _work_tree(target)
    if root is None:
        return "outside"
    tracked = _git(target.parent, "ls-files", "--error-unmatch", "--", target.name)
    if tracked == 0 or (tracked != 1 and _in_index(root, target)):
        return "tracked"
    ignored = _git(target.parent, "check-ignore", "--quiet", "--", target.name)
    return "ignored" if ignored == 0 or (ignored != 1 and _is_listed(root, target)) else "exposed"


def pattern(name: str) -> str:
    """The line of a .gitignore for files of that name."""
    return re.sub(r"^[#!]|[*?\[\]\\]| $", r"\\\g<0>", name)


def _work_tree(target: Path) -> Path | None:
    return next((folder for folder in target.parents if (folder / ".git").exists()), None)


def _git(folder: Path, *arguments: str) -> int | None:
    """Git's answer as its exit code; None without git. Another code than 0 and 1 is no answer, as
    in another user's tree.
    """
    surroundings = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_")
    }
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=false", *arguments]
    try:
        return subprocess.run(
            command, env=surroundings, capture_output=True, timeout=10, check=False
        ).returncode
    except (OSError, subprocess.SubprocessError):
        return None


# -- without git's answer: on the safe side


def _in_index(root: Path, target: Path) -> bool:
    """Whether the index names the file: each entry ends with the length of its path, and the path."""
    name = os.fsencode(target.relative_to(root).as_posix())
    try:
        return struct.pack(">H", len(name)) + name + b"\0" in (root / ".git" / "index").read_bytes()
    except OSError:
        return False


def _is_listed(root: Path, target: Path) -> bool:
    """Whether the .gitignore files name the file or a folder above it; a pattern that is not
    understood matches nothing.
    """
    ignored = False
    for folder in reversed([f for f in target.parents if f.is_relative_to(root)]):
        parts = target.relative_to(folder).parts
        for line in _lines(folder / ".gitignore"):
            negated = line.startswith("!")
            if any(
                _matches(line.removeprefix("!"), parts[:n], n == len(parts))
                for n in range(1, len(parts) + 1)
            ):
                ignored = not negated
    return ignored


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [
        line.rstrip() for line in text.splitlines() if line.strip() and not line.startswith("#")
    ]


def _matches(line: str, parts: tuple[str, ...], is_file: bool) -> bool:
    if line.endswith("/") and is_file:
        return False
    wanted = line.strip("/").split("/")
    if len(wanted) == 1 and not line.startswith("/"):
        return fnmatchcase(parts[-1], wanted[0])
    return len(wanted) == len(parts) and all(map(fnmatchcase, parts, wanted))
