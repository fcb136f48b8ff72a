"""HTML as plain text: ServiceTitan keeps notes and summaries as HTML."""

from __future__ import annotations

import functools
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pandas as pd

from stnb.errors.misused import explains_misuse

# Tags, as parts of regular expressions.
PARAGRAPH = r"p|h[1-6]|blockquote|pre|table|[uod]l|figure"  # a blank line around each
LINE = (
    r"div|tr|li|d[td]|caption|section|article|header|footer|main|aside|nav|address|form|fieldset"
    r"|figcaption|thead|tbody|tfoot|center|hr|br"
)
UNSEEN = r"script|style|head|title|template|noscript"
BLOCKS = f"{PARAGRAPH}|{LINE}"
INLINE = (
    r"a|abbr|acronym|b|bdi|bdo|big|body|button|cite|code|col|colgroup|data|del|dfn|em|font|html|i"
    r"|img|input|ins|kbd|label|link|mark|meta|o:p|option|picture|q|s|samp|select|small|source|span"
    r"|strike|strong|sub|sup|svg|td|textarea|th|time|tt|u|var|wbr"
)
KNOWN = f"{BLOCKS}|{UNSEEN}|{INLINE}"
TAG = re.compile(rf"</?({KNOWN})(\s[^<>]*=[^<>]*|\s*)/?>|<!--", re.IGNORECASE)
BLOCK = re.compile(rf"<({BLOCKS})\b", re.IGNORECASE)
# What a word processor leaves in a text that is pasted from it.
OFFICE = re.compile(r"<!\[(if|endif)\b[^<>]*>|<!\[CDATA\[|\]\]>", re.IGNORECASE)
ENTITY = re.compile(r"&(#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")


@explains_misuse("stnb")
def text(series: pd.Series[Any]) -> pd.Series[Any]:
    """HTML as plain text.

    Paragraphs are kept apart, lists get dashes or numbers, tables bars, and links are written as
    "text (address)". Entities are replaced by their letters. Scripts, styles and comments are left
    out, and blanks are tidied. A text without HTML stays as it is, to the letter, and so do missing
    values and values that are not text.

    Args:
        series: a column such as `jobs["summary"]`.

    Returns:
        A series of the same index and dtype.

    Example:
        >>> notes = pd.Series(["<p>Replaced the <b>valve</b>.</p><ul><li>2 h</li></ul>", "a < b"])
        >>> stnb.text(notes).tolist()
        ['Replaced the valve.\\n\\n- 2 h', 'a < b']
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    texts = {value for value in series if isinstance(value, str)}
    plain_texts = {value: plain(value) for value in texts if is_html(value)}
    if not plain_texts:
        return series.copy()

    def read(value: Any) -> Any:
        return plain_texts.get(value, value) if isinstance(value, str) else value

    return series.map(read).astype(series.dtype)


def plain(source: str) -> str:
    """One HTML text as plain text.

    Example:
        >>> plain('see <a href="https://example.com/a">the manual</a>&nbsp;&amp; call')
        'see the manual (https://example.com/a) & call'
    """
    if not is_html(source):
        return source
    reader = _Reader(breaks=not BLOCK.search(source))
    # Python's parser reads nothing behind a "<![" that it does not know.
    reader.feed(OFFICE.sub("", source).replace("<![", "&lt;!["))
    reader.close()
    return reader.result()


def is_html(source: str) -> bool:
    if "<" in source and TAG.search(source):
        return True
    if "&" not in source:
        return False
    return any(unescape(found[0]) != found[0] for found in ENTITY.finditer(source))


class _Reader(HTMLParser):
    """Collects the lines of a text.

    Args:
        breaks: whether a line break of the source is a line break of the text, as in a source
            without tags for lines.
    """

    def __init__(self, *, breaks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._breaks = breaks
        self._lines: list[str] = []
        self._line = ""
        self._gap = False  # whether a blank line comes before the next text
        self._bullet = ""  # what comes before the next text
        self._unseen = 0  # how many open tags hide their text
        self._pre = 0  # how many open tags keep their blanks
        self._lists: list[int | None] = []  # the last number of each open list, None for dashes
        self._links: list[list[str]] = []  # the address of each open link, and its text so far

    def result(self) -> str:
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    # -- what HTMLParser calls

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _is(tag, UNSEEN):
            self._unseen += 1
        elif not _is(tag, KNOWN):
            self.handle_data(self.get_starttag_text() or "")  # such as <john@example.com>
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
        self.handle_starttag(tag, attrs)
        if _is(tag, KNOWN):  # no end tag follows
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if _is(tag, UNSEEN):
            self._unseen = max(0, self._unseen - 1)
        elif not _is(tag, KNOWN):
            self.handle_data(f"</{tag}>")
        elif tag == "a" and self._links:
            self._close_link(*self._links.pop())
        elif _is(tag, BLOCKS) and tag != "br":
            if tag == "pre":
                self._pre = max(0, self._pre - 1)
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
        if tag == "pre":
            self._pre += 1
        elif tag == "ul":
            self._lists.append(None)
        elif tag == "ol":
            self._lists.append(0)
        elif tag == "li":
            self._open_item()

    def _open_item(self) -> None:
        indent = "  " * (len(self._lists) - 1)
        last = self._lists[-1] if self._lists else None
        if last is None:
            self._bullet = f"{indent}- "
        else:
            self._bullet = f"{indent}{last + 1}. "
            self._lists[-1] = last + 1

    def _close_link(self, address: str, shown: str) -> None:
        shown = shown.strip()
        if not address or re.match(r"#|javascript:", address, re.IGNORECASE):
            return  # it leads nowhere outside of its page
        if _bare(shown) == _bare(address):
            return  # the text is the address
        if shown:
            address = f" ({address})"
        self._write(address)


@functools.lru_cache(1024)
def _is(tag: str, names: str) -> bool:
    return re.fullmatch(names, tag) is not None


def _bare(address: str) -> str:
    """An address without the parts that people leave out."""
    return re.sub(r"^(mailto:|tel:|https?://)", "", address.strip()).rstrip("/")
