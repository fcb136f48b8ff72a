"""Attacks by way of the .env file: broken ones, foreign ones, and what is no file at all."""

from __future__ import annotations

import functools
import importlib
import os
import random
import socket
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

import stnb
from stnb import credentials
from stnb.credentials import open_file
from stnb.errors import CredentialsInvalid, CredentialsMissing, SetupError
from tests.helpers.full_length import APP_KEY, CLIENT_ID, CLIENT_SECRET
from tests.helpers.sample import tries

WHOLE = f"""\
SERVICETITAN_APP_KEY={APP_KEY}
SERVICETITAN_TENANT_ID=985798691
SERVICETITAN_ENVIRONMENT=integration
SERVICETITAN_CLIENT_ID={CLIENT_ID}
SERVICETITAN_CLIENT_SECRET={CLIENT_SECRET}
SERVICETITAN_PHOENIX_TENANT_ID=12
SERVICETITAN_PHOENIX_ENVIRONMENT=production
SERVICETITAN_PHOENIX_CLIENT_ID={CLIENT_ID}
SERVICETITAN_PHOENIX_CLIENT_SECRET={CLIENT_SECRET}
""".encode()
PIECES = [
    b"=", b"\n", b"\r", b"'", b'"', b"$", b"${", b"#", b"\\", b"\0", b"\xff", b"\xed\xa0\x80",
    b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"export ", b" ", b"\t", b"SERVICETITAN_", b"PHOENIX_",
    b"\nSERVICETITAN_API_URL=https://evil.example", b"\nSERVICETITAN_AUTH_URL=http://[",
    b"\nSERVICETITAN_API_URL=https://api.servicetitan.io#", b"\nSTNB_PROFILE=",
    b"ENVIRONMENT=production\n", b"TIMEZONE=../x\n", b"x" * 5000, b"'''", b"-----BEGIN",
]  # fmt: skip
HOSTS = {url for urls in credentials.HOSTS.values() for url in urls}


def broken(seed: int) -> bytes:
    """A .env file that was cut, doubled, scrambled and mixed with other bytes."""
    dice = random.Random(seed)
    text = WHOLE
    for _ in range(dice.randint(1, 8)):
        at, length = dice.randrange(len(text) + 1), dice.choice([0, 0, 1, 5, 40])
        put = dice.choice([*PIECES, dice.randbytes(3), text[at : at + length] * 2])
        text = text[:at] + put + text[at + length :]
    if dice.random() < 0.1:
        text = text.decode("latin-1").encode(dice.choice(["utf-16", "utf-32", "utf-7"]))
    return text


def outcome(call: Callable[[], object]) -> object:
    """What a call returns, or the SetupError that it raises."""
    try:
        return call()
    except SetupError as err:
        return err


@pytest.mark.parametrize("first", range(0, tries(2000), 100))
@pytest.mark.long
def test_2000_broken_files(first: int) -> None:
    """Each gives credentials that go where they may, or a SetupError without a secret in it."""
    file = Path(".env")
    for seed in range(first, first + 100):
        file.write_bytes(broken(seed))
        calls: list[Callable[[], object]] = [stnb.profiles]
        names = (None, "default", "phoenix")
        calls += [functools.partial(credentials.load, name) for name in names]
        for call in (calls[seed % 4], calls[(seed + 1) % 4]):
            found = outcome(call)
            if isinstance(found, SetupError):
                assert found.happened and found.why and found.next, seed  # noqa: PT018
            if isinstance(found, credentials.Credentials):
                # The pair stands in the same file as the address, so a host of its own counts.
                own = found.api_url.startswith("https://evil.example")
                assert own or {found.api_url, found.auth_url} <= HOSTS, seed
            shown = f"{found} {found!r}"
            assert CLIENT_SECRET[4:16] not in shown, seed
            assert APP_KEY[4:16] not in shown, seed


# -- what is no file


def test_a_pipe_is_refused_at_once() -> None:
    """A FIFO without a writer would be waited for without end."""
    os.mkfifo("pipe")

    with pytest.raises(CredentialsInvalid, match="a pipe or a device"):
        credentials.load(env_file="pipe")
    with pytest.raises(CredentialsInvalid, match="a pipe or a device"):
        stnb.connect(env_file="pipe")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/tty", "/dev/null"])
def test_a_device_is_refused_at_once(device: str) -> None:
    """`/dev/zero` would fill the memory."""
    with pytest.raises(CredentialsInvalid, match="a pipe or a device"):
        credentials.load(env_file=device)


def test_a_link_to_a_device_is_refused() -> None:
    """What a link leads to is what counts."""
    Path("here").symlink_to("/dev/zero")

    with pytest.raises(CredentialsInvalid, match="a pipe or a device"):
        credentials.load(env_file="here")


def test_a_socket_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Neither is a file."""
    with socket.socket(socket.AF_UNIX) as line:
        line.bind("line")
        with pytest.raises(CredentialsInvalid, match="a pipe or a device"):
            credentials.load(env_file="line")
    with pytest.raises(CredentialsInvalid, match="cannot be read"):
        credentials.load(env_file=tmp_path)


def test_a_pipe_that_takes_the_files_place_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the opening the file was exchanged: what was opened is looked at."""
    Path(".env").write_bytes(WHOLE)
    os.mkfifo("pipe")
    real = os.open
    monkeypatch.setattr(open_file.os, "open", lambda path, flags: real("pipe", flags))

    with pytest.raises(CredentialsInvalid, match="a pipe or a device"):
        credentials.load()


