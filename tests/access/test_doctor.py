"""The doctor: in every state of the demo the right cause first, whom to ask, and no secret."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
import subprocess
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest

import stnb
from stnb import demoserver
from stnb.access import doctor as checkup
from stnb.access.doctor import (
    NAMES,
    RARE,
    Check,
    Report,
    calls,
    causes,
    examine,
    network,
    practice,
)
from stnb.access.doctor.findings import ADMIN, DEVELOPER, YOU
from stnb.account.account import Account
from stnb.cli import main
from stnb.credentials import HOSTS, Limits, Secret
from stnb.demoserver import BEFORE, STATES
from stnb.explorer.parts.doctor import Doctor, as_shown, doctor
from stnb.session import Knock, Session, loop
from tests.helpers.fake_tenant import FakeTenant
from tests.helpers.misbehaving_server import Stream
from tests.helpers.moments import NOW
from tests.helpers.owner import owner, owner_at_servicetitan

PAIR, SECRET, KEY = "cid.pairQ7w8e9r0", "cs1.secretQ7w8e9r0", "ak1.keyQ7w8e9r0"
OURS = {"client_id": Secret(PAIR), "client_secret": Secret(SECRET), "app_key": Secret(KEY)}
SECRETS = (PAIR, SECRET, KEY, demoserver.CLIENT_ID, demoserver.CLIENT_SECRET, demoserver.APP_KEY)
FORMS = [
    f"{name}:{form}" if form else name for name, forms in STATES.items() for form in forms or ("",)
]
ALL_IN = "You are in: 316 of 325 resources can be read."

# What the doctor says first of the likeliest form of each state, met as one meets it; which check;
# whom to ask.
VERDICTS = {
    "healthy": (ALL_IN, None, ""),
    "wrong-secret": ("Likely the client id or the client secret is wrong.", "token", YOU),
    "other-environment": ("The pair belongs to the other environment", "other environment", YOU),
    "not-connected": (
        "Likely the tenant does not let the app in: it is disabled there, or not connected yet.",
        "token",
        ADMIN,
    ),
    "disabled": ("Likely the app was disabled in this tenant", "token", ADMIN),
    "scope-missing": (
        "You are in. Nothing of accounting can be read: the app has none of its scopes.",
        "scopes",
        DEVELOPER,
    ),
    "upgraded": (
        "You are in: 316 of 325 resources can be read; 15 scopes are new since last time.",
        None,
        "",
    ),
    "secret-regenerated": ("Likely the client secret was regenerated", "token", DEVELOPER),
    "app-key-wrong": ("Likely the app key is wrong.", "app key", DEVELOPER),
    "tenant-mismatch": (
        "The pair belongs to another tenant: 900000043, not 900000042.",
        "tenant",
        YOU,
    ),
    "token-ended-early": ("You are in. Tokens end early.", "token lasts", DEVELOPER),
    "throttled": ("Throttled: ServiceTitan asks for a pause.", "reads", YOU),
    "clock-skew": ("You are in. This computer's clock is 7 minutes behind.", "clock", YOU),
}
# The other forms: what must be named in the check that fails, first or among the rest.
NAMED = {
    "not-connected:invalid": ("token", "not connected"),
    "not-connected:403": ("token", "not connected"),
    "disabled:invalid": ("token", "disabled"),
    "disabled:401": ("app key", "disabled"),
    "disabled:403": ("app key", "disabled"),
    "scope-missing:answer": ("reads", "accounting"),
    "secret-regenerated:at-once": ("token", "regenerated"),
    "app-key-wrong:message": ("app key", "The app key is not accepted."),
    "app-key-wrong:403": ("app key", "app key is not that of the app"),
    "tenant-mismatch:401": ("tenant", "another tenant"),
    "tenant-mismatch:404": ("tenant", "another tenant"),
    "throttled:token": ("token", "too often"),
    "clock-skew:behind": ("clock", "7 minutes ahead"),
}


def outputs(report: Report) -> str:
    """Every form that a report takes."""
    shown = json.dumps(as_shown(report), ensure_ascii=False)
    return "\n".join(
        [
            repr(report),
            report.text(),
            report.to_json(),
            report._repr_html_(),
            report.frame.to_csv(),
            shown,
        ]
    )


def write_env(mode: int = 0o600, **more: str) -> Path:
    """A .env file with one complete profile, called default."""
    values = {
        "APP_KEY": KEY,
        "TENANT_ID": "42",
        "ENVIRONMENT": "integration",
        "CLIENT_ID": PAIR,
        "CLIENT_SECRET": SECRET,
    }
    lines = [f"SERVICETITAN_{name}={value}" for name, value in {**values, **more}.items() if value]
    Path(".env").write_text("\n".join(lines) + "\n")
    Path(".env").chmod(mode)
    return Path(".env").resolve()


def account(server: Any, environment: str = "integration", **more: Any) -> Account:
    """An account of tenant 42 whose network is a function."""
    fields = {**OURS, **more}
    if environment in HOSTS:
        mine = owner_at_servicetitan(environment, **fields)
    else:
        mine = owner(environment=environment, **fields)
    return Account(Session(mine, transport=httpx.MockTransport(server), rate=None))


def refuse(request: httpx.Request) -> httpx.Response:
    """Refuses every pair."""
    return (
        httpx.Response(400, json={"error": "invalid_client"})
        if "token" in request.url.path
        else httpx.Response(404)
    )


# -- the states of the demo


@pytest.mark.parametrize("state", STATES)
def test_right_cause_first(state: str) -> None:
    """For every state of the demo the verdict names the right cause first, and whom to ask."""
    verdict, name, ask = VERDICTS[state]
    report = examine(practice(state), try_other_environment=state == "other-environment")

    assert report.verdict.startswith(verdict)
    assert report.ok == (name is None)
    assert (report.cause.name, report.cause.ask) == (name, ask) if report.cause else name is None
    assert bool(report.cause and report.cause.next) == (name is not None)


@pytest.mark.parametrize("state", NAMED)
def test_every_form_is_named(state: str) -> None:
    """Where an answer has several plausible forms, each is understood, and the state is among the
    causes named.
    """
    name, words = NAMED[state]
    report = examine(practice(state))

    assert report.cause is not None
    assert report.cause.name == name
    assert words in report.cause.means


def test_every_form_has_its_test() -> None:
    """The two tables above hold every state in every form."""
    likeliest = {f"{name}:{forms[0]}" if forms else name for name, forms in STATES.items()}

    assert set(VERDICTS) == set(STATES)
    assert set(NAMED) == set(FORMS) - likeliest
    assert set(BEFORE) < set(STATES)


@pytest.mark.parametrize("state", FORMS)
def test_no_secret_and_whole_json(state: str) -> None:
    """No form of a report holds a secret or a token; the JSON is whole and says what the report
    says.
    """
    patient = practice(state)
    report = examine(patient, try_other_environment=True)
    told = json.loads(report.to_json())

    assert [s for s in SECRETS if s in outputs(report)] == []
    assert "eyJ" not in outputs(report)
    assert [c["name"] for c in told["checks"]] == [c.name for c in report]
    assert (told["ok"], told["verdict"]) == (report.ok, report.verdict)


@pytest.mark.parametrize(
    ("state", "failed", "left"),
    [
        ("wrong-secret", "token", ["tenant", "scopes", "app key", "reads", "token lasts"]),
        ("tenant-mismatch", "tenant", ["scopes", "app key", "reads", "token lasts"]),
        ("app-key-wrong", "app key", ["reads", "token lasts"]),
        ("throttled", "reads", ["token lasts"]),
    ],
)
def test_later_checks_wait_for_earlier_ones(state: str, failed: str, left: list[str]) -> None:
    """What depends on a check that failed is not tried, and says what it needs."""
    report = examine(practice(state))

    assert [c.name for c in report if c.ok is False] == [failed]
    assert [c.name for c in report if c.seen.startswith("not tried")] == left
    assert report[left[-1]].ok is None
    assert all(report[name].seen.startswith("not tried: needs the ") for name in left)
    assert f"? {', '.join(left)}: not tried" in report.text()


def test_checks_come_in_order() -> None:
    """All checks are made, each once, in their order; `on_change` sees the report grow."""
    seen: list[Report] = []
    report = examine("demo", on_change=seen.append)

    assert [c.name for c in report] == [n for n in NAMES if n not in RARE]
    assert [len(r) for r in seen] == sorted(len(r) for r in seen)
    assert [r.done for r in seen] == [False] * (len(seen) - 1) + [True]
    assert seen[0].verdict == "Examining …"
    assert seen[-1] == report


def test_states_can_be_changed_in_use() -> None:
    """The demo's state is a name on the app: changed under an account in use, and back again."""
    patient = practice("healthy")
    patient._session.app.state.name = "disabled"
    assert not examine(patient).ok

    patient._session.app.state.name = "healthy"
    assert examine(patient).ok


