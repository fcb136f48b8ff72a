"""Forty machines, each with its own variables: pull, doctor and setup work, or say what to do."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import stnb
from stnb import demoserver
from stnb.access import doctor
from stnb.access import setup as wizard
from stnb.access.setup import Verdict
from stnb.cli import main, setup
from stnb.credentials import Credentials, Secret
from stnb.errors import SetupError, StnbError, UnexpectedAnswer, Unreachable
from stnb.explorer.parts import setup as widget
from stnb.session import Session, loop
from tests.helpers.full_length import APP_KEY, CLIENT_ID, CLIENT_SECRET
from tests.helpers.office import LOGIN, OF_DEMO, Office, office
from tests.helpers.owner import SECRETS, owner
from tests.helpers.sample import tenth

OF_MACHINES = ("PROXY", "CERT", "BUNDLE", "KEYLOG")
PASSWORD = "pa%23ss%40word1"


@dataclass(frozen=True)
class Machine:
    """One machine.

    Attributes:
        sets: its variables; {…} stands for an attribute of the office, or a file of it.
        kind: the error; None if all works.
        says: what the error says, of the variable and of what to write.
        never: what it must not say.
    """

    sets: dict[str, str] = field(default_factory=dict)
    kind: type[StnbError] | None = None
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ("pa#ss", "pass0rd")


def works(**sets: str) -> Machine:
    return Machine({"SSL_CERT_FILE": "{root}", "HTTPS_PROXY": "http://{open}", **sets})


def wrong(*says: str, **sets: str) -> Machine:
    return Machine(sets, SetupError, says)


def fails(kind: type[StnbError], *says: str, **sets: str) -> Machine:
    return Machine({"SSL_CERT_FILE": "{root}", **sets}, kind, says)


MACHINES = {
    # -- it works
    "usual": works(),
    "small letters": works(HTTPS_PROXY="", https_proxy="http://{open}"),
    "no scheme": works(HTTPS_PROXY="{open}"),
    "slash at the end": works(HTTPS_PROXY="http://{open}/"),
    "quotes of docker": works(HTTPS_PROXY='"http://{open}"'),
    "for all": works(HTTPS_PROXY="", ALL_PROXY="http://{open}"),
    "desktop with both": works(ALL_PROXY="socks://127.0.0.1:7891/"),
    "only plain http is broken": works(HTTP_PROXY="htp:/broken"),
    "login": works(HTTPS_PROXY=f"http://ann:{PASSWORD}@{{with_login}}"),
    "bundle of requests": works(SSL_CERT_FILE="", REQUESTS_CA_BUNDLE="{root}"),
    "bundle of curl": works(SSL_CERT_FILE="", CURL_CA_BUNDLE="{root}"),
    "empty variables": works(REQUESTS_CA_BUNDLE="", SSLKEYLOGFILE="", NO_PROXY="", ALL_PROXY=" "),
    "IPv6 without a proxy": works(NO_PROXY="::1,[::1],[::1]:443,fe80::/10"),
    "networks without a proxy": works(
        NO_PROXY="localhost,10.0.0.0/8,192.168.0.0/16,.cluster.local"
    ),
    "odd ones without a proxy": works(NO_PROXY="http://x,*.corp,<local>,:80,[,a b;c"),
    "folder of certificates": works(SSL_CERT_DIR="{folder}"),
    "folder of requests": works(SSL_CERT_FILE="", REQUESTS_CA_BUNDLE="{folder}"),
    "folder among others": works(SSL_CERT_FILE="", SSL_CERT_DIR="/none" + os.pathsep + "{folder}"),
    "blank at the end": works(HTTPS_PROXY="http://{open}\r", SSL_CERT_FILE="{root} "),
    "capital scheme": works(HTTPS_PROXY="HTTP://{open}"),
    "key log": works(SSLKEYLOGFILE="{folder}/keys.log"),
    # -- a variable cannot be used
    "socks of GNOME": wrong(
        "ALL_PROXY=socks://127.0.0.1:7891/", "stnb[socks]", ALL_PROXY="socks://127.0.0.1:7891/"
    ),
    "socks5h": wrong(
        "HTTPS_PROXY=socks5h://proxy:1080", "stnb[socks]", HTTPS_PROXY="socks5h://proxy:1080"
    ),
    "socks4": wrong(
        "all_proxy=socks4://proxy:1080", "socks5h://HOST:PORT", all_proxy="socks4://proxy:1080"
    ),
    "# in a password": wrong(
        "HTTPS_PROXY=http://…@proxy:8080", "%23", HTTPS_PROXY="http://ann:pa#ss@proxy:8080"
    ),
    "@ in a password": wrong(
        "HTTPS_PROXY=http://…@proxy:8080", "%40", HTTPS_PROXY="http://ann:pass0rd@x@proxy:8080"
    ),
    "/ in a password": wrong(
        "https_proxy=http://…@proxy:8080", "%2F", https_proxy="http://ann:pass0rd/x@proxy:8080"
    ),
    "no @ before the host": wrong(
        "HTTPS_PROXY=http://ann…", "USER:PASSWORD@HOST", HTTPS_PROXY="http://ann:pass0rd:proxy:8080"
    ),
    "port too large": wrong(
        "HTTPS_PROXY=http://proxy:99999", "HOST:PORT", HTTPS_PROXY="http://proxy:99999"
    ),
    "port in words": wrong(
        "HTTPS_PROXY=http://proxy…", "HOST:PORT", HTTPS_PROXY="http://proxy:eighty"
    ),
    "no host": wrong("HTTPS_PROXY=http://", "HOST:PORT", HTTPS_PROXY="http://"),
    "one slash": wrong("HTTPS_PROXY", "HOST:PORT", HTTPS_PROXY="http:/proxy:8080"),
    "two schemes": wrong("HTTPS_PROXY", "HOST:PORT", HTTPS_PROXY="http://http://proxy:8080"),
    "a script": wrong("HTTPS_PROXY", "HOST:PORT", HTTPS_PROXY="http://proxy/proxy.pac"),
    "not expanded": wrong("HTTPS_PROXY", "HOST:PORT", HTTPS_PROXY="${CORPORATE_PROXY}"),
    "mistyped scheme": wrong(
        "HTTPS_PROXY=htp://proxy:8080", "http://HOST:PORT", HTTPS_PROXY="htp://proxy:8080"
    ),
    "certificate in DER": wrong("SSL_CERT_FILE={der}", "-inform der", SSL_CERT_FILE="{der}"),
    "certificate in UTF-16": wrong(
        "SSL_CERT_FILE={folder}/wide.pem", "UTF-16", SSL_CERT_FILE="{folder}/wide.pem"
    ),
    "certificate in UTF-16 without a mark": wrong(
        "REQUESTS_CA_BUNDLE={folder}/bare.pem", "ascii", REQUESTS_CA_BUNDLE="{folder}/bare.pem"
    ),
    "certificate not there": wrong(
        "SSL_CERT_FILE={folder}/none.pem", "No such file", SSL_CERT_FILE="{folder}/none.pem"
    ),
    "bundle not there": wrong(
        "REQUESTS_CA_BUNDLE=/none.pem", "unset it", REQUESTS_CA_BUNDLE="/none.pem"
    ),
    "empty certificate": wrong(
        "SSL_CERT_FILE={folder}/empty", "PEM", SSL_CERT_FILE="{folder}/empty"
    ),
    "key in its place": wrong("CURL_CA_BUNDLE={folder}/cut", "PEM", CURL_CA_BUNDLE="{folder}/cut"),
    "folder not there": wrong("SSL_CERT_DIR=/none", "PEM", SSL_CERT_DIR="/none"),
    "file in a folder's place": wrong(
        "SSL_CERT_DIR={root}", "SSL_CERT_FILE", SSL_CERT_DIR="{root}"
    ),
    "key log not to be written": wrong(
        "SSLKEYLOGFILE=/none/keys", "Unset SSLKEYLOGFILE", SSLKEYLOGFILE="/none/keys"
    ),
    # -- the network says no
    "certificate of the office unknown": fails(
        Unreachable,
        "is not trusted",
        "SSL_CERT_FILE",
        SSL_CERT_FILE="",
        HTTPS_PROXY="http://{open}",
    ),
    "no login": fails(Unreachable, "407", "HTTPS_PROXY", HTTPS_PROXY="http://{with_login}"),
    "wrong login": fails(
        Unreachable, "407", "USER:PASSWORD", HTTPS_PROXY="http://ann:pass0rd@{with_login}"
    ),
    "https for a plain proxy": fails(
        Unreachable, "HTTPS_PROXY says https://", "http://HOST:PORT", HTTPS_PROXY="https://{open}"
    ),
    "https for all, and a plain proxy": fails(
        Unreachable, "all_proxy says https://", "http://HOST:PORT", all_proxy="https://{shut}"
    ),
    "host not allowed": fails(Unreachable, "403", "Ask your IT", HTTPS_PROXY="http://{shut}"),
    "a filter's page": fails(
        UnexpectedAnswer, "Blocked by Example Filter", "web filter", HTTPS_PROXY="http://{filtered}"
    ),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    (folder / "empty").write_bytes(b"")
    (folder / "cut").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n")
    with office(folder) as found:
        text = found.root.read_text()
        (folder / "wide.pem").write_text(text, encoding="utf-16")
        (folder / "bare.pem").write_text(text, encoding="utf-16-le")
        yield found


def without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what this machine itself has set."""
    for name in list(os.environ):
        if any(part in name.upper() for part in OF_MACHINES):
            monkeypatch.delenv(name)


