"""dlt warns at each batch whose hints say more than its Arrow types; ours do on purpose."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

LOGGER = "dlt"
COMPARES = "_compute_tables"  # the function of dlt that compares them, and warns of nothing else


@contextlib.contextmanager
def hints_untold() -> Iterator[None]:
    """Meanwhile, dlt does not log that a batch's hints differ from its types: lists are handed on
    as text, and the hint says that it is JSON.

    Example:
        >>> with hints_untold():
        ...     pipeline.run(source)
    """
    logger = logging.getLogger(LOGGER)
    quiet = _Quiet()
    logger.addFilter(quiet)
    try:
        yield
    finally:
        logger.removeFilter(quiet)


class _Quiet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.funcName != COMPARES or record.levelno > logging.WARNING
