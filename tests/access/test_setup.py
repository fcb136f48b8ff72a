"""Setting up a profile: steps for everyone, shapes of values, the trial, the dialogue, the widget;
no value ever shows.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import stat
import subprocess
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest

from stnb import credentials, demoserver
from stnb.access import setup as wizard
from stnb.access.setup import (
    ENVIRONMENTS,
    FIELDS,
    PRACTICE,
    WHO,
    Answers,
    Verdict,
    check,
    check_profile,
    guide,
    try_them,
)
from stnb.cli import main, setup
from stnb.credentials import Credentials, Secret, vault
from stnb.errors import CannotSave, CredentialsInvalid
from stnb.explorer.parts import setup as widget
from tests.helpers.full_length import APP_KEY, CLIENT_ID, CLIENT_SECRET

GOOD = {
    "tenant": "985798691",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "app_key": APP_KEY,
}
HIDDEN = (
    CLIENT_SECRET,
    CLIENT_ID,
    APP_KEY,
    *(value for key, value in PRACTICE.items() if key != "tenant"),
)


def answers(environment: str = "integration", profile: str = "default", **other: str) -> Answers:
    return Answers.of(environment, profile, GOOD | other)


def practice(**other: str) -> Answers:
    return Answers.of("demo", "practice", PRACTICE | other)


def shows_nothing(*texts: object) -> bool:
    return not [hidden for hidden in HIDDEN for text in texts if hidden in str(text)]


# -- steps


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("who", WHO)
def test_steps_for_everyone(who: str, environment: str) -> None:
    """Each kind of person has steps in each environment; the environment is named, and only its
    own.
    """
    way = guide(who, environment)
    text = " ".join(way.steps)

    assert len(way.steps) >= 3
    assert way.notes
    assert way.open == ((who, environment) != ("plain", "production"))
    assert "{" not in text
    assert text.count("**") % 2 == 0


@pytest.mark.parametrize(
    ("who", "environment", "labels"),
    [
        (
            "developer",
            "production",
            [
                "My Apps",
                "View Connections",
                "Generate",
                "Not Connected Yet",
                "Connect New App",
                "Allow",
            ],
        ),
        (
            "developer",
            "integration",
            ["I, the app developer, will configure the credentials on behalf of each tenant"],
        ),
        (
            "admin",
            "production",
            ["API Application Access", "Connect New App", "Allow", "Manage API Application Access"],
        ),
        ("plain", "integration", ["My Apps", "Connect New App", "Allow", "Generate"]),
        ("plain", "production", ["Connect New App", "Allow"]),
    ],
)
def test_the_labels_of_the_pages(who: str, environment: str, labels: list[str]) -> None:
    """The steps use the labels that the person will look for."""
    text = " ".join(guide(who, environment).steps)

    assert [label for label in labels if f"**{label}**" not in text] == []


def test_what_one_should_know() -> None:
    """Pairs are per tenant and environment; other scopes need an upgrade; a new secret ends the
    old; Disable can be undone.
    """
    for who in WHO:
        notes = " ".join(guide(who, "integration").notes)
        assert [
            w
            for w in ("Upgrade to New Version", "ends the old one", "**Disable**", "pair stays")
            if w not in notes
        ] == []

    assert "password manager" in " ".join(guide("admin", "production").notes)
    assert "approval" in " ".join(guide("developer", "production").notes)
    assert "approval" not in " ".join(guide("developer", "integration").notes)


# -- shapes


@pytest.mark.parametrize(
    ("key", "text", "level", "says"),
    [
        ("tenant", "985798691", "ok", "right"),
        ("tenant", "  985798691\n", "ok", "right"),
        ("tenant", "", "hint", "number"),
        ("tenant", "985,798,691", "wrong", "Digits"),
        ("tenant", "my company", "wrong", "number"),
        ("tenant", "9" * 19, "wrong", "Digits"),
        ("tenant", "٣٤", "wrong", "number"),
        ("tenant", CLIENT_ID, "wrong", "Client ID"),
        ("client_id", CLIENT_ID, "ok", "right"),
        ("client_id", f'"{CLIENT_ID}"', "ok", "right"),
        ("client_id", "", "hint", "cid."),
        ("client_id", CLIENT_SECRET, "wrong", "Client Secret"),
        ("client_id", APP_KEY, "wrong", "App Key"),
        ("client_id", f"{CLIENT_ID[:9]} {CLIENT_ID[9:]}", "wrong", "blank"),
        ("client_id", f"SERVICETITAN_CLIENT_ID={CLIENT_ID}", "wrong", "name"),
        ("client_id", "cid.ab", "hint", "length"),
        ("client_id", "985798691", "hint", "Tenant ID"),
        ("client_id", "something-else", "hint", "cid."),
        ("client_secret", CLIENT_SECRET, "ok", "right"),
        ("client_secret", CLIENT_SECRET.replace("cs1.", "cs2."), "ok", "right"),
        ("client_secret", CLIENT_SECRET[:-3], "hint", "length"),
        ("client_secret", CLIENT_ID, "wrong", "Client ID"),
        ("client_secret", "••••••••", "wrong", "mask"),
        ("client_secret", "********", "wrong", "mask"),
        ("client_secret", "eyJhbGciOiJSUzI1NiJ9.e30.x", "wrong", "token"),
        ("client_secret", "cs1.a\u200bb", "wrong", "sign"),
        ("app_key", APP_KEY, "ok", "right"),
        ("app_key", CLIENT_SECRET, "wrong", "Client Secret"),
        ("app_key", "0f8fad5b-d9cb-469f-a165-70867728950e", "hint", "ak1."),
    ],
)
def test_shapes(key: str, text: str, level: str, says: str) -> None:
    """What is typed is judged at once: right, unusual or wrong, and why; the value itself is not
    repeated.
    """
    hint = check(key, text)

    assert (hint.level, says in hint.text) == (level, True), hint
    assert not text.strip() or text.strip() not in hint.text


@pytest.mark.parametrize(
    ("name", "environment", "level"),
    [
        ("phoenix", "production", "ok"),
        ("Phoenix_2", "integration", "ok"),
        ("", "integration", "ok"),
        ("default", "production", "ok"),
        ("production", "production", "ok"),
        ("production", "integration", "wrong"),
        ("demo", "demo", "wrong"),
        ("api", "integration", "wrong"),
        ("two words", "integration", "wrong"),
        ("9lives", "integration", "wrong"),
        ("x_", "integration", "wrong"),
        ("x" * 30, "integration", "wrong"),
        (CLIENT_SECRET, "integration", "wrong"),
    ],
)
def test_names_of_profiles(name: str, environment: str, level: str) -> None:
    """A name is one that the variables can carry, and that says nothing false."""
    assert check_profile(name, environment).level == level
    assert shows_nothing(check_profile(name, environment).text)


def test_what_is_allowed_is_read_back() -> None:
    """Whatever passes the checks is a profile of the file afterwards, whatever its name."""
    for name in ("a", "client", "tenant_id", "x_app", "app", "timezone", "id", "url"):
        assert check_profile(name, "integration").level == "ok"
        wizard.save(answers(profile=name), Path(".env"))
        assert credentials.load(name, ".env").profile == name


# -- from answers to credentials


@pytest.mark.parametrize("profile", ["default", "phoenix"])
def test_saved_as_it_is_tried(profile: str) -> None:
    """What is tried is what is read once it is saved."""
    file = Path(".env")
    mine = wizard.credentials_of(answers(profile=profile), file)
    assert not file.exists()

    saved = wizard.save(answers(profile=profile), file)

    assert credentials.load(profile) == mine
    assert len(saved.variables) == 5
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert shows_nothing(saved, mine, answers())


def test_one_app_key_for_all_unless_another_is_there() -> None:
    """The app key is shared; a second one becomes the profile's own; none typed keeps the one in
    use.
    """
    file = Path(".env")
    wizard.save(answers(profile="one"), file)
    wizard.save(answers(profile="two", app_key=""), file)
    wizard.save(answers(profile="three", app_key=APP_KEY[:-1] + "9"), file)
    wizard.save(answers(profile="three", app_key=APP_KEY), file)

    lines = [line.split("=")[0] for line in file.read_text().splitlines() if "APP_KEY" in line]
    assert lines == ["SERVICETITAN_APP_KEY", "SERVICETITAN_THREE_APP_KEY"]
    assert {credentials.load(name).app_key.reveal() for name in ("one", "two", "three")} == {
        APP_KEY
    }


def test_notes_on_what_else_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the process that would win, and profiles that lose their shared key, are named
    before it is a puzzle.
    """
    file = Path(".env")
    wizard.save(answers(profile="default"), file)
    wizard.save(answers(profile="phoenix"), file)
    monkeypatch.setenv("SERVICETITAN_CLIENT_ID", CLIENT_ID[:-1] + "9")

    own = wizard.variables(answers(profile="phoenix", app_key=APP_KEY[:-1] + "9"), file)
    saved = wizard.save(answers(app_key=APP_KEY[:-1] + "9"), file)

    assert "SERVICETITAN_PHOENIX_APP_KEY" in own
    assert [n for n in saved.notes if "SERVICETITAN_CLIENT_ID is also set" in n]
    assert [n for n in saved.notes if "another one for phoenix too" in n]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"tenant": "abc"}, "Tenant ID cannot be right"),
        ({"client_secret": CLIENT_ID}, "swapped"),
        ({"client_secret": ""}, "Client Secret is missing"),
        ({"app_key": ""}, "App Key is missing"),
        ({"client_secret": PRACTICE["client_secret"]}, "demo's values"),
        ({"profile": "demo"}, "cannot be replaced"),
    ],
)
def test_nothing_is_sent_that_cannot_be_right(wrong: dict[str, str], says: str) -> None:
    """Wrong shapes, missing values and the demo's values for a real environment stop before the
    trial; nothing shows.
    """
    given = dict(wrong)
    mine = answers(profile=given.pop("profile", "default"), **given)

    with pytest.raises(CredentialsInvalid, match=says) as caught:
        wizard.credentials_of(mine, Path(".env"))
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    own = [
        str(f.locals) for f in frames.stack if "stnb" in f.filename and "tests" not in f.filename
    ]
    assert shows_nothing(caught.value, *own)