@pytest.fixture
def machine(
    request: pytest.FixtureRequest, place: Office, monkeypatch: pytest.MonkeyPatch
) -> Machine:
    """A machine with its variables set, and the texts that are expected of it filled in."""
    without_variables(monkeypatch)
    found: Machine = MACHINES[request.param]
    if any(value.startswith("https://{") for value in found.sets.values()):
        monkeypatch.setattr("stnb.session.proxy_routes.HANDSHAKE", 0.2)  # nothing else ends it
    for name, value in {**OF_DEMO, **found.sets}.items():
        monkeypatch.setenv(name, value.format(**vars(place)) if "{CORP" not in value else value)
    says = tuple(text.format(**vars(place)) for text in found.says)
    return Machine(found.sets, found.kind, says)


every = pytest.mark.parametrize("machine", MACHINES, indirect=True)
# Those of which the same is said are one kind.
of_each_kind = pytest.mark.parametrize(
    "machine",
    tenth(list(MACHINES), lambda name: (MACHINES[name].kind, MACHINES[name].says)),
    indirect=True,
)


def check_words(machine: Machine, text: str) -> None:
    assert [words for words in machine.says if words not in text] == []
    hidden = (*machine.never, *SECRETS, LOGIN[1])
    assert [words for words in hidden if words in text] == []


