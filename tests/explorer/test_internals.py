"""The private parts of other libraries that the explorer uses are still there and work as expected.

If a test fails here after an upgrade, `stnb/explorer/internals.py` is the only file to change.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ipykernel
import pytest
import traitlets
from ipykernel.comm.comm import BaseComm
from ipykernel.kernelbase import Kernel

from stnb.explorer import internals


@pytest.fixture
def comm(monkeypatch: pytest.MonkeyPatch) -> Any:
    """ipykernel's own comm in a kernel that answers a message of the subshell "busy"."""
    session = SimpleNamespace(send=lambda *given, **more: None)
    message = {"header": {"subshell_id": "busy"}}
    kernel = SimpleNamespace(session=session, iopub_socket=None, get_parent=lambda: message)
    comm = BaseComm(target_name="test")
    comm.kernel = kernel
    monkeypatch.setattr(Kernel, "initialized", lambda: True)
    return comm


@pytest.mark.skipif(ipykernel.version_info < (7, 4), reason="it remembers nothing before 7.4")
def test_ipykernel_would_answer_where_the_widget_last_sent(comm: Any) -> None:
    """A comm that has sent something answers on that subshell, until it has to forget it."""
    assert comm._reply_subshell_for({}, "of the page") == "of the page"
    comm.publish_msg("comm_msg", {})
    assert comm._reply_subshell_for({}, "of the page") == "busy"

    internals.answer_on_any_subshell(comm)

    assert comm._reply_subshell_for({}, "of the page") == "of the page"
    internals.answer_on_any_subshell(comm)  # there is nothing left to forget
    internals.answer_on_any_subshell(None)  # a closed widget has no comm


def test_everything_that_a_widget_sends_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages, changed traits and echoes all pass the method that forgets the subshell."""
    forgotten: list[object] = []

    class Sender(internals.SubshellWidget):
        _esm = "export default {}"
        text = traitlets.Unicode("").tag(sync=True)

    widget = Sender()
    monkeypatch.setattr(internals, "answer_on_any_subshell", forgotten.append)

    widget.send({"kind": "message"})
    assert len(forgotten) == 1
    widget.text = "changed here"
    assert len(forgotten) == 2
    widget.set_state({"text": "changed by the page"})
    assert len(forgotten) == 3
    widget.close()


def test_a_widget_gives_its_bundle() -> None:
    """The bundle of ipywidgets and of anywidget names the view and a text for a terminal."""

    class Part(internals.SubshellWidget):
        _esm = "export default {}"

    widget = Part()
    bundle, metadata = internals.display_bundle(widget)

    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "text/plain" in bundle
    assert metadata is None or isinstance(metadata, dict)
    widget.close()
