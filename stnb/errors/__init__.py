"""Every error that stnb raises and every warning that it gives.

StnbError
├─ SetupError              before any request is sent
│  ├─ CredentialsMissing   (LookupError)
│  └─ CredentialsInvalid   (ValueError)
├─ UsageError              the call cannot be made as written
│  ├─ UnknownResource      (AttributeError, KeyError)
│  ├─ UnknownFilter        (TypeError)
│  ├─ BadFilter            (ValueError)
│  └─ CannotSave           (OSError)
├─ RequestError            a request was sent, or tried
│  ├─ Unreachable
│  ├─ NotAuthenticated
│  ├─ NotAllowed
│  ├─ NotFound
│  ├─ RateLimited
│  ├─ Rejected
│  └─ ServerFault
├─ DataError               an answer came, but not the one expected
│  ├─ UnexpectedAnswer
│  └─ PagingFault
└─ TenantsFailed           tenants could not be read, of several that were

StnbWarning (UserWarning)
├─ ColumnDrift
├─ FilterIgnored
├─ FirstRows
├─ HiddenRows
├─ Incomplete
├─ KeptRows
└─ KnownTrap

Interrupted (KeyboardInterrupt)

The built-in class in brackets is a base too, so that `except ValueError` works as a reader expects.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import tongue
from .masking import masked
from .printable import printable as printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd


class StnbError(Exception):
    """The base of every error. It says in three sentences what happened, why, and what to do next.

    Args:
        happened: what happened.
        why: the cause; it begins with "Likely" if it is a guess.
        next: what to do next.

    Attributes:
        frame: the rows that had arrived before the error, or None.
        goes_on: continues the pull that failed; set by that pull, and called by `resume`.

    Example:
        >>> try:
        ...     st.jpm.jobs.pull()
        ... except stnb.StnbError as err:
        ...     print(err.next, err.frame)
    """

    def __init__(self, happened: str, why: str, next: str) -> None:
        # They may quote a server, a file or a person, who may have repeated a secret.
        happened, why, next = _fit(happened), _fit(why), _fit(next)
        # All three, because an exception is copied and pickled from its arguments.
        super().__init__(happened, why, next)
        self.happened = happened
        self.why = why
        self.next = next
        self.frame: pd.DataFrame | None = None
        self.goes_on: Callable[[], pd.DataFrame | Path] | None = None

    def reword(self, why: str, next: str) -> None:
        """Say another cause and another cure, where more is known than where it was raised.

        Example:
            >>> err = StnbError("A page was refused.", "Likely a filter.", "Correct it.")
            >>> err.reword("You set none.", "Try again.")
            >>> str(err)
            'A page was refused. You set none. Try again.'
        """
        self.why, self.next = _fit(why), _fit(next)
        self.args = (self.happened, self.why, self.next)

    def resume(self) -> pd.DataFrame | Path:
        """Continue the pull from where it stopped. Only the missing pages are requested.

        Returns:
            What the pull would have returned: the whole frame, or the file's path with `to=`.

        Raises:
            StnbError: the pull failed again; that error can be resumed too.
            UsageError: the error did not come from a pull that had begun.

        Example:
            >>> try:
            ...     df = st.jpm.jobs.pull()
            ... except stnb.RequestError as err:
            ...     df = err.resume()
        """
        if self.goes_on is None:
            raise UsageError(
                "There is nothing to resume.",
                "The error did not come from a pull that had begun.",
                "Correct what the error names, then make the call again.",
            )
        return self.goes_on()

    def __str__(self) -> str:
        sentences = [self.happened, self.why, self.next]
        if self.frame is not None and not tongue.in_shell():  # a command says what it did with them
            sentences.append(
                f"The {len(self.frame):,} rows that had arrived are kept in err.frame."
            )
        return " ".join(sentences)

    def _render_traceback_(self) -> list[str]:
        """What IPython prints: the sentences alone, because our own frames do not help a reader."""
        return [f"{type(self).__name__}: {self}"]


def _fit(sentence: str) -> str:
    """A sentence as it may be shown: without a secret, and with nothing that moves a terminal."""
    return masked(printable(sentence))


class SetupError(StnbError):
    """The credentials cannot be used as they are. Nothing was sent."""


class CredentialsMissing(SetupError, LookupError):
    """A profile, or one of its values, is missing.

    Attributes:
        fields: the missing values, such as ("CLIENT_ID", "APP_KEY"); empty if the profile itself
            is missing.
        in_keyring: whether the file is right, and the keyring lacks the value that it names.
    """

    fields: tuple[str, ...] = ()
    in_keyring = False


class CredentialsInvalid(SetupError, ValueError):
    """A value of a profile cannot be right."""


class UsageError(StnbError):
    """The call cannot be made as written. Nothing was sent."""


class UnknownResource(UsageError, AttributeError, KeyError):
    """The catalogue has no resource of that name."""


class UnknownFilter(UsageError, TypeError):
    """The resource has no filter of that name. The API would ignore it silently."""


class BadFilter(UsageError, ValueError):
    """The value does not fit the filter."""


class CannotSave(UsageError, OSError):
    """A file could not be written."""

    @classmethod
    def of(
        cls,
        path: str | os.PathLike[str],
        err: OSError,
        next: str = "Check that its folder exists, is yours to write and is not full, "
        "or name another file.",
    ) -> CannotSave:
        """The error for a file that could not be written, made from the system's own error.

        Args:
            path: the file as the caller named it.
            err: what the system raised; a `CannotSave` is returned as it is.
            next: what to do next, if the usual advice does not fit.

        Example:
            >>> try:
            ...     Path("out/jobs.csv").write_text(text)
            ... except OSError as err:
            ...     raise CannotSave.of("out/jobs.csv", err) from None
        """
        if isinstance(err, CannotSave):
            return err
        happened = f"{path} could not be written."
        # What `atomic` raises for a lock that another writer holds, and for what is no file.
        if isinstance(err, BlockingIOError):
            return cls(
                happened,
                "Another program writes to it, or keeps it locked.",
                "Let that program finish, then try again.",
            )
        if isinstance(err, IsADirectoryError):
            return cls(
                happened, "It is a folder or a device, not a file.", "Name a file in a folder."
            )
        return cls(happened, f"The system says: {reason(err)}; nothing was changed.", next)


def reason(err: Exception) -> str:
    """The system's own words for an error, without those that a library such as Arrow adds.

    Example:
        >>> reason(FileNotFoundError(errno.ENOENT, "[Errno 2] Failed to open local file 'x'"))
        'No such file or directory'
    """
    number = getattr(err, "errno", None)
    if number:
        return os.strerror(number)
    return type(err).__name__


class RequestError(StnbError):
    """A request failed.

    Attributes:
        method: GET or POST.
        path: the path that was requested, without host and query.
        status: the HTTP status, or None if no answer came.
        title: what the API or its gateway wrote, such as "invalid_client", or "".
        trace_id: ServiceTitan's id of the request, which its support asks for.
        attempts: how often the request was tried.
        late: whether the answer took too long, so that a smaller one may come.
        heavy: whether the server, or what is on the way, may have failed for the answer's size.
    """

    heavy: bool = False

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
        self.late = False
        self.method = method
        self.path = path
        self.status = status
        self.title = ""
        self.trace_id = trace_id
        self.attempts = attempts


class Unreachable(RequestError):
    """No answer came: name look-up, connection, TLS, proxy or time-out."""


class NotAuthenticated(RequestError):
    """The client id and secret, the token or the app key were refused.

    Attributes:
        app_key_refused: whether the API says that it is the app key.
    """

    app_key_refused: bool = False


class NotAllowed(RequestError):
    """The app may not read this.

    Attributes:
        scope: the OAuth scope that the call needs, or None if the catalogue does not know it.
        scope_missing: whether the API says that it is for want of a scope.
    """

    scope: str | None = None
    scope_missing: bool = False


class NotFound(RequestError):
    """There is no such record, or no such route.

    Attributes:
        route_missing: True if the API has no such route; False if the route has no such record.
    """

    route_missing: bool = False


class RateLimited(RequestError):
    """The API's limit on calls was still in force after the last try."""