@every
def test_pull(machine: Machine) -> None:
    """A pull gives its rows, or the error that names the cause; it is tried once."""
    with stnb.connect() as st:
        if machine.kind is None:
            assert len(st.jpm.jobs.pull(limit=2, columns=["id"])) == 2
            return
        with pytest.raises(StnbError) as caught:
            st.jpm.jobs.pull(limit=2)
    assert type(caught.value) is machine.kind
    check_words(machine, str(caught.value))
    assert getattr(caught.value, "attempts", 1) == 1


@of_each_kind
def test_doctor(machine: Machine) -> None:
    """The doctor says that all is well, or names the variable or the host that keeps one out."""
    report = doctor.examine()

    assert report.ok == (machine.kind is None)
    text = report.text() + report.to_json()
    if machine.kind is SetupError:
        check_words(machine, f"{report['hosts']}")
        assert report["token"].seen == "not tried: needs the hosts"
    elif machine.kind is not None:
        assert report.cause is not None
        assert report.cause.name in ("hosts", "token")
        words = f"{report.cause}"
        number = machine.says[0]
        assert number in words or not number.isdigit()
    assert [words for words in (*machine.never, *SECRETS, LOGIN[1]) if words in text] == []


# -- setup, in the terminal and in the notebook

TYPED = {
    "tenant": "985798691",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "app_key": APP_KEY,
}


