"""Attacks on where secrets are sent: spellings of an address, and places that name one."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import stnb
from stnb import credentials
from stnb.access import setup as wizard
from stnb.credentials import HOSTS
from stnb.errors import CredentialsInvalid
from tests.helpers.full_length import APP_KEY, CLIENT_ID, CLIENT_SECRET

API, AUTH = "https://api.servicetitan.io", "https://auth.servicetitan.io"
# How an address is written, and how it is used; None if it is refused.
SPELLINGS: list[tuple[str, str | None]] = [
    (API, API),
    (f"{API}/", API),
    (f"{API}//", API),
    ("HTTPS://API.SERVICETITAN.IO", API),
    ("https://api.servicetitan.io.", API),
    ("https://api.servicetitan.io:443", API),
    ("https://api.servicetitan.io:0443", API),
    ("https://api.servicetitan.io.:443/", API),
    ("https://api.servicetitan.io:8443", "https://api.servicetitan.io:8443"),
    ("https://proxy.example/st//v1/", "https://proxy.example/st/v1"),
    ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ("https://10.0.0.7:9443", "https://10.0.0.7:9443"),
    ("https://[2001:DB8:0:0::1]", "https://[2001:db8::1]"),
    ("http://localhost:8080", "http://localhost:8080"),
    ("http://LocalHost.", "http://localhost"),
    ("http://127.0.0.1:80/x", "http://127.0.0.1/x"),
    ("http://[::1]:5", "http://[::1]:5"),
    ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
    (f"{API}#", None),
    (f"{API}?", None),
    (f"{API}/#x", None),
    (f"{API}/?x=1", None),
    (f"{API}#@evil.example", None),
    ("https://@api.servicetitan.io", None),
    ("https://:@api.servicetitan.io", None),
    ("https://user@api.servicetitan.io", None),
    ("https://user:word@api.servicetitan.io", None),
    ("https://api.servicetitan.io@evil.example", None),
    ("https://evil.example\\@api.servicetitan.io", None),
    ("https://api.servicetitan.io\\.evil.example", None),
    ("https://api.servicetitan.io:", None),
    ("https://api.servicetitan.io:0", None),
    ("https://api.servicetitan.io:65536", None),
    ("https://api.servicetitan.io:-1", None),
    ("https://api.servicetitan.io:４４３", None),
    ("https://api.servicetitan.io:443:443", None),
    ("https://%61pi.servicetitan.io", None),
    ("https://api.servicetitan.io%2e", None),
    ("https://api%00.servicetitan.io", None),
    ("https://api.servicetitan.io/%2e%2e", None),
    ("https://proxy.example/../x", None),
    ("https://proxy.example/./x", None),
    ("https://proxy.example/a b", None),
    ("https://proxy.example/a;b", None),
    ("https://proxy.example/a@b", None),
    ("https://api..servicetitan.io", None),
    ("https://.servicetitan.io", None),
    ("https://api.servicetitan.io..", None),
    ("https://-api.example", None),
    ("https://api_x.example", None),
    ("https://ａｐｉ.servicetitan.io", None),
    ("https://api。servicetitan.io", None),
    ("https://apі.servicetitan.io", None),  # a Cyrillic i
    ("https://xn--0.example", None),
    ("https://api-other.servicetitan.io", None),
    ("https://127.1", None),
    ("https://2130706433", None),
    ("https://0x7f000001", None),
    ("https://0177.0.0.1", None),
    ("https://256.1.1.1", None),
    ("http://127.0.0.1.evil.example", None),
    ("http://localhost.evil.example", None),
    ("http://api.servicetitan.io", None),
    ("http://[::ffff:127.0.0.1]", None),
    ("https://[::1", None),
    ("https://[fe80::1%25eth0]", None),
    ("https://[::1]x", None),
    ("https:///api.servicetitan.io", None),
    ("https:/api.servicetitan.io", None),
    ("https:api.servicetitan.io", None),
    ("//api.servicetitan.io", None),
    ("api.servicetitan.io", None),
    ("ftp://localhost", None),
    ("file:///etc/passwd", None),
    ("javascript:alert(1)", None),
    ("https://", None),
    ("https://api.servicetitan.io\t", None),
    ("https://api.servicetitan.io\n", None),
    ("ht\ntps://api.servicetitan.io", None),
    (" https://api.servicetitan.io", None),
    ("https://api.servicetitan.io\u200b", None),
    (f"https://{'a' * 64}.example", None),
    (f"https://{'a.' * 200}example", None),
]


def lines(prefix: str = "", **other: str) -> str:
    values = {
        "TENANT_ID": "7",
        "ENVIRONMENT": "integration",
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
        "APP_KEY": APP_KEY,
        **other,
    }
    return "".join(f"SERVICETITAN_{prefix}{name}={value}\n" for name, value in values.items())


def set_in_process(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    for line in text.splitlines():
        monkeypatch.setenv(*line.split("=", 1))


def test_there_are_sixty_spellings_and_more() -> None:
    """The table does not shrink, and holds each spelling once."""
    texts = [text for text, _ in SPELLINGS]

    assert len(set(texts)) == len(texts) >= 60


@pytest.mark.parametrize(("text", "used"), SPELLINGS)
def test_an_address_is_used_as_it_was_judged(text: str, used: str | None) -> None:
    """It is built from its parts, and two other readers find the same parts in what was built."""
    found = credentials.parsed_address(text)

    assert used == (None if found is None else str(found))
    if found is not None:
        theirs, third = httpx.URL(str(found)), urlsplit(str(found))
        assert str(theirs) == str(found)
        assert theirs.raw_host.decode() == third.hostname == found.host
        assert theirs.port == third.port == found.port
        assert not theirs.userinfo
        assert not third.query + third.fragment
        assert "#" not in str(found)
        assert "?" not in str(found)


@pytest.mark.parametrize("field", ["API_URL", "AUTH_URL"])
@pytest.mark.parametrize("text", [text for text, used in SPELLINGS if used is None])
def test_an_address_that_cannot_be_judged_is_an_error(text: str, field: str) -> None:
    """No profile has it, and nothing is taken in its place."""
    values = {f"SERVICETITAN_{field}": text}
    for line in lines().splitlines():
        name, _, value = line.partition("=")
        values[name] = value
    known = credentials.Settings(values, None, values)

    with pytest.raises(CredentialsInvalid, match=f"SERVICETITAN_{field} cannot be right"):
        credentials.of_profile(known, "default")


@pytest.mark.parametrize("kind", [0, 1], ids=["api", "auth"])
@pytest.mark.parametrize("field", ["API_URL", "AUTH_URL"])
@pytest.mark.parametrize("dress", ["{}", "{}/", "{}:443", "{}#", "{}?", "{}.", "{}/x", "{}/x#"])
def test_no_dress_slips_an_integration_pair_to_production(
    dress: str, field: str, kind: int
) -> None:
    """Each spelling of a production host beside an integration pair is refused, never used."""
    host = "https://" + str(urlsplit(HOSTS["production"][kind]).hostname)
    Path(".env").write_text(lines(**{field: f"'{dress.format(host)}'"}))

    with pytest.raises(CredentialsInvalid):
        stnb.connect()


# -- an untrusted place and a trusted secret


@pytest.mark.parametrize("prefix", ["", "PHOENIX_"])
@pytest.mark.parametrize("fields", [["API_URL"], ["AUTH_URL"], ["API_URL", "AUTH_URL"]])
@pytest.mark.parametrize("below", [".", "a/b/c"])
def test_a_file_redirects_no_pair_of_the_process(
    fields: list[str], prefix: str, below: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A .env found upwards holds an address alone: it is refused in words that name it."""
    text = "".join(f"SERVICETITAN_{prefix}{field}=https://evil.example\n" for field in fields)
    Path(".env").write_text(text)
    folder = Path(below)
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(folder)
    set_in_process(monkeypatch, lines(prefix))

    with pytest.raises(CredentialsInvalid, match=f"SERVICETITAN_{prefix}{fields[0]}") as caught:
        stnb.connect()
    assert ".env" in str(caught.value)
    assert CLIENT_SECRET not in str(caught.value)
    [found, _] = stnb.profiles()
    assert not found.ready