def test_the_trial_is_of_what_will_be_read() -> None:
    """An address that the file gives the profile counts in the trial too; one of the other
    environment stops it.
    """
    Path(".env").write_text("SERVICETITAN_API_URL=https://api.servicetitan.io\n")

    with pytest.raises(CredentialsInvalid, match="mixes two environments"):
        wizard.credentials_of(answers(), Path(".env"))


# -- the trial


def mine(**other: str) -> Credentials:
    return wizard.credentials_of(practice(**other), Path("practice.env"))


def test_a_good_pair_is_told_so() -> None:
    """A token is asked for, no other call is made, and the verdict says what it grants."""
    app, asked = demoserver.make_app(), []

    async def spied(scope: Any, receive: Any, send: Any) -> None:
        asked.append((scope["method"], scope["path"]))
        await app(scope, receive, send)

    verdict = try_them(mine(), app=spied)

    assert (verdict.level, verdict.tenant) == ("ok", demoserver.TENANT)
    assert "325 resources" in " ".join(verdict.lines)
    assert asked == [("POST", "/connect/token")]


def test_a_pair_of_another_tenant() -> None:
    """The token names its tenant: the verdict names both, and what to do."""
    verdict = try_them(mine(tenant="17"))

    assert (verdict.level, verdict.tenant) == ("wrong", demoserver.TENANT)
    assert "not to 17" in verdict.title


