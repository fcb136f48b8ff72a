"""From the ids in a frame to the rows that they lead to: `st.follow`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Catalog
from stnb.errors import DataError, Incomplete, RequestError, StnbError, StnbWarning
from stnb.errors.wording import few
from stnb.frame import notices, shape_of
from stnb.frame.original import AsSent, Originals, Part
from stnb.frame.united import Converted, united
from stnb.pull.together_about import all_complete, types_differ
from stnb.tables.ids import distinct, fit

from ..source import Source
from .lookup import Keys, Reading, read, why_unread
from .models import Link, Target
from .place import grouped, key_type, place_of

if TYPE_CHECKING:
    from stnb.pull import ProgressCallback

RESOURCE = "resource"  # the first column of rows of several resources


def follow(
    account: Source,
    df: pd.DataFrame,
    column: str,
    *,
    columns: Sequence[str] | None = None,
    resource: str | None = None,
    progress: ProgressCallback | None = None,
) -> pd.DataFrame:
    """Read the rows that the ids in a column lead to: for jobs and "customerId", their customers.

    Each row comes once, inactive ones too. Either the ids are asked for, fifty a request and side
    by side, or the whole list is read, whichever is cheaper. If there are many ids, a small request
    asks for the list's length first.

    Args:
        df: a frame of a pull, or of `stnb.children`.
        column: of ids, or of lists of ids ("tagTypeIds"); one inside a list too ("items[].skuId").
        columns: the names of those to decode, as in a pull.
        resource: what the frame holds, such as "jpm.jobs", if it does not say so itself, as after a
            merge.
        progress: called with a Progress at every change, for each resource that is read.

    Returns:
        The rows, as a pull of their resource gives them. If the column may lead to several
        resources (a user id to employees and technicians), the rows of all of them, with a first
        column `resource`; one that could not be read is left out, and a warning says so.
        `attrs["stnb"]` has `not_found`, the number of ids without a row, and
        `not_found_ids`, the first of them; a warning says so too.

    Raises:
        BadFilter: the column is no link, or the frame does not say what it holds.
        StnbError: none of the resources could be read.

    Example:
        >>> customers = st.follow(jobs, "customerId", columns=["id", "name"])
        >>> jobs.merge(customers, left_on="customerId", right_on="id", suffixes=("", "_customer"))
    """
    rows, _ = followed(account, df, column, columns=columns, resource=resource, progress=progress)
    return rows


def followed(
    account: Source,
    df: pd.DataFrame,
    column: str,
    *,
    columns: Sequence[str] | None = None,
    resource: str | None = None,
    progress: ProgressCallback | None = None,
    keeps_original: bool = False,
) -> tuple[pd.DataFrame, AsSent]:
    """`follow`, and what was sent for its rows if that is to be kept and known."""
    place = place_of(account.catalog, df, column, resource)
    targets = place.link.targets
    kind = key_type(account.catalog, targets[0])
    raw = distinct(df, place.path)
    ids = fit(raw, kind)
    wanted = _as_list(columns)
    requested = _ids_by_column(targets, ids)

    readings = _begin(account, requested, wanted, progress, keeps_original=keeps_original)
    frames, unread = _read_all(readings)
    read_targets = [target for target in targets if target.resource in frames]
    found = pa.concat_arrays([fit(distinct(frames[t.resource], t.by), kind) for t in read_targets])
    lost = _without_row(raw, ids, found)
    for name in frames:
        frames[name] = _without_keys(frames[name], requested[name], wanted)
    out, original, told = _together(column, frames, readings)
    out.attrs["stnb"] |= {
        "followed": column,
        "not_found": len(lost),
        "not_found_ids": lost[:10].to_pylist(),
    }
    told += [_unread(name, err) for name, err in unread.items()]
    if unread:
        out.attrs["stnb"] |= {"complete": False, "not_read": list(unread)}
    if len(lost):
        told.append(unfound(place.link, read_targets, len(raw), lost))
    for notice in told:
        out.attrs["stnb"]["notices"].append(notice.text)
        notices.warn(notice)
    return out, original


def _begin(
    account: Source,
    requested: Mapping[str, Keys],
    wanted: list[str] | None,
    progress: ProgressCallback | None,
    *,
    keeps_original: bool,
) -> dict[str, Reading]:
    """Begin to read the rows of each resource.

    Raises:
        UsageError: a wanted column is in none of them.
    """
    started = {}
    keeps_original = keeps_original or len(requested) > 1  # types may differ between resources
    for name, by in requested.items():
        own = _columns_of(account.catalog, name, list(requested), wanted)
        options: Any = {"progress": progress, "keeps_original": keeps_original}
        started[name] = read(account, name, by, own, **options)
    return started


def _read_all(
    started: Mapping[str, Reading],
) -> tuple[dict[str, pd.DataFrame], dict[str, StnbError]]:
    """The rows of each resource, side by side; and why, of those that could not be read.

    Raises:
        StnbError: none could be read.
    """
    frames: dict[str, pd.DataFrame] = {}
    unread: dict[str, StnbError] = {}
    for name, reading in started.items():
        try:
            frames[name] = reading.rows()
        except (RequestError, DataError) as err:
            unread[name] = err
    if not frames:
        raise next(iter(unread.values()))
    return frames, unread


def _unread(name: str, err: StnbError) -> notices.Notice:
    """The notice that the rows of one of several resources are missing."""
    why = why_unread(name, err)
    return notices.Notice(Incomplete, f"Rows of {name} are missing: {why}.")


def _as_list(columns: Sequence[str] | None) -> list[str] | None:
    if columns is None:
        return None
    return [columns] if isinstance(columns, str) else list(columns)


def _ids_by_column(targets: Sequence[Target], ids: pa.Array) -> dict[str, dict[str, pa.Array]]:
    """The ids to ask for, by resource and by the column that holds them there."""
    out: dict[str, dict[str, pa.Array]] = {}
    for name, group in grouped(targets).items():
        out[name] = {target.by: ids.drop_null() for target in group}
    return out


# -- the answer


def _columns_of(
    catalog: Catalog, name: str, names: Sequence[str], wanted: list[str] | None
) -> list[str] | None:
    """Those of the wanted columns that a resource has.

    A column that none of the resources has is asked for everywhere, so that the pull refuses it.
    """
    if wanted is None:
        return None
    own = _known_columns(catalog, name)
    everywhere: set[str] = set()
    for other in names:
        everywhere |= _known_columns(catalog, other)
    mine = [column for column in wanted if column in own]
    return mine + [column for column in wanted if column not in everywhere]


def _known_columns(catalog: Catalog, name: str) -> set[str]:
    shape = shape_of(catalog[name])
    return {*shape.by_path, *shape.objects}


def _without_keys(
    frame: pd.DataFrame, keys: dict[str, pa.Array], wanted: list[str] | None
) -> pd.DataFrame:
    """Drop the columns that were read only to find the rows."""
    if wanted is None:
        return frame
    return frame.drop(columns=[by for by in keys if by not in wanted])


def _without_row(raw: pa.Array, ids: pa.Array, found: pa.Array) -> pa.Array:
    """The ids as they stand in the frame, of those that are no id or were not found."""
    has_row = pc.and_kleene(pc.is_valid(ids), pc.is_in(ids, value_set=found))
    return raw.filter(pc.invert(has_row))


def _together(
    column: str, frames: Mapping[str, pd.DataFrame], readings: Mapping[str, Reading]
) -> tuple[pd.DataFrame, AsSent, list[notices.Notice]]:
    """The rows of all resources, what was sent for them, and the notices of types that differ."""
    if len(readings) == 1:
        [(name, rows)] = frames.items()
        return rows, readings[name].original, []
    originals: dict[str, AsSent] = {name: readings[name].original for name in frames}
    original = _of_all(frames, readings)
    rows, converted = _joined(frames, originals)
    told = types_differ(column, converted, kept=False, of="resources")
    return rows, original, told


def _of_all(
    frames: Mapping[str, pd.DataFrame], readings: Mapping[str, Reading]
) -> Originals | None:
    """What was sent for the rows of all resources; None if it is not known of one."""
    parts = []
    for name, frame in frames.items():
        original = readings[name].original
        if original is None:
            return None
        whole = frame.select_dtypes("integer").columns
        parts.append(Part(original, len(frame), list(whole)))
    return Originals(parts, {f"{RESOURCE}.value": RESOURCE})  # as `united` names them


def _joined(
    frames: Mapping[str, pd.DataFrame], originals: dict[str, AsSent]
) -> tuple[pd.DataFrame, dict[str, Converted]]:
    """The rows of several resources as one frame, with the resource of each row as first column;
    and the columns whose type differs between the resources.
    """
    about: dict[str, Any] = {"resource": " | ".join(frames)}
    abouts = [frame.attrs["stnb"] for frame in frames.values()]
    for each in abouts:
        for key in ("tenant", "environment", "began"):
            if key in each:
                about[key] = each[key]
    out, converted = united(dict(frames), originals, first=RESOURCE)
    out.attrs["stnb"] = {
        **about,
        "rows": len(out),
        "requests": sum(each["requests"] for each in abouts),
        "complete": all_complete(abouts),
        "notices": [text for each in abouts for text in each["notices"]],
    }
    return out, converted


def unfound(
    link: Link, targets: Sequence[Target], requested: int, lost: pa.Array
) -> notices.Notice:
    """The notice that some ids have no row in the resources of these targets."""
    where = " or ".join(grouped(targets))
    some = few(lost.to_pylist())
    text = f"{len(lost):,} of the {requested:,} ids in {link.column} have no row in {where}: {some}"
    return notices.Notice(StnbWarning, text)
