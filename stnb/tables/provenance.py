"""What a frame says about the pull that it comes from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from stnb.frame.united import TENANT


def provenance(df: pd.DataFrame) -> dict[str, Any]:
    """The frame's `attrs["stnb"]`; {} if it does not come from a pull."""
    known = df.attrs.get("stnb")
    return known if isinstance(known, dict) else {}


def is_of_several(df: pd.DataFrame) -> bool:
    """Whether the rows are of several tenants, as `stnb.tenants().pull` reads them: an id belongs
    to the tenant in the row's first column then.
    """
    return "tenants" in provenance(df) and TENANT in df.columns
