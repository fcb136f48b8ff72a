"""The API's routes as data: what can be read, with which filters, and which columns come back."""

from __future__ import annotations

from .models import Column, Endpoint, Kind, Param
from .store import Catalog, load, read

__all__ = ["Catalog", "Column", "Endpoint", "Kind", "Param", "load", "read"]
