"""Writing .env: nothing else changes, nothing is half written, nothing of an old secret stays, and
git never sees it.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from dotenv.parser import parse_stream
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from stnb import credentials
from stnb.credentials import git as gitguard
from stnb.credentials import write
from stnb.credentials.write import guard, put
from stnb.errors import CannotSave, CredentialsInvalid, StnbError
from stnb.filesystem import atomic, locks
from tests.helpers.full_length import made_up
from tests.helpers.sample import tries

SECRET, NEW = made_up("cs1.old0old0old0old0"), made_up("cs2.new1new1new1new1")
NAME = "SERVICETITAN_CLIENT_SECRET"
LOOSE = settings(
    deadline=None,
    max_examples=tries(150),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def text_after(before: str, values: dict[str, str], **more: str) -> str:
    """What `put` makes of a text."""
    path = Path(".env")
    path.write_bytes(before.encode())
    put(path, values, **more)
    return path.read_bytes().decode()


# -- lines


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(f"{NAME}={SECRET}\n", f"{NAME}={NEW}\n", id="plain"),
        pytest.param(f"export {NAME}={SECRET}\n", f"export {NAME}={NEW}\n", id="export"),
        pytest.param(f"{NAME}='{SECRET}'\n", f"{NAME}={NEW}\n", id="single quotes"),
        pytest.param(
            f'{NAME} = "{SECRET}"  # mine\n',
            f"{NAME}={NEW}  # mine\n",
            id="double quotes and a remark",
        ),
        pytest.param(
            f"{NAME}='{SECRET}'#mine\n", f"{NAME}={NEW} #mine\n", id="a remark that touches"
        ),
        pytest.param(f"{NAME}=\n", f"{NAME}={NEW}\n", id="empty"),
        pytest.param(f"{NAME}= # to do\n", f"{NAME}={NEW} # to do\n", id="empty with a remark"),
        pytest.param(f"{NAME}=#{SECRET}\n", f"{NAME}={NEW}\n", id="a value that begins with #"),
        pytest.param(f"{NAME}\n", f"{NAME}={NEW}\n", id="no value"),
        pytest.param(f"  {NAME}={SECRET}  \n", f"  {NAME}={NEW}  \n", id="indented"),
        pytest.param(f"{NAME}={SECRET}", f"{NAME}={NEW}", id="no last line end"),
        pytest.param(
            f"A=1\r\n{NAME}={SECRET}\r\nB=2\r\n", f"A=1\r\n{NAME}={NEW}\r\nB=2\r\n", id="CRLF"
        ),
        pytest.param(
            f"\ufeff{NAME}={SECRET}\nA=1", f"\ufeff{NAME}={NEW}\nA=1", id="byte-order mark"
        ),
        pytest.param(
            f"{NAME}={SECRET}\nA=1\n\n{NAME}=cs1.b\n",
            f"A=1\n\n{NAME}={NEW}\n",
            id="twice: the last counts",
        ),
        pytest.param(
            f"{NAME}='{SECRET}\nA=1\n", f"{NAME}={NEW}\nA=1\n", id="a quote that is not closed"
        ),
        pytest.param(
            f"{NAME}='{SECRET}' x\nA=1\n", f"{NAME}={NEW}\nA=1\n", id="a line without sense"
        ),
        pytest.param(
            f"# {NAME}=\nA=1", f"# {NAME}=\nA=1\n\n{NAME}={NEW}\n", id="a comment is no value"
        ),
        pytest.param(
            "A=1\r\n", f"A=1\r\n\r\n{NAME}={NEW}\r\n", id="new at the end, in the file's line ends"
        ),
        pytest.param("", f"{NAME}={NEW}\n", id="empty file"),
    ],
)
def test_a_line_is_replaced_in_its_place(before: str, after: str) -> None:
    """Only the value changes; blanks, remarks, line ends and the lines around stay; the old secret
    is gone.
    """
    assert text_after(before, {NAME: NEW}) == after
    assert credentials.settings(".env").values[NAME] == NEW
    assert SECRET not in Path(".env").read_text()


def test_new_variables_come_as_a_block() -> None:
    """What is not there yet comes at the end, under a comment that says whose it is."""
    found = text_after(
        "# mine\nOTHER=1", {"SERVICETITAN_TENANT_ID": "17", NAME: NEW}, about="profile default\nx"
    )

    assert (
        found
        == f"# mine\nOTHER=1\n\n# profile default x\nSERVICETITAN_TENANT_ID=17\n{NAME}={NEW}\n"
    )


def test_values_over_several_lines_are_left_alone() -> None:
    """A value of ours that runs over lines is likely an open quote: nothing is written, no line is
    lost.
    """
    before = f"{NAME}='{SECRET}\nOTHER=1\nTHIRD='\n"

    with pytest.raises(CannotSave, match="several lines"):
        text_after(before, {NAME: NEW})
    assert Path(".env").read_text() == before


def test_an_open_quote_above_is_not_made_worse() -> None:
    """Where a new line would be read as part of an open quote above, nothing is written."""
    before = 'A="open\n'

    with pytest.raises(CannotSave, match="quote"):
        text_after(before, {NAME: 'x" y'})
    assert Path(".env").read_text() == before


NAMES = some.sampled_from(
    [f"SERVICETITAN_{f}" for f in credentials.FIELDS]
    + ["SERVICETITAN_PHOENIX_CLIENT_ID", "OTHER", "A"]
)
VALUES = some.text(
    some.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=60
).map(credentials.clean)
ENDS = some.sampled_from(["\n", "\r\n", "\r"])
LINES = some.one_of(
    some.text(some.characters(codec="utf-8"), max_size=30).map(
        lambda t: t.replace("\n", " ").replace("\r", " ")
    ),
    some.tuples(NAMES, some.sampled_from(["=", " = ", "='", '="', "", "=\\'", "= #"]), VALUES).map(
        "".join
    ),
    some.tuples(NAMES, VALUES).map(lambda p: f"export {p[0]}='{p[1]}' # why"),
    some.sampled_from(["# a remark", "", "  ", "'", '"', "=", "export", "\x00", "\ufeff"]),
)
FILES = some.tuples(some.lists(LINES, max_size=8), ENDS, some.booleans(), some.booleans()).map(
    lambda p: "\ufeff" * p[3] + p[1].join(p[0]) + p[1] * p[2]
)


@LOOSE
@given(before=FILES, values=some.dictionaries(NAMES, VALUES.filter(bool), min_size=1, max_size=5))
@example(before='A="\n', values={NAME: "b c"})
def test_round_trip(before: str, values: dict[str, str]) -> None:
    """Whatever stands in the file: values read back exactly, foreign bindings keep their bytes and
    order, or nothing is written.
    """
    path = Path(".env")
    path.write_bytes(before.encode())
    try:
        put(path, values)
    except StnbError:
        assert path.read_bytes() == before.encode()
        return
    after = path.read_bytes().decode()

    read = credentials.settings(path).values
    assert {n: read.get(n) for n in values if n.startswith("SERVICETITAN_")} == {
        n: v for n, v in values.items() if n.startswith("SERVICETITAN_")
    }
    foreign = [_outside(part, values) for part in (before, after)]
    assert foreign[1][: len(foreign[0])] == foreign[0]
    assert "".join(foreign[1][len(foreign[0]) :]).strip() == ""
    assert after.startswith("\ufeff") == before.startswith("\ufeff")


def _outside(text: str, values: dict[str, str]) -> list[str]:
    """The lines of a text that are no variable of ours, without blank ones; one of byte-order marks
    alone is blank too.
    """
    parts = [b for b in parse_stream(_stream(text)) if write._name(b) not in values]
    return [
        line
        for b in parts
        for line in re.findall(r"[^\r\n]+", b.original.string)
        if line.strip(" \t\ufeff")
    ]


def _stream(text: str) -> StringIO:
    return StringIO(text.lstrip("\ufeff"), newline="")


@LOOSE
@given(value=VALUES.filter(bool))
def test_quotes_only_where_needed(value: str) -> None:
    """A value is read back exactly, and stands in quotes only where it has a sign that asks for
    them.
    """
    put(".env", {NAME: value})

    assert credentials.settings(".env").values[NAME] == value
    assert (f"{NAME}={value}\n" == Path(".env").read_text(encoding="utf-8")) == bool(
        write.PLAIN.fullmatch(value)
    )


@pytest.mark.parametrize(
    "value", [" x", "x\n", "a\nb", "'x'", "\ufeffx", "a\x00b", "a\rb", "a\x85b"]
)
def test_values_that_no_such_file_keeps(value: str) -> None:
    """A value with blanks, quotes or line ends around or in it is refused, and not shown."""
    with pytest.raises(CredentialsInvalid) as caught:
        put(".env", {NAME: value})

    assert NAME in str(caught.value)
    assert value.strip() not in str(caught.value) or value.strip() == "x"
    assert not Path(".env").exists()


def test_a_file_of_another_encoding() -> None:
    """A file that is not UTF-8 is left alone."""
    Path(".env").write_bytes("A=ü\n".encode("latin-1"))

    with pytest.raises(CredentialsInvalid, match="UTF-8"):
        put(".env", {NAME: NEW})
    assert Path(".env").read_bytes() == b"A=\xfc\n"


# -- the file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_private_from_the_first_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is 0600 whatever the umask, also while it is written and where it was open before;
    no copy stays.
    """
    seen: list[int] = []
    sync = os.fsync
    monkeypatch.setattr(
        os,
        "fsync",
        lambda handle: (seen.append(stat.S_IMODE(os.fstat(handle).st_mode)), sync(handle))[1],
    )
    Path(".env").write_text(f"{NAME}={SECRET}\n")
    Path(".env").chmod(0o644)
    old = os.umask(0)
    try:
        put(".env", {NAME: NEW})
        put("new.env", {NAME: NEW})
    finally:
        os.umask(old)

    assert seen == [0o600, 0o600]
    assert mode(Path(".env")) == mode(Path("new.env")) == 0o600
    assert sorted(p.name for p in Path().iterdir()) == [".env", "new.env"]


