"""Attacks by echo: servers, files and people repeat a secret in whole, in part, or in its shape."""

from __future__ import annotations

import base64
import copy
import dataclasses
import json
import logging
import pickle
import random
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import stnb
from stnb import credentials
from stnb.access import setup as wizard
from stnb.credentials import Secret, Settings, Values
from stnb.errors import StnbError, StnbWarning, masking
from stnb.errors.masking import MARK, masked
from stnb.session import Session
from tests.helpers.full_length import APP_KEY, CLIENT_ID, CLIENT_SECRET, made_up
from tests.helpers.owner import owner
from tests.helpers.sample import of_each, tries

TOKEN = "0paqueTok3n" + "Zy9Xw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0"
KNOWN = (CLIENT_SECRET, CLIENT_ID, APP_KEY, TOKEN)


def longest_run(text: str, secret: str) -> int:
    """The length of the longest part of a secret in a text, in capitals or not."""
    text, secret = text.lower(), secret.lower()
    for size in range(len(secret), 0, -1):
        if any(secret[at : at + size] in text for at in range(len(secret) - size + 1)):
            return size
    return 0


def shows_nothing(*texts: object) -> bool:
    whole = " ".join(map(str, texts))
    return all(longest_run(whole, secret) <= 8 for secret in KNOWN)


