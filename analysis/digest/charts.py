"""The two charts of an issue as PNG, drawn with a font of our own: the machine needs none.

No background and colours of middle lightness: one picture for light and dark mail. Equal figures give equal bytes.
"""

from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from analysis.digest.issue import Issue

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

FONT_NAME: Final = "NotoSansCJKtc-Big5.otf"
INK: Final = "#76808c"
GOOD: Final = "#3b82f6"
BAD: Final = "#e07b00"
BAR: Final = "#9aa5b1"
WIDTH: Final = 4.0
"""Inches; narrow, so that the letters can be read on a phone 320 pixels wide."""
DPI: Final = 270
_UNKNOWN: Final = "〓"
"""What the BBS itself shows for a character that it cannot."""


@cache
def _font() -> "tuple[FontProperties, frozenset[int]]":
    """The font and the code points it can draw."""
    from matplotlib.font_manager import FontProperties, get_font

    with as_file(files("analysis.digest").joinpath("font", FONT_NAME)) as path:
        return FontProperties(fname=str(path)), frozenset(get_font(str(path)).get_charmap())


def drawable(text: str) -> str:
    """The text with 〓 for what the font lacks, such as emoji."""
    known = _font()[1]
    return "".join(char if ord(char) in known else _UNKNOWN for char in text)


def fit(text: str, columns: int) -> str:
    """The text cut to so many half-width columns."""
    width = 0
    for place, char in enumerate(text):
        width += 1 if ord(char) < 0x2E80 else 2
        if width > columns:
            return text[:place].rstrip() + "…"
    return text


def day_chart(issue: Issue) -> bytes:
    """Comments by day as bars, mood as dots with their 95 % intervals below."""
    points, words = issue.day_points, issue.words
    figure, (top, bottom) = _figure(2.7, rows=2, heights=(1, 1), left=0.15)
    places = list(range(len(points)))
    top.bar(places, [point.comments for point in points], color=BAR, width=0.62)
    most = max([point.comments for point in points] + [1])
    top.set_ylim(0, most * 1.22)
    for place, point in zip(places, points, strict=True):
        if point.comments:
            _write(top, place, point.comments + most * 0.03, f"{point.comments:,}", ha="center", va="bottom", size=8)
    top.set_yticks([])
    _label(top, words("axis_comments"))
    reach = max([abs(point.mood or 0) + point.half for point in points] + [0.2]) * 1.1
    bottom.axhline(0, color=INK, linewidth=0.8)
    for place, point in zip(places, points, strict=True):
        if point.mood is not None:
            low, high = max(-1, point.mood - point.half), min(1, point.mood + point.half)
            colour = GOOD if low > 0 else BAD if high < 0 else INK
            bottom.plot([place, place], [low, high], color=colour, linewidth=2.4, solid_capstyle="round")
            bottom.plot([place], [point.mood], "o", color=colour, markersize=5.5)
    if not any(point.mood is not None for point in points):
        _write(bottom, (len(points) - 1) / 2, 0.04 * reach, words("mood_none"), ha="center", va="bottom")
    bottom.set_ylim(-reach, reach)
    bottom.set_yticks([-reach * 0.8, reach * 0.8])
    _ticks(bottom, "y", [words("mood_bad"), words("mood_good")])
    for axis in (top, bottom):
        axis.set_xlim(-0.6, len(points) - 0.4)
    top.set_xticks([])
    bottom.set_xticks(places)
    _ticks(bottom, "x", [point.label for point in points])
    _label(bottom, words("number_mood"))
    return _png(figure)


def news_chart(issue: Issue) -> bytes:
    """Approval of the most pushed and most booed news with 95 % intervals below their titles, in the lists' order."""
    points, words = issue.news_points, issue.words
    figure, (axis,) = _figure(0.5 + 0.4 * max(1, len(points)), rows=1, heights=(1,), left=0.02)
    for place, point in enumerate(points):
        colour = GOOD if point.low > 0 else BAD if point.high < 0 else INK
        axis.plot([0, 0], [-place - 0.38, -place - 0.02], color=INK, linewidth=0.8)
        axis.plot([point.low, point.high], [-place - 0.2] * 2, color=colour, linewidth=2.4, solid_capstyle="round")
        axis.plot([point.approval], [-place - 0.2], "o", color=colour, markersize=5.5)
        _write(axis, -1.0, -place + 0.08, fit(point.label, 40), ha="left", va="bottom", size=9)
    axis.set_xlim(-1.02, 1.02)
    axis.set_ylim(-len(points) + 0.4, 0.6)
    axis.set_yticks([])
    axis.set_xticks([-0.84, 0, 0.9])
    _ticks(axis, "x", [words("axis_objects"), words("axis_usual"), words("axis_approves")])
    return _png(figure)


def _figure(height: float, rows: int, heights: tuple[float, ...], left: float) -> "tuple[Figure, list[Axes]]":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    FigureCanvasAgg(figure)
    figure.patch.set_alpha(0)
    grid = figure.add_gridspec(
        rows, 1, height_ratios=heights, left=left, right=0.985, top=1 - 0.2 / height, bottom=0.24 / height, hspace=0.36
    )
    axes = [figure.add_subplot(grid[row, 0]) for row in range(rows)]
    for axis in axes:
        axis.patch.set_alpha(0)
        axis.tick_params(length=0, colors=INK, pad=3)
        for spine in axis.spines.values():
            spine.set_visible(False)
    return figure, axes


def _write(axis: "Axes", x: float, y: float, text: str, **options: Any) -> None:
    options.setdefault("size", 8.5)
    axis.text(x, y, drawable(text), fontproperties=_font()[0], color=INK, **options)


def _label(axis: "Axes", text: str) -> None:
    """The panel's name at its upper left, outside the plot."""
    _write(axis, 0.0, 1.05, text, transform=axis.transAxes, ha="left", va="bottom", size=8.5)


def _ticks(axis: "Axes", side: str, texts: list[str]) -> None:
    write = axis.set_xticklabels if side == "x" else axis.set_yticklabels
    write([drawable(text) for text in texts], fontproperties=_font()[0], size=8.5, color=INK)


def _png(figure: "Figure") -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return _small(buffer)


def _small(picture: BytesIO) -> bytes:
    """The picture with 64 colours: a third of the bytes, and nobody sees it."""
    from PIL import Image

    buffer = BytesIO()
    Image.open(picture).quantize(64, method=Image.Quantize.FASTOCTREE).save(buffer, format="png", optimize=True)
    return buffer.getvalue()
