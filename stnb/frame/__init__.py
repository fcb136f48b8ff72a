"""Page bytes -> typed Arrow -> DataFrame. No HTTP; nothing is dropped, nothing crashes, and what
differs is told.
"""

from __future__ import annotations

from .assemble import assemble
from .decode import Decoded, decode
from .drift import Drifts, add_drift, sentences
from .schema import Shape, narrow, shape_of
from .types import PANDAS, Dtypes, dtype_of

__all__ = [
    "PANDAS",
    "Decoded",
    "Drifts",
    "Dtypes",
    "Shape",
    "add_drift",
    "assemble",
    "decode",
    "dtype_of",
    "narrow",
    "sentences",
    "shape_of",
]
