"""Page bytes -> typed Arrow -> DataFrame. No HTTP; nothing is dropped, nothing crashes, and what differs is told."""

from __future__ import annotations

from .assemble import assemble, file_frame
from .decode import Decoded, decode
from .types import PANDAS, Shape, dtype_of, shape_of

__all__ = ["PANDAS", "Decoded", "Shape", "assemble", "decode", "dtype_of", "file_frame", "shape_of"]
