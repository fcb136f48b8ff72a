"""The base class of the explorer's widgets: their code and content are sent when a page asks.

What a notebook saves of a widget are its traits, and anywidget keeps a widget's code in one. A
message is not saved. So these widgets send everything but the choice itself by message, and a saved
notebook stays small.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, ClassVar

from . import assets
from .guard import in_sentences
from .internals import SubshellWidget

PLACEHOLDER = '"name of the part"'  # in widget.js; replaced by the name of the class's code
LEADING_COMMENTS = re.compile(r"^ *(//.*\n)?", flags=re.MULTILINE)


class Widget(SubshellWidget):
    """A widget with a short loader in place of its code.

    A class names its files when it is made, and answers the page's messages in `reply`.

    Args:
        scripts: the JavaScript files, in the order in which they are joined; the last one renders.
        style: the style sheet, or several.

    Example:
        >>> class Clock(Widget, scripts=("parts/clock.js",), style="parts/clock.css"):
        ...     def reply(self, message):
        ...         self.send({"kind": "time", "text": "12:00"})
    """

    _code: ClassVar[dict[str, str]] = {}

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.on_msg(self._on_message)

    def __init_subclass__(
        cls, scripts: tuple[str, ...] = (), style: str | tuple[str, ...] = "", **rest: Any
    ) -> None:
        if scripts:
            first, *others = scripts
            code = assets.module(first) + "".join(map(assets.read, others))
            sheets = (style,) if isinstance(style, str) else style
            looks = assets.style(sheets[0]) + "".join(map(assets.read, sheets[1:]))
            cls._code = {"kind": "code", "code": code, "style": looks}
            cls._esm = _loader(scripts[-1], cls._code)
        super().__init_subclass__(**rest)

    def reply(self, message: dict[str, Any]) -> None:
        """Answer a message of the page. Any thread may call it."""

    def show_error(self, error: Exception) -> None:
        """Show an error's three sentences in the widget. Nobody reads a callback's traceback."""
        shown = in_sentences(error)
        self.send({"kind": "error", "sentences": [shown.happened, shown.why, shown.next]})

    def _on_message(self, _widget: object, message: Any, _buffers: object) -> None:
        if not isinstance(message, dict):
            return
        try:
            if message.get("kind") == "code":
                self.send(self._code)
            else:
                self.reply(message)
        except Exception as error:  # noqa: BLE001
            self.show_error(error)


def _loader(name: str, code: dict[str, str]) -> str:
    """The loader for this code, under a name that changes with the code."""
    # Pages keep loaded code by this name, so another version of the code needs another name.
    digest = hashlib.sha256(repr(code).encode()).hexdigest()[:12]
    loader = LEADING_COMMENTS.sub("", assets.read("widget.js"))
    return loader.replace(PLACEHOLDER, f'"{name} {digest}"')
