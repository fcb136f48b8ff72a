"""Which certificates are trusted: those of the operating system, and those that variables name.

An office that opens its connections has a certificate of its own, which its machines' store knows.
"""

from __future__ import annotations

import codecs
import contextlib
import functools
import os
import re
import ssl
import stat
import sys
from pathlib import Path

import certifi
import truststore

from stnb.credentials import clean
from stnb.errors import SetupError, reason

# Names that OpenSSL, requests and curl read. They add to the system's certificates: conda names its
# own public ones in SSL_CERT_FILE, and an office's certificate is in the system's store.
FILES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
FOLDERS = "SSL_CERT_DIR"
# Files of a folder that are read, and how many of them at most.
ENDINGS, MOST_FILES = (".pem", ".crt", ".cer"), 1_000
# How a text in UTF-16 begins: with its mark, or with a dash of PEM.
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"-\0", b"\0-")
DER = b"\x30"  # how it begins: a sequence of ASN.1
LARGEST_FILE = 50_000_000  # bytes
HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
KEY_LOG = "SSLKEYLOGFILE"
OF_LINUX = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def tls_context() -> ssl.SSLContext:
    """What a connection is checked with.

    Raises:
        SetupError: a variable names a file that cannot be used.
    """
    return _context(tuple(clean(os.environ.get(name, "")) for name in (*FILES, FOLDERS, KEY_LOG)))


# To read the system's certificates takes up to 0.1 s, and an account of forty tenants has forty
# clients. An error is not kept, so that a file may be corrected.
@functools.lru_cache(maxsize=4)
def _context(values: tuple[str, ...]) -> ssl.SSLContext:
    *files, folders, key_log = values
    context = _of_system()
    for name, text in zip(FILES, files, strict=True):
        if text:
            _load(context, name, Path(os.path.expanduser(text)))
    if folders:
        _load_folders(context, folders)
    if key_log:
        _log_keys(context, key_log)
    return context


def _of_system() -> ssl.SSLContext:
    if sys.platform in ("win32", "darwin"):
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # On Linux truststore reads the same files, but again for each connection: 0.1 s on the loop.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for file in _bundles():
        context.load_verify_locations(cafile=file)
    return context


def _bundles() -> list[str]:
    """The system's bundle; without one, as in a small container, the one of certifi."""
    for file in OF_LINUX:
        if os.access(file, os.R_OK):
            return [file]
    return [certifi.where()]


def _load(context: ssl.SSLContext, name: str, place: Path) -> None:
    """Trust the certificates of a file or a folder as well.

    Raises:
        SetupError: it is not there, not ours to read, or not in PEM.
    """
    if os.path.isdir(place):  # unlike that of pathlib, it takes any name
        _load_folder(context, str(place))
        return
    content = _content(name, place)
    _check_form(name, place, content)
    try:
        context.load_verify_locations(cafile=str(place))
    except (OSError, ValueError):
        raise _wrong(
            name, place, "It holds no certificate that can be read; likely it was cut or is a key."
        ) from None


def _content(name: str, place: Path) -> bytes:
    """The bytes of a file of certificates. A device or a pipe would never end."""
    try:
        found = place.stat()
        if not stat.S_ISREG(found.st_mode):
            raise _wrong(name, place, "It is a device or a pipe, not a file.")
        if found.st_size > LARGEST_FILE:
            raise _wrong(name, place, "It is over 50 MB, more than any file of certificates.")
        return place.read_bytes()
    except (OSError, ValueError) as err:  # a NUL in the name is a ValueError
        why = reason(err) if isinstance(err, OSError) else "no file has such a name"
    raise _wrong(name, place, f"The file cannot be read: {why}.")


def _check_form(name: str, place: Path, content: bytes) -> None:
    """Refuse what is not in PEM, with what it is.

    Raises:
        SetupError: it is another form of certificates, or none.
    """
    ready = f"and set {name} to office.pem."
    if content.startswith(WIDE):
        raise _wrong(
            name,
            place,
            "It is text in UTF-16, as the Windows PowerShell and Notepad write it; certificates "
            "are read in plain ASCII.",
            f'Save it as ASCII: `Get-Content "{place}" | Set-Content -Encoding ascii office.pem`, '
            f"{ready}",
        )
    if b"-----BEGIN PKCS7" in content:
        raise _wrong(
            name,
            place,
            "It is a PKCS #7 bundle, which is not read here.",
            f'Convert it with `openssl pkcs7 -print_certs -in "{place}" -out office.pem`, {ready}',
        )
    if b"-----BEGIN" in content:
        return
    if content.startswith(DER):
        raise _wrong(
            name,
            place,
            "It is not in PEM, a text that begins with -----BEGIN CERTIFICATE-----; likely it is "
            "in DER, the binary form.",
            f'Convert it with `openssl x509 -inform der -in "{place}" -out office.pem`, {ready}',
        )
    what = "It is another text"
    if not content.strip():
        what = "It is empty"
    raise _wrong(
        name,
        place,
        f"{what}, not PEM, which begins with -----BEGIN CERTIFICATE-----.",
    )


def _load_folders(context: ssl.SSLContext, text: str) -> None:
    folders = [folder for folder in text.split(os.pathsep) if os.path.isdir(folder)]
    if not folders:
        why = "There is no such folder."
        if os.path.exists(text):
            why = "It is no folder; a file belongs into SSL_CERT_FILE."
        raise _wrong(FOLDERS, text, why)
    for folder in folders:
        _load_folder(context, folder)


def _load_folder(context: ssl.SSLContext, folder: str) -> None:
    """Trust the certificates of a folder, whatever the names of its files.

    OpenSSL itself finds only those that are named by a hash, as `c_rehash` does it; most people put
    in the file that they were given.
    """
    context.load_verify_locations(capath=folder)
    names = sorted(os.listdir(folder))[:MOST_FILES]
    if any(HASHED.fullmatch(name) for name in names):
        return  # such a folder is in order, and may hold hundreds of files
    for name in names:
        file = os.path.join(folder, name)
        if name.lower().endswith(ENDINGS) and os.path.isfile(file):  # a pipe would never end
            with contextlib.suppress(OSError, ValueError):
                context.load_verify_locations(cafile=file)


def _log_keys(context: ssl.SSLContext, text: str) -> None:
    """Write the keys of connections to a file, as debuggers need them."""
    if _is_pipe(text):
        raise _unwritable(text, "it is a pipe, which waits until somebody reads it")
    try:
        context.keylog_filename = text
        return
    except (OSError, ValueError) as err:
        why = reason(err) if isinstance(err, OSError) else "no file has such a name"
    raise _unwritable(text, why)


def _is_pipe(text: str) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(text).st_mode)
    except (OSError, ValueError):  # it need not be there yet
        return False


def _unwritable(text: str, why: str) -> SetupError:
    return SetupError(
        f"{KEY_LOG}={text} cannot be used.",
        f"The keys of connections are to be written there, and it cannot be written: {why}.",
        f"Unset {KEY_LOG}, unless you read the connections with a debugger; then name a file "
        "that is yours to write.",
    )


def _wrong(
    name: str,
    place: Path | str,
    why: str,
    then: str = "",
) -> SetupError:
    usual = (
        f"Set {name} to a file in PEM with your office's certificate, or unset it: the operating "
        "system's own certificates are trusted anyway."
    )
    return SetupError(f"{name}={place} cannot be used.", why, then or usual)