class Rejected(RequestError):
    """The API understood the call and refused it.

    Attributes:
        refused: the parameters of the call that its words name, each with the whole numbers that
            they state, such as the largest value.
    """

    refused: Mapping[str, tuple[int, ...]] = {}


class ServerFault(RequestError):
    """The server failed, and further tries failed too."""


class DataError(StnbError):
    """An answer came, but not the one expected."""


class UnexpectedAnswer(DataError):
    """The body is not what the catalogue says: not JSON, cut off, or of another shape.

    Attributes:
        final: whether another try would bring the same, as the body is too large or too deep.
        heavy: whether it is too large, or cut off, so that a smaller one may come whole.
    """

    final: bool = False
    heavy: bool = False

    @classmethod
    def too_deep(cls, what: str) -> UnexpectedAnswer:
        """The error for JSON that is nested so deep that no reader is safe.

        Args:
            what: what came, such as "A page".
        """
        error = cls(
            f"{what} is JSON that is nested over 100 levels deep.",
            "stnb does not read it, as such text can end the process that does. Likely a fault of "
            "the server.",
            "Narrow the call with filters to find the record, and leave it out.",
        )
        error.final = True
        return error


class PagingFault(DataError):
    """The pages do not come to an end."""


class Interrupted(KeyboardInterrupt):
    """A call was interrupted, as by Ctrl-C or the notebook's stop button.

    Args:
        count: how many rows of the pull are in `stnb.last_partial`; asked when somebody reads it.
            None if no rows are kept.
    """

    def __init__(self, count: Callable[[], int] | None = None) -> None:
        super().__init__()
        self._count = count

    def __str__(self) -> str:
        if self._count is None:
            return "Interrupted."
        try:
            rows = self._count()
        except StnbError:  # the file with them is gone
            return "Interrupted."
        if not rows:
            return "Interrupted; no rows had arrived."
        return f"Interrupted; {rows:,} rows are in stnb.last_partial"

    def _render_traceback_(self) -> list[str]:
        """What IPython prints: one line, because a traceback through stnb says nothing."""
        return [str(self)]


