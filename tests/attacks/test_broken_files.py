"""Files that are cut off, damaged, of another program, or that say nonsense of themselves."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import stnb
from stnb.errors import BadFilter
from stnb.frame.about import KINDS, about_of
from stnb.frame.parquet import provenance, write
from stnb.frame.save import load
from stnb.mirror.folder import read_checkpoint
from stnb.mirror.merge import merged, replaced
from stnb.mirror.warehouse import sound_state
from stnb.pull.store.folder import Folder
from tests.helpers.sample import in_turn, tries

ROWS = pa.table({"id": [1, 2, 3], "name": ["a", "b", None], "tags": [[{"a": 1}], [], None]})
READERS: list[Callable[[Path], object]] = [load, provenance]
DEEP = b"[" * 100_000
NONSENSE = [DEEP, b'{"a":' * 100_000, b"{no json", b"[1]", b"7", b"null", b"\xff", b"", b"{}"]


def good(path: Path) -> bytes:
    write(path, [ROWS], ROWS.schema, {"resource": "toys.widgets", "rows": 3})
    return path.read_bytes()


def damages(content: bytes, count: int) -> list[bytes]:
    """The content cut off, and with some bytes changed."""
    chance = random.Random(7)
    found = [content[: chance.randrange(len(content))] for _ in range(count // 4)]
    for _ in range(count - len(found)):
        changed = bytearray(content)
        for _ in range(chance.choice([1, 1, 2, 8])):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        found.append(bytes(changed))
    return found


def test_a_damaged_file_is_read_or_ends_in_words(tmp_path: Path) -> None:
    """Wherever it is cut off or changed."""
    path = tmp_path / "x.parquet"
    refused = []
    for content in damages(good(path), tries(600)):
        path.write_bytes(content)
        for read in READERS:
            try:
                read(path)
            except BadFilter as err:
                refused.append(err.happened)
    assert set(refused) == {f"{path} could not be read."}


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1PAR1", b"id,name\n1,x\n", b"PARE" * 9])
def test_a_file_of_another_kind_ends_in_words(tmp_path: Path, content: bytes) -> None:
    """Whoever reads it."""
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    for read in READERS:
        with pytest.raises(BadFilter):
            read(path)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """It may never have another end."""
    pipe = tmp_path / "x.parquet"
    os.mkfifo(pipe)
    for read in READERS:
        with pytest.raises(BadFilter, match="a pipe or a device"):
            read(pipe)


@pytest.mark.parametrize("told", NONSENSE, ids=range(len(NONSENSE)))
@pytest.mark.parametrize("key", ["pandas", "PANDAS_ATTRS"])
def test_a_description_that_makes_no_sense_is_done_without(
    tmp_path: Path, key: str, told: bytes
) -> None:
    """The rows are there all the same."""
    path = tmp_path / "x.parquet"
    pq.write_table(ROWS.replace_schema_metadata({key: told}), path)

    assert load(path)["id"].tolist() == [1, 2, 3]
    assert provenance(path) == {}


@pytest.mark.parametrize("odd", [7, True, [], {}, {"a": [1]}, "x", [7], 10**30, 0.5], ids=repr)
def test_parts_of_a_provenance_that_make_no_sense_are_left_out(tmp_path: Path, odd: Any) -> None:
    """Each of them, for whoever shows, judges or saves the rows."""
    path = tmp_path / "x.parquet"
    for name in [*KINDS, None]:
        about = {"resource": "jpm.jobs", "rows": 2, **({} if name is None else {name: odd})}
        attrs = {"stnb": odd if name is None else about}
        told = {"PANDAS_ATTRS": json.dumps(attrs)}
        frame = pa.table({"id": [1, 2], "tags": [[{"a": 1}], []]})
        pq.write_table(frame.replace_schema_metadata(told), path)

        given = load(path)
        for use in in_turn(USES, str(name)):
            with contextlib.suppress(stnb.StnbError):
                use(given)


USES: list[Callable[[pd.DataFrame], object]] = [
    stnb.profile,
    stnb.show,
    stnb.diff_schema,
    stnb.local,
    lambda frame: stnb.children(frame, "tags"),
    lambda frame: stnb.save(frame, "x.xlsx"),
    lambda frame: stnb.pictures.bars(frame, "id"),
]


def test_sound_parts_stay() -> None:
    """The others go."""
    about = {"resource": "jpm.jobs", "rows": "many", "notices": [7], "total": None, "own": 1}

    assert about_of({"stnb": about}) == {"resource": "jpm.jobs", "total": None, "own": 1}


def element(name: bytes, children: int | None) -> bytes:
    """An element of a Parquet schema, in Thrift's compact form."""
    title = bytes([len(name)]) + name
    if children is None:
        return b"\x15\x02\x25\x02\x18" + title + b"\x00"
    return b"\x35\x02\x18" + title + b"\x15" + bytes([children * 2]) + b"\x00"


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_a_deep_schema_ends_in_words(tmp_path: Path, depth: int) -> None:
    """An object in an object, and so on."""
    path = tmp_path / "x.parquet"
    count, size = depth + 2, b""
    while count > 127:
        size, count = size + bytes([count & 127 | 128]), count >> 7
    schema = b"\xfc" + size + bytes([count]) + element(b"a", 1) * (depth + 1) + element(b"v", None)
    footer = b"\x15\x02\x19" + schema + b"\x16\x00\x19\x0c\x00"
    path.write_bytes(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    for read in READERS:
        with pytest.raises(BadFilter):
            read(path)


# -- what is kept between two runs

ODD = [None, 7, True, 1.5, [], {}, "", "x", {"a": [1]}, "9" * 5_000]
CHECKPOINT = {
    "resource": "toys.widgets",
    "tenant": 7,
    "environment": "production",
    "rows": 3,
    "when": "2026-07-01T00:00:00+00:00",
    "data": "2026-07-01T00:00:00+00:00",
    "modifiedOnOrAfter": "2026-07-01T00:00:00+00:00",
}


def test_a_checkpoint_is_sound_or_none(tmp_path: Path) -> None:
    """Whatever stands in its file."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps(CHECKPOINT))
    assert read_checkpoint(path) is not None
    for content in [*NONSENSE, *damages(path.read_bytes(), 60)]:
        path.write_bytes(content)
        read_checkpoint(path)  # raises nothing
    for name in [*CHECKPOINT, "cursor"]:
        for value in ODD:
            path.write_text(json.dumps({**CHECKPOINT, name: value}))
            found = read_checkpoint(path)
            if found is None:
                continue
            assert {type(found.tenant), type(found.rows)} == {int}
            assert {type(found.resource), type(found.when), type(found.data)} == {str}
            assert {type(found.cursor), type(found.modifiedOnOrAfter)} <= {str, type(None)}
    path.write_text(json.dumps({**CHECKPOINT, "modifiedOnOrAfter": "soon"}))
    assert read_checkpoint(path) is None


@pytest.mark.parametrize("name", ["cursor", "since", "recent", "owner"])
def test_what_dlt_keeps_is_sound_or_none(name: str) -> None:
    """A load without it reads from the beginning."""
    sound: dict[str, Any] = {"since": "2026-07-01T00:00:00+00:00", "recent": {}, "owner": {"id": 7}}
    assert sound_state(sound) == sound
    assert [sound_state(odd) for odd in ODD[:6]] == [{}] * 6
    for value in (7, True, 1.5, []):
        assert sound_state({**sound, name: value}) == {}
    assert sound_state({**sound, "since": "soon"}) == {}


def unreadable(path: Path) -> None:
    """Change the rows of a file, and leave its footer."""
    content = bytearray(good(path))
    at = content.index(b"\x28\xb5\x2f\xfd")  # where a packed column begins
    content[at : at + 4] = b"\0\0\0\0"
    path.write_bytes(content)


def test_a_table_with_damaged_rows_is_named_or_replaced(tmp_path: Path) -> None:
    """Changes are not merged into it; all rows take its place."""
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    unreadable(old)
    good(new)
    with pytest.raises(stnb.StnbError, match=r"old\.parquet could not be read.*sync again"):
        merged(old, new, {"id": "integer"}, tmp_path, {})

    assert replaced(old, new, {"id": "integer"}).added == 3
    assert pd.read_parquet(old)["id"].tolist() == [1, 2, 3]


def test_damaged_rows_replace_none(tmp_path: Path) -> None:
    """Neither good ones nor damaged ones."""
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    for prepare in (good, unreadable):
        prepare(old)
        before = old.read_bytes()
        unreadable(new)
        with pytest.raises(BadFilter):
            replaced(old, new, {"id": "integer"})
        assert old.read_bytes() == before


@pytest.mark.parametrize("name", ["size", "planned", "until"])
def test_a_journal_is_sound_or_none(tmp_path: Path, name: str) -> None:
    """A pull to a file begins anew without it."""
    now = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    folder = Folder(tmp_path / "x", {"call": 1}, lambda: now)
    folder.take()
    position: dict[str, Any] = {"size": 50, "planned": 3, "until": None}
    folder.note(now.isoformat(), position)
    assert folder.journal() == (now.isoformat(), position)
    for odd in (True, 1.5, [], {}, "", "x", {"a": [1]}, -3, 10**30):
        folder.note(now.isoformat(), {**position, name: odd})
        assert folder.journal() is None
    folder.let_go()
