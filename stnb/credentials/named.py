"""Values that stand under a name of ours in a text, whatever they look like.

A name may be written in any way (`SERVICETITAN_CLIENT_SECRET`, `servicetitan.app-key`), and the
value behind it too: in code, in JSON, YAML, XML, on a command line, in a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .vault import is_reference

_WORDS = ("secret", "appkey", "app_key", "app-key", "app.key")  # one of them is in every name
_ENDS = r"(?:client[_.-]?secret|app[_.-]?key)(?![A-Za-z0-9])"
_NAME = re.compile(
    rf"service[_-]?titan(?:[_.-][a-z0-9]{{1,40}}){{0,6}}?[_.-]?{_ENDS}"
    rf"|(?<![A-Za-z0-9_.-])(?P<short>(?:st[_-]?)?{_ENDS})",
    re.IGNORECASE,
)
# A name without ours counts where it is about ours.
_ABOUT = re.compile(r"service[_-]?titan|\bstnb\b|st-app-key", re.IGNORECASE)
_CLOSES = r"[\"'`\]\\]{0,4}"
_NEXT = r"[ \t\r\n]{0,80}+"
_ARGUMENT = re.compile(rf"{_CLOSES},[ \t\r\n]*+(?=\\{{0,3}}[\"'])")  # setenv("NAME", "value")
_STATED = (
    # NAME = "value", NAME: value, and with a type or a bracket between
    re.compile(
        rf"{_CLOSES}[ \t]*+(?::[ \t]*+str[ \t]*+)?(?:=>|:=|\?=|[=:])[ \t]*+(?:\([ \t\r\n]*+)?"
    ),
    _ARGUMENT,
    # YAML with the value, alone, in the next line
    re.compile(
        rf"{_CLOSES}[ \t]*+:[ \t]*+(?:[|>][+-]?)?[ \t]*+(?:#[^\n]{{0,200}}+)?\r?\n[ \t]++"
        r"(?=\S{8,204}+[ \t]*+\r?$)(?![^\r\n]{0,204}:[ \t\r]*+$)",
        re.MULTILINE,
    ),
    # name: NAME and value: value, as objects, as lines of YAML, or as attributes of XML
    re.compile(
        rf"{_CLOSES}[ \t]*+[,;]?{_NEXT}[\"'`\\]{{0,4}}value[\"'`\\]{{0,4}}[ \t]*+[:=][ \t]*+",
        re.IGNORECASE,
    ),
    # <NAME>value</NAME>, <key>NAME</key> <string>value</string>
    re.compile(rf"(?:</\w{{1,20}}>{_NEXT}<\w{{1,20}}>|>)"),
)
_LOOSE = (
    # setx NAME value, and the options of those who set variables elsewhere
    re.compile(
        rf"{_CLOSES}[ \t]++(?:-{{1,2}}(?:value|body|b|v)[ \t=]++)?(?=\\{{0,3}}[\"'`]|"
        r"\S{8,204}+[ \t]*+(?:$|[;&|#]|\\n))",
        re.IGNORECASE | re.MULTILINE,
    ),
    # | NAME | value |
    re.compile(r"[ \t`*]*+\|[ \t*]*+"),
)
_VALUE = re.compile(
    r"(?P<quote>\\{0,3}[\"'`])(?P<quoted>[!-~]{8,200}?)(?P=quote)|(?P<bare>[!-~]{8,200}+)"
)
_CUT = re.compile(r"[\"'`<&|\\]")  # where a value without quotes ends for sure
_LEAST, _DIGITS = 16, 3  # of a value whose name or place leaves a doubt
_NO_LITERAL = re.compile(r"[${}<>()\[\]\"'\\]|^%.*%$")  # code, or a place to fill in


def values(text: str) -> Iterator[tuple[int, int]]:
    """Where values are that may be secrets, from their first character to behind the last."""
    low = text.lower()
    if not any(word in low for word in _WORDS):
        return
    ours = is_about_us(text)
    for name in _NAME.finditer(text):
        if name["short"] is None or ours:
            yield from _behind(text, name)


def is_about_us(text: str) -> bool:
    """Whether a text is about ServiceTitan, so that names without it count."""
    return _ABOUT.search(text) is not None


def _behind(text: str, name: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The value behind a name, if there is one."""
    is_sure = name["short"] is None
    for way in (*_STATED, *_LOOSE):
        if way is _ARGUMENT and not is_sure:  # a row of names and texts
            continue
        between = way.match(text, name.end())
        value = _VALUE.match(text, between.end()) if between else None
        if value is None:
            continue
        start, end = _span(value)
        # Without quotes, a name in small letters may be code, and stand before code.
        is_code = value["bare"] is not None and not name[0].isupper()
        if _may_be_secret(text[start:end], not is_sure or is_code or way in _LOOSE):
            yield start, end
            return


def _span(value: re.Match[str]) -> tuple[int, int]:
    if value["quoted"] is not None:
        return value.span("quoted")
    start = value.start("bare")
    cut = _CUT.search(value["bare"])
    whole = value["bare"][: cut.start() if cut else None]
    return start, start + len(whole.rstrip(",;"))


def _may_be_secret(value: str, in_doubt: bool) -> bool:
    digits = sum(sign.isdigit() for sign in value)
    if in_doubt and (len(value) < _LEAST or digits < _DIGITS or digits == len(value)):
        return False
    is_literal = len(value) >= 8 and digits > 0 and not _NO_LITERAL.search(value)
    return is_literal and not is_reference(value)