class TenantsFailed(StnbError):
    """None of several tenants could be read, or `strict=True` and one could not.

    Attributes:
        problems: the reason of each, by the tenant's name.
        frame: the rows that had arrived, also of tenants that failed on the way, or None.
    """

    problems: Mapping[str, str] = {}

    @classmethod
    def of(cls, what: str, problems: Mapping[str, str], known: int, then: str) -> TenantsFailed:
        """The error about these tenants, of so many that were to be read.

        Args:
            what: what failed, such as "jpm.jobs was not read".
        """
        tenant, why = next(iter(problems.items()))
        error = cls(
            f"{what} for {len(problems)} of {known} tenants.",
            f"{tenant}: {why}",
            tongue.either(f"err.problems has the reason of each; {then}", then),
        )
        error.problems = dict(problems)
        return error


class StnbWarning(UserWarning):
    """The base of every warning."""

    def __init__(self, text: str = "") -> None:
        super().__init__(masked(text))  # it may quote a server or a file


class ColumnDrift(StnbWarning):
    """The rows differ from the catalogue. Nothing was dropped."""


class FilterIgnored(StnbWarning):
    """Some rows do not fit a filter that was sent, by the column that shows what it asks for."""


class FirstRows(StnbWarning):
    """`limit=` ended a pull before the last row: these are the first rows, and there are more."""


class HiddenRows(StnbWarning):
    """The API leaves inactive rows out unless a filter asks for them."""


class Incomplete(StnbWarning):
    """Rows may be missing, or the pages disagree about how many there are."""


class KeptRows(StnbWarning):
    """These rows were read before and kept, as `max_age=` allows; nothing was sent for them."""


class KnownTrap(StnbWarning):
    """Rows mean something else than their names suggest. Nothing is missing or wrong."""
