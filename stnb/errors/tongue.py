"""Whether advice is given in Python or for the command line.

An error of `stnb pull` says `--limit 5`, the same error in a notebook says `limit=5`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

_in_shell = False


@contextlib.contextmanager
def shell() -> Iterator[None]:
    """While a command of `stnb` runs, all advice is for the shell, on every thread."""
    global _in_shell
    before, _in_shell = _in_shell, True
    try:
        yield
    finally:
        _in_shell = before


def either(python: str, shell: str) -> str:
    """The first text in Python, the second one in a command of `stnb`."""
    return shell if _in_shell else python


def option(name: str) -> str:
    """An option of ours, without its value.

    >>> option("page_size")
    'page_size'
    >>> with shell():
    ...     option("page_size")
    '--page-size'
    """
    return either(name, f"--{name.replace('_', '-')}")


def in_shell() -> bool:
    """Whether a command of `stnb` runs."""
    return _in_shell


def argument(name: str, value: str) -> str:
    """An argument with its value.

    >>> argument("limit", "5")
    'limit=5'
    >>> with shell():
    ...     argument("limit", "5")
    '--limit 5'
    """
    return either(f"{name}={value}", f"--{name.removesuffix('_')} {value}")
