"""The figure itself: matplotlib is loaded with this module, so only drawing brings it."""

from __future__ import annotations

import functools
import io
import re
import threading
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

from .look import DPI

if TYPE_CHECKING:
    from .spec import Finding

__all__ = ["Picture", "Text", "drawable"]
NO_FACTS = {"Date": None, "Creator": None, "Format": None, "Type": None}
_lock = threading.Lock()


class Picture(Figure):
    """A figure that a notebook shows without pyplot, and a terminal as a sentence."""

    finding: Finding

    def svg(self) -> str:
        """A small SVG whose texts are texts, so that a page can give them its own colour."""
        return _as_svg(self)

    def __repr__(self) -> str:
        return f"<picture: {self.finding.alt}>"

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=2 * DPI)
        wide, high = self.get_size_inches() * DPI
        return file.getvalue(), {"width": int(wide), "height": int(high), "alt": self.finding.alt}


def _as_svg(figure: Figure) -> str:
    """How texts are written is a global setting of matplotlib's; it is changed alone and for a
    moment, as `rc_context` would undo what other threads set meanwhile.
    """
    file = io.StringIO()
    with _lock:
        before = mpl.rcParams["svg.fonttype"], mpl.rcParams["svg.hashsalt"]
        try:
            mpl.rcParams["svg.fonttype"], mpl.rcParams["svg.hashsalt"] = "none", "stnb"
            figure.savefig(file, format="svg", metadata=NO_FACTS)
        finally:
            mpl.rcParams["svg.fonttype"], mpl.rcParams["svg.hashsalt"] = before
    return _small(file.getvalue())


def _small(text: str) -> str:
    """Without the comments, the digits and the fonts that nobody sees."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"(\d+\.\d\d)\d+", r"\1", text)
    text = re.sub(r' clip-path="[^"]*"', "", text)
    text = re.sub(r'<g id="patch_\d+">\s*(<path [^>]*/>)\s*</g>', r"\1", text)
    text = re.sub(r"'DejaVu Sans'[^;\"]*sans-serif", "system-ui, sans-serif", text)
    return re.sub(r"\s*\n\s*", " ", text)


@functools.cache
def _letters() -> frozenset[int]:
    path = font_manager.findfont(font_manager.FontProperties(family=["DejaVu Sans"]))
    return frozenset(font_manager.get_font(path).get_charmap())


def drawable(text: str) -> str:
    """A text without line breaks and without letters that the font has not: matplotlib would warn
    of each.
    """
    known = _letters()
    return "".join(c if ord(c) in known else "□" for c in " ".join(text.split()))
