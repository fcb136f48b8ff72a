"""The server of `stnb lab` or `stnb app` as a process: `python -m stnb.cli.page_server NAME …`.

It runs JupyterLab or Voila with the arguments that follow, and makes a file once it has its port.

Voila, if it is installed, turns on the warnings by which libraries tell their authors what will go
away. They are no reader's business, and the filter is set too late to be undone by an option.
Kernels are processes of their own, and warn as ever.
"""

from __future__ import annotations

import functools
import os
import sys
import warnings
from pathlib import Path
from typing import Any

LISTENS = "STNB_PAGE_LISTENS"  # the process variable that names the file


def main() -> int:
    """Run the server that the first argument names, with the arguments behind it."""
    name = sys.argv.pop(1)
    _be_quiet()
    _tell_when_it_listens(Path(os.environ.pop(LISTENS)))  # no kernel inherits it
    if name == "lab":
        from jupyterlab.labapp import main as run  # not there without stnb[lab]
    else:
        from voila.app import main as run  # not there without stnb[app]
    return int(run() or 0)


def _be_quiet() -> None:
    show = warnings.showwarning

    def show_others(message: Any, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, DeprecationWarning | PendingDeprecationWarning):
            show(message, category, *where, **more)

    warnings.showwarning = show_others


def _tell_when_it_listens(mark: Path) -> None:
    """Make the file once a server of this process has a port: from then on nobody else gets it."""
    from tornado.tcpserver import TCPServer  # Jupyter's and Voila's servers are made of it

    usual = TCPServer.add_sockets

    @functools.wraps(usual)
    def add_sockets(self: TCPServer, sockets: Any) -> None:
        usual(self, sockets)
        mark.touch(mode=0o600)

    TCPServer.add_sockets = add_sockets  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main())
