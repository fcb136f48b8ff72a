"""Widgets whose code and content travel when a page asks, so that a saved notebook keeps almost
nothing of them.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
from typing import Any, ClassVar

import anywidget

from stnb.errors import StnbError

from . import assets
from .guard import in_sentences

log = logging.getLogger("stnb")
MARK = '"name of the part"'


class OnDemand(anywidget.AnyWidget):
    """A widget with a short loader in place of its code, which is sent to each page that asks for
    it.

    What a notebook saves of a widget are its traits, and anywidget's code is one. A message is not
    saved, so everything
    but the choice itself goes by message: a class names its files in `loads`, and answers the
    page's questions in `reply`.
    """

    _code: ClassVar[dict[str, str]] = {}

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.on_msg(self._asked)
        self._stay_live()

    def __init_subclass__(cls, scripts: tuple[str, ...] = (), style: str = "", **rest: Any) -> None:
        if scripts:
            code = assets.module(scripts[0]) + "".join(map(_read, scripts[1:]))
            cls._code = {"kind": "code", "code": code, "style": assets.style(style)}
            name = f'"{scripts[-1]} {hashlib.sha256(repr(cls._code).encode()).hexdigest()[:12]}"'
            cls._esm = re.sub(r"^ *(//.*\n)?", "", _read("widget.js"), flags=re.MULTILINE).replace(
                MARK, name
            )
        super().__init_subclass__(**rest)

    def reply(self, message: dict[str, Any]) -> None:
        """Answer a question of the page; any thread may call it."""

    def tell(self, error: Exception) -> None:
        """Show an error's three sentences in the widget: nobody reads a callback's traceback."""
        said: StnbError = in_sentences(error)
        self.send({"kind": "trouble", "sentences": [said.happened, said.why, said.next]})

    def _send(self, msg: Any, buffers: Any = None) -> None:
        super()._send(msg, buffers)
        self._stay_live()

    def _stay_live(self) -> None:
        """Leave it to the page where it is answered: on a subshell, which runs while a cell does.

        ipykernel 7.4 answers where the widget last spoke, which is the cell's own thread at first:
        the page would wait for the end of whatever runs there.
        """
        with contextlib.suppress(AttributeError):
            del self.comm._reply_subshell_id

    def _asked(self, _widget: object, message: Any, _buffers: object) -> None:
        try:
            if isinstance(message, dict) and message.get("kind") == "code":
                self.send(self._code)
            elif isinstance(message, dict):
                self.reply(message)
        except Exception as error:  # noqa: BLE001
            self.tell(error)


def _read(name: str) -> str:
    return (assets.HERE / name).read_text(encoding="utf-8")
