"""Attacks on `stnb scan` by code that puts a secret together from several literals."""

from __future__ import annotations

import base64
import codecs
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from stnb.credentials import folding, in_code, patterns, scan
from tests.attacks.test_scan import NAME, UNKNOWN, notebook, parts
from tests.helpers.full_length import APP_KEY, CLIENT_SECRET

A, B, C = CLIENT_SECRET[:20], CLIENT_SECRET[20:34], CLIENT_SECRET[34:]
LETTERS = base64.b64encode(CLIENT_SECRET.encode()).decode()
BYTES = CLIENT_SECRET.encode()
NUMBERS = ", ".join(str(number) for number in BYTES)
SIGNS = ", ".join(repr(sign) for sign in CLIENT_SECRET)
# Each a list of cells.
PUT_TOGETHER = [
    [f"a = '{A}'; b = '{B}'; c = '{C}'", "x = a + b + c"],
    [f"a = '{A}'", f"b = '{B}'", f"c = '{C}'\nx = f'{{a}}{{b}}{{c}}'"],
    ["x = a + b", f"a = '{A}'\nb = '{B}{C}'"],  # out of order
    [f"a, b = '{A}', '{B}{C}'\nx = '%s%s' % (a, b)"],
    [f"a = '{A}'\nb = '{B}{C}'\nx = '{{}}{{}}'.format(a, b)"],
    [f"a = '{A}'\nb = '{B}{C}'\nx = '{{1}}{{0}}'.format(b, a)"],
    [f"a = '{A}'\nb = '{B}{C}'\nx = '{{p}}{{q}}'.format(p=a, q=b)"],
    [f"a = '{A}'\nb = '{B}{C}'\nx = '%(p)s%(q)s' % {{'p': a, 'q': b}}"],
    [f"a = '{A}'\nb = '{B}{C}'\nx = ''.join([a, b])"],
    [f"p = ['{A}', '{B}{C}']\nx = ''.join(p)"],
    [f"p = ['{B}{C}', '{A}']\nx = ''.join(reversed(p))"],
    [f"p = ['{B}{C}', '{A}']\nx = ''.join(p[::-1])"],
    [f"p = {{'a': '{A}', 'b': '{B}{C}'}}\nx = p['a'] + p['b']"],
    [f"p = {{}}\np['a'] = '{A}'\np['b'] = '{B}{C}'\nx = p['a'] + p['b']"],
    [f"class P:\n    a = '{A}'\n    def f(self):\n        self.b = '{B}{C}'", "x = P.a + P().b"],
    [f"x = '{A}'\nprint(1)\nx += '{B}'", f"x += '{C}'"],
    [f"x = '{CLIENT_SECRET[::-1]}'[::-1]"],
    [f"a = '{CLIENT_SECRET[::-1]}'", "x = ''.join(reversed(a))"],
    [f"a = '{A}|{B}{C}'\nx = a.replace('|', '')"],
    [f"a = '{A}_|_{B}{C}'\nx = ''.join(a.split('_|_'))"],
    [f"x = bytes([{NUMBERS}]).decode()"],
    [f"n = [{NUMBERS}]\nx = ''.join(chr(i) for i in n)"],
    [f"n = ({NUMBERS})\nx = ''.join(map(chr, n))"],
    [f"x = ''.join([{SIGNS}])"],
    [f"p = [{SIGNS}]", "x = ''.join([c for c in p])"],
    [f"x = base64.b85decode('{base64.b85encode(BYTES).decode()}')"],
    [f"x = base64.a85decode({base64.a85encode(BYTES).decode()!r})"],
    [f"x = b32decode(b'{base64.b32encode(BYTES).decode()}').decode()"],
    [f"x = codecs.decode('{codecs.encode(CLIENT_SECRET, 'rot13')}', 'rot13')"],
    [f"h = '{BYTES.hex()[:30]}'\nx = bytes.fromhex(h + '{BYTES.hex()[30:]}')"],
    [f"e = '{LETTERS[:30]}'", f"e += '{LETTERS[30:]}'\nx = b64decode(e)"],
    [f"e = b'{LETTERS[::-1]}'", "x = base64.b64decode(e[::-1])"],
    [f"!pip install x\na = '{A}'\n%time b = 1\nc = '{B}{C}'\nd = !ls\nx = a + c"],
    [f"a = '{A}'\nx = a + '{B}{C}'\nif so:\nfor (", "y = 1"],  # a cell that is not whole
    [f"ключ = '{A}'; b = '{B}{C}'; x = ключ + b"],
    [f"def f(a='{A}', *, b='{B}{C}'):\n    return g(a + str(b))"],
    [f"a = '{A}'\nstnb.connect(app_key='k', client_secret=a + '{B}{C}')"],
    # a dictionary, a list, and what changes them
    [f"p = {{'a': '{A}', 'b': '{B}{C}'}}", "x = ''.join(p.values())"],
    [f"p = {{'a': '{A}', 'b': '{B}{C}'}}\nx = p.get('a') + p['b']"],
    [f"p = {{'a': '{A}', 'b': '{B}{C}'}}\nx = '{{a}}{{b}}'.format(**p)"],
    [f"p = {{'a': '{A}'}} | {{'b': '{B}{C}'}}\nx = p['a'] + p['b']"],
    [f"p = dict(a='{A}')\np.update(b='{B}{C}')\nx = f\"{{p['a']}}{{p['b']}}\""],
    [f"p = []\np.append('{A}')", f"p.append('{B}{C}')\nx = ''.join(p)"],
    [f"p = ['{B}']\np.extend(['{C}'])\np.insert(0, '{A}')\nx = ''.join(p)"],
    [f"p = ['{A}', '{B}']\nx = ''.join([*p, '{C}'])"],
    [f"p = ['{A}', '{B}{C}']\nx = '{{}}{{}}'.format(*p)"],
    [f"a, *p = ['{A}', '{B}', '{C}']\nx = a + ''.join(p)"],
    [f"p = SimpleNamespace(a='{A}', b='{B}{C}')", "x = p.a + p.b"],
    [f"class P(Enum):\n    a = '{A}'\n    b = '{B}{C}'\nx = P.a.value + P.b.value"],
    [f"x = ''.join(c for c in ['{A}', '{B}{C}'] if c)"],
    [f"x = functools.reduce(operator.add, ['{A}', '{B}', '{C}'])"],
    [f"x = ''.join(itertools.chain(['{A}'], ['{B}{C}']))"],
    [f"x = ''.join(sum([['{A}'], ['{B}{C}']], []))"],
    [f"print('{A}', '{B}', '{C}', sep='')"],
    [f"x = Template('$a${{b}}').substitute(a='{A}', b='{B}{C}')"],
    # f-strings in one another, places with a form, and what is given on the way
    [f"x = f\"{{f'{A}'}}{{f'{B}'}}{C}\""],
    [f"x = f\"{{'{A}'}}{{'{B}'}}{C}\""],
    [f"x = f\"{A}{{'{B}'}}{{'{C}'}}\""],
    [f"x = f\"{A}{{'{B}' + '{C}'}}\""],
    [f"x = f\"{{''.join(['{A}', '{B}'])}}{C}\""],
    [f"a = '{B}'\nx = f'{A}{{a:s}}{{a[:0]!s}}{C}'"],
    [f"x = (a := '{A}') + (b := '{B}') + '{C}'"],
    [f"x = ('{A}' if True else '') + '{B}{C}'"],
    # one literal, cut and put together anew
    [f"a = '{A}:{B}{C}'.split(':')\nx = a[0] + a[1]"],
    [f"x = '{A}:{B}'.partition(':')[0] + '{B}{C}'"],
    [f"a = '{B}{C}{A}'\nx = a[-20:] + a[:-20]"],
    [f"x = '{A}'.ljust(20) + '{B}{C}'"],
    [f"x = '{CLIENT_SECRET.swapcase()}'.swapcase()"],
]  # fmt: skip


