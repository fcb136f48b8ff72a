"""Page bytes -> typed Arrow -> DataFrame. No HTTP; nothing is dropped, nothing crashes, and what
differs is told.
"""

from __future__ import annotations

from .assemble import assemble, file_frame
from .decode import Decoded, decode
from .drift import add_drift
from .schema import Shape, narrow, shape_of
from .types import PANDAS, Dtypes, dtype_of

__all__ = [
    "PANDAS",
    "Decoded",
    "Dtypes",
    "Shape",
    "add_drift",
    "assemble",
    "decode",
    "dtype_of",
    "file_frame",
    "narrow",
    "shape_of",
]
