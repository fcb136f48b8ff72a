"""A neighbourhood as an SVG picture: the resource in the middle, what leads to it on the left,
where it leads on the right.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .neighbours import Around, Edge

WIDE, HIGH, GAP = 204, 38, 8  # a box, and the room below it
HEAD, BETWEEN = 20, 72  # a module's name above its boxes, and the room between two columns
EDGE, FOOT = 18, 40  # the margin, and the room for the legend
NAME, SMALL = 6.75, 5.75  # how wide a letter is, in the two sizes
TURN = 137.5  # degrees from hue to hue
DASHES = {"documented": "", "by name": "6 4", "open": "1.5 4"}

# Colours are the notebook's; on other pages the reader's light or dark. The picture paints its own
# ground, so that its
# text can be read wherever it stands.
STYLE = """
.stnb-map{--fg:var(--jp-ui-font-color1,var(--vscode-editor-foreground,#1f2328));--bg:var(--jp-layout-color1,var(--vscode-editor-background,#ffffff));
font-family:var(--jp-code-font-family,ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace)}
@media (prefers-color-scheme:dark){.stnb-map{--fg:var(--jp-ui-font-color1,var(--vscode-editor-foreground,#e6edf3));
--bg:var(--jp-layout-color1,var(--vscode-editor-background,#15181d))}}
.stnb-map text{fill:var(--fg)}.stnb-map .ground{fill:var(--bg)}
.stnb-map .box{fill:var(--fg);fill-opacity:.055;stroke:var(--fg);stroke-opacity:.22}
.stnb-map .main{fill-opacity:.11;stroke-opacity:.75;stroke-width:1.6}
.stnb-map .name{font-size:11.25px;font-weight:600}.stnb-map .by{font-size:9.5px;fill-opacity:.72}
.stnb-map .head{font-size:10px;fill-opacity:.6;letter-spacing:.05em}
.stnb-map path{fill:none;stroke:var(--fg);stroke-opacity:.38;stroke-width:1.15}
"""


@dataclass
class Box:
    """A resource in the picture.

    Attributes:
        title: the whole text, which shows when the mouse rests on it.
        edges: what leads here, from the boxes of the column before, or from this box to the middle.
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
        """Give each box its place from there downwards; the modules' names with theirs."""
        heads, module = [], None
        for box in self.boxes:
            if box.module != module:
                module = box.module
                heads.append((module, x, y + HEAD - 7))
                y += HEAD
            box.x, box.y = x, y
            y += HIGH + GAP
        return heads


def svg(hood: Around) -> str:
    """The picture."""
    stacks = _stacks(hood)
    tall = max(stack.high for stack in stacks)
    heads: list[tuple[str, float, float]] = []
    for i, stack in enumerate(stacks):
        _in_order(stack, stacks[i - 1] if i > int(bool(hood.into)) else None)
        heads += stack.place(EDGE + i * (WIDE + BETWEEN), EDGE + (tall - stack.high) / 2)
    wide, high = 2 * EDGE + len(stacks) * (WIDE + BETWEEN) - BETWEEN, EDGE + tall + FOOT
    parts = [
        *_curves(hood, stacks),
        *map(_head, heads),
        *(_box(b, _colour(hood, b)) for s in stacks for b in s.boxes),
        *(_legend(EDGE, high - 16) if len(stacks) > 1 else []),
    ]
    return (
        f'<svg class="stnb-map" xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}" role="img" aria-label="What {hood.name} leads to, and what leads to it">'
        f'<style>{STYLE}</style><rect class="ground" width="{wide:.0f}" height="{high:.0f}" rx="8"/>{"".join(parts)}</svg>'
    )


# -- what stands where


def _stacks(hood: Around) -> list[Stack]:
    """The columns from left to right."""
    own = (
        f"itself by {', '.join(hood.own.columns)}"
        if hood.own
        else ""
        if hood.out or hood.into
        else "no link is known"
    )
    middle = Box(hood.name, (_short(hood.name), own), hood.name, hood.name.split(".")[0], main=True)
    out = []
    if hood.into:
        left = [_of(e.source, (e,)) for e in hood.shown]
        if more := len(hood.into) - len(hood.shown):
            others = ", ".join(e.source for e in hood.into[len(hood.shown) :])
            left.append(Box("", (f"+ {more} more", ""), others, "and"))
        out.append(Stack(left))
    out.append(Stack([middle]))
    for above, level in zip(hood.levels, hood.levels[1:], strict=False):
        out.append(
            Stack(
                [
                    _of(name, tuple(e for e in hood.out if e.target == name and e.source in above))
                    for name in level
                ]
            )
        )
    return out


def _of(name: str, edges: tuple[Edge, ...]) -> Box:
    """A box says by which columns one comes to it, or from it to the middle."""
    columns = sorted(
        dict.fromkeys(label for e in edges for label in e.labels), key=len
    )  # short ones are seen whole
    title = "\n".join(
        [
            name,
            *(f"{e.source}: {c} → {e.target}.{by} ({e.how})" for e in edges for c, by in e.pairs),
        ]
    )
    return Box(name, (_short(name), ", ".join(columns)), title, name.split(".")[0], edges)


def _short(name: str) -> str:
    return name.split(".", 1)[1]


def _in_order(stack: Stack, before: Stack | None) -> None:
    """Keep modules together, and near to what leads to them, so that few lines cross."""
    if before is None or len(before.boxes) < 2:
        first = {
            module: i for i, module in enumerate(dict.fromkeys(box.module for box in stack.boxes))
        }
        stack.boxes.sort(key=lambda box: first[box.module])
        return
    at = {box.name: box.middle for box in before.boxes}
    heights = {box.name: _mean(at[e.source] for e in box.edges) for box in stack.boxes}
    modules = {
        b.module: _mean(heights[o.name] for o in stack.boxes if o.module == b.module)
        for b in stack.boxes
    }
    stack.boxes.sort(key=lambda b: (modules[b.module], b.module, heights[b.name]))


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


# -- the marks


def _curves(hood: Around, stacks: Sequence[Stack]) -> list[str]:
    boxes = [{box.name: box for box in stack.boxes} for stack in stacks]
    here = int(bool(hood.into))
    middle = boxes[here][hood.name]
    lines = [
        _curve(box, middle, edge.how)
        for box in (stacks[0].boxes if here else [])
        for edge in box.edges
    ]
    for before, stack in zip(boxes[here:], stacks[here + 1 :], strict=False):
        lines += [
            _curve(before[edge.source], box, edge.how) for box in stack.boxes for edge in box.edges
        ]
    return lines


def _curve(a: Box, b: Box, how: str) -> str:
    x1, x2, bend = a.x + WIDE, b.x - 5, BETWEEN * 0.55
    dash = f' stroke-dasharray="{DASHES[how]}"' if DASHES[how] else ""
    line = f"M{x1:.1f} {a.middle:.1f}C{x1 + bend:.1f} {a.middle:.1f} {x2 - bend:.1f} {b.middle:.1f} {x2:.1f} {b.middle:.1f}"
    tip = f"M{x2 - 1:.1f} {b.middle - 3.5:.1f}l5 3.5l-5 3.5"
    return f'<path d="{line}"{dash}/><path d="{tip}"/>'


def _box(box: Box, colour: str) -> str:
    x, y = box.x, box.y
    name, by = _cut(box.lines[0], NAME), _cut(box.lines[1], SMALL)
    rows = [
        f'<text class="name" x="{x + 12:.1f}" y="{y + (16 if by else 23):.1f}">{html.escape(name)}</text>'
    ]
    if by:
        rows.append(f'<text class="by" x="{x + 12:.1f}" y="{y + 30:.1f}">{html.escape(by)}</text>')
    bar = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="4" height="{HIGH}" rx="2" fill="{colour}"/>'
        if box.name
        else ""
    )
    return (
        f"<g><title>{html.escape(box.title)}</title>"
        f'<rect class="box{" main" if box.main else ""}" x="{x:.1f}" y="{y:.1f}" width="{WIDE}" height="{HIGH}" rx="4"/>'
        f"{bar}{''.join(rows)}</g>"
    )


def _cut(text: str, letter: float) -> str:
    most = int((WIDE - 20) / letter)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _head(head: tuple[str, float, float]) -> str:
    module, x, y = head
    return (
        ""
        if module == "and"
        else f'<text class="head" x="{x + 1:.1f}" y="{y:.1f}">{html.escape(module)}</text>'
    )


def _colour(hood: Around, box: Box) -> str:
    """A hue for each module, far from that of the next, and as light as shows on light and on dark
    ground.
    """
    at = hood.modules.index(box.module) if box.module in hood.modules else 0
    return f"hsl({at * TURN % 360:.0f},58%,52%)"


def _legend(x: float, y: float) -> list[str]:
    out = []
    for how, dash in DASHES.items():
        mark = f' stroke-dasharray="{dash}"' if dash else ""
        out.append(
            f'<path d="M{x:.1f} {y - 3.5:.1f}h26"{mark}/><text class="by" x="{x + 33:.1f}" y="{y:.1f}">{how}</text>'
        )
        x += 33 + len(how) * SMALL + 26
    return out
