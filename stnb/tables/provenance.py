"""What a frame says about the pull that it comes from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from stnb.frame.about import about_of
from stnb.frame.united import TENANT


def provenance(df: pd.DataFrame) -> dict[str, Any]:
    """The frame's `attrs["stnb"]`; {} if it does not come from a pull."""
    return about_of(df.attrs)


def is_of_several(df: pd.DataFrame) -> bool:
    """Whether the rows are of several tenants, as `stnb.tenants().pull` reads them: an id belongs
    to the tenant in the row's first column then.
    """
    return "tenants" in provenance(df) and TENANT in df.columns


def cost_of_all(about: dict[str, Any]) -> str:
    """What it takes to read all rows in place of a sample, in words; "" if that is not known.

    It is judged by the pace of the pull itself.

    Args:
        about: the provenance of a frame.

    Example:
        >>> cost_of_all({"first": "…", "total": 21_000, "rows": 1_000, "seconds": 0.2})
        'All 21,000 rows, about 4 s'
    """
    rows, total, seconds = about.get("rows"), about.get("total"), about.get("seconds")
    if not about.get("first") or about.get("stopped") or not rows or not total:
        return ""
    text = f"All {total:,} rows"
    if not seconds:
        return text
    needed = total / rows * seconds
    if needed < 90:
        return f"{text}, about {max(1, round(needed))} s"
    return f"{text}, about {round(needed / 60)} min"
