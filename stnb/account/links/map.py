"""The map of a resource: what it leads to and what leads to it, as a tree of text and as a picture."""

from __future__ import annotations

from collections.abc import Iterator

from stnb.catalog import Catalog
from stnb.errors import BadFilter

from .neighbours import Around, edges_of, inwards, outwards
from .svg import svg

DEEPEST = 3


class Neighbourhood(Around):
    """The resources around one; in a notebook a picture, elsewhere a tree."""

    def __repr__(self) -> str:
        return "\n".join(
            [
                self.name + (f"  (itself by {', '.join(self.own.columns)})" if self.own else ""),
                *_tree(self),
            ]
        )

    def _repr_svg_(self) -> str:
        return svg(self)

    def _repr_html_(self) -> str:
        return f'<div style="overflow-x:auto;max-width:100%">{self._repr_svg_()}</div>'


def neighbourhood(catalog: Catalog, name: str, depth: int = 1) -> Neighbourhood:
    """What lies around a resource.

    Args:
        name: of the resource, such as "jpm.jobs".
        depth: how many steps outwards: 1 is where its own ids lead, 2 also where those rows' ids
            lead; 3 at most. What leads to the resource is told for one step.

    Returns:
        A Neighbourhood, with `nodes` and `edges` as frames; its repr is a tree, in a notebook a
        picture.

    Raises:
        UnknownResource: there is no such resource.
        BadFilter: the depth does not fit.

    Example:
        >>> st.map("jpm.jobs", depth=2)
    """
    if isinstance(depth, bool) or not isinstance(depth, int) or not 1 <= depth <= DEEPEST:
        raise BadFilter(
            f"depth={depth!r} does not fit.",
            f"It is a whole number from 1 to {DEEPEST}.",
            "Leave it out for one step.",
        )
    middle = catalog[name]
    levels, out = outwards(catalog, middle, depth)
    own = next((edge for edge in edges_of(middle) if edge.target == middle.name), None)
    return Neighbourhood(middle.name, levels, out, own, inwards(catalog, middle), catalog.modules)


# -- as text


def _tree(hood: Neighbourhood) -> Iterator[str]:
    if not hood.out:
        yield "└─ leads nowhere" if not hood.into else "├─ leads nowhere"
    else:
        yield "├─ leads to" if hood.into else "└─ leads to"
        yield from (
            f"{'│  ' if hood.into else '   '}{line}" for line in _branches(hood, hood.name, 1)
        )
    if hood.into:
        more = len(hood.into) - len(hood.shown)
        wide = max(len(e.source) for e in hood.shown)
        lines = [f"{e.source:<{wide}}  {', '.join(e.labels)}" for e in hood.shown] + (
            [f"+ {more} more"] if more else []
        )
        yield "└─ is led to from"
        yield from (f"   {_mark(i, len(lines))}{line}" for i, line in enumerate(lines))


def _branches(hood: Neighbourhood, source: str, level: int) -> Iterator[str]:
    """What a resource leads to, and below each what that leads to; each under the first that does."""
    taken = {
        t
        for t in (hood.levels[level] if level < len(hood.levels) else ())
        if _parent(hood, t, level) == source
    }
    mine = [e for e in hood.out if e.source == source and e.target in taken]
    wide = max((len(e.target) for e in mine), default=0)
    for i, edge in enumerate(mine):
        yield f"{_mark(i, len(mine))}{edge.target:<{wide}}  {', '.join(edge.labels)}{'' if edge.how == 'documented' else f' · {edge.how}'}"
        yield from (
            f"{'   ' if i == len(mine) - 1 else '│  '}{line}"
            for line in _branches(hood, edge.target, level + 1)
        )


def _parent(hood: Neighbourhood, target: str, level: int) -> str:
    return next(
        e.source for e in hood.out if e.target == target and e.source in hood.levels[level - 1]
    )


def _mark(i: int, n: int) -> str:
    return "└─ " if i == n - 1 else "├─ "
