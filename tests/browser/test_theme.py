"""Colours on a page that is neither JupyterLab's nor VS Code's, such as marimo's: they follow its
colour scheme, also inside a shadow root.
"""

from __future__ import annotations

from typing import Any

import pytest

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
