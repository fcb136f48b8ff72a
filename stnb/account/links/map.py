"""The map of a resource: what it leads to and what leads to it, as text and as a picture."""

from __future__ import annotations

from collections.abc import Iterator

from stnb.catalog import Catalog
from stnb.errors import BadFilter

from .models import DOCUMENTED
from .neighbours import Around, edges_of, inwards, outwards
from .svg import svg

DEEPEST = 3


class Neighbourhood(Around):
    """The resources around one: a picture in a notebook, a tree of text elsewhere."""

    def __repr__(self) -> str:
        head = self.name
        if self.own is not None:
            head += f"  (itself by {', '.join(self.own.columns)})"
        return "\n".join([head, *_tree(self)])

    def _repr_svg_(self) -> str:
        return svg(self)

    def _repr_html_(self) -> str:
        return f'<div style="overflow-x:auto;max-width:100%">{self._repr_svg_()}</div>'


def neighbourhood(catalog: Catalog, name: str, depth: int = 1) -> Neighbourhood:
    """What lies around a resource.

    Args:
        name: of the resource, such as "jpm.jobs".
        depth: steps outwards, 1 to 3: 1 is where its own ids lead, 2 also where the ids of those
            rows lead. What leads to the resource is shown for one step.

    Returns:
        A Neighbourhood, whose `nodes` and `edges` are frames.

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
    bar = "│  " if hood.into else "   "
    corner = "├─ " if hood.into else "└─ "
    if hood.out:
        yield f"{corner}leads to"
        for line in _branches(hood, hood.name, 1):
            yield bar + line
    else:
        yield f"{corner}leads nowhere"
    if hood.into:
        yield "└─ is led to from"
        for line in _incoming_lines(hood):
            yield f"   {line}"


def _incoming_lines(hood: Neighbourhood) -> Iterator[str]:
    wide = max(len(edge.source) for edge in hood.shown)
    lines = [f"{edge.source:<{wide}}  {', '.join(edge.labels)}" for edge in hood.shown]
    more = len(hood.into) - len(hood.shown)
    if more:
        lines.append(f"+ {more} more")
    for i, line in enumerate(lines):
        yield _corner(i, len(lines)) + line


def _branches(hood: Neighbourhood, source: str, level: int) -> Iterator[str]:
    """The resources that one leads to, and below each those that it leads to in turn.

    A resource to which several lead stands below the first of them.
    """
    targets = set()
    if level < len(hood.levels):
        targets = {t for t in hood.levels[level] if _parent(hood, t, level) == source}
    mine = [edge for edge in hood.out if edge.source == source and edge.target in targets]
    wide = max((len(edge.target) for edge in mine), default=0)
    for i, edge in enumerate(mine):
        line = f"{edge.target:<{wide}}  {', '.join(edge.labels)}"
        if edge.how != DOCUMENTED:
            line += f" · {edge.how}"
        yield _corner(i, len(mine)) + line
        # Nothing comes below the last branch, so no line leads down beside it.
        bar = "   " if i == len(mine) - 1 else "│  "
        for below in _branches(hood, edge.target, level + 1):
            yield bar + below


def _parent(hood: Neighbourhood, target: str, level: int) -> str:
    above = hood.levels[level - 1]
    return next(e.source for e in hood.out if e.target == target and e.source in above)


def _corner(i: int, n: int) -> str:
    return "└─ " if i == n - 1 else "├─ "