def of_office() -> Credentials:
    """The credentials that the office's host knows."""
    return owner(
        tenant=demoserver.TENANT,
        client_id=Secret(demoserver.CLIENT_ID),
        client_secret=Secret(demoserver.CLIENT_SECRET),
        app_key=Secret(demoserver.APP_KEY),
        api_url=OF_DEMO["SERVICETITAN_API_URL"],
        auth_url=OF_DEMO["SERVICETITAN_AUTH_URL"],
    )


def trial(typed: Credentials) -> Verdict:
    """The trial of the setup, at the office's host."""
    assert typed.client_id == Secret(CLIENT_ID)
    return wizard.try_them(of_office())


def in_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What `stnb setup` prints; nothing is kept at the end."""
    run = setup.run
    # Who, where, the profile's name, the values; then: leave, and do not write.
    lines = ["1", "1", "", *TYPED.values(), "3", "n"]
    with monkeypatch.context() as patch:
        patch.setattr(setup, "run", lambda options: run(options, trial))
        patch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        assert main.main(["setup"]) == 1
    return " ".join(capsys.readouterr().out.split())


def in_notebook() -> dict[str, Any]:
    """What the widget of `stnb.setup()` answers to a try."""
    heard: list[dict[str, Any]] = []
    page = widget.Setup(try_them=trial)
    page.send = lambda content, buffers=None: heard.append(content)
    way = {"environment": "integration", "profile": "default", "values": dict(TYPED)}
    page._on_message(page, {"do": "try", **way}, [])
    for thread in threading.enumerate():
        if thread.name == "stnb-setup":
            thread.join(30)
    page.close()
    return heard[0]


@of_each_kind
def test_setup(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Terminal and notebook say that the values work, or why they could not be tried; only the
    notebook writes what works without another question.
    """
    for name in OF_DEMO:
        monkeypatch.delenv(name)
    works = machine.kind is None

    printed = in_terminal(monkeypatch, capsys)
    assert ("They work." in printed, "They could not be tried." in printed) == (works, not works)
    assert not Path(".env").exists()

    said = in_notebook()
    assert said["level"] == ("ok" if works else "unknown")
    assert Path(".env").exists() is works
    for text in (printed, " ".join(said["lines"])):
        assert CLIENT_SECRET not in text
        if not works:
            check_words(machine, text)


# -- a network that damages what goes through it


def test_a_damaged_connection(place: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks the encryption after its handshake is worded, and is tried again."""
    without_variables(monkeypatch)
    monkeypatch.setenv("SSL_CERT_FILE", str(place.root))
    monkeypatch.setenv("HTTPS_PROXY", f"http://{place.damaging}")
    monkeypatch.setattr("stnb.session.failure.BACKOFF", 0.0)

    async def call() -> None:
        session = Session(of_office())
        try:
            await session.send("GET", f"/jpm/v2/tenant/{demoserver.TENANT}/jobs")
        finally:
            await session.close()

    with pytest.raises(Unreachable) as caught:
        loop.wait(loop.submit(call), 60)
    assert "connection broke while it was in use" in caught.value.happened
    assert caught.value.attempts > 1
