"""A neighbourhood as an SVG picture: what leads to the resource on its left, where it leads on its
right.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

from .neighbours import Around, Edge, module_of

WIDE, HIGH, GAP = 204, 38, 8  # a box, and the room below it
HEAD, BETWEEN = 20, 72  # a module's name above its boxes, and the room between two columns
EDGE, FOOT = 18, 40  # the margin, and the room for the legend
NAME, SMALL = 6.75, 5.75  # how wide a letter is, in the two sizes
TURN = 137.5  # degrees from hue to hue
OTHERS = "and"  # stands for a module on the box of those without a box of their own
DASHES = {"documented": "", "by name": "6 4", "open": "1.5 4"}

# Colours are the notebook's; elsewhere they follow the page, and in a file of its own the reader's
# setting. The picture paints its own ground, so that its text can be read wherever it stands.
FONT = (
    "var(--jp-code-font-family,ui-monospace,SFMono-Regular,Menlo,Consolas,"
    '"DejaVu Sans Mono",monospace)'
)
STYLE = f"""
.stnb-map{{
--fg:var(--jp-ui-font-color1,var(--vscode-editor-foreground,light-dark(#1f2328,#e6edf3)));
--bg:var(--jp-layout-color1,var(--vscode-editor-background,light-dark(#ffffff,#15181d)));
font-family:{FONT}}}
.stnb-map:root{{color-scheme:light dark}}
.stnb-map text{{fill:var(--fg)}}.stnb-map .ground{{fill:var(--bg)}}
.stnb-map .box{{fill:var(--fg);fill-opacity:.055;stroke:var(--fg);stroke-opacity:.22}}
.stnb-map .main{{fill-opacity:.11;stroke-opacity:.75;stroke-width:1.6}}
.stnb-map .name{{font-size:11.25px;font-weight:600}}
.stnb-map .by{{font-size:9.5px;fill-opacity:.72}}
.stnb-map .head{{font-size:10px;fill-opacity:.6;letter-spacing:.05em}}
.stnb-map path{{fill:none;stroke:var(--fg);stroke-opacity:.38;stroke-width:1.15}}
"""


@dataclass
class Box:
    """A resource in the picture.

    Attributes:
        lines: the name and the columns by which one comes here.
        title: the whole text, shown when the mouse rests on the box.
        edges: from boxes of the column before to this one, or from this one to the middle.
        main: whether it is the resource in the middle.
    """

    name: str
    lines: tuple[str, str]
    title: str
    module: str
    edges: tuple[Edge, ...] = ()
    x: float = 0
    y: float = 0
    main: bool = False

    @property
    def middle(self) -> float:
        return self.y + HIGH / 2


@dataclass
class Stack:
    """A column of boxes, grouped by module."""

    boxes: list[Box] = field(default_factory=list)

    @property
    def high(self) -> float:
        heads = len({b.module for b in self.boxes})
        return len(self.boxes) * (HIGH + GAP) + heads * HEAD - GAP

    def place(self, x: float, y: float) -> list[tuple[str, float, float]]:
        """Place the boxes downwards from a point; give the modules' names with their places."""
        heads = []
        module = None
        for box in self.boxes:
            if box.module != module:
                module = box.module
                heads.append((module, x, y + HEAD - 7))
                y += HEAD
            box.x, box.y = x, y
            y += HIGH + GAP
        return heads


def svg(hood: Around) -> str:
    """The picture as a whole SVG element."""
    stacks = _stacks(hood)
    tall = max(stack.high for stack in stacks)
    middle = _middle(hood)
    heads: list[tuple[str, float, float]] = []
    for i, stack in enumerate(stacks):
        before = stacks[i - 1] if i > middle else None
        _in_order(stack, before)
        heads += stack.place(EDGE + i * (WIDE + BETWEEN), EDGE + (tall - stack.high) / 2)
    wide = 2 * EDGE + len(stacks) * (WIDE + BETWEEN) - BETWEEN
    high = EDGE + tall + FOOT
    parts = [*_curves(hood, stacks), *map(_head, heads)]
    for stack in stacks:
        parts += [_box(box, _colour(hood, box)) for box in stack.boxes]
    if len(stacks) > 1:
        parts += _legend(EDGE, high - 16)
    size = f'width="{wide:.0f}" height="{high:.0f}"'
    return (
        f'<svg class="stnb-map" xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {wide:.0f} {high:.0f}" role="img" '
        f'aria-label="What {hood.name} leads to, and what leads to it">'
        f'<style>{STYLE}</style><rect class="ground" {size} rx="8"/>{"".join(parts)}</svg>'
    )


def _middle(hood: Around) -> int:
    """The place of the resource itself among the columns of boxes."""
    return 1 if hood.into else 0


# -- what stands where


def _stacks(hood: Around) -> list[Stack]:
    """The columns of boxes from left to right."""
    out = []
    if hood.into:
        out.append(_incoming_stack(hood))
    main = Box(
        hood.name,
        (_short(hood.name), _own_line(hood)),
        hood.name,
        module_of(hood.name),
        main=True,
    )
    out.append(Stack([main]))
    for above, level in zip(hood.levels, hood.levels[1:], strict=False):
        boxes = []
        for name in level:
            # Links from farther away would run across the boxes between.
            edges = [e for e in hood.out if e.target == name and e.source in above]
            boxes.append(_box_of(name, tuple(edges)))
        out.append(Stack(boxes))
    return out


def _incoming_stack(hood: Around) -> Stack:
    boxes = [_box_of(edge.source, (edge,)) for edge in hood.shown]
    hidden = hood.into[len(hood.shown) :]
    if hidden:
        others = ", ".join(edge.source for edge in hidden)
        boxes.append(Box("", (f"+ {len(hidden)} more", ""), others, OTHERS))
    return Stack(boxes)


def _own_line(hood: Around) -> str:
    """The second line of the box in the middle."""
    if hood.own is not None:
        return f"itself by {', '.join(hood.own.columns)}"
    if hood.out or hood.into:
        return ""
    return "no link is known"


def _box_of(name: str, edges: tuple[Edge, ...]) -> Box:
    """A box with the columns by which one comes to it, or from it to the middle."""
    labels: list[str] = []
    title = [name]
    for edge in edges:
        labels += edge.labels
        for column, by in edge.pairs:
            title.append(f"{edge.source}: {column} → {edge.target}.{by} ({edge.how})")
    shown = sorted(dict.fromkeys(labels), key=len)  # short ones are seen whole
    return Box(name, (_short(name), ", ".join(shown)), "\n".join(title), module_of(name), edges)


def _short(name: str) -> str:
    return name.split(".", 1)[1]


def _in_order(stack: Stack, before: Stack | None) -> None:
    """Keep modules together and near to the boxes that lead to them, so that few lines cross."""
    if before is None or len(before.boxes) < 2:
        modules = list(dict.fromkeys(box.module for box in stack.boxes))
        stack.boxes.sort(key=lambda box: modules.index(box.module))
        return
    at = {box.name: box.middle for box in before.boxes}
    heights = {}
    by_module: dict[str, list[float]] = {}
    for box in stack.boxes:
        heights[box.name] = _mean([at[edge.source] for edge in box.edges])
        by_module.setdefault(box.module, []).append(heights[box.name])

    def rank(box: Box) -> tuple[float, str, float]:
        return _mean(by_module[box.module]), box.module, heights[box.name]

    stack.boxes.sort(key=rank)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


# -- the marks


def _curves(hood: Around, stacks: Sequence[Stack]) -> list[str]:
    by_name = list(map(_by_name, stacks))
    here = _middle(hood)
    main = by_name[here][hood.name]
    lines = []
    if hood.into:
        for box in stacks[0].boxes:
            lines += [_curve(box, main, edge.how) for edge in box.edges]
    for before, stack in zip(by_name[here:], stacks[here + 1 :], strict=False):
        for box in stack.boxes:
            lines += [_curve(before[edge.source], box, edge.how) for edge in box.edges]
    return lines


def _by_name(stack: Stack) -> dict[str, Box]:
    return {box.name: box for box in stack.boxes}


def _curve(a: Box, b: Box, how: str) -> str:
    x1, x2, bend = a.x + WIDE, b.x - 5, BETWEEN * 0.55
    line = (
        f"M{x1:.1f} {a.middle:.1f}C{x1 + bend:.1f} {a.middle:.1f} "
        f"{x2 - bend:.1f} {b.middle:.1f} {x2:.1f} {b.middle:.1f}"
    )
    tip = f"M{x2 - 1:.1f} {b.middle - 3.5:.1f}l5 3.5l-5 3.5"
    return f'<path d="{line}"{_dashes(how)}/><path d="{tip}"/>'


def _dashes(how: str) -> str:
    return f' stroke-dasharray="{DASHES[how]}"' if DASHES[how] else ""


def _box(box: Box, colour: str) -> str:
    name, by = _cut(box.lines[0], NAME), _cut(box.lines[1], SMALL)
    first = 16 if by else 23  # a single line stands in the middle of the box
    parts = [f"<g><title>{html.escape(box.title)}</title>"]
    kind = "box main" if box.main else "box"
    place = f'x="{box.x:.1f}" y="{box.y:.1f}"'
    parts.append(f'<rect class="{kind}" {place} width="{WIDE}" height="{HIGH}" rx="4"/>')
    if box.name:
        parts.append(f'<rect {place} width="4" height="{HIGH}" rx="2" fill="{colour}"/>')
    parts.append(_text("name", box.x + 12, box.y + first, name))
    if by:
        parts.append(_text("by", box.x + 12, box.y + 30, by))
    return "".join([*parts, "</g>"])


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{html.escape(text)}</text>'


def _cut(text: str, letter: float) -> str:
    most = int((WIDE - 20) / letter)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _head(head: tuple[str, float, float]) -> str:
    module, x, y = head
    return "" if module == OTHERS else _text("head", x + 1, y, module)


def _colour(hood: Around, box: Box) -> str:
    """A hue for each module, far from the next one's, that shows on light and on dark ground."""
    at = hood.modules.index(box.module) if box.module in hood.modules else 0
    return f"hsl({at * TURN % 360:.0f},58%,52%)"


def _legend(x: float, y: float) -> list[str]:
    out = []
    for how in DASHES:
        out.append(f'<path d="M{x:.1f} {y - 3.5:.1f}h26"{_dashes(how)}/>')
        out.append(_text("by", x + 33, y, how))
        x += 33 + len(how) * SMALL + 26
    return out
