"""One pull of many tenants: a pull of each, side by side, and one frame of all."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from stnb.errors import StnbError, TenantsFailed, tongue
from stnb.errors.copying import StaysHere
from stnb.frame import notices
from stnb.frame.notices import Notice
from stnb.frame.original import AsSent
from stnb.frame.united import united

from . import partial
from .progress import Progress
from .provenance import warn_alone, warn_of_headers
from .run import Pull
from .together_about import left_out, of_many, of_tenants, texts_of, types_differ
from .together_progress import Hub


@dataclass(frozen=True)
class Problem:
    """Why the rows of a tenant are not there.

    Attributes:
        rows: how many had arrived.
    """

    tenant: str
    resource: str
    error: Exception
    rows: int

    @property
    def text(self) -> str:
        return str(self.error)


class PullOfTenants(StaysHere):
    """A pull of many tenants under way, or done: it has what a `Pull` has.

    Args:
        resource: the name of what is read.
        runs: the pull of each tenant, in the order of the answer; not started.
        unready: tenants whose pull could not be made, and why.
        hub: hears the runs.
        strict: whether one tenant that fails ends it with an error.

    Example:
        >>> run = stnb.tenants().start("jpm.jobs", createdOnOrAfter="last 30 days")
        >>> run.progress.step
        '2 of 3 tenants'
        >>> df = run.wait()
    """

    def __init__(
        self,
        resource: str,
        runs: Mapping[str, Pull],
        unready: Mapping[str, StnbError],
        hub: Hub,
        *,
        strict: bool = False,
    ) -> None:
        self.resource, self.runs, self.unready = resource, dict(runs), dict(unready)
        self.strict = strict
        self._hub = hub
        self._frame: pd.DataFrame | None = None
        self._notices: Sequence[Notice] = ()
        self._lock = threading.Lock()
        for run in self.runs.values():
            run.part_of = self
            run.store.keeps_original = True

    def _instead(self) -> str:
        return "Wait for it, with wait(), and copy the frame that it gives."

    def __repr__(self) -> str:
        p = self.progress
        return f"<Pull of {self.resource} · {p.step} · {p.state} · {p.rows:,} rows>"

    def start(self) -> PullOfTenants:
        """Begin, in the background."""
        for run in self.runs.values():
            run.start()
        return self

    @property
    def progress(self) -> Progress:
        """How far all tenants are, now."""
        return self._hub.progress

    @property
    def done(self) -> bool:
        """Whether every tenant's pull has ended, in whichever way."""
        return all(run.done for run in self.runs.values())

    def cancel(self) -> None:
        """End it; the rows that arrived stay in `frame`."""
        for run in self.runs.values():
            run.cancel()

    def resume(self) -> PullOfTenants:
        """Go on in the background with the tenants that failed or were cancelled; what had arrived
        is not read again.

        Raises:
            StnbError: what kept a tenant's pull from being made is not mended.
        """
        for run in self.runs.values():
            run.await_stop()
        if not self.problems and not any(run.cancelled for run in self.runs.values()):
            return self  # it is whole
        runs = {tenant: run.resume() for tenant, run in self.runs.items()}
        return PullOfTenants(self.resource, runs, self.unready, self._hub, strict=self.strict)

    def wait(self, timeout: float | None = None) -> pd.DataFrame:
        """Wait for the end and answer with one frame of all tenants' rows.

        Its first column is `tenant`. A tenant that failed is left out: a warning says so, and
        `problems` and `attrs["stnb"]["problems"]` say why.

        Raises:
            TenantsFailed: no tenant could be read, or `strict` and one could not.
            TimeoutError: it still runs.
            Interrupted: it was interrupted, and has been cancelled; the rows are in
                `stnb.last_partial`.
        """
        with self._reading(timeout):
            self._raise_failed()
            frame = self.frame
            assert frame is not None
            self._warn()
            return frame

    def saved(self, folder: Path) -> Path:
        """Wait for the end of a pull whose rows go to files of a folder, and answer with the
        folder; raises as `wait` does.
        """
        with self._reading(None):
            self._raise_failed()
            failed = {problem.tenant: problem.text for problem in self.problems}
            told = {tenant: run.notices for tenant, run in self.runs.items()}
            lacking = left_out(self.resource, failed, len(self.runs) + len(self.unready))
            self._notices = [*lacking, *of_many(told)]
            self._warn()
            return folder

    @contextlib.contextmanager
    def _reading(self, timeout: float | None) -> Iterator[None]:
        """Wait for the end of each; an interrupt ends all of them, wherever it falls."""
        with partial.reading(self) as noticed:
            until = None
            if timeout is not None:
                until = time.monotonic() + timeout
            for run in self.runs.values():
                run.settle(_left(until))
            noticed.check()
            yield

    @property
    def file(self) -> Path | None:
        """None: each tenant's rows go to a file of their own, or come into memory."""
        return None

    def check_process(self) -> None:
        """Refuse to be read in another process than its own; raises as that of a pull does."""
        for run in self.runs.values():
            run.check_process()

    def leave(self) -> None:
        """End it at once, because its reader was interrupted; its rows are in `rest()`."""
        for run in self.runs.values():
            run.leave(patience=0.0)  # one wait after the other would be long
        partial.keep(self)

    def rest(self) -> pd.DataFrame:
        """The rows of all tenants that had arrived when it was stopped, or one of them failed."""
        frames = {tenant: run.rest() for tenant, run in self.runs.items()}
        return self._united(frames)

    @property
    def frame(self) -> pd.DataFrame | None:
        """The rows of the tenants that did not fail, once it is done; None before."""
        if not self.done:
            return None
        with self._lock:
            if self._frame is None:
                self._frame = self._made()
            return self._frame

    @property
    def problems(self) -> list[Problem]:
        """The tenants whose rows are not there, or not all of them."""
        found = [Problem(name, self.resource, err, 0) for name, err in self.unready.items()]
        for tenant, run in self.runs.items():
            if run.error is not None:
                found.append(Problem(tenant, self.resource, run.error, run.progress.rows))
        return found

    # -- the answer

    def _raise_failed(self) -> None:
        """Raise if no tenant could be read, or if one could not and all were wanted."""
        known = len(self.runs) + len(self.unready)
        problems = self.problems
        for problem in problems:
            if not isinstance(problem.error, StnbError):
                raise problem.error  # such as one of the caller's callback
        failed = {problem.tenant: problem.text for problem in problems}
        if not failed or (len(failed) < known and not self.strict):
            return
        then = tongue.either(
            "err.resume() reads only what is missing.", "Mend them, and run the same command again."
        )
        err = TenantsFailed.of(f"{self.resource} was not read", failed, known, then)
        err.goes_on = lambda: self.resume().wait()
        if any(run.progress.rows and run.store.in_memory for run in self.runs.values()):
            err.frame = self.rest()  # as `last_partial`, which has them too
        raise err

    def _warn(self) -> None:
        for notice in self._notices:
            notices.warn(notice)
        self._notices = ()
        warn_alone(run.session.pace_problem for run in self.runs.values())
        warn_of_headers(run.session.adapted for run in self.runs.values())

    def _made(self) -> pd.DataFrame:
        """The rows of the tenants that did not fail."""
        frames = {}
        for tenant, run in self.runs.items():
            if run.error is None and run.frame is not None:
                frames[tenant] = run.frame
        return self._united(frames)

    def _united(self, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
        """The tenants' frames as one, with what is known about each."""
        abouts, told = {}, {}
        originals: dict[str, AsSent] = {}
        stopped = bool(self.problems) or any(run.cancelled for run in self.runs.values())
        for tenant in frames:
            abouts[tenant] = dict(frames[tenant].attrs.get("stnb", {}))
            told[tenant] = list(self.runs[tenant].notices)
            originals[tenant] = self.runs[tenant].store.original
            if not stopped:  # else `resume` needs the frame once more
                self.runs[tenant].let_go()
        answer, converted = united(frames, originals)
        for tenant, found in told.items():
            told[tenant] = notices.made_text(found, texts_of(answer, converted, tenant))
        failed = {problem.tenant: problem.text for problem in self.problems}
        self._notices = [
            *left_out(self.resource, failed, len({*abouts, *failed}), partly=abouts),
            *types_differ(self.resource, converted),
            *of_many(told),
        ]
        about = of_tenants(abouts, len(answer), failed, converted)
        about["notices"] = [notice.text for notice in self._notices]
        answer.attrs["stnb"] = {"resource": self.resource, **about}
        return answer


def _left(until: float | None) -> float | None:
    """The seconds until a moment; None without one."""
    if until is None:
        return None
    return max(until - time.monotonic(), 0.0)
