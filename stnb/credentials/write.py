"""Set variables in a .env file and leave the rest of it byte for byte.

put(".env", {"SERVICETITAN_TENANT_ID": "985798691"}, about="profile default")

The file is whole at any moment and readable by its owner alone from the first byte. No copy of an
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

from stnb.errors import CannotSave, CredentialsInvalid, StnbError
from stnb.filesystem.atomic import rewrite

from .git import git_state, guard, real_target
from .read import clean

__all__ = ["git_state", "guard", "put"]

# Not over `dotenv.set_key`: it turns CRLF into LF on every line of the file, drops the remark after
# a value and the blanks before it, and sets one variable at a time. Its parser is used, so that
# what is a line here is a line to the reader too.

NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
PLAIN = re.compile(r"[\w.~:/@%+=,-]+", re.ASCII)  # needs no quotes, for any reader of such files
NOT_KEPT = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]|[\ud800-\udfff]")
END = re.compile(r"\r\n|\n|\r")
BLANK = r"[^\S\r\n]*"
# A variable on one line, as the reader understands it.
LINE = re.compile(
    rf"(?P<lead>\s*)(?P<head>(?:export[^\S\r\n]+)?(?:'[^'\r\n]+'|[^=#\s]+)){BLANK}"
    rf"(?:=(?:{BLANK}'(?:\\.|[^'\\\r\n])*'|{BLANK}\"(?:\\.|[^\"\\\r\n])*\""
    rf"|(?:{BLANK}[^'\"\s#]|#)[^\r\n]*?(?=[^\S\r\n]+#|{BLANK}(?:[\r\n]|$))|))?"
    rf"(?P<tail>{BLANK}(?:#[^\r\n]*)?(?:\r\n|\n|\r|$))"
)


def put(path: str | os.PathLike[str], values: Mapping[str, str], *, about: str = "") -> Path:
    """Set variables in a .env file.

    A variable of the file is set in its place; the others come in a block at the end.

    Args:
        path: the file, which is made if it does not exist; a link is followed.
        values: the values by the full names of their variables.
        about: the comment above a new block.

    Returns:
        The file that was written: the link's target, if `path` is a link.

    Raises:
        CredentialsInvalid: such a file cannot hold a value, or the file is no text in UTF-8.
        CannotSave: the file could not be written; it is as it was.

    Example:
        >>> put(".env", {"SERVICETITAN_APP_KEY": "ak1.example"}, about="profile default")
        PosixPath('/home/me/project/.env')
    """
    try:
        return _put(path, values, about)
    except StnbError as err:
        failure = err
    # A verbose traceback prints what its frames hold: so it ends in this frame, without the values.
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
    if not NAME.fullmatch(name):
        raise CannotSave(
            "Nothing was written.",
            "A variable's name is letters, digits and _.",
            "Give it such a name.",
        )
    if clean(value) != value or NOT_KEPT.search(value):
        raise CredentialsInvalid(
            f"{name} was not written.",
            "Its value has a blank or a quote around it, or a line end in it, which such a file "
            "does not keep.",
            "Copy the value once more, alone.",
        )


def _edited(target: Path, old: bytes, values: Mapping[str, str], about: str) -> bytes:
    """The new content.

    It is read back before it is written, so that nothing is written that would change another line.
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
    marks = text[: len(text) - len(body)]
    new = marks + edit(body, values, about)
    wanted = _values(text)
    for name, value in values.items():
        if value:
            wanted[name] = value
    found = _values(new)
    for name, value in wanted.items():
        if found.get(name) != value:
            raise CannotSave(
                f"{target} was not written.",
                f"{name} would have been read back as something else: likely a quote above it is "
                "not closed.",
                "Close the quote in the file, then try again.",
            )
    return new.encode("utf-8")


def _values(text: str) -> dict[str, str]:
    """What `credentials.settings` reads from such a text."""
    text = END.sub("\n", text.lstrip("\ufeff")).replace("\x00", "")
    found = {}
    for name, value in dotenv_values(stream=StringIO(text), interpolate=False).items():
        if value and clean(value):
            found[name] = clean(value)
    return found


# -- text


def edit(text: str, values: Mapping[str, str], about: str = "") -> str:
    """The text with the variables set; every other line is as it was.

    If a name is there twice, its last line is the one that counts and the one that is set. The
    earlier ones go, because an old secret would stay in them.
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
    """The variable of a line; also of one that the reader cannot parse, because an old secret may
    be in it.
    """
    if not binding.error:
        return (binding.key or "").replace("\x00", "") or None
    found = re.match(r"\s*(?:export\s+)?'?(\w+)'?[^\S\r\n]*=", binding.original.string)
    return found[1] if found else None


def _with(binding: Binding, name: str, value: str | None) -> str:
    """The line with another value; with None, the blank lines above it, as the line itself goes."""
    line = binding.original.string
    found = LINE.fullmatch(line)
    lead = line[: len(line) - len(line.lstrip())]
    if found is None and len(END.split(line.strip())) > 1:
        raise CannotSave(
            f"{name} was not written.",
            "Its value in the file runs over several lines: likely a quote is not closed.",
            "Close the quote or remove the line, then try again.",
        )
    if value is None:
        return lead[: max(lead.rfind("\n"), lead.rfind("\r")) + 1]
    if found is None:  # the reader cannot parse it, so nothing but its place is kept
        end = END.search(line, len(line.rstrip()))
        return f"{lead}{name}={quoted(value)}{end[0] if end else ''}"
    gap = " " if found["tail"].startswith("#") else ""
    return f"{lead}{found['head']}={quoted(value)}{gap}{found['tail']}"


def _block(kept: str, values: Mapping[str, str], end: str, about: str) -> str:
    """New variables, behind a blank line and a comment."""
    if not values:
        return ""
    lines = []
    if about:
        lines.append(f"# {re.sub(r'[^ -~]+', ' ', about)}")
    lines += [f"{name}={quoted(value)}" for name, value in values.items()]
    block = end.join(lines) + end
    if not kept.strip():
        return block
    if kept.endswith(("\n", "\r")):
        return end + block
    return end + end + block


def quoted(value: str) -> str:
    """The value as it is written behind the `=`.

    It is in single quotes if a reader could mistake it, because nothing is expanded in those.
    """
    if not value or PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _line_end(text: str) -> str:
    found = END.search(text)
    return found[0] if found else "\n"
