"""Pages on their way into the store."""

from __future__ import annotations

from tests.helpers.misbehaving_server import Server
from tests.helpers.toys import Toys


def test_a_pull_is_company_until_its_list_ends() -> None:
    """Other tenants are read beside it while a page of its own is looked at, and not behind it."""
    st = Server(Toys(300)).account()
    company = st.session._shared.company
    seen = list[bool]()

    def look(page: object) -> None:
        seen.append(company.has_others("another", moment=0.0))

    st["toys.widgets"].pull(page_size=100, progress=False, on_page=look)

    assert seen == [True, True, True]
    assert not company.has_others("another", moment=0.0)