@pytest.mark.parametrize(
    "state", ["wrong-secret", "not-connected", "not-connected:403", "disabled", "other-environment"]
)
def test_a_refused_pair(state: str) -> None:
    """However the refusal is worded, the verdict lists the likely causes and whom to ask."""
    verdict = try_them(mine(), app=demoserver.make_app(state=state))

    assert verdict.level == "wrong"
    assert "Likely" in verdict.lines[1]
    assert "API Application Access" in verdict.lines[2]
    assert shows_nothing(verdict)


def answering(status: int, body: bytes) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"retry-after", b"99")]}
        )
        await send({"type": "http.response.body", "body": body})

    return app


@pytest.mark.parametrize(
    "app",
    [answering(429, b"{}"), answering(503, b"<html>"), answering(404, b"")],
    ids=["429", "503", "404"],
)
def test_a_trial_that_tells_nothing(app: Any) -> None:
    """If the server has no time or is in trouble, that is said, and not that the pair is wrong."""
    assert try_them(mine(), app=app).level == "unknown"


def test_a_token_that_cannot_be_read_is_still_one() -> None:
    """Where the token does not say its tenant, it was granted all the same."""
    verdict = try_them(mine(), app=answering(200, b'{"access_token": "opaque", "expires_in": 900}'))

    assert (verdict.level, verdict.tenant) == ("ok", None)


