"""Python at its end starts no more threads: a pull that goes on then says so in words."""

from __future__ import annotations

import concurrent.futures

from stnb.errors import UsageError


def said(err: Exception) -> Exception:
    """The error as it is, or in words if it is Python's own for a thread that it does not start.

    Example:
        >>> said(ValueError("x"))
        ValueError('x')
    """
    if not isinstance(err, RuntimeError) or _starts_threads():
        return err
    return UsageError(
        "The call was given up.",
        "Python starts no more threads. Likely the program is at its end, and the call was made"
        " in a thread that nobody waits for, or as the program ended.",
        "Wait for the call before the program ends, as with thread.join().",
    )


def _starts_threads() -> bool:
    """Whether Python still does: it is tried, as nothing public tells."""
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(bool).result()
    except RuntimeError:
        return False
    return True
