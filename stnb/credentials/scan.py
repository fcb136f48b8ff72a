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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stnb.errors import CannotSave, SetupError, StnbWarning
from stnb.filesystem.atomic import SHARED, real_file, rewrite

from . import in_code, patterns
from .encodings import BOM, UTF_8, as_bytes, as_text, encoding_of
from .notebook import Book, parsed, without_secrets
from .patterns import Hit, Own
from .read import settings
from .secret import Values
from .vault import is_reference
from .walk import files_in, unread

CODE = {".py", ".pyi", ".pyw"}
LARGEST = 100_000_000  # bytes of a file; a larger one is left out, with a warning


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


@dataclass(frozen=True)
class Skipped:
    """A file or a folder that was not searched, or not as what it is.

    Attributes:
        path: the file or the folder.
        reason: why, such as "not text".
        may_hide: whether a text with secrets may be in it.
    """

    path: Path
    reason: str
    may_hide: bool = False


@dataclass
class Search:
    """What was found, and what was not searched.

    Attributes:
        findings: one for each place.
        files: how many files were searched.
        skipped: what was left out, in order.
    """

    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def skip(self, path: Path, reason: str, *, may_hide: bool = False) -> None:
        self.skipped.append(Skipped(path, reason, may_hide))


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
    done = search(paths, fix=fix)
    for each in done.skipped:
        if each.may_hide:
            _warn(f"{each.path} was left out: {each.reason}.")
    return done.findings


def search(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = ".", *, fix: bool = False
) -> Search:
    """Find what `find` finds, and say how much was searched and what was not; it raises the same.

    With `fix`, a finding counts as removed if a second reading of what was written has none.
    """
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    done, own = Search(), _own_values()
    files: dict[Path, None] = {}  # a set that keeps its order
    for path in paths:
        files |= dict.fromkeys(files_in(Path(path), done.skip))
    for file in files:
        done.findings += _in_file(file, own, fix, done)
    return done


def _own_values() -> Own:
    try:
        values = settings().values
        held = Values((name, values[name]) for name in values if not is_reference(values[name]))
        return patterns.own(held)
    except SetupError as err:
        _warn(f"The values of your own .env were not looked for. {err.happened}")
        return {}


def _warn(text: str) -> None:
    warnings.warn(text, StnbWarning, stacklevel=2)


# -- files


def _in_file(path: Path, own: Own, fix: bool, done: Search) -> list[Finding]:
    text = _read(path, done)
    if text is None:
        return []
    done.files += 1
    if path.suffix.lower() == ".ipynb":
        found = _book(path, text, own, done)
        if found is not None and found.places:
            return _in_book(path, found, own, fix, done)
    return list(_in_text(path, text, own))


def _in_text(path: Path, text: str, own: Own) -> Iterator[Finding]:
    line, at = 1, 0
    by_code: Sequence[Hit] = ()
    if path.suffix.lower() in CODE:
        by_code = in_code.hits([text], own).get(0, ())
    for hit in patterns.hits(text, own, by_code):
        line += text.count("\n", at, hit.start)
        at = hit.start
        yield Finding(path, f"line {line}", hit.kind, hit.hint, hit.secret)


def _book(path: Path, text: str, own: Own, done: Search) -> Book | None:
    """What is in a notebook; None if it has to be read as plain text."""
    book = parsed(text)
    if isinstance(book, dict):
        found = Book(own)
        try:
            found.cleaned(book)
        except RecursionError:
            book = None
        else:
            return found
    if text.strip():
        reason = (
            "it is no notebook, or nested too deep for one, or holds a name twice, and was "
            "searched as plain text"
        )
        done.skip(path, reason)
    return None


def _in_book(path: Path, found: Book, own: Own, fix: bool, done: Search) -> list[Finding]:
    has_secret = any(hit.secret for *_, hit in found.places)
    left: set[tuple[str, str]] | None = None
    if fix and has_secret and _remove(path, own):
        left = _left(path, own, done)
    findings = []
    for where, hint, hit in found.places:
        removed = hit.secret and left is not None and (hit.kind, hint) not in left
        findings.append(Finding(path, where, hit.kind, hint, hit.secret, removed))
    return findings


def _left(path: Path, own: Own, done: Search) -> set[tuple[str, str]]:
    """The secrets that a second reading of a notebook finds in what was written."""
    again = Search()
    found = _in_file(path, own, False, again)
    left = {(each.kind, each.hint) for each in found if each.secret}
    if left or not again.files:
        reason = "not all secrets could be removed from it; remove the others by hand"
        done.skip(path, reason, may_hide=True)
    return left


def _read(path: Path, done: Search) -> str | None:
    """The text of a file; None if it is no text, or cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            done.skip(path, f"it is larger than {LARGEST // 1_000_000} MB", may_hide=True)
            return None
        raw = path.read_bytes()
    except OSError as err:
        done.skip(path, unread(err), may_hide=True)
        return None
    encoding = encoding_of(raw)
    if encoding == UTF_8 and b"\0" in raw[:8192]:
        done.skip(path, "no text, because it holds a NUL")
        return None
    return as_text(raw, encoding)


def _remove(path: Path, own: Own) -> bool:
    """Write the notebook without its secrets; nothing else in it changes, not even a blank."""

    def edited(old: bytes | None) -> bytes:
        if old is None:
            raise FileNotFoundError
        encoding = encoding_of(old)
        text = as_text(old, encoding)
        if as_bytes(text, encoding) != old:
            raise CannotSave(
                f"{path} was not changed.",
                "It is no whole text, and the rest of it would not stay as it is.",
                "Save it as UTF-8 first.",
            )
        mark, body = text[: len(text) - len(text.lstrip(BOM))], text.lstrip(BOM)
        return as_bytes(mark + without_secrets(body, own), encoding)

    try:
        rewrite(real_file(path), edited, mode=SHARED)
    except OSError as err:
        failure = CannotSave.of(path, err)
        _warn(f"{failure.happened} {failure.why} Remove the secrets by hand.")
        return False
    return True
