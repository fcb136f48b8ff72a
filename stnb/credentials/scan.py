"""Find ServiceTitan secrets in notebooks and text files, and remove them from notebooks.

Secrets are client secrets (`cs1.`, `cs2.`), app keys (`ak1.`), access tokens (a JWT with
ServiceTitan's claims, or any JSON token behind "Bearer"), a pair as HTTP Basic, and the values of
the reader's own .env in any format. A client id opens nothing by itself: it is reported, but it is
no secret, and `fix` leaves it. The demo's values and made-up ones are left out. No finding holds
the value that was found.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stnb.atomic import SHARED, real_file, rewrite
from stnb.errors import CannotSave, SetupError, StnbWarning, UsageError

from . import patterns
from .notebook import Book, parsed, without_secrets
from .patterns import Own
from .read import settings

LARGEST = 100_000_000  # bytes of a file; a larger one is left out, with a warning
SKIPPED = {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox", ".nox"}
SKIPPED |= {".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"}


@dataclass(frozen=True)
class Finding:
    """One secret in one place.

    Attributes:
        path: the file.
        where: the place in it, such as "cell 3 source line 2", "cell 5 output" or "line 12".
        kind: what it is, such as "client secret", or "your SERVICETITAN_APP_KEY" if it is a value
            of your own .env.
        hint: its beginning and its length, never more.
        secret: False for a client id, which opens nothing by itself.
        removed: whether it was removed.
    """

    path: Path
    where: str
    kind: str
    hint: str
    secret: bool = True
    removed: bool = False


def find(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = ".", *, fix: bool = False
) -> list[Finding]:
    """Find the secrets in files and, recursively, in folders.

    Args:
        paths: files and folders. Files named .env and folders such as .git and .venv are left out
            unless they are named here.
        fix: remove the secrets from notebooks. Text files stay as they are.

    Raises:
        UsageError: a path is not there.

    Example:
        >>> for found in scan.find("notebooks"):
        ...     print(found.path, found.where, found.kind, found.hint)
    """
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    own = _own_values()
    files: dict[Path, None] = {}  # a set that keeps its order
    for path in paths:
        files |= dict.fromkeys(_files(Path(path)))
    findings: list[Finding] = []
    for file in files:
        findings += _in_file(file, own, fix)
    return findings


def _own_values() -> Own:
    try:
        return patterns.own(settings().values)
    except SetupError as err:
        _warn(f"The values of your own .env were not looked for. {err.happened}")
        return {}


def _warn(text: str) -> None:
    warnings.warn(text, StnbWarning, stacklevel=2)


# -- files


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise UsageError(
            f"{path} was not searched.", "There is no such file or folder.", "Check the path."
        )
    for folder, below, names in os.walk(path):
        # os.walk goes into what is left in its list.
        below[:] = sorted(name for name in below if not _is_skipped(Path(folder, name)))
        for name in sorted(names):
            file = Path(folder, name)
            if name != ".env" and file.is_file():
                yield file


def _is_skipped(folder: Path) -> bool:
    return folder.name in SKIPPED or (folder / "pyvenv.cfg").is_file()


def _in_file(path: Path, own: Own, fix: bool) -> Iterator[Finding]:
    text = _read(path)
    if text is None:
        return
    if path.suffix == ".ipynb":
        book = parsed(text)
        if isinstance(book, dict):
            found = Book(own)
            found.cleaned(book)
            if found.places:
                yield from _in_book(path, found, own, fix)
                return
    line, at = 1, 0
    for hit in patterns.hits(text, own):
        line += text.count("\n", at, hit.start)
        at = hit.start
        hint = patterns.hint(text[hit.start : hit.end])
        yield Finding(path, f"line {line}", hit.kind, hint, hit.secret)


def _in_book(path: Path, found: Book, own: Own, fix: bool) -> Iterator[Finding]:
    has_secret = any(hit.secret for *_, hit in found.places)
    removed = fix and has_secret and _remove(path, own)
    for where, hint, hit in found.places:
        yield Finding(path, where, hit.kind, hint, hit.secret, removed and hit.secret)


def _read(path: Path) -> str | None:
    """The text of a file; None if it is no text, or cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            _warn(f"{path} was left out: it is larger than {LARGEST // 1_000_000} MB.")
            return None
        raw = path.read_bytes()
    except OSError as err:
        _warn(f"{path} was left out: it could not be read ({err.strerror}).")
        return None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what the shells of Windows write
        return raw.decode("utf-16", "replace")
    if b"\0" in raw[:8192]:
        return None
    return _text(raw)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")  # odd bytes survive the way back


def _remove(path: Path, own: Own) -> bool:
    """Write the notebook without its secrets; nothing else in it changes, not even a blank."""

    def edited(old: bytes | None) -> bytes:
        if old is None:
            raise FileNotFoundError
        return without_secrets(_text(old), own).encode("utf-8", "surrogateescape")

    try:
        rewrite(real_file(path), edited, mode=SHARED)
    except OSError as err:
        failure = CannotSave.of(path, err)
        _warn(f"{failure.happened} {failure.why} Remove the secrets by hand.")
        return False
    return True