# -- practice


def test_practice_does_not_spoil_a_real_file() -> None:
    """The demo's values are not written to a file that holds a real profile."""
    wizard.save(answers(), Path(".env"))
    before = Path(".env").read_bytes()

    with pytest.raises(CannotSave, match="real profile"):
        wizard.save(practice(), Path(".env"))
    assert Path(".env").read_bytes() == before


# -- the dialogue


def talk(
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    *options: str,
    verdicts: list[Verdict] | None = None,
) -> int:
    """Run `stnb setup` with its answers from a pipe; the trial is that of the demo, or gives these
    verdicts in turn.
    """
    given, run = iter(verdicts or ()), setup.run
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        if verdicts is not None:
            patch.setattr(setup, "run", lambda options: run(options, lambda mine: next(given)))
        return main.main(["setup", *options])


GIVEN = [GOOD["tenant"], CLIENT_ID, CLIENT_SECRET, APP_KEY]
WORKS = Verdict("ok", "They work.", ("A token was granted.",), 985798691)
REFUSED = Verdict("wrong", "The pair was refused.", ("Why.", "What."))


def test_dialogue_from_the_steps_to_the_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who, where, steps, values, trial, file, next command; no secret is printed, and the file is
    private.
    """
    assert talk(monkeypatch, ["2", "production", "Phoenix", *GIVEN, ""], verdicts=[WORKS]) == 0

    out = capsys.readouterr().out
    assert "Connect New App" in out
    assert "Upgrade to New Version" in out
    assert out.rstrip().endswith("stnb pull jpm.jobs --limit 5 --profile phoenix")
    assert shows_nothing(out)
    assert credentials.load("phoenix").environment == "production"
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600


def test_dialogue_asks_again_where_a_shape_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A value of a wrong shape, an empty one and a choice that is none are asked for again, with
    the reason.
    """
    lines = [
        "7",
        "1",
        "1",
        "two words",
        "",
        "a1",
        "985798691",
        CLIENT_SECRET,
        CLIENT_ID,
        "",
        CLIENT_ID,
        CLIENT_SECRET,
        APP_KEY,
        "maybe",
        "y",
    ]

    assert talk(monkeypatch, lines, verdicts=[WORKS]) == 0
    out = capsys.readouterr().out
    assert [
        w
        for w in ("from 1 to 3", "letter first", "is a number", "swapped", "Begins with cs1.")
        if w not in out
    ] == []
    assert shows_nothing(out)


def test_dialogue_after_a_refusal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refused pair is typed again, with Enter for what stays; or kept all the same; or left."""
    again = ["", "", CLIENT_SECRET[:-1] + "9", ""]
    assert (
        talk(monkeypatch, ["", "", "", *GIVEN, "again", *again, "y"], verdicts=[REFUSED, WORKS])
        == 0
    )
    assert credentials.load().client_secret == Secret(CLIENT_SECRET[:-1] + "9")

    assert talk(monkeypatch, ["", "", "b", *GIVEN, "leave"], verdicts=[REFUSED]) == 1
    assert "_B_" not in Path(".env").read_text()
    assert shows_nothing(capsys.readouterr().out)


def test_dialogue_keeps_what_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair that is to be kept all the same is written."""
    assert talk(monkeypatch, ["", "", "", *GIVEN, "keep", ""], verdicts=[REFUSED]) == 0
    assert credentials.load().tenant == 985798691


