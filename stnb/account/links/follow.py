"""From the ids in a frame to the rows that they lead to: `st.follow`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Catalog
from stnb.errors import BadFilter, DataError, Incomplete, RequestError, StnbError, StnbWarning
from stnb.frame import notices, shape_of
from stnb.frame.types import final_type
from stnb.tables.ids import distinct, fit, located

from .lookup import Keys, Reading, Source, read, why_unread
from .models import DOCUMENTED, Link, Target
from .rules import links_of

if TYPE_CHECKING:
    from stnb.pull import ProgressCallback

SHOWN = 5  # ids in a message


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
    place = place_of(account.catalog, df, column, resource)
    targets = place.link.targets
    kind = key_type(account.catalog, targets[0])
    raw = distinct(df, place.path)
    ids = fit(raw, kind)
    wanted = _as_list(columns)
    requested = _ids_by_column(targets, ids)

    frames, unread = _read_all(account, requested, wanted, progress)
    read_targets = [target for target in targets if target.resource in frames]
    found = pa.concat_arrays([fit(distinct(frames[t.resource], t.by), kind) for t in read_targets])
    has_row = pc.and_kleene(pc.is_valid(ids), pc.is_in(ids, value_set=found))
    lost = raw.filter(pc.invert(has_row))
    for name in frames:
        frames[name] = _without_keys(frames[name], requested[name], wanted)
    out = next(iter(frames.values())) if len(requested) == 1 else _joined(frames)
    out.attrs["stnb"] |= {
        "followed": column,
        "not_found": len(lost),
        "not_found_ids": lost[:10].to_pylist(),
    }
    told = [_unread(name, err) for name, err in unread.items()]
    if unread:
        out.attrs["stnb"] |= {"complete": False, "not_read": list(unread)}
    if len(lost):
        told.append(unfound(place.link, read_targets, len(raw), lost))
    for notice in told:
        out.attrs["stnb"]["notices"].append(notice.text)
        notices.warn(notice)
    return out


def _read_all(
    account: Source,
    requested: Mapping[str, Keys],
    wanted: list[str] | None,
    progress: ProgressCallback | None,
) -> tuple[dict[str, pd.DataFrame], dict[str, StnbError]]:
    """The rows of each resource, side by side; and why, of those that could not be read.

    Raises:
        StnbError: none could be read.
        UsageError: a wanted column is in none of them.
    """
    started: dict[str, Reading] = {}
    frames: dict[str, pd.DataFrame] = {}
    unread: dict[str, StnbError] = {}
    for name, by in requested.items():
        of_name = _columns_of(account.catalog, name, list(requested), wanted)
        started[name] = read(account, name, by, of_name, progress=progress)
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


# -- which link


@dataclass(frozen=True)
class Place:
    """A link of a frame.

    Attributes:
        path: where the ids are, from the frame's columns on.
    """

    link: Link
    path: str


def places(catalog: Catalog, df: pd.DataFrame, resource: str | None = None) -> dict[str, Place]:
    """The links of a frame, by their path in it.

    Raises:
        BadFilter: the frame does not say what it holds.
    """
    attrs = df.attrs.get("stnb") or {}
    name = resource or attrs.get("resource")
    if name is None or name not in catalog:
        raise BadFilter(
            "It is not known what the frame holds.",
            'Likely it was merged or made by hand: its attrs["stnb"] names no resource.',
            'Name the resource, as in resource="jpm.jobs".',
        )
    # A frame named by hand is taken for the resource's own rows, one of `children` for its lists.
    above = "" if resource else str(attrs.get("path") or "")
    out: dict[str, Place] = {}
    if above and attrs.get("keys") and "id" in catalog[name].key:
        parent_id = attrs["keys"][0]
        link = Link(parent_id, (Target(name),), DOCUMENTED, "the row that these lie in")
        out[parent_id] = Place(link, parent_id)
    for link in links_of(catalog[name]):
        path = _path_below(link, above, str(df.columns[-1]))
        if path is not None:
            out[path] = Place(link, path)
    return {path: place for path, place in out.items() if located(df, path) is not None}


def _path_below(link: Link, above: str, last_column: str) -> str | None:
    """The path of a link in a frame of the elements of `above`; None if it lies elsewhere."""
    if not above:
        return link.path
    if link.path.startswith(f"{above}."):
        return link.path.removeprefix(f"{above}.")
    if link.path == above:
        return last_column  # a list of ids that was opened: they stand in the last column
    return None


def place_of(catalog: Catalog, df: pd.DataFrame, column: str, resource: str | None = None) -> Place:
    """The link of that column.

    Raises:
        BadFilter: it is none; those that the frame has are named.
    """
    there = places(catalog, df, resource)
    found = there.get(column.replace("[]", ""))
    if found is not None:
        return found
    near = difflib.get_close_matches(column, there, n=1)
    then = "Choose one of them; st.links(…) shows where each leads."
    if near:
        then = f"Did you mean {near[0]!r}?"
    names = ", ".join(map(_shown_name, there.values())) or "none"
    raise BadFilter(f"{column!r} is no link of the frame.", f"Its links are: {names}.", then)


def _shown_name(place: Place) -> str:
    return place.link.column if place.path == place.link.path else place.path


def key_type(catalog: Catalog, target: Target) -> pa.DataType:
    """The Arrow type of the column that a target is found by."""
    return final_type(shape_of(catalog[target.resource]).by_path[target.by])


def grouped(targets: Sequence[Target]) -> dict[str, list[Target]]:
    """The targets by resource, so that each is read once."""
    out: dict[str, list[Target]] = {}
    for target in targets:
        out.setdefault(target.resource, []).append(target)
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


def _joined(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of several resources as one frame, with the resource of each row as first column."""
    parts = []
    requests = 0
    texts: list[str] = []
    kept: dict[str, Any] = {}
    for name, frame in frames.items():
        kind = pd.Series(name, index=frame.index, dtype="str", name="resource")
        parts.append(pd.concat([kind, frame], axis=1))
        attrs = frame.attrs["stnb"]
        requests += attrs["requests"]
        texts += attrs["notices"]
        for key in ("tenant", "environment", "began"):
            if key in attrs:
                kept[key] = attrs[key]
    out = pd.concat(parts, ignore_index=True)
    out.attrs["stnb"] = {
        "resource": " | ".join(frames),
        **kept,
        "rows": len(out),
        "requests": requests,
        "notices": texts,
    }
    return out


def unfound(
    link: Link, targets: Sequence[Target], requested: int, lost: pa.Array
) -> notices.Notice:
    """The notice that some ids have no row in the resources of these targets."""
    where = " or ".join(grouped(targets))
    some = ", ".join(map(str, lost[:SHOWN].to_pylist()))
    if len(lost) > SHOWN:
        some += " …"
    text = f"{len(lost):,} of the {requested:,} ids in {link.column} have no row in {where}: {some}"
    return notices.Notice(StnbWarning, text)
