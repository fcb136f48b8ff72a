"""Everything that stnb raises or warns about.

StnbError
├─ SetupError              before any request is sent
│  ├─ CredentialsMissing   (LookupError)
│  └─ CredentialsInvalid   (ValueError)
├─ UsageError              the call cannot be made as written
│  ├─ UnknownResource      (AttributeError, KeyError)
│  ├─ UnknownFilter        (TypeError)
│  ├─ BadFilter            (ValueError)
│  └─ CannotSave           (OSError)
├─ RequestError            a request was tried
│  ├─ Unreachable
│  ├─ NotAuthenticated
│  ├─ NotAllowed
│  ├─ NotFound
│  ├─ RateLimited
│  ├─ Rejected
│  └─ ServerFault
└─ DataError               an answer came, but not the one promised
   ├─ UnexpectedAnswer
   └─ PagingFault

StnbWarning (UserWarning)
├─ ColumnDrift
├─ HiddenRows
├─ Incomplete
└─ KnownTrap
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd


class StnbError(Exception):
    """The base of every error, told in three sentences.

    Args:
        happened: what happened.
        why: the cause; begins with "Likely" when it is a guess.
        next: what to do next.

    Attributes:
        frame: the rows that had arrived before the error, or None.

    Example:
        >>> try:
        ...     st.jpm.jobs.pull()
        ... except stnb.StnbError as err:
        ...     print(err.next, err.frame)
    """

    def __init__(self, happened: str, why: str, next: str) -> None:
        super().__init__(happened, why, next)
        self.happened, self.why, self.next = happened, why, next
        self.frame: pd.DataFrame | None = None
        self.goes_on: Callable[[], pd.DataFrame | Path] | None = None  # set by the pull that failed

    def resume(self) -> pd.DataFrame | Path:
        """Go on where the pull stood; only what had not arrived is read.

        Returns:
            What the pull would have: the whole frame, or the path of the file with `to=`.

        Raises:
            StnbError: it failed again, and can be resumed again.
            UsageError: the error did not come from a pull that had begun.

        Example:
            >>> try:
            ...     df = st.jpm.jobs.pull()
            ... except stnb.RequestError as err:
            ...     df = err.resume()
        """
        if self.goes_on is None:
            raise UsageError(
                "There is nothing to go on with.",
                "The error did not come from a pull that had begun.",
                "Mend what it says, then make the call again.",
            )
        return self.goes_on()

    def __str__(self) -> str:
        kept = (
            ""
            if self.frame is None
            else f" The {len(self.frame):,} rows that had arrived are kept in err.frame."
        )
        return f"{self.happened} {self.why} {self.next}{kept}"

    def _render_traceback_(self) -> list[str]:
        """What IPython prints: the sentences alone, as no frame of ours helps the reader."""
        return [f"{type(self).__name__}: {self}"]


class SetupError(StnbError):
    """The credentials cannot be used as they stand; nothing was sent."""


class CredentialsMissing(SetupError, LookupError):
    """A profile, or one of its values, is not there."""


class CredentialsInvalid(SetupError, ValueError):
    """A value is there, but cannot be right."""


class UsageError(StnbError):
    """The call cannot be made as written; nothing was sent."""


class UnknownResource(UsageError, AttributeError, KeyError):
    """No resource of that name is in the catalogue."""


class UnknownFilter(UsageError, TypeError):
    """The resource has no filter of that name; the API would ignore it in silence."""


class BadFilter(UsageError, ValueError):
    """A filter's value does not fit the filter."""


class CannotSave(UsageError, OSError):
    """A result could not be written where it was to go."""


class RequestError(StnbError):
    """A request was tried and failed.

    Attributes:
        method, path: what was asked, without query or host.
        status: the HTTP status, or None where no answer came.
        trace_id: ServiceTitan's number for the request, which its support asks for.
        attempts: how often it was tried.
    """

    def __init__(
        self,
        happened: str,
        why: str,
        next: str,
        *,
        method: str = "GET",
        path: str = "",
        status: int | None = None,
        trace_id: str | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(happened, why, next)
        self.method, self.path, self.status = method, path, status
        self.trace_id, self.attempts = trace_id, attempts


class Unreachable(RequestError):
    """No answer came: name look-up, connection, TLS, proxy or time-out."""


class NotAuthenticated(RequestError):
    """The pair, the token or the app key was refused."""


class NotAllowed(RequestError):
    """The app may not read this.

    Attributes:
        scope: the OAuth scope that the call needs, or None where the catalogue does not know it.
    """

    scope: str | None = None


class NotFound(RequestError):
    """No such record, or no such route."""


class RateLimited(RequestError):
    """The limit on calls was still in force after the last try."""


class Rejected(RequestError):
    """The API understood the call and refused it."""


class ServerFault(RequestError):
    """The server failed, also after further tries."""


class DataError(StnbError):
    """An answer came, but not the one promised."""


class UnexpectedAnswer(DataError):
    """The body is not what the catalogue says: no JSON, cut off, or of another shape."""


class PagingFault(DataError):
    """The pages do not lead to an end."""


class StnbWarning(UserWarning):
    """The base of every warning."""


class ColumnDrift(StnbWarning):
    """What arrived differs from the catalogue; nothing was dropped."""


class HiddenRows(StnbWarning):
    """The API leaves inactive rows out unless they are asked for."""


class Incomplete(StnbWarning):
    """The frame may lack rows, or pages disagreed on how many there are."""


class KnownTrap(StnbWarning):
    """Rows mean something else than their names say; nothing is missing or wrong."""
