"""Numbers with an exponent are text as they were sent, and the page need not be kept for them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb.frame import Dtypes, assemble, decode, narrow, shape_of
from tests.frame.test_by_value import TOYS
from tests.frame.test_numbers_as_sent import as_texts, pages_of, texts
from tests.helpers.sample import tries

FEW = [
    (["5.1e-05", "1.5E-14", "12.5"], False),
    (["-5.1e-05", "5.1e-05", "5.1e-05", "null"], False),
    (["2.5E-07", "3.0"], False),  # the whole numbers end in .0, all of them
    (["2.5E-07", "3.0", "3"], True),
    (["5.1e-05", "0.000051"], True),  # one number in two ways
    (["5.1e-05", "5.1E-05"], True),
    (["5.10e-05", "1"], True),  # a zero that a float does not keep
    (["5.1e-5"], True),
    (["1e3"], True),
    (["0e0", "0"], True),
    (["1.0e-07", "7"], True),
    (["5.1e-05", "-0.0", "12.50"], True),
]


@pytest.mark.parametrize(("tokens", "is_kept"), FEW, ids=str)
@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
@pytest.mark.parametrize("column", ["decimal", "number", "zNew"])
def test_a_page_is_kept_if_a_number_may_have_been_sent_in_two_ways(
    column: str, dtypes: Dtypes, tokens: list[str], is_kept: bool
) -> None:
    """Whether it is kept or not, the texts are those that were sent."""
    pages = pages_of(column, dtypes, tokens, ['"n/a"'])
    if dtypes != "decimal":  # a page with exact decimals is kept in any case
        kept = [sheet.page is not None for sheet in pages[0].sent.sheets]
        assert kept == [is_kept]
    frame, _, _ = assemble(pages, shape_of(TOYS, dtypes))

    assert texts(frame[column]) == [*as_texts(tokens), "n/a"]


@pytest.mark.parametrize("token", ["5.1e-05", "1.5E-14"])
def test_exponents_inside_lists(token: str) -> None:
    """A list that becomes text has them, too; a number elsewhere in the page counts as well."""
    shape = shape_of(TOYS)
    first = f'[{{"items":[{{"n":{token}}}],"number":{{}}}}]'
    for number in ("1.5", f"{float(token):.20f}".rstrip("0")):
        sent = [first.replace("{}", number), '[{"items":"none","number":"none"}]']
        frame, _, _ = assemble([decode(text.encode(), "bare", shape) for text in sent], shape)
        assert frame["items"].tolist() == [f'[{{"n":{token}}}]', "none"]
        assert frame["number"].tolist() == [number, "none"]


@pytest.mark.parametrize(
    ("read", "other"), [("12", "12.0"), ("0.000051", "5.1e-05"), ("12.0", "12"), ("-0.0", "0.0")]
)
def test_columns_that_are_not_read_say_nothing_about_those_that_are(read: str, other: str) -> None:
    """A pull of some columns has the texts that were sent for these."""
    shape = narrow(shape_of(TOYS), ["number"])
    sent = [f'[{{"number":{read},"decimal":{other}}}]', '[{"number":"n/a"}]']
    frame, _, _ = assemble([decode(text.encode(), "bare", shape) for text in sent], shape)

    assert frame["number"].tolist() == [read, "n/a"]


tokens = some.sampled_from(
    ["5.1e-05", "5.1E-05", "0.000051", "-5.1e-05", "1e-07", "1E-07", "7", "7.0", "null", "1.0e-07"]
)


@settings(max_examples=tries(80), derandomize=True, deadline=None)
@given(some.lists(some.lists(tokens, min_size=1, max_size=4), min_size=1, max_size=3))
def test_few_numbers_in_many_ways_are_text_as_they_were_sent(pages: list[list[str]]) -> None:
    """Whatever stands beside them."""
    for column in ("number", "zNew"):
        frame, _, _ = assemble(pages_of(column, "typed", *pages, ['"n/a"']), shape_of(TOYS))
        sent = itertools.chain.from_iterable(map(as_texts, pages))
        assert texts(frame[column]) == [*sent, "n/a"]


def test_numbers_around_the_rows_are_none_of_theirs() -> None:
    """A total of 1.0 or 1e+16 beside the rows does not say how the rows' own numbers were sent."""
    shape = shape_of(TOYS)
    other = decode(b'{"data":[{"number":"n/a"}]}', "data", shape)
    for total, token in (("1.0", "5"), ("1e+16", "10000000000000000")):
        document = f'{{"totalCount":{total},"data":[{{"number":{token}}}]}}'
        page = decode(document.encode(), "data", shape)
        assert assemble([page, other], shape)[0]["number"].tolist() == [token, "n/a"]


@pytest.mark.parametrize("dtypes", ["typed", "decimal", "raw"])
@pytest.mark.parametrize("column", ["items", "zNew"])
def test_a_list_that_becomes_text_has_the_keys_that_were_sent(column: str, dtypes: Dtypes) -> None:
    """No key that was absent, in the order in which they came."""
    shape = shape_of(TOYS, dtypes)
    sent = '[{"n":null,"b":1},{"b":2.50},{}]'
    rows = f'[{{"{column}":{sent}}},{{"{column}":[{{"b":3,"n":4}}]}}]'
    pages = [decode(text.encode(), "bare", shape) for text in (rows, f'[{{"{column}":"none"}}]')]

    frame, _, _ = assemble(pages, shape)

    assert frame[column].tolist() == [sent, '[{"b":3,"n":4}]', "none"]
