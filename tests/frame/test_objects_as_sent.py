"""Objects in lists that become text are what was sent, also if the page is not kept for them."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stnb.frame import assemble, decode, sent, shape_of
from tests.frame.test_by_value import TOYS
from tests.helpers.sample import tries

ODD = decode(b'[{"parts":"none","others":"none"}]', "bare", shape_of(TOYS))


def is_kept(page: str, rows_at: str = "bare") -> bool:
    """Whether the page itself is kept."""
    part = decode(page.encode(), rows_at, shape_of(TOYS))
    assert not part.careful
    return any(sheet.page is not None for sheet in part.sent.sheets)


@pytest.mark.parametrize(
    "rows",
    [
        '{"parts":[{"a":1,"b":"x"},{"a":2,"b":null}]}',
        '{"parts":[{"a":1},null]},{"parts":[]},{"parts":null}',
        '{"parts":[{"a":1,"b":2}],"others":[{"k":"1","b":2}]}',
        '{"parts":[{"a":1,"b":2}],"others":[{"a":3,"b":4}]}',
        '{"parts":[[{"a":1,"b":[2]}]]}',
        '{"parts":[{"a":"\\"b\\":{","b":",\\"b\\":"}]}',
        '{"parts":[{"a":1.5}]},{"parts":[{"a":2.25}]}',
    ],
)
def test_a_page_whose_objects_are_alike_is_not_kept(rows: str) -> None:
    """Their values say what was sent, and the memory of a pull is half as much."""
    assert not is_kept(f"[{rows}]")


@pytest.mark.parametrize(
    "rows",
    [
        '{"parts":[{"a":1,"b":2},{"b":3,"a":4}]}',
        '{"parts":[{"a":1,"b":2,"c":3},{"a":1,"c":2,"b":3}]}',
        '{"parts":[{"a":1,"b":2},{"a":3}]}',
        '{"parts":[{"a":1},{}]}',
        '{"parts":[{}]}',
        '{"parts":[{ "a":1}]}',
        '{"parts":[{"a":{"b":1}}]}',
        '{"parts":[{"a":[{"b":1}]}]}',
        '{"parts":[{"a":1,"b":2},{"b":2}],"a":{"a":1,"b":2}}',
        '{"parts":[{"a":1,"b":2},{"b":2,"a":1}],"x":{"a":1,"b":2}}',
        '{"parts":[{"a":1,"b":2},{"b":2,"a":1}],"others":[{"c":0,"a":1,"b":2}]}',
        '{"parts":[{"\\u0061":1}]}',
        '{"parts":[{"a.b":1}]}',
        '{"parts":[{"a":1,"b":2.50}]}',
    ],
)
def test_a_page_whose_objects_are_not_alike_is_kept(rows: str) -> None:
    """As keys lack or stand in another order, or as it cannot be told."""
    assert is_kept(f"[{rows}]")


def test_objects_around_the_rows_are_not_taken_for_theirs() -> None:
    """An envelope may hold one with the keys of a list's objects."""
    rows = '[{"parts":[{"a":1,"b":2},{"b":1,"a":2}]}]'

    assert is_kept(f'{{"about":{{"a":1,"b":2}},"data":{rows}}}', "data")


VALUES = some.one_of(
    some.none(),
    some.text('ab"\\{}[],:é\n ', max_size=6),
)
KEYS = some.sampled_from([["a"], ["a", "b"], ["b", "a"], ["a", "b", "c"], ["k", "a"], ["k", 'q"']])


@some.composite
def objects(draw: some.DrawFn) -> list[dict[str, Any]]:
    """The objects of one list, most of them alike."""
    usual, found = draw(KEYS), []
    for _ in range(draw(some.integers(0, 3))):
        keys = draw(some.one_of(some.just(usual), some.just(usual), some.permutations(usual)))
        lacking = draw(some.sampled_from([0, 0, 0, 1]))
        found.append({key: draw(VALUES) for key in keys[lacking:]})
    return found


@settings(max_examples=tries(150), derandomize=True, deadline=None)
@given(some.lists(some.tuples(objects(), objects()), min_size=1, max_size=4), some.booleans())
def test_any_objects_are_text_as_they_were_sent(
    rows: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]], escaped: bool
) -> None:
    """The same whether the page was kept or not."""
    plain = [{"parts": items, "others": others} for items, others in rows]
    page = json.dumps(plain, ensure_ascii=escaped, separators=(",", ":")).encode()
    shape = shape_of(TOYS)
    part = decode(page, "bare", shape)
    with mock.patch.object(sent, "objects_in_order", return_value=False):
        kept = decode(page, "bare", shape)

    for column in ("parts", "others"):
        found = assemble([part, ODD], shape)[0][column].tolist()
        assert found == assemble([kept, ODD], shape)[0][column].tolist()
        texts = [json.loads(text) for text in found[:-1]]
        assert [list(map(list, each)) for each in texts] == [
            [list(item) for item in row[column]] for row in plain
        ]
