"""Facts about forms: times in rows, the token's claims, and headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from stnb.errors.wording import times
from stnb.session import Look

from .asker import Asker, Page
from .models import Seen
from .untried import Untried

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")
MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00")
# What a text is of, besides digits, to be shown as a form; anything else is no time.
DIGITS, OF_TIMES = re.compile(r"\d"), re.compile(r"[\dTZ:.+-]{8,40}")
MOST_FORMS = 4
CLAIMS = ("iss", "nbf", "exp", "client_id", "tenant", "scope")
MINUTES = 15
RATE_HEADERS = (
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
)
SKEW = 60.0  # seconds


async def moments(asker: Asker) -> Seen:
    """How the rows write moments."""
    page = await asker.first("jpm.jobs")
    values = _values(page, ("createdOn", "modifiedOn", "completedOn"))
    return _forms(values, MOMENT)


async def days(asker: Asker) -> Seen:
    """How the rows write days without a time."""
    page = await asker.first("accounting.journal_entries")
    return _forms(_values(page, ("postDate",)), MIDNIGHT)


def _values(page: Page, columns: Sequence[str]) -> list[object]:
    found = []
    for row in page.rows:
        found += [row[column] for column in columns if row.get(column) is not None]
    return found


def _forms(values: Sequence[object], believed: re.Pattern[str]) -> Seen:
    """Which forms texts have, with 9 in place of every digit."""
    if not values:
        raise Untried("no row has such a time")
    forms = Counter(_form(value) for value in values)
    fits = all(isinstance(value, str) and believed.fullmatch(value) for value in values)
    common = forms.most_common(MOST_FORMS)
    shown = ", ".join(f"{form} ({count:,})" for form, count in common)
    if len(forms) > MOST_FORMS:
        shown += f", and {len(forms) - MOST_FORMS} more forms"
    return Seen(shown, fits)


def _form(value: object) -> str:
    if not isinstance(value, str):
        return "no text"
    if not OF_TIMES.fullmatch(value):
        return "another text"
    return DIGITS.sub("9", value)


async def claims(asker: Asker) -> Seen:
    """What the token says of itself."""
    await asker.authorize()
    held = asker.account.session.claims
    if held is None:
        return Seen("the token cannot be read", False)
    there = [name for name in CLAIMS if name in held]
    others = len(held) - len(there)
    what = f"{', '.join(there) or 'none of them'}, and {others} others"
    return Seen(what, len(there) == len(CLAIMS))


async def token_time(asker: Asker) -> Seen:
    """How long a token is good for."""
    await asker.authorize()
    held = asker.account.session.claims or {}
    try:
        seconds = float(held["exp"]) - float(held["nbf"])
    except (KeyError, TypeError, ValueError):
        raise Untried("the token does not say") from None
    return Seen(f"{seconds:,.0f} s", seconds == MINUTES * 60)


async def own_tenant(asker: Asker) -> Seen:
    """Whether the token names the tenant of the profile."""
    await asker.authorize()
    held = asker.account.session.claims or {}
    if held.get("tenant") is None:
        return Seen("it names none", False)
    if str(held["tenant"]) != str(asker.account.tenant):
        return Seen("it names another", False)
    return Seen("it names that of the profile", True)


async def dates(asker: Asker) -> Seen:
    """Whether the answers say the server's time."""
    answers = _answers(asker)
    dated = [answer.ahead for answer in answers if answer.ahead is not None]
    what = f"on {len(dated)} of {len(answers)} answers"
    off = [ahead for ahead in dated if abs(ahead) > SKEW]
    if off:
        what += f"; {len(off)} are over a minute off this machine's clock"
    return Seen(what, len(dated) == len(answers) and not off)


async def rate_headers(asker: Asker) -> Seen:
    """Whether answers say how many calls are left."""
    answers = _answers(asker)
    there = Counter[str]()
    for answer in answers:
        there.update(name for name in RATE_HEADERS if name in answer.headers)
    pauses = [answer for answer in answers if answer.status == 429]
    asked = [answer for answer in pauses if "retry-after" in answer.headers]
    after = ""
    if pauses:
        after = f"; 429 came {times(len(pauses))}, {len(asked)} with Retry-After"
    if not there:
        return Seen(f"none on {len(answers)} answers{after}", True)
    names = ", ".join(f"{name} ({count})" for name, count in sorted(there.items()))
    return Seen(f"{names} on {len(answers)} answers{after}", False)


def _answers(asker: Asker) -> Sequence[Look]:
    if not asker.answers:
        raise Untried("no answer came")
    return asker.answers
