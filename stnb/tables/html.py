"""Notes and summaries as people wrote them, without the HTML that ServiceTitan keeps them in (facts
§8).
"""

from __future__ import annotations

import functools
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pandas as pd

PARAGRAPH = r"p|h[1-6]|blockquote|pre|table|[uod]l|figure"  # a blank line around each
LINE = (
    r"div|tr|li|d[td]|caption|section|article|header|footer|main|aside|nav|address|form|fieldset|figcaption|thead|tbody|tfoot"
    r"|center|hr|br"
)
UNSEEN = r"script|style|head|title|template|noscript"
BLOCKS = f"{PARAGRAPH}|{LINE}"
INLINE = (
    r"a|abbr|acronym|b|bdi|bdo|big|body|button|cite|code|col|colgroup|data|del|dfn|em|font|html|i|img|input|ins|kbd|label|link"
    r"|mark|meta|o:p|option|picture|q|s|samp|select|small|source|span|strike|strong|sub|sup|svg|td|textarea|th|time|tt|u|var|wbr"
)
KNOWN = f"{BLOCKS}|{UNSEEN}|{INLINE}"
TAG = re.compile(rf"</?({KNOWN})(\s[^<>]*=[^<>]*|\s*)/?>|<!--", re.IGNORECASE)
BLOCK = re.compile(rf"<({BLOCKS})\b", re.IGNORECASE)
OFFICE = re.compile(
    r"<!\[(if|endif)\b[^<>]*>|<!\[CDATA\[|\]\]>", re.IGNORECASE
)  # as pasted from a word processor
ENTITY = re.compile(r"&(#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")


def text(series: pd.Series[Any]) -> pd.Series[Any]:
    """HTML as plain text: paragraphs, lists with dashes, tables with bars, links as "text
    (address)", entities read.

    Scripts, styles and comments are left out, and blanks tidied; a text without HTML stays as it
    is, to the letter, and so do missing values and all that is no text.

    Example:
        >>> text(pd.Series(["<p>Replaced the <b>valve</b>.</p><ul><li>2 h</li></ul>", "a < b"])).tolist()
        ['Replaced the valve.\\n\\n- 2 h', 'a < b']
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    read = {
        value: plain(value)
        for value in {v for v in series if isinstance(v, str)}
        if _is_html(value)
    }
    if not read:
        return series.copy()
    return series.map(
        lambda value: read.get(value, value) if isinstance(value, str) else value
    ).astype(series.dtype)


def plain(source: str) -> str:
    """One HTML text as plain text.

    Example:
        >>> plain('see <a href="https://example.com/a">the manual</a>&nbsp;&amp; call')
        'see the manual (https://example.com/a) & call'
    """
    if not _is_html(source):
        return source
    reader = _Reader(breaks=not BLOCK.search(source))
    reader.feed(
        OFFICE.sub("", source).replace("<![", "&lt;![")
    )  # at which the parser of Python stops
    reader.close()
    return reader.result()


def _is_html(source: str) -> bool:
    if "<" in source and TAG.search(source):
        return True
    return "&" in source and any(
        unescape(found[0]) != found[0] for found in ENTITY.finditer(source)
    )


class _Reader(HTMLParser):
    """Collects lines; `breaks`: the line breaks of the source are meant, as where it has no tags
    for lines.
    """

    def __init__(self, *, breaks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._breaks = breaks
        self._lines: list[str] = []
        self._line = ""
        self._gap = False  # whether a blank line comes before the next text
        self._bullet = ""  # what comes before it
        self._unseen = self._pre = 0  # how many tags of that kind we are in
        self._lists: list[
            int | None
        ] = []  # for each list that we are in, its last number, or None for dashes
        self._links: list[
            list[str]
        ] = []  # the address of each link that we are in, and its text so far

    def result(self) -> str:
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    # -- what HTMLParser calls

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _is(tag, UNSEEN):
            self._unseen += 1
        elif not _is(tag, KNOWN):
            self.handle_data(self.get_starttag_text() or "")  # <john@example.com> is no tag
        elif tag == "br":
            self._break()
        elif _is(tag, BLOCKS):
            self._open_block(tag)
        elif tag in ("td", "th") and self._line.strip():
            self._line = f"{self._line.rstrip()} | "
        elif tag == "a":
            self._links.append([dict(attrs).get("href") or "", ""])
        elif tag == "img":
            self.handle_data(dict(attrs).get("alt") or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # <p/> and <b/> open nothing that is to be closed
        if _is(tag, KNOWN):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if _is(tag, UNSEEN):
            self._unseen = max(0, self._unseen - 1)
        elif not _is(tag, KNOWN):
            self.handle_data(f"</{tag}>")
        elif tag == "a" and self._links:
            self._close_link(*self._links.pop())
        elif _is(tag, BLOCKS) and tag != "br":
            self._pre = max(0, self._pre - (tag == "pre"))
            if tag in ("ul", "ol") and self._lists:
                self._lists.pop()
            self._end_block(tag)

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if not self._breaks and not self._pre:
            self._write(data)
            return
        first, *rest = data.replace("\r\n", "\n").split("\n")
        self._write(first)
        for line in rest:
            self._break()
            self._write(line)

    # -- lines

    def _write(self, data: str) -> None:
        words = data if self._pre else re.sub(r"[ \t\r\n\f\xa0]+", " ", data)
        if not self._pre and (not self._line or self._line.endswith(" ")):
            words = words.removeprefix(" ")
        if not words:
            return
        if not self._line:
            if self._gap:
                self._lines.append("")
            self._line, self._gap, self._bullet = self._bullet, False, ""
        self._line += words
        for link in self._links:
            link[1] += words

    def _break(self) -> None:
        if not self._unseen:
            self._lines.append(self._line.rstrip())
            self._line = ""

    def _end_line(self) -> None:
        if self._line.strip():
            self._break()
        self._line = ""

    def _end_block(self, tag: str) -> None:
        self._end_line()
        self._gap = self._gap or (_is(tag, PARAGRAPH) and bool(self._lines) and not self._lists)

    def _open_block(self, tag: str) -> None:
        self._end_block(tag)
        self._pre += tag == "pre"
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            last = self._lists[-1] if self._lists else None
            self._bullet = "  " * (len(self._lists) - 1) + (
                "- " if last is None else f"{last + 1}. "
            )
            if last is not None:
                self._lists[-1] = last + 1

    def _close_link(self, address: str, shown: str) -> None:
        shown = shown.strip()
        if (
            not address
            or re.match(r"#|javascript:", address, re.IGNORECASE)
            or _bare(shown) == _bare(address)
        ):
            return
        self._write(f" ({address})" if shown else address)


@functools.lru_cache(1024)
def _is(tag: str, names: str) -> bool:
    return re.fullmatch(names, tag) is not None


def _bare(address: str) -> str:
    return re.sub(r"^(mailto:|tel:|https?://)", "", address.strip()).rstrip("/")
