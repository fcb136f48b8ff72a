"""What axe finds wrong with a part of a page, for people who do not see it or have no mouse."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

HEAVY = {"serious", "critical"}


def faults(page: Page, part: str) -> list[str]:
    """The serious and critical faults inside the elements of that selector, each with its first
    places.
    """
    found = Axe().run(page, context=part, options={"resultTypes": ["violations"]})
    return [_line(v) for v in found.response["violations"] if v["impact"] in HEAVY]


def _line(violation: dict[str, Any]) -> str:
    places = [" ".join(map(str, node["target"])) for node in violation["nodes"]]
    return f"{violation['id']} ({len(places)}): {'; '.join(places[:3])}"
