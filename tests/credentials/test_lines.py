"""Lines of a .env file that are none, names that are nearly ours, and where a value came from."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import httpx
import pytest

import stnb
from stnb.access import doctor
from stnb.account.account import Account
from stnb.cli import main
from stnb.credentials import load, profiles, settings
from stnb.credentials.check import is_placeholder
from stnb.credentials.hints import meant_by
from stnb.errors import CredentialsInvalid, CredentialsMissing, NotAuthenticated
from stnb.session import Session
from tests.helpers.owner import APP_KEY, CLIENT_ID, CLIENT_SECRET

LINES = (
    f"SERVICETITAN_APP_KEY={APP_KEY}",
    "SERVICETITAN_TENANT_ID=42",
    "SERVICETITAN_ENVIRONMENT=integration",
    f"SERVICETITAN_CLIENT_ID={CLIENT_ID}",
    f"SERVICETITAN_CLIENT_SECRET={CLIENT_SECRET}",
)
NAME = "SERVICETITAN_CLIENT_SECRET"


def write(*lines: str, encoding: str = "utf-8") -> Path:
    file = Path(".env")
    file.write_bytes("\n".join([*lines, ""]).encode(encoding))
    file.chmod(0o600)
    return file


def has_no_secret(err: BaseException) -> bool:
    text = f"{err} {err!r} {err.args}"
    return not any(secret[4:] in text for secret in (APP_KEY, CLIENT_ID, CLIENT_SECRET))


# -- lines that do not parse


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (f"{NAME}: {CLIENT_SECRET}", "has a colon after the name"),
        (f"{NAME}:{CLIENT_SECRET}", "has a colon after the name"),
        (f"set {NAME}={CLIENT_SECRET}", "begins with `set`"),
        (f"SET {NAME}={CLIENT_SECRET}", "begins with `set`"),
        (f"setx {NAME} {CLIENT_SECRET}", "begins with `set`"),
        (f'$env:{NAME} = "{CLIENT_SECRET}"', "is written as for PowerShell"),
        (f"$Env:{NAME}='{CLIENT_SECRET}'", "is written as for PowerShell"),
        (f'{NAME}="{CLIENT_SECRET}', "has a quote that is not closed"),
        (f"export {NAME}='{CLIENT_SECRET}", "has a quote that is not closed"),
        (f'"{NAME}": "{CLIENT_SECRET}",', "is written as JSON"),
        (f"{NAME}", "has no = after the name"),
        (f"{NAME} {CLIENT_SECRET}", "is no NAME=value"),
    ],
)
def test_a_line_that_does_not_parse_is_named(
    line: str, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Its number and what is wrong are in the error, and nothing is left to a library's log."""
    write(*LINES[:4], "", line)

    with caplog.at_level(logging.DEBUG), pytest.raises(CredentialsMissing) as caught:
        load()

    assert f"Line 6 {what}" in caught.value.why
    assert caught.value.fields == ("CLIENT_SECRET",)
    assert has_no_secret(caught.value)
    assert caplog.records == []
    assert f"line 6 {what}" in doctor.examine().text(1000)


@pytest.mark.parametrize("tail", ["Zx9-_y8", "Zx9y==", "aB3="])
def test_a_secret_over_two_lines_is_not_sent(tail: str) -> None:
    """What looks like the rest of the value above is named, with both lines to be joined."""
    write(*LINES, tail)

    with pytest.raises(CredentialsInvalid, match=r"Line 6 .* looks like the rest of line 5") as err:
        load()
    assert err.value.happened.startswith(NAME)
    assert has_no_secret(err.value)
    assert tail not in str(err.value)


@pytest.mark.parametrize("other", ["", "# note", "DEBUG", "OTHER=1", "my words here", "lower: 1"])
def test_other_lines_do_no_harm(other: str) -> None:
    """Lines of other programs, remarks and blank lines leave a whole profile as it is."""
    write(*LINES, other, "A='b\nc'", "D=")

    assert load().client_secret.reveal() == CLIENT_SECRET


@pytest.mark.parametrize("sign", ["\ufeff", "\u200b", "\u200e", "\u2060", "\xa0", "\u3000"])
def test_what_nobody_sees_around_a_name_or_a_value_is_left_out(sign: str) -> None:
    """A second mark of an encoding, as of joined files, or what a page's button copies."""
    write(*(f"{sign}{name}{sign}={sign}{value}{sign}" for name, _, value in split()))

    found = load()
    assert found.tenant == 42
    values = found.client_id, found.client_secret, found.app_key
    assert [value.reveal() for value in values] == [CLIENT_ID, CLIENT_SECRET, APP_KEY]


def split() -> list[tuple[str, str, str]]:
    return [line.partition("=") for line in LINES]


