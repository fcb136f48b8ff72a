"""What a file is, and a name for it that is safe on every system."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from email.message import Message
from urllib.parse import unquote

LONGEST = 120  # bytes of a name: file systems take 255, and paths of Windows 260 in all
# What Windows takes for a device, whatever ending follows.
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")
FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
UNKNOWN = "application/octet-stream"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# The first bytes of a kind, the place where they stand, the type, and its endings; the first ending
# is given to a file that has none of them.
KINDS: tuple[tuple[bytes, int, str, tuple[str, ...]], ...] = (
    (b"WAVE", 8, "audio/wav", (".wav",)),
    (b"ID3", 0, "audio/mpeg", (".mp3",)),
    (b"\xff\xfb", 0, "audio/mpeg", (".mp3",)),
    (b"\xff\xf3", 0, "audio/mpeg", (".mp3",)),
    (b"OggS", 0, "audio/ogg", (".ogg", ".oga", ".opus")),
    (b"fLaC", 0, "audio/flac", (".flac",)),
    (b"ftypM4A", 4, "audio/mp4", (".m4a",)),
    (b"ftypheic", 4, "image/heic", (".heic", ".heif")),
    (b"ftyp", 4, "video/mp4", (".mp4", ".mov", ".m4v")),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png", (".png",)),
    (b"\xff\xd8\xff", 0, "image/jpeg", (".jpg", ".jpeg")),
    (b"GIF8", 0, "image/gif", (".gif",)),
    (b"WEBP", 8, "image/webp", (".webp",)),
    (b"%PDF-", 0, "application/pdf", (".pdf",)),
    (b"PK\x03\x04", 0, "application/zip", (".zip", ".docx", ".xlsx", ".pptx")),
    (OLE, 0, "application/msword", (".doc", ".xls", ".ppt", ".msg")),
)
# Endings that a system would run, or a browser read as a page of its own.
RUN = re.compile(
    r"(?i)\.(exe|com|bat|cmd|scr|pif|msi|msp|dll|jar|js|jse|vbs|vbe|wsf|wsh|hta|ps1|psm1|lnk|reg"
    r"|url|cpl|inf|sh|command|app|desktop|py|pyw|html?|xhtml|shtml|svg|mht|mhtml|swf|chm|iso|img|vhdx?)"
)


def type_of(content: bytes, declared: str) -> str:
    """What a file is: by its first bytes, else as the server declares it."""
    for sign, place, kind, _ in KINDS:
        if content[place : place + len(sign)] == sign:
            return kind
    plain = declared.partition(";")[0].strip().lower()
    if re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", plain):
        return plain
    return UNKNOWN


def name_in(disposition: str) -> str:
    """The file's name in the header Content-Disposition; "" if it has none."""
    message = Message()
    message["content-disposition"] = re.sub(r"[\r\n]", " ", disposition)
    try:
        found = message.get_filename("")
    except (LookupError, ValueError, TypeError):  # a charset that nobody knows
        return ""
    return str(found)


def file_name(key: str, called: str, kind: str) -> str:
    """A name that no system takes for a path, a device or a program, and that ends as its kind.

    Args:
        key: what the file is asked for by, such as a call's id; the name begins with it.
        called: what the server calls it, or "".
        kind: its type.

    Example:
        >>> file_name("recording-7", "", "audio/wav")
        'recording-7.wav'
        >>> file_name("attachment-7", "../../CON", "image/png")
        'attachment-7-CON.png'
    """
    stem, ending = _parted(_plain(called), kind)
    whole = _plain(key)
    if stem:
        whole = f"{whole}-{stem}"
    whole = _cut(whole.strip(" ."), LONGEST - len(ending.encode()))
    if not whole or DEVICES.fullmatch(whole):
        whole = f"_{whole}"
    return whole + ending


def _plain(text: str) -> str:
    """The last part of a path without what a file system, a shell or a reader is misled by."""
    last = unquote(text).replace("\\", "/").rstrip("/").rpartition("/")[2]
    normal = unicodedata.normalize("NFC", last)
    shown = [letter for letter in normal if unicodedata.category(letter)[0] != "C"]
    return FORBIDDEN.sub("_", "".join(shown)).strip(" .")


def _parted(name: str, kind: str) -> tuple[str, str]:
    """(name without its ending, the right ending)."""
    stem, dot, last = name.rpartition(".")
    ending = f".{last}".lower()
    if not dot or not re.fullmatch(r"\.[a-z0-9]{1,8}", ending):
        return name, ending_of(kind)
    known = endings(kind)
    if ending in known:
        return stem, ending
    is_program = RUN.fullmatch(ending) is not None
    if not known and not is_program:
        return stem, ending
    return name.replace(".", "_"), ending_of(kind)


def endings(kind: str) -> list[str]:
    """The endings that a file of this type may have; none if the type says nothing."""
    for _, _, known, usual in KINDS:
        if known == kind:
            return list(usual)
    if kind == UNKNOWN:
        return []
    found = mimetypes.guess_all_extensions(kind)
    return [ending for ending in found if not RUN.fullmatch(ending)]


def ending_of(kind: str) -> str:
    """The usual ending of a type; ".bin" if there is none."""
    known = endings(kind)
    if not known:
        return ".bin"
    usual = mimetypes.guess_extension(kind)
    return usual if usual in known else known[0]


def _cut(name: str, most: int) -> str:
    """A name of at most so many bytes, cut between letters."""
    return name.encode()[:most].decode(errors="ignore").rstrip(" .")
