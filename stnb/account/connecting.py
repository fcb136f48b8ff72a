"""Credentials -> Account: of a profile, of all profiles, or of the demo tenant."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
from typing import TYPE_CHECKING, Any

from stnb import credentials
from stnb.credentials import Credentials, Secret, Settings
from stnb.errors import CredentialsMissing, UsageError, numbers
from stnb.errors.misused import WrongValue

from .account import Account

if TYPE_CHECKING:
    from stnb.demoserver import Keys

# Seconds: a longer pause that the demo in this process asks for, as for a report, is cut short.
LONGEST_PAUSE, SHOWN = 10.0, 1.0


def connect(
    profile: str | None = None,
    *,
    env_file: str | os.PathLike[str] | None = None,
    known: Settings | None = None,
    max_age: str | dt.timedelta | None = None,
) -> Account:
    """The work of `stnb.connect`, which is documented there; only the warning is missing.

    Args:
        known: what was read of the file already: for many profiles it is read once.
        max_age: how old kept rows may be, if a query does not say it.
    """
    # Loads httpx, which takes a tenth of a second that `import stnb` need not take.
    from stnb.session import Session

    if profile is not None and not isinstance(profile, str):
        raise CredentialsMissing(
            f"{profile!r} names no profile.",
            "A profile goes by the name that it has in the .env file, as a text.",
            'Write stnb.connect("phoenix"), say; stnb.profiles() lists the names.',
        )
    # The demo needs no file, so one that cannot be read does not keep anybody from it.
    if env_file is None and (profile or "").strip().lower() == credentials.DEMO:
        return demo(max_age=max_age)
    if known is None:
        known = credentials.settings(env_file)
    nothing_named = profile is None and env_file is None and "STNB_PROFILE" not in known.values
    if nothing_named and not known.profiles:
        made = demo(max_age=max_age)
        made.stands_in = True
        return made
    name = (profile or known.values.get("STNB_PROFILE") or "").strip().lower()
    if name == credentials.DEMO:
        return demo(max_age=max_age)
    chosen = credentials.load(name or None, env_file, known=known)
    file = known.file if env_file is None else env_file

    # Asked again when a secret is refused: by then it may have been replaced in the file.
    def source() -> Credentials:
        return credentials.load(chosen.profile, file)

    return Account(Session(chosen, source=source), max_age=max_age)


def connect_all(
    *,
    env_file: str | os.PathLike[str] | None = None,
    max_age: str | dt.timedelta | None = None,
) -> dict[str, Account]:
    """An account for each profile that is ready, by name. `stnb.profiles()` shows the others.

    Raises:
        CredentialsMissing: no profile is ready.
    """
    known = [p for p in credentials.profiles(env_file) if p.name != credentials.DEMO]
    ready = [p.name for p in known if p.ready]
    if not ready and len(known) > 1:
        # Of many profiles, a few of the first lines are enough to go on with.
        problems = [p.problem.partition("\n")[0] for p in known[:3]]
        raise CredentialsMissing(
            f"None of the {len(known)} profiles is ready.",
            " ".join(problems),
            "stnb.profiles() shows what each of them lacks.",
        )
    if not ready:
        credentials.load(None, env_file)  # raises, and says what is missing
    read = credentials.settings(env_file)
    found = {}
    for name in ready:
        found[name] = connect(name, env_file=env_file, known=read, max_age=max_age)
    return found


def _number(variable: str, usual: float) -> float:
    """What a variable of the process says of the demo; the usual number if it says nothing."""
    text = os.environ.get(variable, "")
    if not text.strip():
        return usual
    number = numbers.decimal(text)
    if number is None or number < 0:
        raise UsageError(
            f"{variable} cannot be right.",
            "It is a number, in digits alone.",
            f"Write a number such as {usual:g}, or leave it out for {usual:g}.",
        )
    return number


def _check_today(text: str) -> None:
    try:
        if text:
            dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "STNB_DEMO_TODAY cannot be right.",
            "It is the day that the demo takes for today.",
            "Write a day such as 2026-07-01, or leave it out for the present one.",
        ) from None


def demo(
    *, max_age: str | dt.timedelta | None = None, waits: bool = True, **options: Any
) -> Account:
    """The work of `stnb.demo`, which is documented there.

    Args:
        waits: whether pauses that the demo asks for take their time; else this account's clock is
            put forward.
    """
    # Loaded only here: who has a tenant does not need the demo.
    from stnb import demoserver as server
    from stnb.session import Session

    _fill_in(options)
    try:
        app = server.make_app(**options)
    except ValueError as err:
        raise WrongValue(
            str(err),
            "The demo tenant cannot be made in this way.",
            "Correct that option; help(stnb.demo) says what each is.",
        ) from None
    owner = _demo_credentials(server.keys_of(options.get("number", 0)), server.APP_KEY)
    time_of = _DemoTime(app, waits)
    session = Session.of_app(
        app, owner, now=app.state.now, clock=time_of.clock, sleep=time_of.sleep
    )
    return Account(session, max_age=max_age)


def _fill_in(options: dict[str, Any]) -> None:
    """Take from the variables of the process what is not given, and check the day that is there."""
    for name, usual in (("latency", 0), ("scale", 1)):
        if options.get(name) is None:
            options[name] = _number(f"STNB_DEMO_{name.upper()}", usual)
    _check_today(os.environ.get("STNB_DEMO_TODAY", ""))


def _demo_credentials(keys: Keys, app_key: str) -> Credentials:
    """Those that the demo tenant takes; its hosts are no hosts of any network."""
    host = "https://demo.invalid"
    return Credentials(
        profile=credentials.DEMO,
        environment=credentials.DEMO,
        tenant=keys.tenant,
        client_id=Secret(keys.client_id),
        client_secret=Secret(keys.client_secret),
        app_key=Secret(app_key),
        api_url=host,
        auth_url=f"{host}/connect/token",
        timezone=keys.timezone,
        limits=credentials.limits_of(os.environ),
    )


class _DemoTime:
    """The clock and the pauses of an account of the demo in this process."""

    def __init__(self, app: Any, waits: bool) -> None:
        self._app, self._waits = app, waits
        self._skipped = 0.0  # seconds by which the clock is put forward

    def clock(self) -> float:
        return time.monotonic() + self._skipped

    async def sleep(self, seconds: float) -> None:
        # A report runs once a minute here too, but nobody has to sit through the minute.
        shown = seconds
        if seconds > LONGEST_PAUSE:
            shown = SHOWN
            self._app.state.skip(seconds - shown)
        if not self._waits:
            shown = 0.0
            self._skipped += seconds
        await asyncio.sleep(shown)