@pytest.mark.parametrize(
    "form", ['"{n}"={v}', "**{n}**={v}", "process.env.{n}='{v}'", 'os.environ["{n}"] = "{v}"']
)
def test_a_name_with_other_signs_is_named(form: str) -> None:
    """A line of a program or of a text in place of NAME=value."""
    write(*(form.format(n=name, v=value) for name, _, value in split()))

    with pytest.raises(CredentialsMissing) as caught:
        load()
    assert "Line 1 has other signs before the name" in caught.value.why
    assert has_no_secret(caught.value)


def test_a_dot_as_addresses_write_it_is_refused() -> None:
    """It was copied out of a link."""
    write(*LINES[:3], LINES[3].replace("cid.", "cid%2E"), LINES[4])

    with pytest.raises(CredentialsInvalid, match="CLIENT_ID cannot be right"):
        load()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_what_windows_writes_is_read(encoding: str) -> None:
    """UTF-16 with its mark, as PowerShell writes it, and UTF-8 with one are read."""
    write(*LINES, encoding=encoding)

    assert load().app_key.reveal() == APP_KEY
    assert [found.ready for found in profiles()] == [True, True]


def test_half_of_utf_16_is_no_text() -> None:
    """UTF-16 that breaks off in the middle of a sign is refused in words."""
    file = write(*LINES, encoding="utf-16")
    file.write_bytes(file.read_bytes()[:-1])

    with pytest.raises(CredentialsInvalid, match="cannot be read"):
        load()


# -- names


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SERVICETITAN_APPKEY", "SERVICETITAN_APP_KEY"),
        ("SERVICETITAN_APP-KEY", "SERVICETITAN_APP_KEY"),
        ("servicetitan_app_key", "SERVICETITAN_APP_KEY"),
        ("SERVICE_TITAN_APP_KEY", "SERVICETITAN_APP_KEY"),
        ("ST_APP_KEY", "SERVICETITAN_APP_KEY"),
        ("ST-App-Key", "SERVICETITAN_APP_KEY"),
        ("APP_KEY", "SERVICETITAN_APP_KEY"),
        ("CLIENT_ID", "SERVICETITAN_CLIENT_ID"),
        ("SERVICETITAN_CLEINT_ID", "SERVICETITAN_CLIENT_ID"),
        ("SERVICETITAN_PHOENIX_CLIENTSECRET", "SERVICETITAN_PHOENIX_CLIENT_SECRET"),
        ("ST_TENANT", "SERVICETITAN_TENANT_ID"),
        ("GITHUB_CLIENT_ID", ""),
        ("PATH", ""),
        ("STNB_PROFILE", ""),
    ],
)
def test_near_names(name: str, meant: str) -> None:
    """Other spellings, and names of other ServiceTitan clients, stand for one of ours."""
    assert meant_by(name) == meant


def test_a_near_name_is_offered_where_its_value_is_missing() -> None:
    """The line and both names are said; a name of another program is not."""
    write(*LINES[1:], f"SERVICETITAN_APPKEY={APP_KEY}", "GITHUB_CLIENT_ID=1")

    with pytest.raises(CredentialsMissing) as caught:
        load()
    assert "Line 5 says SERVICETITAN_APPKEY; meant SERVICETITAN_APP_KEY?" in caught.value.why
    assert "GITHUB" not in str(caught.value)
    assert has_no_secret(caught.value)


