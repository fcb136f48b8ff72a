"""A key that stands twice in one object: the last value is kept, and it is reported."""

from __future__ import annotations

import json
import warnings

import httpx
import pytest

import stnb
from stnb.catalog import Column, Endpoint
from stnb.frame import decode, sentences, shape_of
from stnb.frame.schema import narrow
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.toys import CATALOG, LIST

INSIDE = Column("", "object", children=(Column("a", "integer"),))
ROUTE = Endpoint(
    "toys.twice",
    "toys",
    "/toys",
    "list",
    make_columns=lambda: (
        Column("id", "integer"),
        Column("total", "decimal"),
        Column("any", "any"),
        Column("address", "object", children=(Column("city", "string"),)),
        Column("items", "array", children=(INSIDE,)),
    ),
)
SHAPE = shape_of(ROUTE)


@pytest.mark.parametrize(
    ("row", "column", "kept"),
    [
        ('{"id":1,"id":2}', "id", 2),
        ('{"id":null,"id":2}', "id", 2),
        ('{"id":2,"id":null}', "id", None),
        ('{"total":0.12345678901234567890,"total":1.5}', "total", 1.5),
        ('{"address":{"city":"a","city":"b"}}', "address.city", "b"),
        ('{"items":[{"a":1,"a":2}]}', "items", [{"a": 2}]),
        ('{"any":{"a":1,"a":2}}', "any", '{"a":2}'),
        ('{"new":1,"new":2}', "new", 2),
        ('{"value":1,"value":2}', "value", 2),
        ('{"\\u0069d":1,"id":2}', "id", 2),
    ],
)
@pytest.mark.parametrize("dtypes", ["typed", "raw"])
def test_the_last_value_is_kept_and_its_column_reported(
    row: str, column: str, kept: object, dtypes: str
) -> None:
    """With the number of rows, at the top, inside objects and lists, and in unknown columns."""
    body = f'{{"data":[{row},{row},{{"id":7}}]}}'.encode()
    part = decode(body, "data", shape_of(ROUTE, dtypes))  # type: ignore[arg-type]

    assert part.table[column].to_pylist()[:2] == [kept, kept]
    told = sentences(part.drift)[column]
    assert "stood twice in one object in 2 rows; the last value was kept" in told


def test_an_object_that_stands_twice_is_reported_by_its_name() -> None:
    """Its columns are those of the last one."""
    part = decode(b'{"data":[{"address":{"city":"a"},"address":{"city":"b"}}]}', "data", SHAPE)

    assert part.table["address.city"].to_pylist() == ["b"]
    assert list(part.drift) == ["address"]


def test_rows_that_stand_twice_in_the_envelope_are_reported() -> None:
    """The first ones are lost to every reader of JSON."""
    part = decode(b'{"data":[{"id":1}],"data":[{"id":2}]}', "data", SHAPE)

    assert part.table["id"].to_pylist() == [2]
    assert "stood twice" in sentences(part.drift)["data"]


def test_equal_names_in_different_objects_and_in_texts_are_no_reason() -> None:
    """Nor a column that was not asked for."""
    fine = b'{"data":[{"id":1,"any":{"id":2,"b":[{"id":3},{"id":4}]}},{"id":"\\"id\\":1"}]}'
    assert "stood twice" not in str(sentences(decode(fine, "data", SHAPE).drift))

    other = b'{"data":[{"id":1,"new":1,"new":2}]}'
    assert decode(other, "data", narrow(SHAPE, ["id"])).drift == {}


def test_a_pull_says_it() -> None:
    """As a warning, and in the frame's notes."""
    row = json.dumps({"name": "a"})[:-1] + ',"id":1,"id":2}'
    body = f'{{"hasMore":false,"totalCount":1,"data":[{row}]}}'
    server = FakeTenant(lambda request: httpx.Response(200, text=body), catalog=CATALOG)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = server.resource(LIST).pull()

    assert frame["id"].tolist() == [2]
    assert any("stood twice" in str(w.message) for w in caught)
    assert isinstance(caught[0].message, stnb.StnbWarning)
