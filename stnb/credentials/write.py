"""Writes variables into a .env file and leaves the rest of it byte for byte.

put(".env", {"SERVICETITAN_TENANT_ID": "985798691"}, about="profile default")

The file is whole at any moment, readable by its owner alone from the first byte, and no copy of an
old value is kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from stnb import credentials
from stnb.atomic import rewrite
from stnb.errors import CannotSave, CredentialsInvalid, StnbError

from .git import git_state, guard, real_target

__all__ = ["git_state", "guard", "put"]

PLAIN = re.compile(r"[\w.~:/@%+=,-]+", re.ASCII)  # needs no quotes, for any reader of such files
END = re.compile(r"\r\n|\n|\r")
BLANK = r"[^\S\r\n]*"
LINE = re.compile(  # a variable on one line, as the reader understands it
    rf"(?P<lead>\s*)(?P<head>(?:export[^\S\r\n]+)?(?:'[^'\r\n]+'|[^=#\s]+)){BLANK}"
    rf"(?:=(?:{BLANK}'(?:\\.|[^'\\\r\n])*'|{BLANK}\"(?:\\.|[^\"\\\r\n])*\""
    rf"|(?:{BLANK}[^'\"\s#]|#)[^\r\n]*?(?=[^\S\r\n]+#|{BLANK}(?:[\r\n]|$))|))?"
    rf"(?P<tail>{BLANK}(?:#[^\r\n]*)?(?:\r\n|\n|\r|$))"
)


def put(path: str | os.PathLike[str], values: Mapping[str, str], *, about: str = "") -> Path:
    """Set variables in a .env file: one that stands there in its place, the others in a block at
    the end.

    Args:
        path: the file; it is made where it is not there, and a link is followed.
        values: by full variable name.
        about: what the comment above a new block says.

    Returns:
        The file that was written: the link's target, where `path` is a link.

    Raises:
        CredentialsInvalid: a value cannot stand in such a file, or the file is no text in UTF-8.
        CannotSave: the file could not be written; it is as it was.

    Example:
        >>> put(".env", {"SERVICETITAN_APP_KEY": "ak1.example"}, about="profile default")
        PosixPath('/home/me/project/.env')
    """
    try:
        return _put(path, values, about)
    except StnbError as err:
        failure = err
    # a verbose traceback prints what its frames hold: this one, and none further down, where the
    # values are
    del values
    failure.__context__ = None
    raise failure.with_traceback(None)


def _put(path: str | os.PathLike[str], values: Mapping[str, str], about: str) -> Path:
    for name, value in values.items():
        _check(name, value)
    target = real_target(path)
    try:
        rewrite(target, lambda old: _edited(target, old or b"", values, about))
    except OSError as err:
        raise CannotSave.of(target, err) from None
    return target


def _check(name: str, value: str) -> None:
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise CannotSave(
            "Nothing was written.",
            "A variable's name is letters, digits and _.",
            "Give it such a name.",
        )
    if credentials.clean(value) != value or re.search(
        r"[\x00-\x1f\x7f\u0085\u2028\u2029]|[\ud800-\udfff]", value
    ):
        raise CredentialsInvalid(
            f"{name} was not written.",
            "Its value has a blank or a quote around it or a line end in it, which such a file does not keep.",
            "Copy the value once more, alone.",
        )


def _edited(target: Path, old: bytes, values: Mapping[str, str], about: str) -> bytes:
    """The new content; read back before it is written, so that what would garble another line is
    refused.
    """
    try:
        text = old.decode("utf-8")
    except UnicodeDecodeError:
        raise CredentialsInvalid(
            f"{target} was not written.",
            "It is no text in UTF-8, so its lines could not be kept.",
            "Save it as plain UTF-8 text first.",
        ) from None
    body = text.lstrip("\ufeff")
    new = text[: len(text) - len(body)] + edit(body, values, about)
    wanted = {**_values(text), **{name: value for name, value in values.items() if value}}
    found = _values(new)
    if wrong := [name for name, value in wanted.items() if found.get(name) != value]:
        raise CannotSave(
            f"{target} was not written.",
            f"{wrong[0]} would have been read back as something else: likely a quote is not closed above it.",
            "Close the quote in the file, then try again.",
        )
    return new.encode("utf-8")


def _values(text: str) -> dict[str, str]:
    """What `credentials.settings` reads from such a text."""
    text = END.sub("\n", text.lstrip("\ufeff")).replace("\x00", "")
    raw = dotenv_values(stream=StringIO(text), interpolate=False)
    return {
        name: value for name, given in raw.items() if given and (value := credentials.clean(given))
    }


# -- text


def edit(text: str, values: Mapping[str, str], about: str = "") -> str:
    """The text with the variables set; every other line as it was.

    A name that stands there twice keeps its last line, which is the one that counts; the earlier
    ones go, as an old secret would stay in them.
    """
    left = dict(values)
    parts: list[str] = []
    for binding in reversed(list(parse_stream(StringIO(text, newline="")))):
        name = _name(binding)
        if name is None or name not in values:
            parts.append(binding.original.string)
        else:
            parts.append(_with(binding, name, left.pop(name, None)))
    kept = "".join(reversed(parts))
    return kept + _block(kept, left, _line_end(text), about)


def _name(binding: Binding) -> str | None:
    """Whose line it is; also of a line that the reader cannot make sense of, as an old secret may
    stand in it.
    """
    if not binding.error:
        return (binding.key or "").replace("\x00", "") or None
    found = re.match(r"\s*(?:export\s+)?'?(\w+)'?[^\S\r\n]*=", binding.original.string)
    return found[1] if found else None


def _with(binding: Binding, name: str, value: str | None) -> str:
    """The line with another value; with None, what stays of a line that goes: the blank lines above
    it.
    """
    line = binding.original.string
    found = LINE.fullmatch(line)
    lead = line[: len(line) - len(line.lstrip())]
    if found is None and len(END.split(line.strip())) > 1:
        raise CannotSave(
            f"{name} was not written.",
            "Its value in the file runs over several lines: likely a quote is not closed.",
            "Close the quote or take the line out, then try again.",
        )
    if value is None:
        return lead[: max(lead.rfind("\n"), lead.rfind("\r")) + 1]
    if found is None:  # the reader makes no sense of it, so nothing but its place is kept
        end = END.search(line, len(line.rstrip()))
        return f"{lead}{name}={quoted(value)}{end[0] if end else ''}"
    gap = " " if found["tail"].startswith("#") else ""
    return f"{lead}{found['head']}={quoted(value)}{gap}{found['tail']}"


def _block(kept: str, values: Mapping[str, str], end: str, about: str) -> str:
    if not values:
        return ""
    gap = "" if not kept.strip() else end if kept.endswith(("\n", "\r")) else end * 2
    head = f"# {re.sub(r'[^ -~]+', ' ', about)}{end}" if about else ""
    return gap + head + "".join(f"{name}={quoted(value)}{end}" for name, value in values.items())


def quoted(value: str) -> str:
    """The value as it stands behind the `=`: in single quotes where a reader could mistake it, as
    nothing is expanded there.
    """
    if not value or PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _line_end(text: str) -> str:
    found = END.search(text)
    return found[0] if found else "\n"
