"""Numbers that floats do not hold, or hold in another form: tiny, huge, negative zeros."""

from __future__ import annotations

import json
import math
import random
import re
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb.catalog import Column, Endpoint
from stnb.frame import Dtypes, assemble, decode, shape_of
from stnb.frame.drift import Kind
from stnb.frame.scan import Scan, scan
from stnb.frame.tokens import lossy, number
from tests.frame.test_by_value import frame_of, rows_of
from tests.helpers.sample import tries

COLUMNS = ["decimal", "number", "amount", "new", "items"]
DIGITS = "more digits than a float keeps in 1 row"


def sent_as(column: str, token: str) -> str:
    """The token as a value of the column: inside a text, or inside a list."""
    return {"amount": f'"{token}"', "items": f'[{{"n":{token}}}]'}.get(column, token)


def shown(column: str, frame: pd.DataFrame) -> str:
    """The first row's number as text."""
    cell = frame[column][0]
    if column == "items" and isinstance(cell, str):
        return cell.removeprefix('[{"n":').removesuffix("}]")
    if column == "items":
        cell = cell[0]["n"]
    return str(cell)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("token", ["1e-400", "-1e-400", "2.5E-330"])
def test_a_number_that_is_too_small_for_a_float(column: str, token: str) -> None:
    """It is 0 as a float, which is told; exact under "decimal" and "raw"."""
    frame, told = frame_of(rows_of(column, sent_as(column, token), "null"))
    assert float(shown(column, frame)) == 0
    assert DIGITS in told[column]

    for dtypes in ("decimal", "raw"):
        frame, told = frame_of(rows_of(column, sent_as(column, token), "null"), dtypes=dtypes)
        assert shown(column, frame) == token
        assert column in told or (dtypes, column) == ("raw", "amount")  # a text as it is due


@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("token", ["1e400", "-1e400", "1.5e999"])
def test_a_number_that_is_too_large_for_a_float_is_text(
    column: str, token: str, dtypes: Dtypes
) -> None:
    """No infinity, and told."""
    frame, told = frame_of(rows_of(column, sent_as(column, token), "null"), dtypes=dtypes)

    assert shown(column, frame) == token
    assert column in told or (dtypes, column) == ("raw", "amount")


@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
@pytest.mark.parametrize("column", [*COLUMNS, "integer"])
@pytest.mark.parametrize("token", ["-0", "-0.0", "0e0", "-0E-5", "1E5", "1e-7", "1e-30"])
def test_other_forms_of_a_number_have_its_value(column: str, token: str, dtypes: Dtypes) -> None:
    """A zero with a sign, and exponents; a zero of a float keeps its sign."""
    frame, _ = frame_of(rows_of(column, sent_as(column, token), "null"), dtypes=dtypes)

    cell = shown(column, frame)
    assert Decimal(cell) == Decimal(token)
    if token == "-0.0" and dtypes == "typed" and column != "integer":
        assert math.copysign(1, float(cell)) == -1


# -- a page is looked at before it is read

WRITTEN = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def by_hand(document: str) -> Scan:
    """What `scan` should see, read sign by sign."""
    tokens: list[str] = []
    wholes: list[str] = []

    def note(token: str) -> float:
        tokens.append(token)
        return 0.0

    json.loads(document, parse_float=note, parse_int=wholes.append)
    zeros = [t for t in tokens if re.fullmatch(r"-?\d+\.0", t)]
    odd = [t for t in tokens if "e" in t.lower() or (t.endswith("0") and t not in zeros)]
    odd += [t for t in wholes if t == "-0"]
    zeros += [t for t in tokens if re.fullmatch(r"-?\d+\.0[eE].*", t)]
    return Scan(False, any(lossy(number(t)) for t in tokens), len(zeros), bool(odd))


whole = some.integers(-(10**18), 10**18).map(str)
digits = some.text("0123456789", min_size=1, max_size=30)
fractions = some.builds("{}.{}".format, some.integers(-(10**9), 10**9), digits)
exponents = some.builds(
    "{}{}{}".format,
    whole | fractions,
    some.sampled_from(["e", "E", "e+", "e-", "E-"]),
    some.integers(0, 420),
)
numbers = whole | fractions | exponents
texts = some.text(some.sampled_from('0123456789.e-+,:[]{}"\\ é\u20ac')).map(
    lambda text: json.dumps(text, ensure_ascii=False)
)
values = some.one_of(numbers, texts, some.sampled_from(["true", "false", "null", "{}", "[]"]))


@settings(max_examples=tries(300), derandomize=True, deadline=None)
@given(
    some.lists(values, max_size=12), some.integers(0, 70), some.sampled_from([",", " , ", ",\n"])
)
def test_a_look_at_a_page_sees_its_numbers(found: list[str], shift: int, between: str) -> None:
    """Wherever they stand in it; what stands in texts are no numbers."""
    document = f'{{"{"x" * shift}":[{between.join(found)}]}}'

    assert scan(document.encode()) == by_hand(document)


def test_digits_before_an_exponent_are_no_number_of_their_own() -> None:
    """A float holds the whole, and not these digits alone."""
    assert not scan(b'{"a": 512.0000000000004e1}').lossy
    assert scan(b'{"a": 512.0000000000004}').lossy


def test_a_look_at_a_large_page_sees_the_same() -> None:
    """At the borders of the blocks in which it is looked at, too."""
    chance = random.Random(5)
    some_values = ["12.5", "1.0", '"1e5 \\" 12.50"', "true", "7", "-0.25", "false", '"é,1.50"']
    for odd in ("", "12.50", "1e3", "0.12345678901234567890", "1e-400"):
        found = chance.choices(some_values, k=120_000)
        if odd:
            found[chance.randrange(len(found))] = odd
        document = f"[{','.join(found)}]"
        assert scan(document.encode()) == by_hand(document)


@pytest.mark.parametrize(
    "document", [b"", b"1", b"1.", b".5", b"e", b"1e", b"-", b"5e5", b"1.0", b"["]
)
def test_a_look_at_what_is_no_page(document: bytes) -> None:
    """It never fails; the reader says what is wrong."""
    assert not scan(document).deep


def test_digits_are_told_of_a_number_in_the_place_of_an_object() -> None:
    """That the value is no object does not hide that a float rounds it."""
    columns = (Column("batch", "object", children=(Column("id", "integer"),)),)
    place = Endpoint("toys.places", "toys", "/toys", "list", make_columns=lambda: columns)
    page = b'[{"batch":{"id":7}},{"batch":99999999999999.999999}]'

    frame, drift, _ = assemble([decode(page, "bare", shape_of(place))], shape_of(place))

    assert frame["batch.id"].tolist()[0] == 7
    assert [one.kind for one in drift["batch"]] == [Kind.NO_OBJECT, Kind.DIGITS]
