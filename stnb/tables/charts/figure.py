"""The figure itself. This module loads matplotlib, so it is imported when something is drawn."""

from __future__ import annotations

import base64
import functools
import html
import io
import re
import threading
from typing import TYPE_CHECKING, Any

from .look import DPI, needs_matplotlib

try:
    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.figure import Figure
    from matplotlib.text import Text
except ModuleNotFoundError as err:
    raise needs_matplotlib(err) from None

if TYPE_CHECKING:
    from .spec import Finding

__all__ = ["Picture", "Text", "drawable"]
NO_FACTS = {"Date": None, "Creator": None, "Format": None, "Type": None}
_lock = threading.Lock()


class Picture(Figure):
    """A figure that a notebook shows without pyplot, and a terminal shows as a sentence."""

    finding: Finding

    def svg(self) -> str:
        """A small SVG whose texts are texts, so that a page can give them its own colour."""
        return _as_svg(self)

    def __repr__(self) -> str:
        return f"<picture: {self.finding.alt}>"

    def _repr_mimebundle_(self, **_wanted: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The picture for a page, with its alternative text, and as PNG for all else.

        Neither JupyterLab nor nbconvert's usual pages write the text of an image's metadata, so the
        page gets an element of its own.
        """
        png, size = self._repr_png_()
        data = {"text/html": self._html(png, size), "image/png": base64.b64encode(png).decode()}
        return {**data, "text/plain": repr(self)}, {"image/png": size}

    def _html(self, png: bytes, size: dict[str, Any]) -> str:
        svg = self.svg().encode()
        kind, content = ("svg+xml", svg) if len(svg) < len(png) else ("png", png)
        alt = html.escape(self.finding.alt, quote=True)
        box = f'width="{size["width"]}" style="max-width: 100%; height: auto"'
        source = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
        return f'<img alt="{alt}" {box} src="{source}">'

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=2 * DPI)
        wide, high = self.get_size_inches() * DPI
        return file.getvalue(), {"width": int(wide), "height": int(high), "alt": self.finding.alt}


def _as_svg(figure: Figure) -> str:
    """The figure as SVG with its texts as texts, and without dates and random names."""
    file = io.StringIO()
    # How texts are written is a global setting of matplotlib. It is changed alone and for a moment:
    # `rc_context` would also undo what other threads set meanwhile.
    with _lock:
        before = mpl.rcParams["svg.fonttype"], mpl.rcParams["svg.hashsalt"]
        try:
            mpl.rcParams["svg.fonttype"], mpl.rcParams["svg.hashsalt"] = "none", "stnb"
            figure.savefig(file, format="svg", metadata=NO_FACTS)
        finally:
            mpl.rcParams["svg.fonttype"], mpl.rcParams["svg.hashsalt"] = before
    return _small(file.getvalue())


def _small(text: str) -> str:
    """The SVG without the comments, digits and fonts that nobody sees."""
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
    """A text on one line, with a box for each letter that the font lacks.

    matplotlib would warn about each of these letters.
    """
    known = _letters()
    drawn = ""
    for letter in " ".join(text.split()):
        drawn += letter if ord(letter) in known else "□"
    return drawn
