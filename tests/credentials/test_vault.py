"""Secrets that stand elsewhere: in the operating system's keyring, or with a secret manager."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from stnb.access import doctor, setup
from stnb.access.doctor.findings import YOU
from stnb.cli import main
from stnb.cli.setup import run
from stnb.credentials import load, profiles, settings, vault
from stnb.errors import CredentialsInvalid, CredentialsMissing, SetupError
from tests.helpers.owner import APP_KEY, CLIENT_ID, CLIENT_SECRET

NAME = "SERVICETITAN_CLIENT_SECRET"


class Store(dict[tuple[str, str], str]):
    """A keyring in memory, in the place of the package."""

    locked = False
    priority = 5.0

    def get_password(self, service: str, entry: str) -> str | None:
        self.check()
        return self.get((service, entry))

    def set_password(self, service: str, entry: str, secret: str) -> None:
        self.check()
        self[service, entry] = secret

    def check(self) -> None:
        if self.locked:
            raise sys.modules["keyring.errors"].KeyringError("locked")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """The package with a keyring that works."""
    found, package, errors = Store(), ModuleType("keyring"), ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]
    package.__spec__ = SimpleNamespace()  # type: ignore[assignment]
    package.__path__ = []
    package.__dict__.update(
        errors=errors,
        get_password=found.get_password,
        set_password=found.set_password,
        get_keyring=lambda: SimpleNamespace(priority=found.priority),
    )
    monkeypatch.setitem(sys.modules, "keyring", package)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return found


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)


def write(secret: str, *more: str) -> Path:
    lines = (
        f"SERVICETITAN_APP_KEY={APP_KEY}",
        "SERVICETITAN_TENANT_ID=42",
        "SERVICETITAN_ENVIRONMENT=integration",
        f"SERVICETITAN_CLIENT_ID={CLIENT_ID}",
        f"{NAME}={secret}",
        *more,
    )
    file = Path(".env")
    file.write_text("\n".join(lines))
    file.chmod(0o600)
    return file


# -- the keyring


def test_a_secret_is_read_from_the_keyring(store: Store) -> None:
    """The value keyring:NAME is replaced by the password of that name; the file has no secret."""
    file = write("keyring:phoenix")
    store["stnb", "phoenix"] = CLIENT_SECRET

    assert load().client_secret.reveal() == CLIENT_SECRET
    assert load().doubt == ""
    assert profiles()[0].ready
    assert CLIENT_SECRET not in file.read_text()
    assert main.main(["scan", str(file)]) == 1  # for the app key


def test_without_the_package(no_package: None) -> None:
    """The error says what to install; so do the profiles and the doctor, which go on."""
    write("keyring:phoenix")

    with pytest.raises(SetupError, match=r"stnb\[keyring\]") as caught:
        load()
    assert caught.value.happened.startswith(NAME)
    assert "stnb[keyring]" in profiles()[0].problem
    assert "stnb[keyring]" in doctor.examine()["values"].next
    assert not vault.is_usable()


def test_the_doctor_sends_nobody_to_the_admin_for_it(store: Store) -> None:
    """The keyring is this user's own: what it lacks is put there by them."""
    write("keyring:phoenix")
    report = doctor.examine()

    assert (report["values"].ask, report["values"].missing) == (YOU, ("CLIENT_SECRET",))
    assert "keyring set stnb phoenix" in report["values"].next
    assert "Not Connected Yet" not in report.text(100)


def test_an_entry_that_is_not_there(store: Store) -> None:
    """The error names the variable and the entry, and how to make it."""
    write("keyring:phoenix")

    with pytest.raises(CredentialsMissing, match="keyring set stnb phoenix") as caught:
        load()
    assert caught.value.fields == ("CLIENT_SECRET",)


def test_a_keyring_that_is_locked(store: Store) -> None:
    """The error of the system is one of ours, and no secret is in it."""
    write("keyring:phoenix")
    store.locked = True

    with pytest.raises(CredentialsInvalid, match="locked"):
        load()
    with pytest.raises(CredentialsInvalid, match="locked") as caught:
        vault.keep(NAME, "phoenix", CLIENT_SECRET)
    assert CLIENT_SECRET not in str(caught.value)


