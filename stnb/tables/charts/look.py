"""How every picture looks: colours that can be read on white and on dark, and short amounts."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

from stnb.errors import SetupError
from stnb.errors.misused import explains_misuse
from stnb.errors.packages import missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 96  # one dot for each pixel of the page; PNGs have twice as many
# Middle tones: against white and against JupyterLab's dark #111, texts have a contrast of 4.3:1,
# the most that one colour can have against both, and areas one of 3:1. A page that knows its theme
# replaces INK and QUIET by its own ink.
INK, QUIET, GRID = "#787b7f", "#777b80", "#9a9fa5"
# Labels of the x axis are a tone lighter: if all tick labels of a transparent picture are dark,
# Jupyter puts white behind it.
TICK = "#7e8186"
AREA, PEAK, REST = "#3d8bc4", "#d9731a", "#8a8f96"
CYCLE = (AREA, PEAK, "#3f9a5b", "#b264c4", "#c2892b", "#d45d79", "#2f9aa0", REST)
SHORT = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def money(value: float, _position: object = None) -> str:
    """An amount of dollars in few letters; also a formatter for an axis.

    Example:
        >>> money(1234), money(-2_500_000), money(0.5), money(80)
        ('$1.2k', '-$2.5M', '$0.50', '$80')
    """
    sign = "-" if value < 0 else ""
    return f"{sign}${short(abs(value), cents=True)}"


def short(value: float, _position: object = None, cents: bool = False) -> str:
    """A number in few letters.

    Args:
        cents: whether a fraction has two digits, as an amount of dollars has.

    Example:
        >>> short(1234), short(15_300), short(999_999), short(7.25), short(-3)
        ('1,234', '15.3k', '1M', '7.25', '-3')
    """
    size = abs(value)
    for least, letter in SHORT:
        # 0.9995: what would round up to the next letter gets that letter.
        if size >= least * 0.9995 and (size >= 9_999.5 or (cents and size >= 999.5)):
            return f"{value / least:.1f}".removesuffix(".0") + letter
    if size >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.2f}" if cents else f"{value:.3g}"


def needs_matplotlib(err: ModuleNotFoundError) -> SetupError:
    """The error for a picture without the package that draws it."""
    otherwise = "or `pip install matplotlib` alone"
    return missing("No picture can be drawn.", f"{err.name}", "stnb[lab]", otherwise=otherwise)


class Theme(dict[str, Any]):
    """Settings of matplotlib.

    `with theme():` is for some pictures, `plt.style.use(theme())` for all that follow.
    """

    def __enter__(self) -> Theme:
        try:
            import matplotlib as mpl
        except ModuleNotFoundError as err:
            raise needs_matplotlib(err) from None
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


SETTINGS: dict[str, Any] = {
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "savefig.dpi": 192,
    "figure.figsize": (8.0, 3.6),
    "figure.constrained_layout.use": True,
    "axes.facecolor": "none",
    "axes.edgecolor": GRID,
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


@explains_misuse("stnb")
def theme() -> Theme:
    """The style of all pictures, readable on white and on dark.

    It is transparent, with a bold title on the left and a light grid.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> plt.style.use(theme())
    """
    from cycler import cycler  # comes with matplotlib, which need not be installed to import this

    return Theme({**SETTINGS, "axes.prop_cycle": cycler(color=CYCLE)})


def style_axes(ax: Axes, amounts: str) -> None:
    """Give axes the same look without matplotlib's global settings.

    Another thread may be drawing with those.

    Args:
        amounts: the axis of the amounts, "x" or "y"; it gets the grid.
    """
    ax.set_facecolor("none")
    base = "bottom" if amounts == "y" else "left"
    for side, spine in ax.spines.items():
        spine.set_visible(side == base)
        spine.set_color(GRID)
    ax.set_axisbelow(True)
    ax.grid(visible=False)
    grid: Any = {"axis": amounts, "color": GRID, "alpha": 0.28, "linewidth": 0.8}
    ax.grid(visible=True, **grid)
    ax.tick_params(color=GRID, labelcolor=QUIET, labelsize=10, length=0)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set(color=QUIET, fontsize=10)
