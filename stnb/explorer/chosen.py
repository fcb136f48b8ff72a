"""What is chosen in the explorer's controls, and the account that it would be read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from stnb import catalog
from stnb.catalog import Endpoint
from stnb.credentials import Profile
from stnb.errors import UsageError

from .layout import Layout
from .several import Together, check_ids, reader
from .state import State, check_complete

if TYPE_CHECKING:
    from stnb.account.account import Account


class Chosen:
    """Reads the controls.

    Args:
        parts: gives the widgets.
        profiles: to choose from.
        connect: gives the account of a profile.
    """

    def __init__(
        self,
        parts: Callable[[], Layout],
        profiles: Iterable[Profile],
        connect: Callable[[str], Account],
    ) -> None:
        self._parts, self.connect = parts, connect
        self._profiles = {profile.name: profile for profile in profiles}

    @property
    def endpoint(self) -> Endpoint | None:
        """The chosen resource in the catalogue."""
        return catalog.load().endpoints.get(self._parts().picker.value)

    @property
    def state(self) -> State:
        """What the controls have now."""
        return self._parts().state()

    @property
    def profile(self) -> Profile:
        """The chosen profile."""
        return self._profiles[self._parts().profile.value]

    @property
    def problem(self) -> UsageError | None:
        """Why what is chosen cannot be pulled, or None."""
        try:
            check_complete(self.state)
        except UsageError as error:
            return error
        return self._parts().filters.problem or check_ids(self.state)

    def account(self) -> Account:
        """The account of the chosen profile.

        Raises:
            CredentialsMissing, CredentialsInvalid: it cannot be used.
        """
        return self.connect(self.profile.name)

    def ready_account(self) -> Account | None:
        """The account of the chosen profile, or None if the profile is not ready."""
        return self.account() if self.profile.ready else None

    def account_to_pull(self) -> Account | Together:
        """The account, or those of several tenants, if what is chosen can be pulled from it.

        Raises:
            UsageError: it cannot.
            CredentialsMissing, CredentialsInvalid: the profile cannot be used.
        """
        if self.problem is not None:
            raise self.problem
        return reader(self.connect, self.state)

    def account_with_token(self) -> Account | None:
        """The account, if a request would ask for no token: that is left to Pull and Count."""
        account = self.ready_account()
        if self.state.tenants:
            return None  # it would be a request for each
        if account is None or (account.scopes is None and account.environment != "demo"):
            return None
        return account
