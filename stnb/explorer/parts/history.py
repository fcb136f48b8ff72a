"""What a person chose last and starred, in a small file of theirs: never in the project, and never
missed if it is broken.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stnb import atomic

MOST_RECENT, MOST_STARRED = 6, 60
LARGEST = 100_000  # bytes; what is larger was not written here


@dataclass(frozen=True)
class Kept:
    """Names of resources, the last first."""

    recent: tuple[str, ...] = ()
    starred: tuple[str, ...] = ()


class History:
    """Reads and writes the file. On a disk that cannot be written it lasts as long as the kernel."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._unsaved: Kept | None = None  # what could not be written

    @property
    def path(self) -> Path:
        """The file; looked up each time, as the environment may change."""
        return self._path or state_folder() / "explorer.json"

    @property
    def kept(self) -> Kept:
        """What the file holds now, other notebooks' choices too."""
        if self._unsaved is not None:
            return self._unsaved
        try:
            return _read(self.path.read_bytes() if self.path.stat().st_size <= LARGEST else None)
        except OSError:
            return Kept()

    def chose(self, name: str) -> None:
        """Put a resource first among the recent ones."""
        self._change(lambda kept: Kept(_first(name, kept.recent, MOST_RECENT), kept.starred))

    def star(self, name: str, on: bool) -> None:
        """Star a resource, or take its star away."""
        self._change(
            lambda kept: Kept(
                kept.recent, _first(name if on else "", _without(name, kept.starred), MOST_STARRED)
            )
        )

    def _change(self, change: Callable[[Kept], Kept]) -> None:
        with self._lock:
            try:
                path = self.path
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                atomic.rewrite(atomic.real_file(path), lambda old: _write(change(_read(old))))
                self._unsaved = None
            except OSError:
                self._unsaved = change(self.kept)


def state_folder() -> Path:
    """Where this system keeps such things of a person; STNB_STATE names another folder."""
    if named := os.environ.get("STNB_STATE"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "stnb"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "stnb"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "stnb"


def _read(content: bytes | None) -> Kept:
    """What is there; whatever is damaged or strange counts as nothing."""
    try:
        held = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        return Kept()
    if not isinstance(held, dict):
        return Kept()
    return Kept(_names(held.get("recent"), MOST_RECENT), _names(held.get("starred"), MOST_STARRED))


def _names(held: Any, most: int) -> tuple[str, ...]:
    names = (
        [n for n in held if isinstance(n, str) and 0 < len(n) < 100]
        if isinstance(held, list)
        else []
    )
    return tuple(dict.fromkeys(names))[:most]


def _write(kept: Kept) -> bytes:
    return json.dumps({"recent": kept.recent, "starred": kept.starred}, indent=1).encode() + b"\n"


def _first(name: str, names: tuple[str, ...], most: int) -> tuple[str, ...]:
    return tuple(filter(None, (name, *_without(name, names))))[:most]


def _without(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(n for n in names if n != name)
