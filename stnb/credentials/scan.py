"""Finds ServiceTitan secrets in notebooks and text files, and takes them out of notebooks.

What counts: client secrets (`cs1.`, `cs2.`), app keys (`ak1.`), access tokens (a JWT with
ServiceTitan's claims, or whatever JSON token follows "Bearer"), a pair as HTTP Basic, and the
values of the reader's own .env in any format.
A client id opens nothing by itself: it is reported, but is no secret, and `fix` leaves it. The
demo's values and made-up ones are passed over. No finding holds the value that was found.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stnb.atomic import SHARED, real_file, rewrite
from stnb.errors import CannotSave, SetupError, StnbWarning, UsageError

from . import patterns
from .patterns import Own
from .read import settings

LARGEST = 100_000_000  # bytes of a file; anything larger is left out, and said to be
SKIPPED = {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox", ".nox"}
SKIPPED |= {".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"}
BASE64 = re.compile(r"[A-Za-z0-9+/\r\n]{40,}+={0,2}\s*+")
LINES = re.compile(r"[^\n]*\n|[^\n]+")
At = tuple[str | int, ...]  # the way to a place in a notebook


@dataclass(frozen=True)
class Finding:
    """One secret in one place.

    Attributes:
        path: the file.
        where: the place in it, such as "cell 3 source line 2", "cell 5 output" or "line 12".
        kind: what it is, such as "client secret", or "your SERVICETITAN_APP_KEY" where it is a
            value of your own.
        hint: its beginning and its length, never more.
        secret: False for a client id, which opens nothing by itself.
        removed: whether it has been taken out.
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
    """The secrets in files and, recursively, in folders.

    Args:
        paths: .env itself and folders such as .git and .venv are passed over unless they are named.
        fix: take the secrets out of notebooks. Text files stay as they are.

    Raises:
        UsageError: a path is not there.

    Example:
        >>> for found in scan.find("notebooks"):
        ...     print(found.path, found.where, found.kind, found.hint)
    """
    named = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    own = _own()
    files = dict.fromkeys(file for path in named for file in _files(Path(path)))
    return [finding for file in files for finding in _in_file(file, own, fix)]


def _own() -> Own:
    try:
        return patterns.own(settings().values)
    except SetupError as err:
        _note(f"The values of your own .env were not looked for. {err.happened}")
        return {}


def _note(text: str) -> None:
    warnings.warn(text, StnbWarning, stacklevel=2)


# -- files


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        for folder, below, names in os.walk(path):
            below[:] = sorted(
                d for d in below if d not in SKIPPED and not Path(folder, d, "pyvenv.cfg").is_file()
            )
            yield from (
                file
                for name in sorted(names)
                if name != ".env" and (file := Path(folder, name)).is_file()
            )
    else:
        raise UsageError(
            f"{path} was not searched.", "No file or folder is there.", "Check the path."
        )


def _in_file(path: Path, own: Own, fix: bool) -> Iterator[Finding]:
    text = _read(path)
    if text is None:
        return
    if path.suffix == ".ipynb" and isinstance(book := _parsed(text), dict):
        found = _Book(own)
        found.cleaned(book)
        if found.places:
            removed = fix and any(hit.secret for *_, hit in found.places) and _remove(path, own)
            for where, hint, hit in found.places:
                yield Finding(path, where, hit.kind, hint, hit.secret, removed and hit.secret)
            return
    line, at = 1, 0
    for hit in patterns.hits(text, own):
        line, at = line + text.count("\n", at, hit.start), hit.start
        yield Finding(
            path, f"line {line}", hit.kind, patterns.hint(text[hit.start : hit.end]), hit.secret
        )


