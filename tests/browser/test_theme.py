"""Colours on a page that is neither JupyterLab's nor VS Code's, such as marimo's: they follow its
colour scheme, also inside a shadow root.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from stnb import catalog
from stnb.account.links.map import neighbourhood
from stnb.catalog.html_table import BAD, GOOD, WARN
from stnb.explorer.assets import style
from tests.browser.labkit import fresh_page

INKS = {
    "text": "var(--stnb-fg)",
    "quiet": "var(--stnb-quiet)",
    "brand": "var(--stnb-brand)",
    "good": "var(--stnb-good)",
    "bad": "var(--stnb-bad)",
    "verdict good": GOOD,
    "verdict bad": BAD,
    "verdict warn": WARN,
}
COLOURS = {
    "light": ("rgb(255, 255, 255)", "rgb(31, 35, 40)"),
    "dark": ("rgb(21, 24, 29)", "rgb(230, 237, 243)"),
}
PAPERS = ("--stnb-bg", "--stnb-field", "--stnb-raised")
CONTRASTS = """([scheme, css, inks, papers]) => {
    document.documentElement.style.colorScheme = scheme;
    const host = document.body.appendChild(document.createElement('div'));
    const root = host.attachShadow({mode: 'open'});
    root.innerHTML = `<style>${css}</style><div class="stnb"><p>x</p></div>`;
    const paragraph = root.querySelector('p');
    const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const light = (css) => {
        paragraph.style.color = css;
        pen.fillStyle = getComputedStyle(paragraph).color;
        pen.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map((x) => x / 255)
            .map((x) => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const found = {paper: light('var(--stnb-bg)')};
    for (const [name, ink] of Object.entries(inks)) {
        found[name] = Math.min(...papers.map((paper) => {
            const [low, high] = [light(ink), light(`var(${paper})`)].sort((a, b) => a - b);
            return (high + 0.05) / (low + 0.05);
        }));
    }
    return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark", "normal"])
def test_colours_follow_the_scheme_of_the_page(browser: Any, scheme: str) -> None:
    """Each ink can be read on each paper, and the paper is dark where the page is."""
    with fresh_page(browser) as (page, _):
        sheet = style("grid/grid.css")
        found = page.evaluate(CONTRASTS, [scheme, sheet, INKS, PAPERS])
    assert (found.pop("paper") < 0.1) == (scheme == "dark")
    too_pale = {name: ratio for name, ratio in found.items() if ratio < 4}
    assert too_pale == {}
    assert min(found["text"], found["quiet"]) >= 4.5


FILL = "(css) => getComputedStyle(document.querySelector(css)).fill"


@pytest.mark.parametrize("page_is", ["light", "dark"])
def test_a_map_follows_the_page_and_not_the_system(browser: Any, page_is: str) -> None:
    """On a light page of a system that is dark, it is light."""
    drawn = neighbourhood(catalog.load(), "jpm.jobs")._repr_html_()
    with fresh_page(browser) as (page, _):
        page.emulate_media(color_scheme="dark" if page_is == "light" else "light")
        page.set_content(f'<html style="color-scheme:{page_is}"><body>{drawn}')
        found = (page.evaluate(FILL, ".ground"), page.evaluate(FILL, ".name"))
    assert found == COLOURS[page_is]


@pytest.mark.parametrize("system", ["light", "dark"])
def test_a_map_in_a_file_of_its_own_follows_the_system(browser: Any, system: str) -> None:
    """There is no page that it could follow."""
    drawn = neighbourhood(catalog.load(), "jpm.jobs")._repr_svg_()
    with fresh_page(browser) as (page, _):
        page.emulate_media(color_scheme=system)
        page.goto(f"data:image/svg+xml,{quote(drawn)}")
        found = (page.evaluate(FILL, ".ground"), page.evaluate(FILL, ".name"))
    assert found == COLOURS[system]