def test_the_same_again_closes_an_open_file() -> None:
    """Nothing to change is still a reason to make the file private."""
    Path(".env").write_text(f"{NAME}={NEW}\n")
    Path(".env").chmod(0o644)

    put(".env", {NAME: NEW})

    assert mode(Path(".env")) == 0o600


def test_a_link_is_written_through() -> None:
    """A linked .env stays a link; its target is written, also where that is not there yet."""
    Path("keep").mkdir()
    Path(".env").symlink_to(Path("keep", "secrets.env"))

    put(".env", {NAME: SECRET})
    assert put(".env", {NAME: NEW}) == Path("keep", "secrets.env").resolve()

    assert Path(".env").is_symlink()
    assert Path("keep", "secrets.env").read_text() == f"{NAME}={NEW}\n"
    assert [p.name for p in Path("keep").iterdir()] == ["secrets.env"]


@pytest.mark.parametrize("where", ["folder", "ring", "missing/.env", "a\x00b"])
def test_places_that_cannot_be_written(where: str) -> None:
    """A folder, a link in a circle, a missing folder: three sentences, nothing written."""
    Path("folder").mkdir()
    Path("ring").symlink_to("ring")

    with pytest.raises(CannotSave) as caught:
        put(where, {NAME: NEW})
    assert NEW not in str(caught.value)


