"""A name that stands twice in the .env file with different values."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from stnb.access import doctor
from stnb.credentials import load, settings
from stnb.errors import NotAuthenticated
from stnb.session import Session
from tests.helpers.owner import APP_KEY, CLIENT_ID, CLIENT_SECRET

NAME = "SERVICETITAN_CLIENT_SECRET"
OTHER = f"{CLIENT_SECRET[:-4]}0000"
LINES = (
    f"SERVICETITAN_APP_KEY={APP_KEY}",
    "SERVICETITAN_TENANT_ID=42",
    "SERVICETITAN_ENVIRONMENT=integration",
    f"SERVICETITAN_CLIENT_ID={CLIENT_ID}",
    f"SERVICETITAN_CLIENT_SECRET={CLIENT_SECRET}",
)


def write(*lines: str) -> Path:
    file = Path(".env")
    file.write_text("\n".join([*lines, ""]))
    file.chmod(0o600)
    return file


def refused(request: httpx.Request) -> httpx.Response:
    return httpx.Response(401, json={"error": "invalid_client"})


def test_a_refusal_names_both_lines() -> None:
    """The 401 of the second value says where the first one is."""
    file = write(f"{NAME}={OTHER}", *LINES, "", f'{NAME}="{CLIENT_SECRET}"')
    session = Session(load(), transport=httpx.MockTransport(refused))

    with pytest.raises(NotAuthenticated) as caught:
        asyncio.run(session.authorize())

    assert f"{file.resolve()} sets different values of {NAME} on lines 1, 6 and 8" in (
        caught.value.why
    )
    assert OTHER not in str(caught.value)


def test_the_doctor_says_it_before_anything_is_refused() -> None:
    """Also while all is well: the value that counts may be the wrong one."""
    write(f"{NAME}={OTHER}", *LINES)

    seen = doctor.local.of_file(settings(), "default").seen

    assert "on lines 1 and 6; the last one counts" in seen
    assert OTHER not in seen


@pytest.mark.parametrize(
    "above",
    [
        f"{NAME}={CLIENT_SECRET}",
        f"export {NAME}='{CLIENT_SECRET}'",
        f"{NAME}=",
        f"# {NAME}={OTHER}",
        "SERVICETITAN_PHOENIX_CLIENT_SECRET=" + OTHER,
    ],
    ids=["the same", "quoted", "empty", "a remark", "of another profile"],
)
def test_what_is_no_doubt(above: str) -> None:
    """The same value twice, an empty one above, a remark, another profile."""
    write(above, *LINES)

    assert load("default").doubt == ""


def test_the_process_settles_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the process sets the value, the file's lines do not count."""
    write(f"{NAME}={OTHER}", *LINES)
    monkeypatch.setenv(NAME, CLIENT_SECRET)

    assert settings().repeated("default") == {}


def test_a_shared_value_is_named_too() -> None:
    """The app key is everybody's."""
    write(*LINES, f"SERVICETITAN_APP_KEY={APP_KEY[:-4]}0000")

    assert "SERVICETITAN_APP_KEY on lines 1 and 6" in load().doubt
