"""HTML notes become plain text, and plain text stays as it is."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stnb.tables.html import plain, text


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("one<br>two<br/><br />three", "one\ntwo\n\nthree"),
        ("before<p>in</p>after", "before\n\nin\n\nafter"),
        ("<P CLASS='x'>Big <B>letters</B></P>", "Big letters"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ol><li>a<li>b<ul><li>c</ul></ol>", "1. a\n2. b\n  - c"),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n- b"),
        ("<li>lonely</li>", "- lonely"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>end",
            "a | b\n1 | 2\n\nend",
        ),
        (
            "a &amp; b &lt;c&gt; &quot;d&quot; &#39;e&#39; &#x2013; &nbsp;f",
            "a & b <c> \"d\" 'e' – f",
        ),
        ("<b>72&deg;</b>", "72°"),
        (
            'see <a href="https://example.com/a">the manual</a>.',
            "see the manual (https://example.com/a).",
        ),
        (
            '<a href="https://example.com/">example.com</a> <a href="mailto:a@b.test">a@b.test</a>',
            "example.com a@b.test",
        ),
        (
            '<a href="https://example.com/x"></a><a>none</a> <a href="#top">up</a> '
            '<a href="javascript:go()">go</a>',
            "https://example.com/xnone up go",
        ),
        (
            "<style>p {}</style><script>if (a < b) {}</script><title>t</title>Hi<!-- not this --> "
            "there",
            "Hi there",
        ),
        ("<p>\n  many\t blanks \n here </p>\n\n\n<p>end</p>", "many blanks here\n\nend"),
        ("line one\nline <b>two</b>\n\nend", "line one\nline two\n\nend"),
        ("<pre>  a\n    b</pre>c", "  a\n    b\n\nc"),
        ('<img src="x.png" alt="the leak"> here', "the leak here"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        (
            "from <john@example.test>: <b>call</b> </nonsense>",
            "from <john@example.test>: call </nonsense>",
        ),
        ("<b>a</b><![if !supportLists]>-<![endif]><o:p></o:p> b", "a- b"),
        ("<p/>a<p/>b", "a\n\nb"),
        ("<b>x</b><![CDATA[kept]]>", "xkept"),
        ("<b>x</b><![odd", "x<![odd"),
    ],
)  # fmt: skip
def test_html_reads_as_it_is_shown(source: str, read: str) -> None:
    """Paragraphs, lines, lists, tables, entities, links and blanks are what a reader would see;
    what is not shown is left out.
    """
    assert plain(source) == read


@pytest.mark.parametrize(
    "source",
    [
        "", " ", "  two\n\n\n\nlines  \t", "a < b & c > d", "R&D; AT&T", "5 <6",
        "<john@example.test>", "<b", "x <a and b> y", "&bogus;",
        "{}", "<>", "- a\n- b",
    ],
)  # fmt: skip
def test_plain_text_stays_to_the_letter(source: str) -> None:
    """What has no tag and no entity of HTML is not touched, blanks included."""
    assert plain(source) == source


WORDS = some.text("abcäß1.,:", min_size=1, max_size=6)
BLOCKS = some.sampled_from(
    [
        "p",
        "div",
        "b",
        "i",
        "span",
        "ul",
        "li",
        "td",
        "tr",
        "table",
        "h2",
        "blockquote",
        "font",
        "pre",
        "a",
    ]
)
TREES = some.recursive(
    WORDS,
    lambda inner: some.tuples(BLOCKS, some.lists(inner, min_size=1, max_size=3)),
    max_leaves=12,
)


def written(tree: Any) -> str:
    return (
        tree
        if isinstance(tree, str)
        else f"<{tree[0]}> {' '.join(map(written, tree[1]))} </{tree[0]}>"
    )


def words_of(tree: Any) -> list[str]:
    return (
        [tree] if isinstance(tree, str) else [word for inner in tree[1] for word in words_of(inner)]
    )


@given(TREES)
def test_no_word_is_lost(tree: Any) -> None:
    """Whatever tags stand around them and however they are nested, the words come out in their
    order.
    """
    read = plain(written(tree)).replace("|", " ").split()

    assert [word for word in read if word != "-"] == words_of(tree)


PIECES = some.sampled_from(
    [
        "<b>", "</b>", "<![", "<!", "<?", "-->", "<!--", "]]>", "<p>", "<a href='x'>", "</a>",
        "<script>", "</script>", "<td>", "&amp", "&amp;",
        "&#99999999999;", "&#xd800;", "<x", "<", ">", "=", "'", '"', "\n", "w", "<pre>", "</pre>",
        "<ul>", "<li>", "</ul>", "<ol>", "</", "[if",
        "endif]", "CDATA[", "<textarea>", "<title>", "<svg/>", "<br/>", " ", "\x00", "\ud800",
    ]
)  # fmt: skip


@given(some.lists(PIECES, max_size=10).map("".join))
def test_broken_html_is_read_as_well_as_it_goes(source: str) -> None:
    """No markup, however broken, stops the reading, and no marks of lines pile up."""
    read = plain(source)

    assert read == source or "\n\n\n" not in read


@pytest.mark.parametrize("dtype", ["str", object, "string", "category", pd.ArrowDtype(pa.string())])
def test_a_column_keeps_its_index_name_and_missing_values(dtype: Any) -> None:
    """Each value is read in its place; nulls stay nulls, and the type stays, but that of
    categories.
    """
    notes = pd.Series(
        ["<p>a</p>", None, "b", "<p>a</p>", "x &amp; y"], index=[5, 4, 3, 2, 1], name="summary"
    ).astype(dtype)

    read = text(notes)

    assert [None if pd.isna(v) else v for v in read] == ["a", None, "b", "a", "x & y"]
    assert (read.name, read.index.tolist()) == ("summary", [5, 4, 3, 2, 1])
    assert dtype == "category" or read.dtype == notes.dtype


def test_what_is_no_text_stays() -> None:
    """Numbers and lists in a column of objects, columns of numbers and empty columns are as they
    were.
    """
    mixed = pd.Series(["<b>a</b>", 5, None, ["<b>"]], dtype=object)

    assert text(mixed).tolist() == ["a", 5, None, ["<b>"]]
    assert mixed[0] == "<b>a</b>"
    pd.testing.assert_series_equal(text(pd.Series([1, 2])), pd.Series([1, 2]))
    assert text(pd.Series([], dtype="str")).dtype == "str"


def test_each_distinct_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes repeat: a text that stands a thousand times is parsed once."""
    seen: list[str] = []
    monkeypatch.setattr("stnb.tables.html.plain", lambda source: seen.append(source) or "read")

    read = text(pd.Series(["<b>a</b>", "<b>b</b>", "plain"] * 1000))

    assert sorted(seen) == ["<b>a</b>", "<b>b</b>"]
    assert read.value_counts().to_dict() == {"read": 2000, "plain": 1000}