@pytest.mark.parametrize("state", ["bogus", "disabled:418", "healthy:x", ""])
def test_unknown_states(state: str) -> None:
    """A state that the demo has not is refused, with those that there are."""
    with pytest.raises(ValueError, match=r"there are|it has"):
        demoserver.make_app(state=state)


def test_a_token_that_ends_early_is_renewed() -> None:
    """An account in use outlives a token that the server ends."""
    patient = practice("token-ended-early")

    assert [patient.jpm.jobs.count() for _ in range(30)] == [2100] * 30


# -- scopes and modules


def test_modules_show_scope_and_answer() -> None:
    """Each module has a line: how much the scopes open, and whether a small read was answered."""
    missing, refused = examine(practice("scope-missing")), examine(practice("scope-missing:answer"))
    first, second = missing.modules[0], refused.modules[0]

    assert len(missing.modules) == 24
    assert (first.module, first.readable, first.total, first.answers, first.seen) == (
        "accounting",
        0,
        39,
        None,
        "not tried: no scope",
    )
    assert (second.readable, second.answers, second.seen) == (
        39,
        False,
        '403 "Scope validation failed"',
    )
    assert all(m.answers for m in missing.modules if m.module not in ("accounting", "marketingads"))


def test_reads_are_small_and_one_a_module() -> None:
    """One row of one list in each module is all that is asked for; and one token."""
    seen: list[httpx.Request] = []
    demo = httpx.ASGITransport(demoserver.make_app(scale=0.02))

    async def watch(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return await demo.handle_async_request(request)

    facts = {"tenant": demoserver.TENANT, "client_id": Secret(demoserver.CLIENT_ID)}
    facts |= {
        "client_secret": Secret(demoserver.CLIENT_SECRET),
        "app_key": Secret(demoserver.APP_KEY),
    }
    report = examine(account(watch, **facts))
    reads = [r for r in seen if "/tenant/" in r.url.path]

    assert report.ok
    assert sum("token" in r.url.path for r in seen) == 1
    assert len(reads) == len({r.url.path.split("/")[1] for r in reads}) == 23
    assert {str(r.url.query, "ascii") for r in reads} == {"pageSize=1"}
    assert {r.method for r in reads} == {"GET"}


def test_knocking_carries_nothing() -> None:
    """The requests that find out whether the hosts answer carry no token, key or pair."""
    seen: list[httpx.Request] = []

    def watch(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return refuse(request)

    examine(account(watch))
    knocks = [r for r in seen if r.url.path == "/"]

    assert [r.url.host for r in knocks] == [
        "api-integration.servicetitan.io",
        "auth-integration.servicetitan.io",
    ]
    assert all(
        not {"authorization", "st-app-key"} & set(r.headers) and not r.content for r in knocks
    )


def test_what_is_new_and_what_is_lost() -> None:
    """With an earlier table of access the doctor tells which scopes came and which went."""
    before = examine(practice("scope-missing")).access
    after = examine(practice("healthy"), previous=before)
    assert "15 scopes are new since last time: tn.acc.apbills:r" in after["scopes"].seen

    lost = examine(practice("scope-missing"), previous=after.access)
    assert lost.verdict.startswith(
        "You are in. The app lost scopes since last time: tn.acc.apbills:r"
    )
    assert len(lost.missing) == 15
    assert (lost.cause and lost.cause.ask) == DEVELOPER


def test_nothing_granted() -> None:
    """An app that may read nothing is told so; no call is tried."""
    report = examine(stnb.demo(scopes=[], scale=0.02))

    assert report.verdict == "The app was granted nothing that can be read."
    assert report["reads"].seen == "not tried: needs the scopes"


# -- the other environment


@pytest.mark.parametrize(
    ("mine", "other"), [("integration", "production"), ("production", "integration")]
)
def test_other_environment_only_when_asked(mine: str, other: str) -> None:
    """A pair goes to the other environment's host only when that was asked for; the report says
    that it did.
    """
    hosts: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        if request.content:
            hosts.append(request.url.host)
        accepted = (
            request.url.host == httpx.URL(HOSTS[other][1]).host and "token" in request.url.path
        )
        return httpx.Response(200, json={"access_token": "x.y.z"}) if accepted else refuse(request)

    alone, tried = httpx.URL(HOSTS[mine][1]).host, httpx.URL(HOSTS[other][1]).host
    report = examine(account(server, mine))
    assert set(hosts) == {alone}
    assert "other environment" not in [c.name for c in report]
    assert "--try-other-environment" in report["token"].next

    report = examine(account(server, mine), try_other_environment=True)
    assert hosts[-1] == tried
    assert report.verdict == f"The pair belongs to the other environment: {other}."
    assert (
        f"as asked, the pair was sent to {tried}, which gave a token"
        in report["other environment"].seen
    )


def test_other_environment_refuses_too() -> None:
    """A pair that both hosts refuse is simply wrong; an address of one's own has no other
    environment.
    """
    report = examine(account(refuse), try_other_environment=True)
    assert report["other environment"].ok is True
    assert report.verdict == "Likely the client id or the client secret is wrong."

    report = examine(account(refuse, "custom"), try_other_environment=True)
    assert report["other environment"].ok is None


def test_a_good_pair_is_sent_nowhere_else() -> None:
    """Where the token is granted, asking for the other environment sends nothing there."""
    report = examine(practice("healthy"), try_other_environment=True)

    assert "other environment" not in [c.name for c in report]


# -- the file


def test_no_credentials_at_all() -> None:
    """Without a file and variables that is the cause, and not the demo's health."""
    report = examine()

    assert report.verdict == "No credentials were found."
    assert [c.ok for c in report] == [False] + [None] * (len(report) - 1)


@pytest.mark.parametrize(
    ("changed", "verdict", "ask"),
    [
        ({"CLIENT_SECRET": ""}, "Profile 'default' lacks SERVICETITAN_CLIENT_SECRET.", ADMIN),
        ({"APP_KEY": ""}, "Profile 'default' lacks SERVICETITAN_APP_KEY.", DEVELOPER),
        ({"ENVIRONMENT": ""}, "Profile 'default' lacks SERVICETITAN_ENVIRONMENT.", YOU),
        ({"TENANT_ID": "acme"}, "SERVICETITAN_TENANT_ID cannot be right.", YOU),
        (
            {"CLIENT_ID": SECRET, "CLIENT_SECRET": PAIR},
            "SERVICETITAN_CLIENT_ID cannot be right.",
            YOU,
        ),
        ({"CLIENT_SECRET": "cs1.two words"}, "SERVICETITAN_CLIENT_SECRET cannot be right.", YOU),
    ],
)
def test_values(changed: dict[str, str], verdict: str, ask: str) -> None:
    """A value that is missing or cannot be right is the cause; nothing is sent, and no value is
    shown.
    """
    write_env(**changed)
    report = examine()

    assert report.verdict == verdict
    assert report["values"].ask == ask
    assert report["hosts"].seen == "not tried: needs the values"
    assert [s for s in (PAIR, SECRET, KEY, "two words", "acme") if s in outputs(report)] == []


def test_not_connected_yet_where_there_is_no_pair() -> None:
    """A profile without a pair is told about Not Connected Yet."""
    write_env(CLIENT_ID="", CLIENT_SECRET="")

    assert "Not Connected Yet" in examine()["values"].means


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network on which nothing answers."""

    def fail(self: Any, *arguments: Any, **more: Any) -> Any:
        raise httpx.ConnectError("no way") from socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(httpx.AsyncClient, "get", fail)


@pytest.mark.usefixtures("offline")
@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
@pytest.mark.parametrize(
    ("mode", "ok"), [(0o600, True), (0o400, True), (0o644, False), (0o660, False)]
)
def test_private(mode: int, ok: bool) -> None:
    """A file that others may read is told, with the command that mends it."""
    file = write_env(mode)
    report = examine()

    assert report["private"].ok is ok
    assert ok or report["private"].next == f"Run: chmod 600 {file}"
    assert (
        report.verdict == "The host's name cannot be looked up."
    )  # what keeps one out comes first


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("rule", "added", "ok"), [("", False, False), (".env\n", False, True), (".env\n", True, False)]
)
def test_git(rule: str, added: bool, ok: bool) -> None:
    """In a git work tree the file must be ignored, and never have been added."""
    write_env()
    subprocess.run(["git", "init", "-q"], check=True)
    Path(".gitignore").write_text(rule)
    if added:
        subprocess.run(["git", "add", "-f", ".env"], check=True)

    assert examine()["private"].ok is ok


@pytest.mark.usefixtures("offline")
def test_variables_that_win_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the process that hides the file's value is named: it may be a forgotten one."""
    write_env()
    monkeypatch.setenv("SERVICETITAN_CLIENT_SECRET", "cs1.older")
    report = examine()

    assert "SERVICETITAN_CLIENT_SECRET comes from" in report["file"].seen
    assert "cs1.older" not in outputs(report)
    monkeypatch.setenv("SERVICETITAN_APP_KEY", "ak1.older")
    assert "_KEY come from" in examine()["file"].seen


def test_several_profiles_and_none_named() -> None:
    """As `connect` does, the doctor asks for a name if there are several, and for a right one."""
    write_env(PHOENIX_TENANT_ID="17")

    with pytest.raises(stnb.CredentialsMissing, match="several"):
        examine()
    with pytest.raises(stnb.CredentialsMissing, match="no profile 'tucson'"):
        examine("tucson")


def test_a_file_that_cannot_be_read() -> None:
    """A file that is no text is a finding, no crash."""
    Path(".env").write_bytes(b"\xff\xfe\x00SERVICETITAN")

    assert examine("default").cause == examine("default")["file"]


def test_same_pair_in_two_environments() -> None:
    """A pair that stands in two profiles of different environments is the likeliest cause, without
    sending it anywhere.
    """
    prod = {
        "ENVIRONMENT": "production",
        "TENANT_ID": "43",
        "CLIENT_ID": PAIR,
        "CLIENT_SECRET": SECRET,
    }
    write_env(**{f"LIVE_{name}": value for name, value in prod.items()})
    report = examine(account(refuse, profile="default"))

    assert report.verdict.startswith(
        "Likely the pair belongs to the other environment: "
        "the profile live (production) has the same"
    )


# -- hosts and clock


@pytest.mark.parametrize(
    ("error", "why", "words"),
    [
        (httpx.ConnectError, socket.gaierror(-2, "unknown"), "name cannot be looked up"),
        (
            httpx.ConnectError,
            ssl.SSLCertVerificationError("self-signed"),
            "certificate is not trusted",
        ),
        (httpx.ProxyError, None, "proxy refuses"),
        (httpx.ConnectError, ConnectionRefusedError(), "refused or cut"),
        (httpx.ConnectTimeout, None, "did not answer in time"),
        (httpx.ReadError, None, "connection failed"),
    ],
)
def test_unreachable(error: type[httpx.HTTPError], why: Exception | None, words: str) -> None:
    """What keeps one from the hosts is told apart; nothing secret is tried then."""
    asked: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        raise error("secret in here") from why

    report = examine(account(server))

    assert words in report.verdict
    assert report["token"].seen == "not tried: needs the hosts"
    assert asked == ["/", "/"]
    assert "secret in here" not in outputs(report)


@pytest.mark.parametrize(
    ("off", "ok"),
    [(0, True), (55, True), (-55, True), (65, False), (-65, False), (90_000 * 3, False)],
)
@pytest.mark.usefixtures("still")
def test_clock(off: float, ok: bool) -> None:
    """A clock that is off by more than a minute is told, in words."""

    def server(request: httpx.Request) -> httpx.Response:
        answer = refuse(request)
        answer.headers["date"] = formatdate(NOW.timestamp() + off, usegmt=True)
        return answer

    check = examine(account(server))["clock"]

    assert check.ok is ok
    assert ok or ("behind" if off > 0 else "ahead") in check.means


def test_clock_without_a_date() -> None:
    """Hosts that do not tell the time leave the clock open; so does a date that is none."""
    assert causes.of_clock([Knock("a.example", 404)]).ok is None


def test_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy on the way is named, and the password in its address is not."""
    from stnb.session.probe import _proxy

    monkeypatch.setenv("HTTPS_PROXY", "http://ann:pass0rd@proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "inside.example")

    assert _proxy("api.servicetitan.io") == "proxy.example:3128"
    assert _proxy("inside.example") == ""


# -- other answers


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            httpx.Response(200, html="<html>Sign in</html>"),
            "Something else than ServiceTitan answers",
        ),
        (httpx.Response(404), "does not take the request"),
        (httpx.Response(400, json={"error": "access_denied"}), "does not let the app in"),
        (
            httpx.Response(400, json={"error": "unsupported_grant_type"}),
            "does not take the request",
        ),
        (httpx.Response(401), "does not let the app in"),
        (httpx.Response(503, headers={"retry-after": "9"}), "token server is in trouble"),
        (httpx.Response(429, headers={"retry-after": "9"}), "too often"),
    ],
)
def test_token_answers(answer: httpx.Response, words: str) -> None:
    """Whatever the token endpoint answers, the doctor has a word for it, and asks no second time in
    vain.
    """

    def server(request: httpx.Request) -> httpx.Response:
        return (
            httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
            if request.content
            else httpx.Response(404)
        )

    session = account(server)
    session._session._sleep = instantly

    assert words in examine(session).verdict


async def instantly(seconds: float) -> None:
    """A sleep that is over at once."""


def calls_answered(answer: Callable[[httpx.Request], httpx.Response]) -> Report:
    """The report on a tenant whose token is opaque and whose calls are answered so."""

    def server(request: httpx.Request) -> httpx.Response:
        if "token" in request.url.path:
            return httpx.Response(200, json={"access_token": "opaque"})
        return answer(request)

    found = account(server)
    found._session._sleep = instantly
    return examine(found)


def test_opaque_token() -> None:
    """A token that cannot be read leaves tenant and scopes open; the reads are tried anyway."""
    report = calls_answered(lambda request: httpx.Response(200, json={"data": []}))

    assert (report["tenant"].ok, report["scopes"].ok, report["reads"].ok) == (None, None, True)
    assert report.verdict == "You are in: the token does not tell its scopes."


@pytest.mark.parametrize("status", [500, 502, 503])
def test_servers_in_trouble_are_not_blamed_on_the_key(status: int) -> None:
    """Faults of the server leave the app key open. Nothing can be read then, which is said."""
    report = calls_answered(lambda request: httpx.Response(status))

    assert (report["app key"].ok, report["reads"].ok, report.ok) == (None, False, False)
    assert report["reads"].seen == str(status)
    assert report.verdict.startswith(report["reads"].cause)
    assert "minutes" in report["reads"].next
    assert report.ask == ""  # nobody here can mend that


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, html="<title>Sign in</title>"),
        httpx.Response(200, content=b"<?xml version='1.0'?><Error/>"),
        httpx.Response(204),
        httpx.Response(302, headers={"location": "https://login.example/"}),
        httpx.Response(404, json={"message": "Unable to match incoming request to an operation."}),
        httpx.Response(451),
    ],
)
def test_answers_that_are_not_the_apis_are_no_health(answer: httpx.Response) -> None:
    """Nothing can be read then, which is the verdict, and the app key is not blamed."""
    report = calls_answered(
        lambda request: httpx.Response(
            answer.status_code, headers=answer.headers, content=answer.content
        )
    )

    assert (report.ok, report["app key"].ok, report["reads"].ok) == (False, None, False)
    assert report.verdict.startswith(report["reads"].cause)
    assert report["reads"].next


@pytest.mark.parametrize(
    ("silent", "check"),
    [("token", "token"), ("accounting", None), ("/v2/", "app key")],
)
def test_a_server_that_is_silent_does_not_keep_it(
    silent: str, check: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token or a row that does not come is given up soon, which is said; the others are asked
    for.
    """
    monkeypatch.setattr(network, "LONGEST", 0.05)

    async def server(request: httpx.Request) -> httpx.Response:
        if silent in request.url.path:
            await asyncio.Event().wait()
        if "token" in request.url.path:
            return httpx.Response(200, json={"access_token": "opaque"})
        return httpx.Response(200, json={"data": []})

    report = examine(account(server))

    assert report.done
    if check is None:
        assert report["app key"].ok
        (line,) = [module for module in report.modules if module.module == "accounting"]
        assert line.seen.startswith("There was no answer in")
    else:
        assert report[check].seen.startswith("There was no answer in")
        assert not report.ok
        assert report[check].cause
        assert report[check].next


def test_a_host_that_sends_for_ever_has_answered() -> None:
    """What is asked of the hosts is whether they answer: of that their head tells enough."""
    parts = [b" " * 65_536] * 40
    mine = owner(limits=Limits(max_body=1))
    session = FakeTenant(lambda request: httpx.Response(200, content=Stream(b"".join(parts))))
    found = loop.run(session.session(mine).knock)

    assert [(knock.status, knock.trouble) for knock in found] == [(200, ""), (200, "")]


def test_one_feature_that_is_closed() -> None:
    """A first read that is refused with other words than the scope's does not condemn the key, if
    the next is answered.
    """
    report = calls_answered(
        lambda request: httpx.Response(403 if "accounting" in request.url.path else 200, json={})
    )

    assert report["app key"].ok is True
    assert "accounting" in report["reads"].seen


def test_echoed_secrets_do_not_get_out() -> None:
    """A server that echoes what it was sent does not put it into the report."""

    def server(request: httpx.Request) -> httpx.Response:
        body = {"error": f"no {PAIR} with {SECRET}", "message": KEY}
        return httpx.Response(400 if request.content else 404, json=body)

    report = examine(account(server))

    assert report["token"].ok is False
    assert [s for s in (PAIR, SECRET, KEY) if s in outputs(report)] == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_echoed_headers_do_not_get_out(status: int) -> None:
    """Nor does a gateway that puts the headers of a read into its answer."""
    headers: list[str] = []

    def gateway(request: httpx.Request) -> httpx.Response:
        headers.append(
            f"{request.headers.get('authorization')} {request.headers.get('st-app-key')}"
        )
        return httpx.Response(status, json={"message": headers[-1], "traceId": headers[-1]})

    report = calls_answered(gateway)

    assert any(KEY in line and "opaque" in line for line in headers)
    assert [s for s in (PAIR, SECRET, KEY) if s in outputs(report)] == []


# -- the forms of a report


def test_report_is_a_list_of_checks() -> None:
    """A report is a sequence of frozen checks, by place and by name."""
    report = examine("demo")

    assert len(report) == len(list(report)) == len(report.frame)
    assert report[0] == report["file"]
    assert report[:2] == (report["file"], report["private"])
    with pytest.raises(AttributeError):
        report[0].ok = False  # type: ignore[misc]
    with pytest.raises(StopIteration):
        report["nonsense"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_text_fits(width: int) -> None:
    """The text keeps to the width that it is given, with a mark for each check."""
    report = examine(practice("wrong-secret"))
    lines = report.text(width).splitlines()

    assert max(map(len, lines)) <= width
    assert sum(line.startswith(("✓", "✗")) for line in lines) == 6
    assert lines[0].startswith("stnb doctor · demo")


def test_html_escapes() -> None:
    """Words of a server cannot become markup."""
    report = Report(
        "p",
        "demo",
        1,
        (Check("token", False, "<b>x</b>", "<i>y</i>.", "<u>z</u>.", YOU),),
        done=True,
    )

    assert not any(tag in report._repr_html_() for tag in ("<b>x", "<i>y", "<u>z"))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, None])
def test_refusals_are_sorted(status: int | None) -> None:
    """Every status of a read has its meaning for the app key."""
    err = stnb.RequestError("GET /x failed.", "Why.", "Next.", status=status)
    kinds = {400: "", 401: "key", 403: "shut", 404: "", 409: "", 429: "pause"}

    assert calls.refused(err) == kinds.get(status or 0, "fault")


# -- the command line


def run(*arguments: str) -> int:
    return main.main(["doctor", *arguments])


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`stnb doctor` ends with 0 where all is well and 1 where something is wrong."""
    assert run("demo") == 0
    assert "You are in" in capsys.readouterr().out

    assert run("--demo-state", "disabled") == 1
    assert "Likely the app was disabled in this tenant" in capsys.readouterr().out

    assert run() == 1
    assert "No credentials were found." in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["demo", "--all"],
        ["--demo-state", "bogus"],
        ["demo", "--demo-state", "healthy"],
        ["--nonsense"],
    ],
)
def test_command_misused(arguments: list[str]) -> None:
    """A command that cannot be carried out as written ends with 2."""
    assert run(*arguments) == 2


def test_command_with_an_unknown_profile(capsys: pytest.CaptureFixture[str]) -> None:
    """A profile that is not there is a matter of the command: 2, with those that there are."""
    write_env()

    assert run("tucson") == 2
    assert "default" in capsys.readouterr().err


@pytest.mark.usefixtures("offline")
def test_all_profiles(capsys: pytest.CaptureFixture[str]) -> None:
    """`--all` examines every profile, the broken ones too; as JSON it is an array."""
    write_env(PHOENIX_TENANT_ID="17")

    assert run("--all", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert [(r["profile"], r["ok"]) for r in told] == [("default", False), ("phoenix", False)]
    assert "lacks" in told[1]["verdict"]

    assert run("--all") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "stnb doctor · 2 profiles · 0 well, 2 not"
    assert lines[2].split() == ["✗", "default", "integration", "42", "not", "in:", "hosts"]
    assert [line for line in lines if "lacks" in line]


def test_command_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` prints one object, and tells the other environment only when asked."""
    assert run("--demo-state", "other-environment", "--json", "--try-other-environment") == 1
    told = json.loads(capsys.readouterr().out)

    assert told["verdict"].startswith("The pair belongs to the other environment")
    assert {"name", "ok", "seen", "means", "next", "ask"} == set(told["checks"][0])


# -- in a notebook


def test_outside_a_notebook_it_is_a_report() -> None:
    """Where there is no notebook, the report itself comes back."""
    assert isinstance(doctor("demo"), Report)


def test_widget() -> None:
    """The widget shows the checks, offers the other environment where it may explain, and holds no
    secret.
    """
    ui = Doctor(practice("other-environment"))
    report = ui.report
    assert not report.ok
    assert ui.shown["offer"]
    assert ui.shown["verdict"] == report.verdict

    ui._on_message(None, {"kind": "other"}, None)
    assert ui.report.verdict.startswith("The pair belongs to the other environment")
    assert not ui.shown["offer"]
    state = json.dumps(ui.get_state(), default=str)
    assert [s for s in SECRETS if s in state] == []


def test_widget_tells_what_ended_it() -> None:
    """What cannot be examined is told in the widget, and raised for who asks for the report."""
    write_env(PHOENIX_TENANT_ID="17")
    ui = Doctor(None)

    with pytest.raises(stnb.CredentialsMissing, match="several"):
        _ = ui.report
    assert ui.shown["verdict"] == "No profile was named."
    assert checkup.__doc__
