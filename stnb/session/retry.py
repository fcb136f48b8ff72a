"""Trying a request again: as long as that may help, and for a bounded time in all."""

from __future__ import annotations

import itertools
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from stnb.credentials import Limits

from .failure import Failure
from .limiter import Sleep
from .raised import error_of
from .token import TokenAuth
from .wire import Answer

TRIES = 5
PATIENCE = 300.0  # seconds: all pauses of one call together, and so the longest one
# Why a request has to wait, and for how many seconds; ("", None) when it goes on.
Notify = Callable[[str, float | None], None]
Once = Callable[[TokenAuth, int], Awaitable[Failure | Answer]]


def no_one(reason: str, seconds: float | None) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Retry:
    """How a call is tried.

    Attributes:
        method, path, scope: the call, for the message of an error.
        limits: of one request; all tries together with their pauses may take five times as long.
        renewed: gives the auth of other credentials if those of this one were refused, or None.
        pause: makes every request of the tenant wait.
        sleep, clock: for tests that must not wait.
        patience: the longest pause in seconds before another try.
        notify: hears of every wait, of the tries so far, and when it gives up.
        unsaid: seconds to wait after a 429 that does not say how long; None for the usual backoff.
        hasty: whether to give up at once if the answer is late, as the caller asks for less then.
    """

    method: str
    path: str
    scope: str | None
    limits: Limits
    renewed: Callable[[TokenAuth], TokenAuth | None]
    pause: Sleep
    sleep: Sleep
    clock: Callable[[], float] = time.monotonic
    patience: float = PATIENCE
    notify: Notify = no_one
    unsaid: float | None = None
    hasty: bool = False

    async def insist(self, once: Once, auth: TokenAuth) -> Answer:
        """Try until there is an answer, or a failure that no further try can change.

        Args:
            once: makes one try; given the auth, and the number of the try.
        """
        end = self.clock() + max(TRIES * self.limits.deadline, PATIENCE)
        waited = 0.0
        for attempt in itertools.count(1):
            result = await _tried(once, auth, attempt)
            if isinstance(result, Answer):
                if attempt > 1:
                    self.notify("", None)
                return result
            if result.of_credentials:
                other = self.renewed(auth)
                if other is not None:
                    auth = other
                    continue
            wait = self._wait(result, attempt)
            may_help = result.passing and attempt < TRIES and not (self.hasty and result.late)
            too_long = wait > self.patience or waited + wait > PATIENCE
            if not may_help or too_long or self.clock() + wait > end:
                # Outside any except block: no cause or context holds a request, whose headers are
                # secret.
                doubt = auth.credentials.doubt
                raise error_of(result, self.method, self.path, self.scope, attempt, doubt)
            waited += wait
            so_far = f"try {attempt} of {TRIES}; {waited:.0f} s of at most {PATIENCE:.0f} s"
            self.notify(f"{result.what} ({so_far})", wait)
            if result.for_all:
                await self.pause(wait)
            else:
                await self.sleep(wait)
        raise AssertionError

    def _wait(self, failure: Failure, attempt: int) -> float:
        if failure.for_all and failure.wait_asked is None and self.unsaid is not None:
            return self.unsaid
        return failure.wait(attempt)


async def _tried(once: Once, auth: TokenAuth, attempt: int) -> Failure | Answer:
    try:
        return await once(auth, attempt)
    except Exception as err:
        # No failure that we know of ends here. Its frames hold the headers, with the token.
        for each in (err, err.__cause__, err.__context__):
            if each is not None:
                traceback.clear_frames(each.__traceback__)
        raise
