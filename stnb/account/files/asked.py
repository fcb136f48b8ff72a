"""`recording.pull(id=[…], to="recordings")`: its arguments, checked before files are fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stnb.catalog import Endpoint
from stnb.errors import BadFilter
from stnb.pull.kept.age import age_of

from ..progress_bar import bar_for
from ..reader import split_arguments
from .download import pull_files
from .table import FileTable

if TYPE_CHECKING:
    from stnb.session import Session


def pull_into(
    session: Session, endpoint: Endpoint, run: Mapping[str, Any], arguments: Mapping[str, Any]
) -> FileTable:
    """Files into the folder of `to`; see `pull_files`.

    Args:
        run: `to` and `progress`.
        arguments: the filters, and the option `confirm`.

    Raises:
        BadFilter: an option does not fit, or as `pull_files` does.
    """
    filters, options = split_arguments(endpoint, arguments)
    confirm = bool(options.pop("confirm", False))
    if not age_of(options.get("max_age")):
        options.pop("max_age", None)  # files are never kept elsewhere
    options = {name: value for name, value in options.items() if value is not None}
    if run.get("on_page") is not None:
        options["on_page"] = run["on_page"]
    if options:
        raise BadFilter(
            f"{next(iter(options))}= does not fit.",
            f"{endpoint.name} is files, which to= puts into a folder, not rows.",
            "Leave it out.",
        )
    progress = run.get("progress")
    if progress is None:
        progress = bar_for(endpoint.name)
    return pull_files(session, endpoint, filters, run["to"], progress or None, confirm=confirm)
