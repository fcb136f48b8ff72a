"""What a frame says about the pull that it comes from."""

from __future__ import annotations

from typing import Any

import pandas as pd


def provenance(df: pd.DataFrame) -> dict[str, Any]:
    """The frame's `attrs["stnb"]`; {} if it does not come from a pull."""
    known = df.attrs.get("stnb")
    return known if isinstance(known, dict) else {}
