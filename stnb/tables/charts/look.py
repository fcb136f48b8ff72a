"""How every picture looks: colours that can be read on white and on dark, the finding as the title,
short amounts.
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 96  # a pixel of the page is a dot; PNGs have twice as many
# Middle tones: against white and against JupyterLab's dark #111 texts have 4.3:1, the most that one
# colour can have
# against both, and areas 3:1. A page that knows its theme puts its own ink for INK and QUIET.
INK, QUIET, GRID = "#787b7f", "#777b80", "#9a9fa5"
# of x labels, a tone lighter: Jupyter lays white behind a clear picture whose tick labels are all
# dark
TICK = "#7e8186"
AREA, PEAK, REST = "#3d8bc4", "#d9731a", "#8a8f96"
CYCLE = (AREA, PEAK, "#3f9a5b", "#b264c4", "#c2892b", "#d45d79", "#2f9aa0", REST)
SHORT = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def money(value: float, _position: object = None) -> str:
    """An amount in few letters; also a formatter for an axis.

    >>> money(1234), money(-2_500_000), money(0.5), money(80)
    ('$1.2k', '-$2.5M', '$0.50', '$80')
    """
    return ("-" if value < 0 else "") + "$" + short(abs(value), cents=True)


def short(value: float, _position: object = None, cents: bool = False) -> str:
    """A number in few letters.

    >>> short(1234), short(15_300), short(999_999), short(7.25), short(-3)
    ('1,234', '15.3k', '1M', '7.25', '-3')
    """
    size = abs(value)
    for least, letter in SHORT:
        if size >= least * 0.9995 and (size >= 9_999.5 or (cents and size >= 999.5)):
            return f"{value / least:.1f}".removesuffix(".0") + letter
    if size >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.2f}" if cents else f"{value:.3g}"


class Theme(dict[str, Any]):
    """Settings of matplotlib's. `with theme():` for some pictures, `plt.style.use(theme())` for all
    that follow.
    """

    def __enter__(self) -> Theme:
        import matplotlib as mpl

        self._before = mpl.rc_context()
        self._before.__enter__()
        settings: Any = mpl.rcParams
        settings.update(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._before.__exit__(kind, error, trace)


def theme() -> Theme:
    """The style of all pictures: transparent, readable on white and on dark, the title bold on the
    left, a light grid.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> plt.style.use(theme())
    """
    from cycler import cycler

    return Theme(
        {
            "figure.facecolor": "none",
            "savefig.facecolor": "none",
            "savefig.dpi": 192,
            "figure.figsize": (8.0, 3.6),
            "figure.constrained_layout.use": True,
            "axes.facecolor": "none",
            "axes.edgecolor": GRID,
            "axes.prop_cycle": cycler(color=CYCLE),
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.titlesize": 13,
            "axes.titlepad": 12,
            "axes.titlecolor": INK,
            "axes.labelcolor": QUIET,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": GRID,
            "grid.alpha": 0.28,
            "grid.linewidth": 0.8,
            "text.color": INK,
            "text.parse_math": False,  # two dollar signs in a title are no formula
            "xtick.color": GRID,
            "ytick.color": GRID,
            "xtick.labelcolor": TICK,
            "ytick.labelcolor": QUIET,
            "legend.frameon": False,
            "font.size": 10,
        }
    )


def dress(ax: Axes, grid: str) -> None:
    """Give axes the same look without the global settings, which other threads may be drawing with.

    Args:
        grid: the axis along which the amounts stand, "x" or "y".
    """
    ax.set_facecolor("none")
    for side, spine in ax.spines.items():
        spine.set_visible(side == ("bottom" if grid == "y" else "left"))
        spine.set_color(GRID)
    ax.set_axisbelow(True)
    ax.grid(visible=False)
    ax.grid(visible=True, axis="y" if grid == "y" else "x", color=GRID, alpha=0.28, linewidth=0.8)
    ax.tick_params(color=GRID, labelcolor=QUIET, labelsize=10, length=0)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set(color=QUIET, fontsize=10)