FULL = """
import resource, sys
from stnb.credentials.write import put
from stnb.errors import CannotSave
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    put(".env", {"SERVICETITAN_CLIENT_SECRET": "cs1." + "x" * 4000})
except CannotSave as err:
    sys.exit(0 if "x" * 50 not in str(err) else 3)
sys.exit(4)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_full_disk_leaves_the_file_as_it_was() -> None:
    """Where the content does not fit, the old file stays whole and nothing lies beside it."""
    Path(".env").write_text(f"# mine\n{NAME}={SECRET}\n")

    assert subprocess.run([sys.executable, "-c", FULL], timeout=60, env=with_path()).returncode == 0
    assert Path(".env").read_text() == f"# mine\n{NAME}={SECRET}\n"
    assert [p.name for p in Path().iterdir()] == [".env"]


def with_path() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}


WRITER = """
import sys
from stnb.credentials.write import put
from stnb.filesystem import atomic
atomic.PATIENCE = 600.0  # of a slow disk nothing is said here
who = sys.argv[1]
sys.stdin.readline()
for n in range(25):
    values = {
        f"SERVICETITAN_{who}{n}_CLIENT_ID": f"cid.{who}{n}",
        "SERVICETITAN_APP_KEY": f"ak1.{who}{n}",
    }
    put(".env", values)
"""


@pytest.mark.long
def test_writers_side_by_side_lose_nothing() -> None:
    """Three processes write one file at once; every line of each is there at the end, and the
    shared one once.
    """
    Path(".env").write_text("# mine\n")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, who], stdin=subprocess.PIPE, env=with_path(), text=True
        )
        for who in "ABC"
    ]
    for writer in writers:
        writer.stdin.write("go\n")  # type: ignore[union-attr]
        writer.stdin.flush()  # type: ignore[union-attr]
    assert [(writer.communicate(timeout=120), writer.returncode)[1] for writer in writers] == [
        0,
        0,
        0,
    ]

    lines = Path(".env").read_text().splitlines()
    assert lines[0] == "# mine"
    assert sorted(x for x in lines if "CLIENT_ID" in x) == sorted(
        f"SERVICETITAN_{who}{n}_CLIENT_ID=cid.{who}{n}" for who in "ABC" for n in range(25)
    )
    assert len([x for x in lines if "APP_KEY" in x]) == 1
    assert [p.name for p in Path().iterdir()] == [".env"]


def test_an_editor_in_between_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change by a program that takes no lock, made while we write, is taken up and not lost."""
    Path(".env").write_text("A=1\n")
    sync, turns = os.fsync, iter([True])

    def saved_meanwhile(handle: int) -> None:
        sync(handle)
        if next(turns, False):
            Path(".env").write_text("A=2\nB=3\n")

    monkeypatch.setattr(os, "fsync", saved_meanwhile)
    put(".env", {NAME: NEW})

    assert Path(".env").read_text() == f"A=2\nB=3\n\n{NAME}={NEW}\n"