def book(cells: Sequence[str]) -> None:
    """A notebook of cells, and the same as a file of Python."""
    whole = notebook("")
    first = whole["cells"][0]
    whole["cells"] = [{**first, "source": cell.splitlines(keepends=True)} for cell in cells]
    Path("book.ipynb").write_text(json.dumps(whole))


def left() -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(Path("book.ipynb").read_text())["cells"]]


@pytest.mark.parametrize("cells", PUT_TOGETHER, ids=range(len(PUT_TOGETHER)))
def test_what_code_puts_together_is_found(cells: Sequence[str]) -> None:
    """No piece stays in the notebook, a second search finds nothing, and the rest is as it was."""
    book(cells)
    found = scan.find(fix=True)

    assert found
    assert {each.removed for each in found} == {True}
    assert any(each.hint == f"cs1.… ({len(CLIENT_SECRET)} characters)" for each in found)
    assert scan.find() == []
    for cell, before in zip(left(), cells, strict=True):
        assert not parts(cell, CLIENT_SECRET)
        if "%" not in before and "for (" not in before:
            compile(cell, "cell", "exec")


@pytest.mark.parametrize("cells", PUT_TOGETHER, ids=range(len(PUT_TOGETHER)))
def test_so_it_is_in_a_file_of_python(cells: Sequence[str]) -> None:
    """By the line that it stands in."""
    Path("code.py").write_text("\n".join(cells))

    found = scan.find()

    assert found
    assert {each.kind.partition(",")[0] for each in found} == {"client secret"}


