"""The guide names the menus and buttons of ServiceTitan's pages."""

from __future__ import annotations

import pytest

from stnb.access.setup import guide


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        ("developer", ("Client Credentials Management", "Edit", "Save", "Decline")),
        ("admin", ("New Version Available", "Confirm and Continue", "Decline", "Disable")),
        ("plain", ("Edit", "Save", "New Version Available", "Confirm and Continue")),
    ],
)
def test_labels(who: str, labels: tuple[str, ...]) -> None:
    """Each kind of person reads the labels that concern them."""
    notes = " ".join(guide(who, "integration").notes)

    assert [label for label in labels if f"**{label}**" not in notes] == []
    assert "The menu may read **Integrations**" in notes
    assert "green was added, struck out was removed" in notes


def test_zapier_needs_the_pair_alone() -> None:
    """The admin reads that Zapier needs no App Key."""
    assert "Zapier" in " ".join(guide("admin", "production").notes)