# Ways in which a server writes a secret into its answer.
ECHOES: dict[str, Callable[[str], str]] = {
    "whole": lambda s: s,
    "first half": lambda s: s[: len(s) // 2],
    "last half": lambda s: s[len(s) // 2 :],
    "nine in the middle": lambda s: s[6:15],
    "all but its ends": lambda s: s[5:-1],
    "cut in two": lambda s: f"{s[:14]} … {s[14:]}",
    "in capitals": lambda s: s.upper(),
    "in a sentence": lambda s: f"Key '{s[:20]}' is unknown",
    "twice": lambda s: s + s[3:],
    "in a URL": lambda s: f"https://x.example/?key={s[:16]}&a=1",
}


@pytest.fixture
def secrets() -> list[Secret]:
    """Known secrets, kept alive for the length of a test."""
    return [Secret(text) for text in KNOWN]


@pytest.mark.parametrize("way", ECHOES)
@pytest.mark.parametrize("secret", KNOWN, ids=["secret", "id", "key", "token"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
def test_no_answer_of_a_server_shows_a_part(way: str, secret: str, status: int) -> None:
    """Title, filter names, filter errors and trace id: nothing of more than 8 characters."""
    echo = ECHOES[way](secret)
    body = {"title": echo, "errors": {echo: [echo], "x": echo}, "traceId": echo}

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 900})
        return httpx.Response(status, json=body)

    mine = dataclasses.replace(
        owner(),
        client_id=Secret(CLIENT_ID),
        client_secret=Secret(CLIENT_SECRET),
        app_key=Secret(APP_KEY),
    )
    session = Session(mine, transport=httpx.MockTransport(handler), sleep=at_once)

    with stnb.Account(session) as st, pytest.raises(stnb.StnbError) as caught:
        st.jpm.jobs.pull()
    err = caught.value
    assert shows_nothing(err, repr(err), err.args, vars(err))


# Ways in which a secret is written that the search for a run of it does not see.
CUTS: dict[str, Callable[[str], str]] = {
    "turned round": lambda s: s[::-1],
    "half, turned round": lambda s: s[: len(s) // 2][::-1],
    "turned round in base64": lambda s: base64.b64encode(s[::-1].encode()).decode(),
    "full-width": lambda s: "".join(chr(ord(sign) + 0xFEE0) for sign in s),
    "in lines of eight": lambda s: "\n".join(s[at : at + 8] for at in range(0, len(s), 8)),
    "in lines of Windows": lambda s: "\r\n".join(s[at : at + 3] for at in range(0, len(s), 3)),
    "between tabs": lambda s: "\t".join(s[at : at + 5] for at in range(0, len(s), 5)),
    "letter by letter": " ".join,
    "as a list": lambda s: json.dumps(list(s)),
    "as a tuple": lambda s: str(tuple(s)),
    "between U+2028": "\u2028".join,
}


@pytest.mark.parametrize("way", CUTS)
@pytest.mark.parametrize("secret", KNOWN, ids=["secret", "id", "key", "token"])
def test_what_is_cut_or_turned_round_is_masked(
    way: str, secret: str, secrets: list[Secret]
) -> None:
    """However long the pieces are, nothing of it is left, and what stands around it is."""
    told = masked(f"Before it: {CUTS[way](secret)} and after it.")

    assert told.startswith("Before it: ")
    assert told.endswith(" and after it.")
    left = told.removeprefix("Before it: ").removesuffix(" and after it.")
    assert len(re.sub(r"[^A-Za-z0-9\uff01-\uff5e]", "", left)) <= 8


@pytest.mark.parametrize(("way", "at"), of_each(ECHOES, range(3)))
def test_no_token_endpoint_shows_a_part(way: str, at: int) -> None:
    """Neither in RFC 6749's form, nor in the gateway's."""
    echo = ECHOES[way](KNOWN[at])  # the secret, the id or the key
    for body in ({"error": echo}, {"message": echo}, {"title": echo, "errors": {"a": [echo]}}):
        transport = httpx.MockTransport(lambda request, body=body: httpx.Response(400, json=body))
        mine = dataclasses.replace(
            owner(),
            client_id=Secret(CLIENT_ID),
            client_secret=Secret(CLIENT_SECRET),
            app_key=Secret(APP_KEY),
        )
        with stnb.Account(Session(mine, transport=transport, sleep=at_once)) as st:
            with pytest.raises(stnb.StnbError) as caught:
                st.jpm.jobs.pull()
            assert shows_nothing(caught.value, vars(caught.value))
            assert shows_nothing(stnb.doctor(st), stnb.doctor(st).to_json())


@pytest.mark.parametrize("way", ["whole", "first half", "nine in the middle", "in capitals"])
def test_no_report_shows_what_a_token_claims(way: str) -> None:
    """A token's claims are a server's words too: its tenant and its scopes repeat the secret."""
    echo = ECHOES[way](CLIENT_SECRET)
    claims = json.dumps({"tenant": echo, "scope": [f"tn.{echo}", echo], "client_id": echo})
    body = base64.urlsafe_b64encode(claims.encode()).decode().rstrip("=")

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            token = f"eyJhbGciOiJub25lIn0.{body}.c2ln"
            return httpx.Response(200, json={"access_token": token, "expires_in": 900})
        return httpx.Response(403, json={"title": echo})

    mine = dataclasses.replace(owner(), client_secret=Secret(CLIENT_SECRET))
    session = Session(mine, transport=httpx.MockTransport(handler), sleep=at_once)
    with stnb.Account(session) as st:
        report = stnb.doctor(st)
        assert shows_nothing(report, report.to_json(), report._repr_html_())


async def at_once(seconds: float) -> None:
    """No wait between tries."""


@pytest.mark.long
def test_any_cut_of_any_secret_is_masked(secrets: list[Secret]) -> None:
    """5,000 random cuts in random surroundings: no run of more than 8 characters is left, and the
    surroundings are.
    """
    dice = random.Random(14)
    for _ in range(tries(5000)):
        secret = dice.choice(KNOWN)
        start = dice.randrange(len(secret))
        cut = secret[start : start + dice.randint(1, len(secret))]
        around = "".join(dice.choices("äß ,:#\n<>", k=dice.randint(0, 12)))

        text = masked(f"{around}{cut}{around}")

        assert longest_run(text, secret) <= 8
        assert text.startswith(around)
        assert text.endswith(around)
        assert (MARK in text) == (len(cut) > 8)


@pytest.mark.parametrize(
    "text",
    [
        "cs1.n0b0dyKn0wsThis1",
        "cs2.AbCdEfGhIjKlMnOp",
        "ak1.n0b0dyKn0wsThis1",
        "ak12.n0b0dyKn0wsThis1"[:3] + ".n0b0dyKn0ws",
        "cid.n0b0dyKn0wsThis1",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3Mi",
        "eyJhbGciOiJSUz",
        "Authorization: Bearer s0me.0ther-t0ken",
        "Basic Y2lkLng6Y3MxLnk0Mg==",
    ],
)
def test_what_has_the_shape_of_a_secret_is_masked(text: str) -> None:
    """Nobody told us of it: an older secret, or one of another profile."""
    shown = str(StnbError(f"It says {text}!", "Why.", "Next."))

    assert MARK in shown
    assert longest_run(shown, text.rpartition(" ")[2]) <= 8


@pytest.mark.parametrize(
    "text",
    [
        "write integration or production.",
        "Bearer authentication is required",
        "SERVICETITAN_CLIENT_SECRET",
        "It begins with cs1. or cs2.",
        "https://api-integration.servicetitan.io",
        "jpm.jobs 985798691 2026-07-01T00:00:00Z",
    ],
)
def test_our_own_words_stay(text: str, secrets: list[Secret]) -> None:
    """Nothing is masked that is none; a word that somebody typed for a secret hides no word."""
    typed = [Secret("integration"), Secret("production"), Secret("")]

    assert masked(text) == text
    assert len(typed) == 3


def test_names_stay_that_stand_in_a_secret_by_mistake() -> None:
    """A line of .env that was pasted into the next one: its names are said, the rest is not."""
    rest = made_up("f00d-0f-the-g0ds")
    pasted = Secret(f"SERVICETITAN_CLIENT_SECRET={rest}")
    host = Secret("https://auth-integration.servicetitan.io/connect/token#t0ken-0f-mine")
    text = (
        "ServiceTitan asks auth-integration.servicetitan.io for SERVICETITAN_CLIENT_SECRET, "
        f"and not {rest} or t0ken-0f-mine."
    )

    shown = masked(text)

    assert pasted
    assert host
    assert shown.startswith(text[: text.index(", and")])
    assert "f00d" not in shown
    assert "t0ken" not in shown


def test_every_public_name_is_known_as_one() -> None:
    """ServiceTitan's own addresses and all variables of a profile are said, not masked."""
    urls = [url for pair in credentials.HOSTS.values() for url in pair]
    fields = [f"{credentials.PREFIX}{field}" for field in credentials.FIELDS]
    assert [text for text in (*urls, *fields) if text.lower() not in masking.PUBLIC] == []


def test_a_secret_that_is_gone_is_forgotten() -> None:
    """Only what somebody holds is looked for; an equal one that lives on is still known."""
    one, other = Secret("l0ngEnough-to-be-known"), Secret("l0ngEnough-to-be-known")
    del one
    assert masked("l0ngEnough-to-be-known") == MARK

    del other
    assert masked("l0ngEnough-to-be-known") == "l0ngEnough-to-be-known"


def test_every_error_and_warning_is_masked(secrets: list[Secret]) -> None:
    """Each class of ours, whoever makes it and whatever it quotes."""
    quoted = f"It says {CLIENT_SECRET[3:20]}."

    def below(kind: type) -> list[type]:
        found = [kind]
        for each in kind.__subclasses__():
            found += below(each)
        return found

    for kind in below(StnbError):
        err = kind(quoted, quoted, quoted)
        assert shows_nothing(err, repr(err), err.args, vars(err)), kind
    for kind in below(StnbWarning):
        assert shows_nothing(kind(quoted), repr(kind(quoted))), kind


def test_logs_are_masked(secrets: list[Secret], caplog: pytest.LogCaptureFixture) -> None:
    """Of ours and of the library's: messages, arguments, and the traceback that comes along."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore.http11", "httpcore.connection", "asyncio", "stnb"):
        log = logging.getLogger(name)
        caplog.set_level(logging.DEBUG, logger=name)
        log.debug("headers %r", [(b"x-echo", TOKEN[2:30].encode())])
        try:
            raise ValueError(APP_KEY)
        except ValueError:
            log.exception("failed")

    assert len(caplog.records) == 10
    plain = [vars(record) for record in caplog.records if not record.exc_info]
    assert shows_nothing(caplog.text, *plain)
    assert "x-echo" in caplog.text


def test_masking_is_linear() -> None:
    """A long text of what nearly is a secret takes no time to speak of."""
    for piece in ("eyJ", "cs1.", "Bearer ", "eyJaaaaaaaa.", "ak1.aaaaaaa ", "cid." + "a" * 8 + "."):
        masked(piece * (60_000 // len(piece)))
    assert len(masking.SHAPES.findall("eyJ" * 100_000)) == 1


# -- copies


def holders() -> dict[str, object]:
    """Everything that holds a secret: a secret, values, settings, credentials, answers."""
    Path(".env").write_text(
        f"SERVICETITAN_CLIENT_SECRET={CLIENT_SECRET}\nSERVICETITAN_APP_KEY={APP_KEY}\n"
    )
    typed = {"client_secret": CLIENT_SECRET, "app_key": APP_KEY, "client_id": CLIENT_ID}
    return {
        "secret": Secret(CLIENT_SECRET),
        "values": Values({"SERVICETITAN_CLIENT_SECRET": CLIENT_SECRET}),
        "settings": credentials.settings(),
        "settings of a dict": Settings({"SERVICETITAN_CLIENT_SECRET": CLIENT_SECRET}, None),
        "credentials": dataclasses.replace(owner(), client_secret=Secret(CLIENT_SECRET)),
        "answers": wizard.Answers.of("integration", "default", typed),
    }


COPIES: dict[str, Callable[[object], object]] = {
    **{f"pickle {n}": lambda x, n=n: pickle.dumps(x, n) for n in range(6)},
    "deepcopy": copy.deepcopy,
    "getstate": lambda x: x.__getstate__(),  # type: ignore[attr-defined]
    "reduce": lambda x: x.__reduce_ex__(4),
    "json": json.dumps,
    "json by str": lambda x: json.dumps(x, default=str),
    "json by repr": lambda x: json.dumps(x, default=repr),
    "json by vars": lambda x: json.dumps(x, default=vars),
    "asdict": lambda x: dataclasses.asdict(x),  # type: ignore[call-overload]
    "format": lambda x: f"{x} {x!r}",
}


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize(
    "name", ["secret", "values", "settings", "settings of a dict", "credentials", "answers"]
)
def test_no_copy_gives_a_secret_away(name: str, way: str) -> None:
    """Pickle, copy, state, JSON in its usual ways, asdict: nothing, or a TypeError in our words."""
    holder = holders()[name]
    try:
        given: object = COPIES[way](holder)
    except (TypeError, ValueError) as err:
        given = err
    assert shows_nothing(given, repr(given))
    if way == "deepcopy" or way.startswith("pickle"):
        assert isinstance(given, TypeError)
        assert "not pickled or copied" in str(given)


def test_a_secret_has_no_state() -> None:
    """What Python takes for a copy is refused with our sentence, on every way to it."""
    for take in (Secret.__getstate__, Secret.__reduce__, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled or copied"):
            take(Secret(CLIENT_SECRET))


@pytest.mark.parametrize("secret", ["k9x2m7q4", "k9x2m7q4z"])
@pytest.mark.parametrize("before", ["", "a", "a b c d "])
def test_the_shortest_text_that_holds_a_secret(secret: str, before: str) -> None:
    """A shorter one is given back as it is; this one is masked, and a secret of nine too."""
    assert secret not in masked(before + secret, secret)
    assert masked(secret[:7], secret) == secret[:7]
