"""Lines of other shells, several variables in one line, and references that nobody resolved."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from stnb.credentials import load
from stnb.errors import CredentialsInvalid, CredentialsMissing
from tests.helpers.owner import APP_KEY, CLIENT_ID, CLIENT_SECRET

NAME = "SERVICETITAN_CLIENT_SECRET"
VALUES = {
    "SERVICETITAN_APP_KEY": APP_KEY,
    "SERVICETITAN_TENANT_ID": "42",
    "SERVICETITAN_ENVIRONMENT": "integration",
    "SERVICETITAN_CLIENT_ID": CLIENT_ID,
    NAME: CLIENT_SECRET,
}
Form = Callable[[Mapping[str, str]], str]


def each(line: str) -> Form:
    return lambda values: "\n".join(line.format(n=n, v=v) for n, v in values.items())


def between(sign: str) -> Form:
    return lambda values: sign.join(f"{name}={value}" for name, value in values.items())


FORMS = {
    "fish": (each("set -x {n} {v}"), "shell"),
    "fish for all": (each("set -gx {n} '{v}'"), "shell"),
    "csh": (each("setenv {n} {v}"), "shell"),
    "bash": (each('declare -x {n}="{v}"'), "shell"),
    "nushell": (each('$env.{n} = "{v}"'), "PowerShell"),
    "Windows": (each("set {n}={v}"), "Windows"),
    "semicolons": (between(";"), "several variables"),
    "one line": (between(" "), "several variables"),
    "commas": (between(", "), "several variables"),
    "vertical tabs": (between("\v"), "several variables"),
}


def write(text: str) -> None:
    file = Path(".env")
    file.write_text(f"{text}\n")
    file.chmod(0o600)


@pytest.mark.parametrize("form", FORMS)
def test_the_line_is_named(form: str) -> None:
    """With what it is, and no value of it."""
    make, what = FORMS[form]
    write(make(VALUES))

    with pytest.raises(CredentialsMissing) as caught:
        load()

    assert "Line 1 " in caught.value.why
    assert what in caught.value.why
    assert not [v for v in (APP_KEY, CLIENT_SECRET) if v in str(caught.value)]


def test_a_secret_may_hold_any_sign() -> None:
    """An equals sign, a semicolon or our prefix in a value are no further variables."""
    write("\n".join(f"{n}={v}" for n, v in {**VALUES, NAME: "cs1.a;b=c,SERVICETITAN_d"}.items()))

    assert load().client_secret.reveal() == "cs1.a;b=c,SERVICETITAN_d"


@pytest.mark.parametrize(
    "value",
    [
        "op://vault/item/field",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:st-AbCdEf",
        "arn:aws-us-gov:ssm:us-gov-west-1:1:parameter/st",
        "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/st)",
        "vault:secret/data/st#secret",
        "ssm:/prod/st/secret",
        "projects/acme/secrets/st/versions/latest",
    ],
)
def test_a_reference_is_not_sent(value: str) -> None:
    """What says where a secret stands is none."""
    write("\n".join(f"{n}={v}" for n, v in {**VALUES, NAME: value}.items()))

    with pytest.raises(CredentialsInvalid, match="was not sent") as caught:
        load()
    assert value not in str(caught.value)


@pytest.mark.parametrize("lead", ["keyring:", "KEYRING:", "Keyring: "])
def test_the_keyring_is_asked_however_it_is_written(
    lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name is not sent as a secret."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    write("\n".join(f"{n}={v}" for n, v in {**VALUES, NAME: f"{lead}mine"}.items()))

    with pytest.raises(CredentialsInvalid, match="keyring"):
        load()
