"""Bytes that are no UTF-8 and halves of surrogate pairs: mended in their value, and reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.catalog import Column, Endpoint
from stnb.frame import Decoded, assemble, decode, narrow, notices, shape_of
from stnb.frame.drift import Drift, Drifts, Kind
from stnb.frame.save import save
from stnb.frame.utf8 import is_utf8, mended, read_json

ITEM = Column("", "object", children=(Column("name", "string"),))
COLUMNS = (
    Column("id", "integer"),
    Column("note", "string"),
    Column("kind", "enum"),
    Column("open", "any"),
    Column("address", "object", children=(Column("city", "string"),)),
    Column("tags", "array", children=(Column("", "string"),)),
    Column(
        "items", "array", children=(Column("", "object", children=(Column("name", "string"),)),)
    ),
)
THINGS = Endpoint("toys.broken", "toys", "/toys", "list", make_columns=lambda: COLUMNS)
REPORT = Endpoint("toys.report", "toys", "/toys", "rows", positional=True, make_columns=tuple)
OLD = "Jos\xe9".encode("latin-1")


def read(rows: bytes, endpoint: Endpoint = THINGS, rows_at: str = "data") -> Decoded:
    content = rows
    if rows_at == "data":
        content = b'{"hasMore":false,"data":' + rows + b"}"
    return decode(content, rows_at, shape_of(endpoint), positional=endpoint.positional)


def broken(drift: Drifts) -> dict[str, int]:
    """The columns with bytes that are no UTF-8, and in how many rows."""
    found = {}
    for column, several in drift.items():
        for one in several:
            if one.kind is Kind.BROKEN_BYTES:
                found[column] = one.rows
    return found


@given(some.binary(max_size=40) | some.text(max_size=20).map(str.encode))
def test_bytes_are_text_if_python_reads_them(content: bytes) -> None:
    """The validation is exact, and what is mended is always text."""
    try:
        content.decode("utf-8")
        right = True
    except UnicodeDecodeError:
        right = False

    assert is_utf8(content) is right
    assert is_utf8(mended(content))
    if right:
        assert mended(content) == content.removeprefix(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (b'{"id":1,"note":"%s"}' % OLD, "note", "Jos\ufffd"),
        (b'{"id":1,"kind":"%s"}' % OLD, "kind", "Jos\ufffd"),
        (b'{"id":1,"open":"%s"}' % OLD, "open", "Jos\ufffd"),
        (b'{"id":1,"open":{"a":["%s"]}}' % OLD, "open", '{"a":["Jos\ufffd"]}'),
        (b'{"id":1,"address":{"city":"%s"}}' % OLD, "address.city", "Jos\ufffd"),
        (b'{"id":1,"tags":["a","%s"]}' % OLD, "tags", ["a", "Jos\ufffd"]),
        (b'{"id":1,"items":[{"name":"%s"}]}' % OLD, "items", [{"name": "Jos\ufffd"}]),
        (b'{"id":1,"unknown":"%s"}' % OLD, "unknown", "Jos\ufffd"),
        (b'{"id":1,"%s":5}' % OLD, "Jos\ufffd", 5),
        # beside a value of another type, so that the careful path reads the page
        (b'{"id":"x","note":"%s"}' % OLD, "note", "Jos\ufffd"),
        # UTF-8 that was cut off, that is too long, and that encodes half of a pair
        (b'{"id":1,"note":"a\xe2\x82"}', "note", "a\ufffd"),
        (b'{"id":1,"note":"\xc0\xafa"}', "note", "\ufffd\ufffda"),
        (b'{"id":1,"note":"\xed\xa0\x80"}', "note", "\ufffd\ufffd\ufffd"),
    ],
)
@pytest.mark.parametrize("rows_at", ["data", "bare", "one"])
def test_a_broken_byte_is_mended_in_its_value_alone(
    row: bytes, column: str, value: Any, rows_at: str
) -> None:
    """Every other value is what was sent, also one that was sent with U+FFFD; the drift has the
    column, and the number of its rows.
    """
    rows = row
    expected = [value]
    if rows_at != "one":
        rows = b'[%s,{"id":2,"note":"r\xc3\xa9al \xef\xbf\xbd"},%s]' % (row, row)
        expected = [value, None, value]
        if column == "note":
            expected[1] = "réal \ufffd"
    part = read(rows, rows_at=rows_at)

    assert part.table[column].to_pylist() == expected
    assert broken(part.drift) == {column: len(expected) // 2 + 1}


def test_a_column_that_is_not_read_is_not_reported() -> None:
    """A narrow pull says nothing about values that it leaves out."""
    shape = narrow(shape_of(THINGS), ["id", "kind"])
    content = b'{"data":[{"id":1,"note":"%s","kind":"a"},{"id":2,"kind":"%s"}]}' % (OLD, OLD)

    assert broken(decode(content, "data", shape).drift) == {"kind": 1}


def test_a_report_tells_of_its_broken_cells() -> None:
    """Its columns are named by the answer itself, and nothing else is reported of them."""
    content = b'{"fields":[{"name":"Id"},{"name":"Note"}],"data":[[1,"%s"],[2,"b"]]}' % OLD
    part = decode(content, "data", shape_of(REPORT), positional=True)

    assert part.table["Note"].to_pylist() == ["Jos\ufffd", "b"]
    assert part.drift == {"Note": [Drift("Note", Kind.BROKEN_BYTES, 1)]}


def test_an_escape_beside_a_broken_byte_is_no_byte() -> None:
    """An escaped half of a pair is not counted as a byte, whatever half it is."""
    part = read(rb'[{"id":1,"note":"a\udc80b"},{"id":2,"kind":"' + OLD + b'"}]')

    assert part.table["note"].to_pylist() == ["a\\udc80b", None]
    assert part.drift == {
        "note": [Drift("note", Kind.HALVES, 1)],
        "kind": [Drift("kind", Kind.BROKEN_BYTES, 1)],
    }


@pytest.mark.parametrize("half", ["d83d", "dc80"])
def test_half_of_a_pair_in_a_name_is_kept_as_its_escape(half: str) -> None:
    """A column of such a name has the name with the escape, and its values."""
    name = f"a\\u{half}"
    part = read(b'[{"id":1,"%s":false}]' % name.encode())

    assert part.table[name].to_pylist() == [False]
    assert name in part.drift


@pytest.mark.parametrize("column", ["note", "kind", "open", "address.city", "tags", "items", "new"])
def test_half_of_a_surrogate_pair_is_kept_as_its_escape(column: str, tmp_path: Path) -> None:
    """It is reported in every kind of column, and the frame can be shown and saved."""
    half, whole = json.loads('"a\\ud83d"'), "\U0001f600"
    row: dict[str, Any] = {"id": 1, column: half}
    if column == "address.city":
        row = {"id": 1, "address": {"city": half}}
    elif column == "tags":
        row = {"id": 1, "tags": [half, whole]}
    elif column == "items":
        row = {"id": 1, "items": [{"name": half}]}
    part = read(json.dumps([row, {"id": 2, "note": whole}]).encode())
    frame, drift, _ = assemble([part], shape_of(THINGS))

    kinds = [(one.kind, one.rows) for one in drift[column]]
    assert kinds in ([(Kind.HALVES, 1)], [(Kind.MISFIT, 1)], [(Kind.SEVERAL_TYPES, 0)])
    assert "\\ud83d" in str(frame[column][0])
    assert frame["note"][1] == whole
    for ending in ("csv", "json", "parquet"):
        save(frame, tmp_path / f"x.{ending}")
    assert repr(frame)


def test_whole_pairs_are_letters() -> None:
    """An emoji that is written as two escapes, also beside a value of another type, is one."""
    part = read(rb'[{"id":"x","note":"\ud83d\ude00"}]')

    assert part.table["note"].to_pylist() == ["\U0001f600"]
    assert list(part.drift) == ["id"]


def test_the_notice_has_the_column_and_the_rows() -> None:
    """It does not claim that nothing was lost; what else differs stands in a notice of its own."""
    part = read(b'[{"id":"x","note":"%s"},{"id":2,"note":"%s"}]' % (OLD, OLD))

    texts = [notice.text for notice in notices.drifted(THINGS, part.drift)]

    assert texts == [
        "toys.broken differs from the catalogue: id holds values that are no integer in 1 row;"
        " kept as text. Nothing was dropped.",
        "toys.broken sent broken text: note holds bytes that are no UTF-8 in 2 rows; U+FFFD stands"
        " in their place.",
    ]


def test_a_frame_with_mended_values_can_be_shown_and_saved(tmp_path: Path) -> None:
    """As text, and in every kind of file, which reads back."""
    frame, _, _ = assemble([read(b'[{"id":1,"note":"%s"}]' % OLD)], shape_of(THINGS))

    assert "Jos\ufffd" in repr(frame)
    assert frame["note"].tolist() == ["Jos\ufffd"]
    for ending in ("csv", "json", "parquet", "xlsx"):
        save(frame, tmp_path / f"x.{ending}")
    assert pd.read_csv(tmp_path / "x.csv")["note"].tolist() == ["Jos\ufffd"]
    assert pd.read_parquet(tmp_path / "x.parquet")["note"].tolist() == ["Jos\ufffd"]
    assert json.loads((tmp_path / "x.json").read_bytes())[0]["note"] == "Jos\ufffd"


def test_nul_and_control_characters_are_values() -> None:
    """Escaped or, against the standard, bare: the text is unambiguous, and kept."""
    part = read(b'[{"id":1,"note":"a\\u0000b"}]')
    bare = read(b'[{"id":1,"note":"a\x00b\nc\td"}]')

    assert part.table["note"].to_pylist() == ["a\0b"]
    assert bare.table["note"].to_pylist() == ["a\0b\nc\td"]
    assert (part.drift, bare.drift) == ({}, {})


@pytest.mark.parametrize("rows_at", ["data", "bare", "one"])
def test_a_byte_order_mark_is_no_value(rows_at: str) -> None:
    """A list, a bare array and a record are read with one before them."""
    content = {
        "data": b'{"data":[{"id":7}]}',
        "bare": b'[{"id":7}]',
        "one": b'{"id":7}',
    }[rows_at]
    part = decode(b"\xef\xbb\xbf" + content, rows_at, shape_of(THINGS))

    assert part.table["id"].to_pylist() == [7]
    assert not part.drift


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
def test_a_bare_constant_is_kept_and_reported(constant: str, dtypes: Any) -> None:
    """NaN is no number of JSON, and no missing value either."""
    columns = (Column("id", "integer"), Column("total", "decimal"))
    endpoint = Endpoint(
        f"toys.constant.{dtypes}", "toys", "/toys", "list", make_columns=lambda: columns
    )
    content = f'{{"data":[{{"id":1,"total":{constant}}},{{"id":2,"total":1.5}}]}}'.encode()
    part = decode(content, "data", shape_of(endpoint, dtypes))

    assert part.table["total"].to_pylist() == [constant, "1.5"]
    assert [(one.kind, one.rows) for one in part.drift["total"]] == [(Kind.MISFIT, 1)]


def test_a_bare_constant_inside_a_new_column_is_kept() -> None:
    """Also in a list of a column that the catalogue lacks."""
    part = read(b'[{"id":1,"new":[1.5,NaN]},{"id":2,"new":[2.5]}]')

    assert part.table["new"].to_pylist()[0] in ('[1.5,"NaN"]', ["1.5", "NaN"])


def test_plain_json_counts_its_broken_texts() -> None:
    """Each text once, however many of its bytes are broken."""
    content = b'\xef\xbb\xbf{"a":["%s%s","b"],"%s":1}' % (OLD, OLD, OLD)

    assert read_json(content) == ({"a": ["Jos\ufffdJos\ufffd", "b"], "Jos\ufffd": 1}, 2)
    assert read_json("é".join('""').encode()) == ("é", 0)
