"""The states that credentials and a tenant can be in, for practice: what goes wrong, by name.

app = make_app(state="disabled")
app.state.name = "healthy"                   # and it goes on

Where nobody has published the real answer, the likeliest form comes first and the others are
variants of it, written
behind a colon: "disabled:403".
"""

from __future__ import annotations

import math
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .bodies import Answer, Problem, as_json

# By name: the forms that the answer may take, the likeliest first.
STATES: dict[str, tuple[str, ...]] = {
    "healthy": (),
    "wrong-secret": (),
    # The pair is accepted at the other host only, whose name begins with "other."
    "other-environment": (),
    "not-connected": ("unauthorized", "invalid", "403"),
    # The last two: tokens are given, calls are refused.
    "disabled": ("unauthorized", "invalid", "401", "403"),
    # The token lacks scopes, or has them and the API refuses all the same.
    "scope-missing": ("token", "answer"),
    "upgraded": (),  # every scope, whatever the app began with
    "secret-regenerated": ("later", "at-once"),  # when the tokens that are out come to their end
    "app-key-wrong": ("401", "message", "403"),
    "tenant-mismatch": ("403", "401", "404"),
    "token-ended-early": (),
    "throttled": ("calls", "token"),
    "clock-skew": ("ahead", "behind"),  # the host's clock, as seen from here
}
# What a state follows on: some show only to those who were there before.
BEFORE = {
    "upgraded": "scope-missing",
    "secret-regenerated": "healthy",
    "token-ended-early": "healthy",
    "disabled": "healthy",
}
LACKING = "tn.acc."  # the scopes that are missing begin so
USES = 12  # calls that a token is good for when it ends early
SKEW = 420.0  # seconds
PAUSE = 7  # seconds
INVALID = Answer(400, as_json({"error": "invalid_client"}))
UNAUTHORIZED = Answer(400, as_json({"error": "unauthorized_client"}))
FORBIDDEN = Answer(403, as_json({"title": "Forbidden", "status": 403, "traceId": "demo-403"}))
PLEASE_WAIT = f"Rate limit is exceeded. Try again in {PAUSE} seconds."
LIMITED = Answer(429, as_json({"status": 429, "title": PLEASE_WAIT, "traceId": "demo-429"}))
NO_KEY = Answer(
    401, as_json({"statusCode": 401, "message": "Access denied due to invalid subscription key."})
)

AT_TOKEN = {
    ("wrong-secret", ""): INVALID,
    ("not-connected", "unauthorized"): UNAUTHORIZED,
    ("not-connected", "invalid"): INVALID,
    ("not-connected", "403"): FORBIDDEN,
    ("disabled", "unauthorized"): UNAUTHORIZED,
    ("disabled", "invalid"): INVALID,
    ("secret-regenerated", "later"): INVALID,
    ("secret-regenerated", "at-once"): INVALID,
    ("throttled", "token"): LIMITED,
}
AT_CALL = {
    ("disabled", "401"): 401,
    ("disabled", "403"): FORBIDDEN,
    ("secret-regenerated", "at-once"): 401,
    ("app-key-wrong", "401"): 401,
    ("app-key-wrong", "message"): NO_KEY,
    ("app-key-wrong", "403"): FORBIDDEN,
    ("throttled", "calls"): LIMITED,
}


@dataclass(frozen=True)
class State:
    """One state in one of its forms."""

    name: str
    variant: str = ""

    @classmethod
    def of(cls, text: str) -> State:
        """Read "disabled" or "disabled:403".

        Raises:
            ValueError: there is no such state, or no such variant of it.
        """
        name, _, variant = str(text).partition(":")
        if name not in STATES:
            raise ValueError(f"{name!r} is no state of the demo; there are {', '.join(STATES)}.")
        forms = STATES[name]
        if variant and variant not in forms:
            raise ValueError(
                f"{name!r} has no variant {variant!r}; it has {', '.join(forms) or 'none'}."
            )
        return cls(name, variant or next(iter(forms), ""))

    def __str__(self) -> str:
        return f"{self.name}:{self.variant}" if self.variant else self.name

    @property
    def skew(self) -> float:
        """Seconds by which the `Date` header is wrong."""
        return {"ahead": SKEW, "behind": -SKEW}[self.variant] if self.name == "clock-skew" else 0.0

    def refusal(self, host: str) -> Answer | None:
        """What the token endpoint says in this state; None where it gives a token."""
        if self.name == "other-environment" and not host.startswith("other."):
            return INVALID
        return AT_TOKEN.get((self.name, self.variant))

    def grants(self, own: Iterable[str], every: Iterable[str]) -> list[str]:
        """The scopes of a token given in this state, from those that the app has and those
        that there are."""
        if self.name == "upgraded":
            return sorted(every)
        lacking = LACKING if (self.name, self.variant) == ("scope-missing", "token") else "-"
        return sorted(s for s in own if not s.startswith(lacking))

    def tenant(self, own: int) -> int:
        """The tenant of a token given in this state."""
        return own + 1 if self.name == "tenant-mismatch" else own


class Gate:
    """Decides over a call that has a good token.

    What the state says, then the limit on calls a second.
    """

    def __init__(self, rate: int | None, clock: Callable[[], float]) -> None:
        self._rate, self._clock = rate, clock
        self._uses: Counter[str] = Counter()
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()

    def check(self, state: State, claims: dict[str, Any], scope: str | None) -> Answer | None:
        """The refusal of a call in this state; None where it goes on.

        Raises:
            Problem: 401, 403 or 429, in the API's usual words.
        """
        answer = AT_CALL.get((state.name, state.variant))
        if answer == 401 or (state.name == "token-ended-early" and self._spent(claims["jti"])):
            raise Problem(401, short=True)
        if (state.name, state.variant) == ("scope-missing", "answer") and (scope or "").startswith(
            LACKING
        ):
            raise Problem(403, short=True)
        if isinstance(answer, Answer):
            return answer
        self._limit()
        return None

    def _spent(self, token: str) -> bool:
        with self._lock:
            self._uses[token] += 1
            return self._uses[token] > USES

    def _limit(self) -> None:
        if self._rate is None:
            return
        with self._lock:
            now = self._clock()
            while self._recent and self._recent[0] <= now - 1:
                self._recent.popleft()
            if len(self._recent) >= self._rate:
                wait = max(1, math.ceil(self._recent[0] + 1 - now))
                raise Problem(
                    429, f"Rate limit is exceeded. Try again in {wait} seconds.", short=True
                )
            self._recent.append(now)


def stranger(state: State) -> Problem:
    """The answer to a call whose token is of another tenant."""
    status = int(state.variant) if state.name == "tenant-mismatch" else 403
    return Problem(
        status, "The token was issued for another tenant." if status == 403 else "", short=True
    )