@pytest.mark.parametrize("kind", [OSError, ValueError, ImportError, RuntimeError, EOFError])
def test_a_keyring_that_fails_in_its_own_way(
    store: Store, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a backend raises becomes one of our errors, and nothing of it is kept."""
    write("keyring:phoenix")

    def fail(*given: object) -> None:
        raise kind(CLIENT_SECRET)

    for verb in ("get_password", "set_password", "get_keyring"):
        monkeypatch.setattr(sys.modules["keyring"], verb, fail)

    with pytest.raises(CredentialsInvalid, match=kind.__name__) as read:
        load()
    with pytest.raises(CredentialsInvalid, match=kind.__name__) as kept:
        vault.keep(NAME, "phoenix", CLIENT_SECRET)
    assert not vault.is_usable()
    assert CLIENT_SECRET not in f"{read.value}{kept.value}"
    assert read.value.__context__ is None
    assert kept.value.__context__ is None


def test_a_backend_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is installed and cannot be imported is not said to be missing."""
    (tmp_path / "keyring.py").write_text("import no_such_backend")
    monkeypatch.delitem(sys.modules, "keyring", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    write("keyring:phoenix")

    with pytest.raises(CredentialsInvalid, match=r"cannot be reached.*ModuleNotFoundError"):
        load()


def test_a_keyring_without_a_name(store: Store) -> None:
    """The name is asked for; no entry of an empty name is."""
    write("keyring:")

    with pytest.raises(CredentialsInvalid, match="keyring:NAME"):
        load()


def test_blanks_around_a_secret_of_the_keyring(store: Store) -> None:
    """The end of a line that was piped into `keyring set` is taken off."""
    write("keyring:phoenix")
    store["stnb", "phoenix"] = CLIENT_SECRET + "\n"

    assert load().client_secret.reveal() == CLIENT_SECRET


def test_a_host_of_a_file_does_not_get_what_the_keyring_holds(store: Store) -> None:
    """Whoever made the folder may name an entry and a host; the secret stays here."""
    store["stnb", "phoenix"] = CLIENT_SECRET
    own = "https://host.example"
    write("keyring:phoenix", f"SERVICETITAN_API_URL={own}", f"SERVICETITAN_AUTH_URL={own}")

    with pytest.raises(CredentialsInvalid, match="was not used"):
        load()


def test_a_value_of_the_keyring_is_judged_too(store: Store) -> None:
    """An app key in the place of the secret is refused, wherever it stands."""
    write("keyring:phoenix")
    store["stnb", "phoenix"] = APP_KEY

    with pytest.raises(CredentialsInvalid, match="swapped"):
        load()


# -- the setup


def answers() -> setup.Answers:
    typed = {"tenant": "42", "client_id": CLIENT_ID, "app_key": APP_KEY}
    return setup.Answers.of("integration", "phoenix", {**typed, "client_secret": CLIENT_SECRET})


def test_the_setup_keeps_the_secret_in_the_keyring(store: Store) -> None:
    """The file says where it stands, and the profile works."""
    file = Path(".env")
    setup.save(answers(), file, in_keyring=True)

    assert store == {("stnb", "phoenix-integration-42"): CLIENT_SECRET}
    assert CLIENT_SECRET not in file.read_text()
    assert load("phoenix").client_secret.reveal() == CLIENT_SECRET


@pytest.mark.parametrize(("priority", "offered"), [(5.0, True), (0.0, False)])
def test_the_dialogue_offers_it(
    store: Store,
    priority: float,
    offered: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the package and a keyring the dialogue asks; with a keyring that refuses all it does
    not.
    """
    store.priority = priority
    typed = ["1", "1", "phoenix", "42", CLIENT_ID, CLIENT_SECRET, APP_KEY, "y", "y"]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join([*typed, ""])))
    options = SimpleNamespace(profile=None, env_file=None)

    assert run(options, lambda mine: setup.Verdict("ok", "They work.", ())) == 0  # type: ignore[arg-type]
    assert ("system's keyring" in capsys.readouterr().out) is offered
    assert bool(store) is offered
    assert (CLIENT_SECRET in Path(".env").read_text()) is not offered


# -- secret managers


def test_a_reference_that_nobody_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    """Without its program it is not sent; the error says how to start."""
    write("op://vault/servicetitan/secret")

    with pytest.raises(CredentialsInvalid, match="op run --env-file"):
        load()
    assert main.main(["profiles"]) == 1
    assert "op run" in capsys.readouterr().out


def test_started_by_a_secret_manager() -> None:
    """As `op run -- stnb …` does it, the process has the secrets and the file their references;
    nothing is in doubt.
    """
    write("op://vault/servicetitan/secret")
    command = [sys.executable, "-m", "stnb.cli", "profiles"]
    root = str(Path(doctor.__file__).parents[3])
    given = {**os.environ, NAME: CLIENT_SECRET, "PYTHONPATH": root}

    done = subprocess.run(command, env=given, capture_output=True, text=True, check=True)

    assert "default" in done.stdout
    assert "op run" not in done.stdout
    assert CLIENT_SECRET not in done.stdout + done.stderr


def test_a_reference_is_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process's secret beside the file's reference is not another value."""
    write("op://vault/servicetitan/secret")
    monkeypatch.setenv(NAME, CLIENT_SECRET)

    assert load().doubt == ""
    assert settings().hidden("default") == {}
    assert json.dumps(doctor.local.of_file(settings(), "default").seen)
