"""A file on a page: a player for a recording, a picture for an image."""

from __future__ import annotations

import base64
import html
from pathlib import Path

from .naming import type_of

LARGEST = 400_000  # bytes of a file that goes into a notebook, which is saved with it
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SOUNDS = frozenset({"audio/wav", "audio/mpeg", "audio/ogg", "audio/flac", "audio/mp4"})


class FileBytes(bytes):
    """The bytes of one file. A notebook plays a sound and shows a picture, if it is not large."""

    def _repr_html_(self) -> str | None:
        return as_html(bytes(self), "")


def shown(content: bytes) -> bytes:
    """The bytes as a notebook plays or shows them; a large file as it is, without a copy."""
    if len(content) > LARGEST:
        return content
    return FileBytes(content)


def as_html(content: bytes, name: str) -> str | None:
    """A player or a picture with the bytes in it; None if the file is neither, or large."""
    kind = type_of(content, "")
    if len(content) > LARGEST or kind not in PICTURES | SOUNDS:
        return None
    data = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    label = html.escape(name, quote=True)
    if kind in SOUNDS:
        return f'<audio controls preload="metadata" aria-label="{label}" src="{data}"></audio>'
    return f'<img alt="{label}" src="{data}" style="max-width:16em;max-height:12em">'


def file_html(path: Path) -> str | None:
    """The same for a file of a folder; None if it is gone."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        return as_html(path.read_bytes(), path.name)
    except OSError:
        return None
