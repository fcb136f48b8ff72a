"""Attacks on `stnb scan`: a file that is called clean, or cleaned, and is not."""

from __future__ import annotations

import codecs
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from stnb.cli import main
from stnb.credentials import scan
from stnb.errors import StnbWarning
from tests.helpers.full_length import APP_KEY, CLIENT_ID, CLIENT_SECRET, made_up

UNKNOWN = made_up("Zk3-Of.An0ther+F0rm=9")
NAME = "SERVICETITAN_CLIENT_SECRET"


def notebook(source: str | list[str], **metadata: Any) -> dict[str, Any]:
    cell = nbformat.v4.new_code_cell("")
    cell.source = source
    book = dict(nbformat.v4.new_notebook(cells=[cell]))
    book["metadata"] = metadata
    return json.loads(json.dumps(book))


def parts(text: str, secret: str) -> list[str]:
    """Parts of a secret, of 9 characters, that stand in a text."""
    return [secret[at : at + 9] for at in range(4, len(secret) - 8) if secret[at : at + 9] in text]


# -- encodings


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_notebook_is_cleaned_in_its_own_encoding(
    mark: bytes, encoding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is said to be removed is gone from the bytes, and all else is as it was."""
    book = notebook([f"x = '{CLIENT_SECRET}'\n", "y = 'é'"])
    text = json.dumps(book, indent=1, ensure_ascii=False)
    path = Path("book.ipynb")
    path.write_bytes(mark + text.encode(encoding))

    assert main.main(["scan", "--fix", str(path)]) == 1
    assert "· removed" in capsys.readouterr().out
    written = path.read_bytes()
    assert written.startswith(mark)
    cleaned = written[len(mark) :].decode(encoding)
    assert not parts(cleaned, CLIENT_SECRET)
    assert cleaned.replace("[secret removed by stnb]", CLIENT_SECRET) == text
    assert main.main(["scan", str(path)]) == 0


def test_what_could_not_be_removed_is_not_called_removed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second reading decides: the writing went well, and the secret is still there."""
    Path("book.ipynb").write_text(json.dumps(notebook(f"x = '{CLIENT_SECRET}'")))
    monkeypatch.setattr(scan, "without_secrets", lambda text, own: text + "\n")

    assert main.main(["scan", "--fix"]) == 1
    out, err = capsys.readouterr()
    assert "removed" not in out
    assert "1 secret in 1 file, 0 removed" in err
    assert "not all secrets could be removed" in err


def test_a_broken_utf16_notebook_is_left_as_it_is() -> None:
    """Half of a surrogate pair would be lost on the way back."""
    text = json.dumps(notebook(f"x = '{CLIENT_SECRET}'"))
    path = Path("book.ipynb")
    path.write_bytes(codecs.BOM_UTF16_LE + text.encode("utf-16-le").replace(b"x\0", b"\0\xd8"))
    before = path.read_bytes()

    with pytest.warns(StnbWarning, match="by hand"):
        found = scan.find(path, fix=True)
    assert [each.removed for each in found] == [False]
    assert path.read_bytes() == before


@pytest.mark.parametrize("end", [-1, 40, 0], ids=["a byte short", "half", "empty"])
def test_a_notebook_that_is_being_written_is_left_as_it_is(
    end: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program writes it after it was searched: a part of a notebook is no notebook."""
    text = json.dumps(notebook(f"x = '{CLIENT_SECRET}'"))
    path = Path("book.ipynb")
    path.write_text(text)
    rewrite = scan.rewrite

    def late(target: Path, *rest: Any, **named: Any) -> None:
        target.write_text(text[:end])
        rewrite(target, *rest, **named)

    monkeypatch.setattr(scan, "rewrite", late)
    with pytest.warns(StnbWarning, match="no whole notebook any more"):
        found = scan.find(path, fix=True)

    assert [each.removed for each in found] == [False]
    assert path.read_text() == text[:end]


# -- literals that go on


@pytest.mark.parametrize("at", [6, 14, 30, 50])
@pytest.mark.parametrize(
    "form",
    [
        "x = ('{a}'\n     '{b}')",
        'x = ("{a}"\r\n\t"{b}")',
        'x = "{a}" \\\n    "{b}"',
        "x = '{a}' + '{b}'",
        "x = '{a}' + \\\n '{b}'",
        "x = ('{a}' +\n     f'{b}')",
        "x = ('{a}'\n     + r'{b}')",
        "x = '{a}\\\n{b}'",
        "x = '{a}' '{b}'",
    ],
)
def test_a_literal_over_two_lines_goes_as_a_whole(form: str, at: int) -> None:
    """However Python joins it: no half stays, and what is left is code."""
    source = form.format(a=CLIENT_SECRET[:at], b=CLIENT_SECRET[at:])
    path = Path("book.ipynb")
    path.write_text(json.dumps(notebook(source.splitlines(keepends=True))))

    found = scan.find(path, fix=True)

    assert [each.removed for each in found] == [True]
    left = "".join(json.loads(path.read_text())["cells"][0]["source"])
    assert not parts(left, CLIENT_SECRET)
    compile(left, "cell", "exec")


def test_a_literal_over_many_lines() -> None:
    """Five pieces, in a notebook and in a text file."""
    pieces = [CLIENT_SECRET[at : at + 11] for at in range(0, len(CLIENT_SECRET), 11)]
    source = "x = (\n" + "\n".join(f"    '{piece}'" for piece in pieces) + "\n)"
    Path("code.py").write_text(source)
    Path("book.ipynb").write_text(json.dumps(notebook(source)))

    found = scan.find(fix=True)

    assert [each.kind for each in found] == ["client secret"] * 2
    assert not parts(Path("book.ipynb").read_text(), CLIENT_SECRET)


def test_a_value_of_ones_own_over_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any form; a list of two texts is no literal that goes on."""
    monkeypatch.setenv(NAME, UNKNOWN)
    Path("a.py").write_text(f"x = ('{UNKNOWN[:9]}'\n     '{UNKNOWN[9:]}')")
    Path("b.py").write_text(f"x = ['{UNKNOWN[:9]}',\n     '{UNKNOWN[9:]}']")

    assert [str(each.path) for each in scan.find()] == ["a.py"]


# -- secrets of a form that nobody knows


@pytest.mark.parametrize(
    "line",
    [
        f'{NAME} = "{UNKNOWN}"',
        f"{NAME}='{UNKNOWN}'",
        f"{NAME}={UNKNOWN}",
        f"export {NAME}={UNKNOWN}",
        f"{NAME}: {UNKNOWN}",
        f'"{NAME}": "{UNKNOWN}"',
        f'os.environ["{NAME}"] = "{UNKNOWN}"',
        f"%env {NAME}={UNKNOWN}",
        f"SERVICETITAN_PHOENIX_CLIENT_SECRET={UNKNOWN}",
        f"SERVICETITAN_NORTH_EAST_APP_KEY = '{UNKNOWN}'",
    ],
)
def test_a_value_under_a_known_name_is_found(line: str) -> None:
    """As code, as JSON, as YAML, as a line of a .env; it is removed from a notebook."""
    Path("notes.txt").write_text(line)
    Path("book.ipynb").write_text(json.dumps(notebook(line)))

    found = scan.find(fix=True)

    assert [(each.path.name, each.removed) for each in found] == [
        ("book.ipynb", True),
        ("notes.txt", False),
    ]
    assert UNKNOWN not in Path("book.ipynb").read_text()


@pytest.mark.parametrize(
    "value",
    [
        "",
        '""',
        '"…"',
        "your-secret-here-123",
        "xxxxxxxxxxxx1",
        "os.environ['SECRET_1']",
        "${SECRET_1_OF_MINE}",
        "<the-secret-1>",
        "getpass.getpass()",
        '"example-12345678"',
        "secret_of_phoenix",
    ],
)
def test_a_place_to_fill_in_is_no_secret(value: str) -> None:
    """Placeholders, code, and words."""
    Path("notes.txt").write_text(f"{NAME}={value}\n{NAME} = {value}\n")

    assert scan.find() == []


# -- what is not searched


@pytest.mark.parametrize("depth", [150, 400, 900, 5000, 100_000])
def test_a_deep_notebook_does_not_end_the_run(
    depth: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named, its secret is found, and the files behind it are searched."""
    nested = '{"a": ' * depth + f'"{CLIENT_SECRET}"' + "}" * depth
    Path("a-deep.ipynb").write_text(f'{{"cells": [], "metadata": {nested}}}')
    Path("b.txt").write_text(APP_KEY)

    assert main.main(["scan", "--fix"]) == 1
    out, err = capsys.readouterr()
    assert "a-deep.ipynb" in out
    assert "b.txt" in out
    cleaned = not parts(Path("a-deep.ipynb").read_text(), CLIENT_SECRET)
    assert ("· removed" in out) == cleaned
    assert cleaned or "nested too deep" in err


def test_everything_left_out_is_named_with_its_reason(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders, files with a NUL, large ones, .env, links and pipes; then how much was searched."""
    for name in ("mine/pyvenv.cfg", ".git/config", "node_modules/x", "kept/a.txt"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("x")
    Path("table.bin").write_bytes(b"PAR1\0")
    Path(".env").write_text("x")
    Path("nowhere").symlink_to("gone")
    Path("around").symlink_to(".")
    Path("big.csv").write_text("x" * 200)
    os.mkfifo("pipe")
    monkeypatch.setattr(scan, "LARGEST", 100)

    assert main.main(["scan"]) == 0
    err = capsys.readouterr().err
    lines = {}
    for line in err.splitlines():
        reason, _, names = line.rpartition(": ")
        lines[reason] = names
    assert lines["stnb: left out, an environment of Python, because of pyvenv.cfg"] == "mine."
    assert lines["stnb: left out, a folder of tools"] == ".git, node_modules."
    assert lines["stnb: left out, no text, because it holds a NUL"] == "table.bin."
    assert lines["stnb: left out, secrets belong there"] == ".env."
    assert lines["stnb: left out, no regular file"] == "nowhere, pipe."
    assert lines["stnb: left out, a link to a folder"] == "around."
    assert lines["stnb: left out, it is larger than 0 MB"] == "big.csv."
    assert "1 file, nothing found." in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A file and a folder that are closed."""
    Path("closed.txt").write_text("x")
    Path("closed.txt").chmod(0)
    Path("shut").mkdir(mode=0)

    assert main.main(["scan"]) == 0
    err = capsys.readouterr().err
    assert "closed.txt" in err
    assert "shut" in err


def shut(real: Callable[..., Any]) -> Callable[..., Any]:
    """The system's function, which a path with "shut" in its name is closed to."""

    def asked(path: Any, *rest: Any, **named: Any) -> Any:
        if "shut" in str(path):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *rest, **named)

    return asked


def test_a_closed_folder_does_not_end_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does a file that cannot be looked at, or a name that no file has: each is named, and the
    secret beside them is found.
    """
    Path("folder", "shut").mkdir(parents=True)
    Path("folder", "shut.txt").write_text("x")
    Path("folder", "z.txt").write_text(f"{NAME}={UNKNOWN}")
    monkeypatch.setattr(os, "stat", shut(os.stat))
    monkeypatch.setattr(os, "scandir", shut(os.scandir))

    done = scan.search(["folder", "folder/shut", "folder/shut.txt"])

    assert [found.path.name for found in done.findings] == ["z.txt"]
    left_out = {each.path for each in done.skipped}
    assert left_out == {Path("folder", "shut"), Path("folder", "shut.txt")}
    assert all("Permission denied" in each.reason for each in done.skipped)
    assert all(each.may_hide for each in done.skipped)
    assert main.main(["scan", "folder"]) == 1
    err = capsys.readouterr().err
    assert "left out, it could not be read (Permission denied): folder/shut" in err


@pytest.mark.parametrize("name", ["a" * 5_000, "a\0b", "no/such"])
def test_a_path_that_no_file_has(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Is refused in words."""
    assert main.main(["scan", name]) == 2
    assert "There is no such file or folder." in capsys.readouterr().err


def test_how_much_was_searched_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Also if there is no file at all, and if there is a client id alone, which is no secret."""
    assert main.main(["scan"]) == 0
    assert capsys.readouterr().err == "stnb: 0 files, nothing found.\n"

    Path("a.txt").write_text(CLIENT_ID)
    Path("b.txt").write_text("")
    assert main.main(["scan"]) == 0
    assert capsys.readouterr().err == "stnb: 2 files, no secret found.\n"
