"""From the ids in a frame to the rows that they lead to."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stnb.catalog import Catalog
from stnb.errors import BadFilter, StnbWarning
from stnb.frame import notices, shape_of
from stnb.frame.types import final_type
from stnb.tables.ids import distinct, fit, located

from .lookup import Source, read
from .rules import D, Link, Target, links_of

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
    """The rows that the ids in a column lead to: of jobs and "customerId", their customers.

    Each row comes once, inactive ones too. The ids are asked for by fifties side by side, or the
    whole list is read where that is cheaper; where there are many, a small request asks for its
    length first.

    Args:
        df: a frame of a pull, or of `stnb.children`.
        column: of ids, or of lists of ids ("tagTypeIds"); one inside a list too ("items[].skuId").
        columns: the names of those to decode, as in a pull.
        resource: what the frame holds, such as "jpm.jobs", where it does not say so itself, as
            after a merge.
        progress: called with a Progress at every change, for each resource that is read.

    Returns:
        The rows, as a pull of their resource gives them. Where the column may lead to several
        resources (a user id to employees and technicians), the rows of all of them, and first a
        column `resource`. `attrs["stnb"]` has `not_found`, how many ids have no row, and
        `not_found_ids`, the first of them; a warning tells it too.

    Raises:
        BadFilter: the column is no link, or the frame does not say what it holds.
        StnbError: a pull failed.

    Example:
        >>> customers = st.follow(jobs, "customerId", columns=["id", "name"])
        >>> jobs.merge(customers, left_on="customerId", right_on="id", suffixes=("", "_customer"))
    """
    place = place_of(account.catalog, df, column, resource)
    kind = key_type(account.catalog, place.link.targets[0])
    raw = distinct(df, place.path)
    ids = fit(raw, kind)
    asked = {
        name: {t.by: ids.drop_null() for t in group}
        for name, group in grouped(place.link.targets).items()
    }
    wanted = None if columns is None else [columns] if isinstance(columns, str) else list(columns)
    started = [
        read(account, name, by, _mine(account.catalog, name, asked, wanted), progress=progress)
        for name, by in asked.items()
    ]
    frames = {reading.resource.name: reading.rows() for reading in started}
    found = pa.concat_arrays(
        [fit(distinct(frames[t.resource], t.by), kind) for t in place.link.targets]
    )
    lost = raw.filter(pc.invert(pc.and_kleene(pc.is_valid(ids), pc.is_in(ids, value_set=found))))
    out = _joined({name: _only(f, asked[name], wanted) for name, f in frames.items()})
    out.attrs["stnb"] |= {
        "followed": column,
        "not_found": len(lost),
        "not_found_ids": lost[:10].to_pylist(),
    }
    if len(lost):
        notice = unfound(place.link, len(raw), lost)
        out.attrs["stnb"]["notices"].append(notice.text)
        notices.warn(notice)
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
    said = df.attrs.get("stnb") or {}
    name = resource or said.get("resource")
    if name is None or name not in catalog:
        raise BadFilter(
            "It is not known what the frame holds.",
            'Its attrs["stnb"] names no resource: likely it was merged or made by hand.',
            'Say it, as in resource="jpm.jobs".',
        )
    above = "" if resource else str(said.get("path") or "")
    out: dict[str, Place] = {}
    if (
        above and said.get("keys") and "id" in catalog[name].key
    ):  # the parent's id, which children bring along
        out[said["keys"][0]] = Place(
            Link(said["keys"][0], (Target(name),), D, "the row that these lie in"), said["keys"][0]
        )
    for link in links_of(catalog[name]):
        if not above or link.path.startswith(f"{above}."):
            path = link.path[len(above) + 1 :] if above else link.path
            out[path] = Place(link, path)
        elif link.path == above:  # a list of ids, opened: they stand in the last column
            out[str(df.columns[-1])] = Place(link, str(df.columns[-1]))
    return {path: place for path, place in out.items() if located(df, path) is not None}


def place_of(catalog: Catalog, df: pd.DataFrame, column: str, resource: str | None = None) -> Place:
    """The link of that column.

    Raises:
        BadFilter: it is none; those that the frame has are named.
    """
    there = places(catalog, df, resource)
    if (found := there.get(column.replace("[]", ""))) is not None:
        return found
    near = difflib.get_close_matches(column, there, n=1)
    raise BadFilter(
        f"{column!r} is no link of the frame.",
        f"Its links are: {', '.join(p.link.column if p.path == p.link.path else p.path for p in there.values()) or 'none'}.",
        f"Did you mean {near[0]!r}?"
        if near
        else "Choose one of them; st.links(…) tells where each leads.",
    )


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


def _mine(
    catalog: Catalog, name: str, names: Sequence[str] | Any, wanted: list[str] | None
) -> list[str] | None:
    """Of the columns wanted, those that a resource has; all of them where none of the resources has
    one, so that it is told.
    """
    if wanted is None:
        return None
    has = {
        n: [
            c
            for c in wanted
            if c in shape_of(catalog[n]).by_path or c in shape_of(catalog[n]).objects
        ]
        for n in names
    }
    unknown = [c for c in wanted if not any(c in h for h in has.values())]
    return [*has[name], *unknown]


def _only(
    frame: pd.DataFrame, asked: dict[str, pa.Array], wanted: list[str] | None
) -> pd.DataFrame:
    """Without the columns that were read for the ids alone."""
    return frame if wanted is None else frame.drop(columns=[by for by in asked if by not in wanted])


def _joined(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of several resources as one frame, which says of each row where it is from."""
    if len(frames) == 1:
        return next(iter(frames.values()))
    parts = []
    for name, frame in frames.items():
        kind = pd.Series(name, index=frame.index, dtype="str", name="resource")
        parts.append(pd.concat([kind, frame], axis=1))
    out = pd.concat(parts, ignore_index=True)
    said = [f.attrs["stnb"] for f in frames.values()]
    kept = {k: s[k] for s in said for k in ("tenant", "environment", "began") if k in s}
    out.attrs["stnb"] = {
        "resource": " | ".join(frames),
        **kept,
        "rows": len(out),
        "requests": sum(s["requests"] for s in said),
        "notices": [text for s in said for text in s["notices"]],
    }
    return out


def unfound(link: Link, asked: int, lost: pa.Array) -> notices.Notice:
    """That some ids have no row."""
    where = " or ".join(grouped(link.targets))
    some = ", ".join(map(str, lost[:SHOWN].to_pylist())) + (" …" if len(lost) > SHOWN else "")
    text = f"{len(lost):,} of the {asked:,} ids in {link.column} have no row in {where}: {some}"
    return notices.Notice(StnbWarning, text)
