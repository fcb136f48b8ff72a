"""Files of the API (recordings, attachments, pictures): into a folder, and onto the page."""

from __future__ import annotations

from .asked import pull_into
from .content import FileBytes, shown
from .table import FileTable

__all__ = ["FileBytes", "FileTable", "pull_into", "shown"]
