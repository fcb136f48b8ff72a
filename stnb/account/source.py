"""What the parts of an account need of it: so they know nothing of the account itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from stnb.catalog import Catalog
    from stnb.session import Session

    from .resource import Resource


class Source(Protocol):
    """The resources of one tenant, by name."""

    catalog: Catalog

    def __getitem__(self, name: str) -> Resource: ...


class Tenant(Source, Protocol):
    """An account, as far as reports use it."""

    @property
    def profile(self) -> str: ...

    @property
    def session(self) -> Session: ...

    def get(self, path: str, **query: Any) -> Any: ...
