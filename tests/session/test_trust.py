"""Which certificates are trusted, on each system."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest
import trustme
import truststore

from stnb.errors import SetupError
from stnb.session import trust


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """None of the variables is set, and nothing is kept of other tests."""
    for name in (*trust.FILES, trust.FOLDERS, trust.KEY_LOG):
        monkeypatch.delenv(name, raising=False)
    trust._context.cache_clear()
    yield
    trust._context.cache_clear()


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_the_store_of_the_system(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows and macOS the system itself judges; a file is trusted beside it."""
    monkeypatch.setattr(trust.sys, "platform", system)
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())

    assert isinstance(trust.tls_context(), truststore.SSLContext)


def test_a_container_without_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux without a bundle has the public certificates all the same, and checks them."""
    monkeypatch.setattr(trust.sys, "platform", "linux")
    monkeypatch.setattr(trust, "OF_LINUX", ("/none.pem",))
    found = trust.tls_context()

    assert found.cert_store_stats()["x509_ca"] > 50
    assert found.verify_mode == ssl.CERT_REQUIRED
    assert found.check_hostname


def test_a_file_adds_to_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A named file does not take away the system's certificates, and is read again once it is
    corrected.
    """
    file = tmp_path / "office.pem"
    before = trust.tls_context().cert_store_stats()["x509_ca"]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    with pytest.raises(SetupError, match="REQUESTS_CA_BUNDLE"):
        trust.tls_context()
    trustme.CA().cert_pem.write_to_path(str(file))

    assert trust.tls_context().cert_store_stats()["x509_ca"] == before + 1
    assert trust.tls_context() is trust.tls_context()


@pytest.mark.parametrize("variable", ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_folder_of_files_with_any_names(
    variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each certificate in it is trusted; a key, a note and a folder beside them do no harm."""
    before = trust.tls_context().cert_store_stats()["x509_ca"]
    for name in ("office.pem", "Proxy Root.CRT"):
        trustme.CA().cert_pem.write_to_path(str(tmp_path / name))
    authority = trustme.CA()
    authority.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    (tmp_path / "README.txt").write_text("ask the IT")
    (tmp_path / "old.pem").mkdir()
    monkeypatch.setenv(variable, str(tmp_path))

    assert trust.tls_context().cert_store_stats()["x509_ca"] == before + 2


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_another_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that is not ours to read is named, with the system's word for it."""
    file = tmp_path / "office.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    file.chmod(0)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    with pytest.raises(SetupError, match="Permission denied"):
        trust.tls_context()


def test_a_name_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file's name may be anything."""
    for name in ("SSL_CERT_FILE", "SSLKEYLOGFILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, "x" * 5000)
        with pytest.raises(SetupError, match=name):
            trust.tls_context()
        monkeypatch.delenv(name)


FORMS = {
    "empty": (b"", "empty"),
    "blank": (b" \r\n", "empty"),
    "a page": (b"<html>sign in</html>", "another text"),
    "base64 alone": (b"MIIBszCCAVqgAwIBAgIUQ", "another text"),
    "DER": (b"\x30\x82\x01\x00", "-inform der"),
    "PKCS #7": (b"-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n", "openssl pkcs7"),
    "UTF-16": ("-----BEGIN CERTIFICATE-----".encode("utf-16"), "UTF-16"),
    "UTF-16 without its mark": ("-----BEGIN CERTIFICATE-----".encode("utf-16-be"), "UTF-16"),
    "a key": (b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "is a key"),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_certificate_is_called_what_it_is(
    form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the line that converts it, if there is one."""
    content, words = FORMS[form]
    file = tmp_path / "office.pem"
    file.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    with pytest.raises(SetupError) as caught:
        trust.tls_context()

    assert words in f"{caught.value.why} {caught.value.next}"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="not on Windows")
def test_keys_are_not_written_to_a_pipe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is opened only when somebody reads it, and every call of the process would wait; a device
    and a new file are opened at once.
    """
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setenv("SSLKEYLOGFILE", str(pipe))
    with pytest.raises(SetupError, match="a pipe"):
        trust.tls_context()

    for place in ("/dev/null", tmp_path / "keys.log"):
        monkeypatch.setenv("SSLKEYLOGFILE", str(place))
        assert trust.tls_context().keylog_filename == str(place)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="not on Windows")
@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "a pipe"])
def test_a_device_is_not_read(device: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It has no end, or waits for one who writes."""
    if device == "a pipe":
        device = str(tmp_path / "pipe")
        os.mkfifo(device)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", device)

    with pytest.raises(SetupError, match="not a file"):
        trust.tls_context()


def test_a_file_of_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A tilde that no shell has expanded."""
    (tmp_path / "office.pem").write_bytes(b"")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", "~/office.pem")

    with pytest.raises(SetupError, match="empty"):
        trust.tls_context()