def test_dialogue_takes_the_tenant_of_the_pair(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In practice with another tenant id, the demo's own is offered and taken."""
    lines = ["", "demo", "x", "17", "", "", "", "tenant", ""]

    assert talk(monkeypatch, lines, "--env-file", "practice.env") == 0
    assert f"TENANT_ID={demoserver.TENANT}" in Path("practice.env").read_text()
    assert shows_nothing(capsys.readouterr().out)


def test_dialogue_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """No to the last question writes nothing."""
    assert talk(monkeypatch, ["", "", "", *GIVEN, "n"], verdicts=[WORKS]) == 1
    assert not Path(".env").exists()


def test_dialogue_where_the_way_is_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who has no customer is told why there is no production, and asked again."""
    assert talk(monkeypatch, ["3", "2", "3", "1", "", *GIVEN, ""], verdicts=[WORKS]) == 0
    assert "This way is closed" in capsys.readouterr().out


def test_practice_in_a_terminal_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Practice needs Enter only, and leaves no file unless one is named."""
    assert talk(monkeypatch, ["", "3", "x", "", "", "", ""]) == 0
    assert not Path(".env").exists()
    assert "--profile demo" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lines", "options", "says"),
    [
        (["1"], [], "was not finished"),
        (["1", "1"], ["--profile", "demo"], "no name for a profile"),
        (["1", "1"], ["--env-file", "."], "folder"),
    ],
)
def test_dialogue_that_cannot_be_carried_out(
    lines: list[str],
    options: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Input that ends early and names that cannot be: exit code 2 or 1, three sentences, nothing
    written.
    """
    assert talk(monkeypatch, lines, *options) in (1, 2)
    assert says in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_dialogue_and_git(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that git does not ignore is written only once it may be added to .gitignore."""
    subprocess.run(["git", "init", "-q"], check=True)

    assert talk(monkeypatch, ["", "", "", *GIVEN, "y", "n"], verdicts=[WORKS]) == 1
    assert "Add the line .env" in capsys.readouterr().err
    assert not Path(".env").exists()
    assert talk(monkeypatch, ["", "", "", *GIVEN, "y", "y"], verdicts=[WORKS]) == 0
    assert Path(".gitignore").read_text() == ".env\n"
    assert Path(".env").exists()


# -- the widget


class Page:
    """The page's side of a widget: sends as the page would, and waits for the answer."""

    def __init__(self, **options: Any) -> None:
        self.heard: list[dict[str, Any]] = []
        self.ui = widget.Setup(**options)
        self.ui.send = lambda content, buffers=None: self.heard.append(content)

    def send(self, **message: Any) -> dict[str, Any]:
        before = len(self.heard)
        self.ui._on_message(self.ui, message, [])
        assert "values" not in message
        for thread in threading.enumerate():
            if thread.name == "stnb-setup":
                thread.join(60)
        assert len(self.heard) == before + 1
        return self.heard[-1]

    def attempt(
        self, environment: str = "integration", profile: str = "default", **other: str
    ) -> dict[str, Any]:
        return self.send(do="try", environment=environment, profile=profile, values=GOOD | other)

    def is_clean(self) -> bool:
        state = json.dumps(self.ui.get_state(drop_defaults=False), default=str)
        answers = [said for said in self.heard if said["kind"] == "answer"]
        return shows_nothing(state, repr(self.ui), json.dumps(answers))


def test_widget_tries_and_saves() -> None:
    """A good trial saves at once; neither state nor answers hold a value; the next line reads
    something.
    """
    page = Page(try_them=lambda mine: WORKS)

    said = page.attempt(profile="phoenix")

    assert (said["level"], said["held"]) == ("ok", False)
    assert said["next"] == 'st = stnb.connect("phoenix")\nst.jpm.jobs.head()'
    assert (said["profiles"], said["keys"]) == (["phoenix"], ["phoenix", "*"])
    assert credentials.load("phoenix").client_secret == Secret(CLIENT_SECRET)
    assert page.ui._held is None
    assert page.is_clean()


def test_widget_holds_secrets_for_another_try() -> None:
    """After a refusal the page has no secret; what is left empty next time is what was held, for
    the same profile only.
    """
    verdicts = iter([REFUSED, WORKS, REFUSED])
    page = Page(try_them=lambda mine: next(verdicts))

    said = page.attempt(profile="phoenix")
    assert (said["level"], said["held"], [way["do"] for way in said["ways"]]) == (
        "wrong",
        True,
        ["keep"],
    )
    assert not Path(".env").exists()
    assert (
        page.attempt(profile="other", client_secret="")["title"] == "The Client Secret is missing."
    )
    assert page.is_clean()

    assert page.attempt(profile="phoenix", client_secret="")["level"] == "wrong"
    assert page.attempt(profile="phoenix")["level"] == "ok"
    assert (
        page.attempt(profile="phoenix", client_secret="")["title"]
        == "The Client Secret is missing."
    )


def test_widget_offers_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the command line does: only where there is one, and the secret is then not in the file."""
    monkeypatch.setattr(vault, "is_usable", lambda: False)
    assert Page().ui.about["keyring"] is False

    kept: dict[str, str] = {}

    def keep(name: str, entry: str, secret: str) -> str:
        kept[entry] = secret
        return f"{vault.LEAD}{entry}"

    monkeypatch.setattr(vault, "is_usable", lambda: True)
    monkeypatch.setattr(vault, "keep", keep)
    page = Page(try_them=lambda mine: WORKS)
    assert page.ui.about["keyring"] is True
    said = page.send(
        do="try", environment="integration", profile="phoenix", values=dict(GOOD), keyring=True
    )

    assert said["level"] == "ok"
    assert any("keyring" in line for line in said["lines"])
    assert list(kept.values()) == [CLIENT_SECRET]
    assert CLIENT_SECRET not in Path(".env").read_text()
    assert "keyring:phoenix-integration-" in Path(".env").read_text()
    assert page.is_clean()


def test_widget_keeps_what_was_refused_and_asks_before_git_is_touched() -> None:
    """Keep writes all the same; where git does not ignore the file, the second yes adds it to
    .gitignore.
    """
    subprocess.run(["git", "init", "-q"], check=True)
    page = Page(try_them=lambda mine: REFUSED)
    page.attempt()

    said = page.send(do="keep")
    assert ([way["do"] for way in said["ways"]], Path(".env").exists()) == (["ignore"], False)
    said = page.send(do="ignore")

    assert (said["level"], said["title"]) == ("ok", "They are saved.")
    assert Path(".gitignore").read_text() == ".env\n"
    assert credentials.load().tenant == 985798691
    assert page.send(do="keep")["title"] == "There is nothing to save."
    assert page.is_clean()


def test_widget_practises() -> None:
    """Practice fills in, refuses and offers the pair's tenant, and writes only to a file that is
    named.
    """
    page = Page()
    assert page.send(do="fill")["values"] == PRACTICE

    said = page.send(do="try", environment="demo", profile="x", values=PRACTICE | {"tenant": "17"})
    assert [way["do"] for way in said["ways"]] == ["tenant"]
    said = page.send(
        do="try",
        environment="demo",
        profile="x",
        values={"tenant": "900000042", "client_id": PRACTICE["client_id"]},
    )
    assert (said["level"], "nothing was written" in said["lines"][-1]) == ("ok", True)
    assert list(Path().iterdir()) == []

    page = Page(env_file="practice.env")
    assert page.send(do="try", environment="demo", profile="x", values=PRACTICE)["level"] == "ok"
    assert "SERVICETITAN_X_ENVIRONMENT=demo" in Path("practice.env").read_text()
    assert page.is_clean()


def test_widget_never_dies_silently() -> None:
    """Whatever goes wrong is told without the words of the fault, which may hold a value."""

    def broken(mine: Credentials) -> Verdict:
        raise RuntimeError(CLIENT_SECRET)

    page = Page(try_them=broken)
    assert page.attempt()["title"] == "The setup failed: RuntimeError."
    assert page.send(do="try", values={"client_secret": 7})["level"] == "wrong"
    assert page.send(do="nonsense")["level"] == "wrong"
    Path(".env").write_bytes(b"\xff")
    assert "cannot be read" in page.attempt()["title"]
    assert page.is_clean()


def test_widget_names_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The path that the notebook keeps does not name the home folder's owner; closing forgets."""
    monkeypatch.setenv("HOME", os.getcwd())
    page = Page(profile="phoenix", try_them=lambda mine: REFUSED)
    page.attempt()
    page.ui.close()

    assert (page.ui.about["file"], page.ui.about["profile"]) == ("~/.env", "phoenix")
    assert page.ui._held is None


def test_both_halves_apply_the_same_rules() -> None:
    """The page's rules are the terminal's, as data; no pattern uses what only one of the two
    languages knows.
    """
    about = Page().ui.about

    assert [f["key"] for f in about["fields"]] == list(FIELDS)
    patterns = [rule[0] for f in about["fields"] for rule in f["rules"]] + [
        r[0] for rules in about["names"].values() for r in rules
    ]
    assert [
        p for p in patterns if any(odd in p for odd in ("(?P", "\\Z", "\\A", "(?i", "\\d", "(?<"))
    ] == []


@pytest.mark.parametrize("file", ["team.env", "my files/.env", "it's.env"])
def test_the_command_to_go_on_with_can_be_pasted(file: str) -> None:
    """The file is one word for the shell, whatever its name is."""
    words = shlex.split(wizard.next_command("phoenix", "production", file))

    assert words[-4:] == ["--profile", "phoenix", "--env-file", file]
