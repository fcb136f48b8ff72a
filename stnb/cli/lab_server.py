"""JupyterLab as `stnb lab` starts it: `python -m stnb.cli.lab_server`.

Voila, if it is installed, turns on the warnings by which libraries tell their authors what will go
away. They are no reader's business, and the filter is set too late to be undone by an option.
Kernels are processes of their own, and warn as ever.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any


def main() -> int:
    """Run JupyterLab with the arguments of this process."""
    from jupyterlab.labapp import main as run  # not there without stnb[lab]

    show = warnings.showwarning

    def show_others(message: Any, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, DeprecationWarning | PendingDeprecationWarning):
            show(message, category, *where, **more)

    warnings.showwarning = show_others
    return int(run() or 0)


if __name__ == "__main__":
    sys.exit(main())