@pytest.mark.parametrize("size", [1_000_001, 50_000_000_000])
def test_a_huge_file_is_refused(size: int) -> None:
    """At most 1 MB, whatever it holds; a file of 50 GB with holes is not read at all."""
    with open(".env", "wb") as file:
        file.write(WHOLE)
        file.truncate(size)

    with pytest.raises(CredentialsInvalid, match="larger than 1 MB"):
        credentials.load()


def test_a_file_that_grows_while_it_is_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes that were read are counted, not only those that the system spoke of."""
    Path(".env").write_bytes(WHOLE)
    Path("large").write_bytes(WHOLE + b"#" * 1_000_000)
    real = os.open
    monkeypatch.setattr(open_file.os, "open", lambda path, flags: real("large", flags))

    with pytest.raises(CredentialsInvalid, match="larger than 1 MB"):
        credentials.load()


def test_a_file_of_one_megabyte_is_read() -> None:
    """The bound itself is allowed."""
    Path(".env").write_bytes(WHOLE + b"#" * (1_000_000 - len(WHOLE)))

    assert credentials.load("default").tenant == 985798691


def test_a_file_that_would_be_waited_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of the system, such as /proc/kmsg, is a regular file and has nothing to read yet."""
    Path(".env").write_bytes(WHOLE)
    real = os.fdopen

    def silent(descriptor: int, mode: str) -> object:
        file = real(descriptor, mode)
        opened = mock.MagicMock(wraps=file)
        opened.__enter__.return_value = opened
        opened.__exit__.side_effect = lambda *_: file.close()
        opened.read.side_effect = lambda _: None
        return opened

    monkeypatch.setattr(open_file.os, "fdopen", silent)
    for read in (credentials.load, credentials.profiles):
        with pytest.raises(CredentialsInvalid, match="cannot be read"):
            read()


def test_many_profiles_that_are_not_whole_take_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name of the file is compared with ours once, and not once for each of the profiles."""
    lines = [f"SERVICETITAN_P{number}_CLIENTID=cid.x" for number in range(60)]
    lines += [f"SERVICETITAN_Q{number}_TENANT_ID=1" for number in range(60)]
    Path(".env").write_text("\n".join(lines))
    compared: list[str] = []
    hints = importlib.import_module("stnb.credentials.hints")
    real = hints.meant_by
    monkeypatch.setattr(hints, "meant_by", lambda name: [compared.append(name), real(name)][1])

    found = credentials.profiles()

    assert len([each for each in found if not each.ready]) >= 60
    assert len(compared) == len(set(compared)) >= 120


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "none/.env"])
def test_a_name_that_is_none_is_answered_in_words(name: str) -> None:
    """The system's own errors do not come through."""
    with pytest.raises((CredentialsInvalid, CredentialsMissing)):
        credentials.load(env_file=name)


# -- whose file it is


@pytest.mark.parametrize("mode", [0o666, 0o622, 0o602, 0o646])
@pytest.mark.parametrize("named", [True, False])
def test_a_file_that_others_may_write_is_refused(mode: int, named: bool) -> None:
    """The error says how to close it; once closed it is read."""
    file = Path(".env")
    file.write_bytes(WHOLE)
    file.chmod(mode)
    env_file = file if named else None

    with pytest.raises(CredentialsInvalid, match=r"may write to it.*chmod 600"):
        credentials.load("default", env_file)
    file.chmod(0o600)
    assert credentials.load("default", env_file).tenant == 985798691


def test_a_refused_file_keeps_nobody_from_the_demo() -> None:
    """The demo needs no credentials, so nobody's file is in its way."""
    Path(".env").write_bytes(WHOLE)
    Path(".env").chmod(0o666)

    with stnb.connect("demo") as account:
        assert account.profile == "demo"


def test_a_group_of_others_may_not_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many systems give each user a group of their own, whose right to write harms nobody; any
    other group does.
    """
    file = Path(".env")
    file.write_bytes(WHOLE)
    file.chmod(0o660)
    monkeypatch.setattr(open_file, "_is_private_group", lambda group, owner: True)
    assert credentials.load("default").tenant == 985798691

    monkeypatch.setattr(open_file, "_is_private_group", lambda group, owner: False)
    with pytest.raises(CredentialsInvalid, match="may write to it"):
        credentials.load("default")


def test_a_group_without_a_name_is_nobodys_own() -> None:
    """A number that the system does not know is no private group."""
    assert not open_file._is_private_group(2**31 - 7, os.getuid())
    assert not open_file._is_private_group(os.getgid(), 2**31 - 7)


def test_a_file_of_another_owner_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a shared temporary folder: it belongs to somebody else, whatever its mode."""
    file = Path(".env")
    file.write_bytes(WHOLE)
    file.chmod(0o600)
    owner = file.stat().st_uid
    monkeypatch.setattr(open_file, "ROOT", 2**31 - 7)
    monkeypatch.setattr(open_file.os, "geteuid", lambda: owner + 1)

    with pytest.raises(CredentialsInvalid, match="belongs to another user"):
        credentials.load("default")
    with pytest.raises(CredentialsInvalid, match="belongs to another user"):
        stnb.connect()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_that_somebody_else_left_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a real owner: found upwards from a folder of one's own."""
    Path(".env").write_bytes(WHOLE)
    os.chown(".env", 12_345, 12_345)
    Path("mine").mkdir()
    monkeypatch.chdir("mine")

    with pytest.raises(CredentialsInvalid, match="belongs to another user"):
        stnb.connect()


def test_a_file_of_the_administrator_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may do anything anyway, and mounts secrets into containers."""
    file = Path(".env")
    file.write_bytes(WHOLE)
    file.chmod(0o444)
    monkeypatch.setattr(open_file, "ROOT", file.stat().st_uid)
    monkeypatch.setattr(open_file.os, "geteuid", lambda: 2**31 - 7)

    assert credentials.load("default").tenant == 985798691