def _read(path: Path) -> str | None:
    """The text of a file; None where it is no text, or cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            _note(f"{path} was left out: it is larger than {LARGEST // 1_000_000} MB.")
            return None
        raw = path.read_bytes()
    except OSError as err:
        _note(f"{path} was left out: it could not be read ({err.strerror}).")
        return None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what Windows' own shells write
        return raw.decode("utf-16", "replace")
    return None if b"\0" in raw[:8192] else _text(raw)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")  # odd bytes survive the way back


def _parsed(text: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_constant=str)
    except (ValueError, RecursionError):
        return None


# -- notebooks


@dataclass
class _Book:
    """Walks through a notebook: `cleaned` gives it without its secrets, `places` is where they
    were.
    """

    own: Own = field(repr=False)
    places: list[tuple[str, str, patterns.Hit]] = field(default_factory=list)

    def cleaned(self, node: Any, at: At = ()) -> Any:
        """A copy of the tree; what is kept as a list of lines is joined, as a secret may lie across
        two of them.
        """
        if isinstance(node, str):
            return self._cleaned_text(node, at)
        if isinstance(node, dict):
            return {
                self._cleaned_text(key, at): self.cleaned(value, (*at, key))
                for key, value in node.items()
            }
        if not isinstance(node, list):
            return node
        if _is_lines(at) and all(isinstance(line, str) for line in node):
            text = "".join(node)
            clean = self._cleaned_text(text, at)
            return node if clean == text else LINES.findall(clean)
        return [self.cleaned(value, (*at, i)) for i, value in enumerate(node)]

    def _cleaned_text(self, text: str, at: At) -> str:
        if self._noted(text, at):
            return patterns.without(text, self.own)
        if BASE64.fullmatch(
            text
        ):  # an attachment, or a buffer of a widget, which is cut up by its lengths
            inner = _decoded(text)
            if self._noted(inner, at):
                return base64.b64encode(
                    patterns.without(inner, self.own, same_length=True).encode("latin-1")
                ).decode()
        return text

    def _noted(self, text: str, at: At) -> bool:
        hits = patterns.hits(text, self.own)
        for hit in hits:
            where = patterns.without(_where(at, text.count("\n", 0, hit.start) + 1), self.own)
            self.places.append((where, patterns.hint(text[hit.start : hit.end]), hit))
        return any(hit.secret for hit in hits)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode("latin-1")
    except binascii.Error:
        return ""


def _is_lines(at: At) -> bool:
    last = str(at[-1]) if at else ""
    return last in ("source", "text", "input") or ("/" in last and not last.endswith("json"))


def _where(at: At, line: int) -> str:
    match at:
        case ("cells", int(i), "source"):
            return f"cell {i + 1} source line {line}"
        case ("cells", int(i), "outputs", *rest):
            kind = next((f" {part}" for part in rest if "/" in str(part)), "")
            return f"cell {i + 1} output{kind}"
        case ("cells", int(i), "attachments", name, *_):
            return f"cell {i + 1} attachment {name}"
        case ("cells", int(i), *rest):
            return f"cell {i + 1} {'.'.join(map(str, rest))}"
        case ("metadata", "widgets", _, *_, last):
            return f"metadata.widgets … {last}"
    return ".".join(map(str, at)) or "the names at the top"


def _remove(path: Path, own: Own) -> bool:
    """Write the notebook without its secrets: nothing else in it changes, not even a blank."""

    def edited(old: bytes | None) -> bytes:
        if old is None:
            raise FileNotFoundError
        return _edited(_text(old), own).encode("utf-8", "surrogateescape")

    try:
        rewrite(real_file(path), edited, mode=SHARED)
    except OSError as err:
        failure = CannotSave.of(path, err)
        _note(f"{failure.happened} {failure.why} Remove the secrets by hand.")
        return False
    return True


def _edited(text: str, own: Own) -> str:
    before = _parsed(text)
    clean, new = _Book(own).cleaned(before), patterns.without(text, own)
    if _parsed(new) != clean:  # something lay encoded, or across two lines
        new = json.dumps(clean, indent=1) + "\n"
    if _is_valid(before) and not _is_valid(clean):
        raise CannotSave(
            "The notebook was not changed.",
            "Without its secrets it would be none any more.",
            "Mend it by hand.",
        )
    return new


def _is_valid(book: Any) -> bool:
    from nbformat.validator import isvalid  # takes a while to load

    try:
        return bool(isvalid(book))
    except Exception:  # noqa: BLE001 - it looks into what is no notebook in ways that fail
        return False