@pytest.mark.parametrize(
    "code",
    [
        f"a = '{UNKNOWN[:9]}'\n{NAME} = a + '{UNKNOWN[9:]}'",
        f"a = '{UNKNOWN[:9]}'\nos.environ['{NAME}'] = a + '{UNKNOWN[9:]}'",
        f"a = '{UNKNOWN[:9]}'\nmonkeypatch.setenv('{NAME}', a + '{UNKNOWN[9:]}')",
        f"a = '{UNKNOWN[:9]}'\nd = {{'{NAME}': a + '{UNKNOWN[9:]}'}}",
        f"import stnb\na = '{UNKNOWN[:9]}'\nstnb.connect(client_secret=a + '{UNKNOWN[9:]}')",
    ],
)
def test_a_value_of_any_form_under_a_name(code: str) -> None:
    """A variable, a key, an argument."""
    book([code])

    assert {each.kind for each in scan.find(fix=True)} == {
        "value of a secret variable, put together by code"
    }
    assert not parts(left()[0], UNKNOWN)


def test_ones_own_value_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named by its variable, whatever it looks like."""
    monkeypatch.setenv(NAME, UNKNOWN)
    book([f"a = '{UNKNOWN[:9]}'", f"b = '{UNKNOWN[9:]}'", "print(f'{a}{b}')"])

    assert {each.kind for each in scan.find(fix=True)} == {f"your {NAME}, put together by code"}
    assert left()[2] == "print(f'{a}{b}')"


@pytest.mark.parametrize(
    "code",
    [
        f"a = '{A}'\nb = '{B}'",  # two halves that nothing puts together
        f"a = '{A}'\nx = a + unknown + '{B}'",
        f"a = '{A}'\na = 'x'\ny = a + '{B}{C}'",
        "name = 'SERVICETITAN_' + 'APP_KEY'\nstnb.connect(app_key=os.environ[name])",
        "url = 'https://' + host + '/v2/tenant/' + str(7) + '/jobs?page=1&pageSize=5000'",
        "import stnb\nparts = ['a'] * 100\nclient_secret = getpass('x' + '12345678')",
        "'" + "+" * 90 + "'",
    ],
)
def test_what_is_no_secret_is_left(code: str) -> None:
    """Halves apart, gaps, names, addresses."""
    book([code])

    assert scan.find() == []


@pytest.mark.parametrize(
    "code",
    [
        "(" * 100_000,
        "'a'" + "+'a'" * 100_000,
        "x = 'aaaa'\n" + "x = x + x\n" * 5_000,
        "x = ['a', 'b']\n" + "x = x + x\n" * 2_000,
        "x = 'a' * 9**9\ny = 'a' * 999999999\nz = [1] * 999999999\nw = '%9999999999d' % 1",
        "x = '{:>9999999999}'.format('a')\ny = f'{x:>999999999}'",
        "-" * 90_000 + "1",
        "x" + "[0]" * 40_000,
        "a = " * 20_000 + "'b'",
        "x = b64decode('" + "A" * 400_000 + "')",
        "x = bytes([" + "1," * 20_000 + "])",
        "x = '''" + "%s" * 2_000 + "''' % 1",
        "f'" + "{a}" * 4_000 + "'",
        "def\n" * 50_000,
        "x = '\udc80\0'",
        "p = ['a'] * 3_900\n" + "p.append('a')\n" * 400,
        "p = ['a']\n" + "p = [*p, *p]\n" * 300,
        "p = ['a']\n" + "p.extend(p)\n" * 300,
        "p = {'a': 'b'}\n" + "p = p | p\np.update(p)\n" * 200,
        "p = " + "{'a': " * 3_000 + "1" + "}" * 3_000 + "\nx = p.get('a')",
        "f'" + "{'a'}" * 4_000 + "'",
        "x = f'" + '{f"' * 1_000,
        "a, *b = ['a'] * 4_000\n" * 100,
        "p = [['a'] * 60] * 60\n" + "x = sum(p, [])\n" * 200,
        "x = [" + "['a']," * 5_000 + "]\ny = [[i for i in x] for j in x]",
    ],
)
def test_hostile_code_costs_little(code: str) -> None:
    """Nothing runs, nothing grows, nothing is raised."""
    assert not any(in_code.hits([code, code], {}).values())


@pytest.mark.long
def test_a_large_notebook_is_read_whole() -> None:
    """Names of 500 cells are known in the last."""
    cells = [f"n{i} = 'part {i}'\nprint(n{i} + str({i}))" for i in range(500)]
    book([f"a = '{APP_KEY[:20]}'", *cells, f"key = a + '{APP_KEY[20:]}'"])

    assert [each.kind for each in scan.find(fix=True)] == ["app key, put together by code"] * 2
    assert left()[0] == f"a = '{patterns.MARK}'"
    assert left()[1:-1] == cells


def test_the_places_are_those_of_the_source() -> None:
    """Also behind characters of several bytes, and in lines of all ends."""
    reading = folding.Folding()
    reading.read(["s = 'ключ'; a = 'ab'\r\nb = 'cd'\rx = a + b\nf'{\"é\"}{a}'"])

    assert [each.text for each in reading.found] == ["abcd", "éab"]
    source = "s = 'ключ'; a = 'ab'\r\nb = 'cd'\rx = a + b\nf'{\"é\"}{a}'"
    assert [source[each.start : each.end] for each in reading.literals] == ["ключ", "ab", "cd", "é"]