def test_near_names_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With nothing else in the file or the process, they are offered too: by the doctor, by the
    warning that the demo stands in, and by a command.
    """
    write(f"ST_CLIENT_ID={CLIENT_ID}")
    monkeypatch.setenv("ST_TENANT_ID", "42")

    with pytest.raises(CredentialsMissing, match="No credentials were found") as caught:
        load()
    assert "Line 1 says ST_CLIENT_ID; meant SERVICETITAN_CLIENT_ID?" in caught.value.why
    assert "The process says ST_TENANT_ID; meant SERVICETITAN_TENANT_ID?" in caught.value.why
    assert "meant SERVICETITAN_CLIENT_ID?" in doctor.examine().text(1000)
    with pytest.warns(stnb.StnbWarning, match="Line 1 says ST_CLIENT_ID"):
        stnb.connect().close()
    assert main.main(["pull", "jpm.jobs", "--limit", "1"]) == 2
    assert "Line 1 says ST_CLIENT_ID" in capsys.readouterr().err


# -- placeholders


@pytest.mark.parametrize(
    "value",
    ["your_client_secret", "YOUR-SECRET", "<client secret>", "xxx", "cs1.xxxxxxxx", "...", "…………",
     "[secret]", "{{ secret }}", "changeme", "change_me", "TODO", "replace-with-secret"],
)  # fmt: skip
def test_placeholders_are_not_sent(value: str) -> None:
    """A value that an example holds is named with its line."""
    write(*LINES[:4], f"{NAME}={value}")

    with pytest.raises(CredentialsInvalid, match="placeholder") as caught:
        load()
    assert caught.value.happened.startswith(NAME)


@pytest.mark.parametrize("value", [CLIENT_SECRET, APP_KEY, CLIENT_ID, "42", "yours1x", "cs1.x9xx"])
def test_values_are_no_placeholders(value: str) -> None:
    """A real value is taken."""
    assert not is_placeholder(value)


# -- where a value came from


def test_the_line_of_a_wrong_value_is_said() -> None:
    """A value of the file that cannot be right is named with its line."""
    file = write(*LINES[:1], "", "# tenant", "SERVICETITAN_TENANT_ID=acme", *LINES[2:])

    with pytest.raises(CredentialsInvalid, match="whole number") as caught:
        load()
    assert f"Correct it in line 4 of {file.resolve()}" in caught.value.next


def test_the_process_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value of the process that cannot be right is named as one, although a file is there."""
    write(*LINES)
    monkeypatch.setenv("SERVICETITAN_TENANT_ID", "acme")

    with pytest.raises(CredentialsInvalid) as caught:
        load()
    assert "Correct it in the process variable SERVICETITAN_TENANT_ID" in caught.value.next


@pytest.mark.parametrize("empty", ["", " ", '""', "# note"])
def test_an_empty_variable_counts_as_not_set(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file's value is used then."""
    write(*LINES)
    monkeypatch.setenv(NAME, f" {empty}")

    assert load().client_secret.reveal() == CLIENT_SECRET
    assert settings().hidden("default") == {}


@pytest.mark.parametrize("form", ['"{}"', "'{}'", "{} # the pair", '"{}"   # of 2026', " {} "])
def test_what_docker_keeps_is_taken_off(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`docker run --env-file` hands on quotes and remarks."""
    write(*LINES)
    monkeypatch.setenv(NAME, form.format(CLIENT_SECRET))

    assert load().client_secret.reveal() == CLIENT_SECRET
    assert load().doubt == ""


@pytest.mark.parametrize("form", ['""{}""', '"{}', '{}"', '\\"{}\\"', "\"'{}'\"", "'{}'\""])
def test_half_a_pair_of_quotes_is_not_sent(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be taken off for sure is refused, with the variable of the process."""
    write(*LINES)
    monkeypatch.setenv(NAME, form.format(CLIENT_SECRET))

    with pytest.raises(CredentialsInvalid, match=f"(?s)signs around.*process variable {NAME}"):
        load()


def test_another_value_in_the_process_is_named_where_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A kernel that keeps an old secret: the error and the doctor say so, with the cure."""
    file = write(*LINES)
    monkeypatch.setenv(NAME, "cs1.older0Q7w8e9")
    mine = load()

    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"error": "invalid_client"})

    async def call() -> None:
        session = Session(mine, transport=httpx.MockTransport(refuse))
        try:
            await session.authorize()
        finally:
            await session.close()

    with pytest.raises(NotAuthenticated) as caught:
        asyncio.run(call())
    cure = "restart the kernel or unset it"
    assert f"{NAME} (other than line 5 of {file.resolve()}); {cure}" in caught.value.why
    report = doctor.examine(Account(Session(mine, transport=httpx.MockTransport(refuse))))
    assert cure in report["token"].also
    assert cure in doctor.local.of_file(settings(), "default").seen
    assert "older0Q7" not in str(caught.value)
    assert has_no_secret(caught.value)


@pytest.mark.parametrize(
    "form",
    [
        "`{}`",
        "{};",
        "{},",
        "{}\\",
        "${{ST_SECRET}}",
        "$$ST_SECRET",
        "$ST_SECRET",
        "%ST_SECRET%",
        "$(pass-st)",
    ],
)
@pytest.mark.parametrize("field", ["CLIENT_ID", "CLIENT_SECRET", "APP_KEY"])
def test_what_is_left_of_another_language_is_not_sent(form: str, field: str) -> None:
    """A variable that nobody filled in, or a sign around the value, is refused in words."""
    value = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET, "APP_KEY": APP_KEY}[field]
    kept = [line for line in LINES if f"_{field}=" not in line]
    write(*kept, f"SERVICETITAN_{field}={form.format(value)}")

    with pytest.raises(CredentialsInvalid, match=f"SERVICETITAN_{field} cannot be right") as caught:
        load()
    assert "write the value alone" in caught.value.next
    assert "line 5" in caught.value.next
    assert has_no_secret(caught.value)
