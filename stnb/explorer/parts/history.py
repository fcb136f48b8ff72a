"""The resources that a person chose last and starred, in a small file of that person.

The file is never in the project, and a broken one does no harm.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stnb.errors.nesting import loads
from stnb.filesystem import atomic
from stnb.filesystem.folders import state_folder

MOST_RECENT, MOST_STARRED = 6, 60
LARGEST = 100_000  # bytes; a larger file was not written here
LONGEST = 100  # letters of a name


@dataclass(frozen=True)
class Kept:
    """Names of resources, the latest first."""

    recent: tuple[str, ...] = ()
    starred: tuple[str, ...] = ()


class History:
    """Reads and writes the file. On a disk that cannot be written it lasts as long as the kernel.

    Args:
        path: another file than the person's own; for tests.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._unsaved: list[Callable[[Kept], Kept]] = []  # what could not be written yet

    @property
    def path(self) -> Path:
        """The file. It is looked up each time, as the environment may change."""
        return self._path or state_folder() / "explorer.json"

    @property
    def kept(self) -> Kept:
        """What the file holds now, with the choices made in other notebooks."""
        unsaved = tuple(self._unsaved)  # before the file is read: what was written since is in both
        return _with_all(unsaved, self._saved())

    def choose(self, name: str) -> None:
        """Put a resource first among the recent ones."""
        self._change(lambda kept: Kept(_with(name, kept.recent, MOST_RECENT), kept.starred))

    def star(self, name: str, on: bool) -> None:
        """Star a resource, or take its star away."""
        if on:
            self._change(lambda kept: Kept(kept.recent, _with(name, kept.starred, MOST_STARRED)))
        else:
            self._change(lambda kept: Kept(kept.recent, _without(name, kept.starred)))

    def _change(self, change: Callable[[Kept], Kept]) -> None:
        with self._lock:
            self._unsaved.append(change)
            try:
                path = self.path
                atomic.make_folder(path.parent)
                atomic.rewrite(
                    atomic.real_file(path), lambda old: _write(_with_all(self._unsaved, _read(old)))
                )
            except OSError:
                return  # the next choice writes this one too
            self._unsaved.clear()

    def _saved(self) -> Kept:
        try:
            if self.path.stat().st_size > LARGEST:
                return Kept()
            return _read(self.path.read_bytes())
        except OSError:
            return Kept()


def _with_all(changes: Iterable[Callable[[Kept], Kept]], kept: Kept) -> Kept:
    for change in changes:
        kept = change(kept)
    return kept


def _read(content: bytes | None) -> Kept:
    """What the file holds; whatever is damaged or strange counts as nothing."""
    try:
        found = loads(content or b"{}")
    except ValueError:
        return Kept()
    if not isinstance(found, dict):
        return Kept()
    return Kept(
        _names(found.get("recent"), MOST_RECENT), _names(found.get("starred"), MOST_STARRED)
    )


def _names(found: Any, most: int) -> tuple[str, ...]:
    if not isinstance(found, list):
        return ()
    names = [name for name in found if isinstance(name, str) and 0 < len(name) < LONGEST]
    return tuple(dict.fromkeys(names))[:most]


def _write(kept: Kept) -> bytes:
    return json.dumps({"recent": kept.recent, "starred": kept.starred}, indent=1).encode() + b"\n"


def _with(name: str, names: tuple[str, ...], most: int) -> tuple[str, ...]:
    return (name, *_without(name, names))[:most]


def _without(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(other for other in names if other != name)
