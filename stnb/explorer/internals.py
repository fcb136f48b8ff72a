"""Parts of other libraries that those libraries call private. They stand here and nowhere else.

`tests/explorer/test_internals.py` uses each of them on the installed versions and fails when one
has changed.
"""

from __future__ import annotations

import contextlib
from typing import Any

import anywidget

Bundle = tuple[dict[str, Any], dict[str, Any] | None]


def answer_on_any_subshell(comm: Any) -> None:
    """Let the page choose the subshell on which a widget's messages are answered.

    ipykernel 7.4 remembers on which subshell a widget last sent something, and answers there. At
    first that is the thread of the running cell, so the page would wait for the cell's end. Without
    that memory the page's own choice counts, which is a subshell that is free.
    """
    # A comm that was not used yet, of another kernel or of an older ipykernel remembers nothing.
    with contextlib.suppress(AttributeError):
        del comm._reply_subshell_id


def display_bundle(widget: Any) -> Bundle:
    """What IPython would display for a widget, by MIME type, and its metadata.

    `display(widget)` cannot be used for a widget with its own `_ipython_display_`: it would call
    that again.
    """
    bundle = widget._repr_mimebundle_()
    if isinstance(bundle, tuple):
        return bundle
    return bundle, None


class SubshellWidget(anywidget.AnyWidget):
    """A widget whose messages are answered while a cell runs; see `answer_on_any_subshell`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        answer_on_any_subshell(self.comm)

    def _send(self, msg: Any, buffers: Any = None) -> None:
        # Everything that ipywidgets sends goes through here: states, messages and echoes.
        super()._send(msg, buffers)
        answer_on_any_subshell(self.comm)