def test_a_lock_that_stays_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Who waits too long for another writer is told so, and no lock file stays behind."""
    monkeypatch.setattr(atomic, "PATIENCE", 0.05)

    with (
        locks.locked(tmp_path / ".env.lock"),
        pytest.raises(CannotSave, match="keeps it locked"),
    ):
        put(".env", {NAME: NEW})

    put(".env", {NAME: NEW})
    assert os.listdir(tmp_path) == [".env"]


# -- git


def git(*arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@mail.example", *arguments],
        check=True,
        capture_output=True,
    )


@pytest.fixture
def tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A work tree with a folder in it."""
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    monkeypatch.chdir(root)
    git("init", "-q")
    return root


@pytest.mark.parametrize("answer", ["no git", "an error"])
def test_without_an_answer_a_file_is_exposed(
    tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    """A work tree on a machine without git, or one that git refuses to read, counts as exposed."""
    Path(".gitignore").write_text(".env\n")
    assert gitguard.git_state("sub/.env") == "ignored"

    if answer == "no git":
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        (tree / ".git" / "HEAD").write_text("broken")

    assert gitguard.git_state("sub/.env") == "exposed"
    with pytest.raises(CannotSave, match="install it or name a file outside"):
        guard("sub/.env", add_to_gitignore=True)


def test_outside_git_anything_goes() -> None:
    """Where there is no work tree there is nothing to guard."""
    guard(".env")

    assert gitguard.git_state(".env") == "outside"


@pytest.mark.parametrize(
    ("listed", "state"),
    [
        ("", "exposed"),
        (".env\n", "ignored"),
        ("*.env\n", "ignored"),
        (".env*\n!.env\n", "exposed"),
        ("/.env\n", "exposed"),
        ("/sub/.env\n", "ignored"),
        ("sub/\n", "ignored"),
        ("# .env\n\n.env.example\n", "exposed"),
        (".env/\n", "exposed"),
    ],
)
def test_what_is_ignored(tree: Path, listed: str, state: str) -> None:
    """The file is safe where a .gitignore names it, and only there."""
    Path(".gitignore").write_text(listed)

    assert gitguard.git_state("sub/.env") == state


def test_an_exposed_file_is_refused_or_added(tree: Path) -> None:
    """Not ignored: refused with the next step; on leave, added to .gitignore, whose other lines
    stay.
    """
    Path(".gitignore").write_bytes(b"# mine\r\nbuild/")

    with pytest.raises(CannotSave, match=r"Add the line \.env to \.gitignore"):
        guard("sub/.env")
    guard("sub/.env", add_to_gitignore=True)
    guard("sub/.env", add_to_gitignore=True)

    assert Path(".gitignore").read_bytes() == b"# mine\r\nbuild/\r\n.env\r\n"
    guard("sub/.env")


def test_a_tracked_file_is_refused(tree: Path) -> None:
    """Tracked: adding it to .gitignore would not help, and the message says what does."""
    Path("sub/.env").write_text("A=1\n")
    git("add", "sub/.env")
    Path(".gitignore").write_text(".env\n")

    with pytest.raises(CannotSave, match="git rm --cached"):
        guard("sub/.env", add_to_gitignore=True)


def test_a_link_out_of_the_tree_is_fine(tree: Path, tmp_path: Path) -> None:
    """What counts is where the secrets lie: a link leads out of the tree, or into it."""
    (tmp_path / "safe").mkdir()
    Path(".env").symlink_to(tmp_path / "safe" / ".env")
    (tmp_path / "safe" / "in").symlink_to(tree / "sub" / ".env")

    assert gitguard.git_state(".env") == "outside"
    assert gitguard.git_state(tmp_path / "safe" / "in") == "exposed"


def test_a_negation_further_down_is_seen(tree: Path) -> None:
    """Where a nearer .gitignore takes the file back in, adding a line further up does not help:
    refused.
    """
    Path("sub/.gitignore").write_text("!.env\n")

    with pytest.raises(CannotSave, match="not ignored"):
        guard("sub/.env", add_to_gitignore=True)


def test_odd_names_are_written_as_patterns() -> None:
    """Signs that mean something in a .gitignore are escaped there."""
    git("init", "-q")

    guard("#a*[b].env", add_to_gitignore=True)

    assert gitguard.git_state("#a*[b].env") == "ignored"
    assert gitguard.git_state("#ab.env") == "exposed"
