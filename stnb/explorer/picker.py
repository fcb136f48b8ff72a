"""The search box over all resources. The page does the searching, so it stays quick while the kernel is busy."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from typing import Any

import anywidget
import traitlets

from ..catalog import Endpoint
from . import page


class Picker(anywidget.AnyWidget):
    """A combobox over the catalogue, grouped by module. `value` is the chosen resource's name, "" for none.

    A key pressed costs no message: the entries travel once, packed, about 20 KB for the whole catalogue.
    """

    _esm = page.module("picker.js")
    _css = page.style("picker.css")
    entries = traitlets.Bytes().tag(sync=True)
    value = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("Resource").tag(sync=True)

    def __init__(self, endpoints: Iterable[Endpoint], **settings: Any) -> None:
        super().__init__(entries=pack(endpoints), **settings)

    def __repr__(self) -> str:
        return f"<stnb picker · {self.value or 'nothing chosen'}>"


def pack(endpoints: Iterable[Endpoint]) -> bytes:
    """Write what the page needs of every endpoint as gzipped JSON."""
    entries = [entry(e) for e in sorted(endpoints, key=lambda e: (e.module, e.kind == "export", e.name))]
    return gzip.compress(json.dumps(entries, separators=(",", ":")).encode(), mtime=0)


def entry(endpoint: Endpoint) -> dict[str, Any]:
    """One line of the list: what is shown, and the words that find it."""
    words = dict.fromkeys([p.name for p in endpoint.filters] + [c.name for c in endpoint.columns])
    return {
        "name": endpoint.name,
        "label": endpoint.label,
        "module": endpoint.module,
        "kind": endpoint.kind,
        "hidden": endpoint.shows_all is not None,
        "withdrawn": endpoint.withdrawn,
        "words": " ".join(words),
    }
