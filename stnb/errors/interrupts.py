"""An interrupt of a public function as one line: a traceback through stnb says nothing to who
pressed the button.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar, cast

from . import Interrupted

Called = TypeVar("Called", bound=Callable[..., Any])


def in_one_line(function: Called) -> Called:
    """Have a function raise `Interrupted`, which a notebook shows as one line, for any interrupt
    that falls into its work; so do the steps of a generator that it answers.

    Example:
        >>> @in_one_line
        ... def work() -> None: ...
    """

    @functools.wraps(function)
    def called(*args: Any, **named: Any) -> Any:
        try:
            answer = function(*args, **named)
            if inspect.isgenerator(answer):
                return _steps(answer)
            return answer
        except Interrupted:
            raise
        except KeyboardInterrupt:
            raise Interrupted from None

    return cast(Called, called)


def _steps(answer: Generator[Any, Any, Any]) -> Iterator[Any]:
    try:
        yield from answer
    except Interrupted:
        raise
    except KeyboardInterrupt:
        raise Interrupted from None