@pytest.mark.parametrize(
    "in_process", list(itertools.product([False, True], repeat=3)), ids=lambda kept: str(kept)
)
def test_all_that_is_sent_stands_beside_the_address(
    in_process: tuple[bool, bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Client id, secret and app key: if one of them is the process's, the file's address is
    refused; made-up values beside it help nobody.
    """
    own = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET, "APP_KEY": APP_KEY}
    Path(".env").write_text(
        lines(CLIENT_ID="cid.other", CLIENT_SECRET="cs1.other", APP_KEY="ak1.other")
        + "SERVICETITAN_API_URL=https://evil.example\n"
    )
    for is_set, (field, value) in zip(in_process, own.items(), strict=True):
        if is_set:
            monkeypatch.setenv(f"SERVICETITAN_{field}", value)

    if any(in_process):
        with pytest.raises(CredentialsInvalid, match="SERVICETITAN_API_URL was not used"):
            credentials.load()
    else:
        assert credentials.load().api_url == "https://evil.example"


def test_the_process_moves_no_pair_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule has no favourite: a variable of the process does not redirect the file's pair."""
    Path(".env").write_text(lines())
    monkeypatch.setenv("SERVICETITAN_AUTH_URL", "https://evil.example")

    with pytest.raises(CredentialsInvalid, match="SERVICETITAN_AUTH_URL was not used"):
        credentials.load()


def test_the_shared_key_of_the_process_goes_to_no_address_of_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A named profile takes the shared app key; a file with the rest of it cannot fetch that."""
    text = lines("PHOENIX_", API_URL="https://evil.example")
    Path(".env").write_text(text.replace(f"SERVICETITAN_PHOENIX_APP_KEY={APP_KEY}\n", ""))
    monkeypatch.setenv("SERVICETITAN_APP_KEY", APP_KEY)

    with pytest.raises(CredentialsInvalid, match="SERVICETITAN_PHOENIX_API_URL was not used"):
        credentials.load()


@pytest.mark.parametrize("place", ["file", "process", "both", "process over file"])
def test_an_address_beside_all_its_secrets_counts(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy of one's own works from the file, from the process, and if both hold the same."""
    text = lines(API_URL="https://proxy.example", AUTH_URL="https://proxy.example/token")
    if place in ("file", "both"):
        Path(".env").write_text(text)
    if place == "process over file":
        Path(".env").write_text(lines(API_URL="https://evil.example"))
    if place != "file":
        set_in_process(monkeypatch, text)

    assert credentials.load().api_url == "https://proxy.example"


@pytest.mark.parametrize(
    "url", [HOSTS["integration"][0], "http://localhost:9", "http://127.0.0.1:9", "http://[::1]:9"]
)
def test_servicetitan_and_this_machine_count_from_anywhere(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address of ServiceTitan, or of this machine, may come from another place than the pair."""
    Path(".env").write_text(f"SERVICETITAN_API_URL={url}\n")
    set_in_process(monkeypatch, lines())

    assert credentials.load().api_url == url


def test_a_reload_is_judged_like_the_first_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A .env that appears after the account was made moves nothing."""
    set_in_process(monkeypatch, lines())
    with stnb.connect() as st:
        Path(".env").write_text("SERVICETITAN_API_URL=https://evil.example\n")

        with pytest.raises(CredentialsInvalid, match="SERVICETITAN_API_URL was not used"):
            st.reload()


@pytest.mark.parametrize("beside", ["", "SERVICETITAN_CLIENT_ID=cid.other\n"])
def test_what_is_typed_into_the_setup_goes_to_no_address_of_a_file(beside: str) -> None:
    """Neither for the trial nor by saving; a pair that is renewed goes where it went before."""
    file = Path(".env")
    file.write_text(beside + "SERVICETITAN_AUTH_URL=https://evil.example\n")
    os.chmod(file, 0o600)
    typed = {
        "tenant": "985798691",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "app_key": APP_KEY,
    }
    answers = wizard.Answers.of("integration", "default", typed)

    with pytest.raises(CredentialsInvalid, match=r"evil\.example"):
        wizard.credentials_of(answers, file)
    with pytest.raises(CredentialsInvalid, match=r"evil\.example"):
        wizard.save(answers, file)
    assert CLIENT_SECRET not in file.read_text()

    file.write_text(f"{file.read_text()}SERVICETITAN_CLIENT_ID={CLIENT_ID}\n")
    assert "evil.example" in wizard.credentials_of(answers, file).auth_url
