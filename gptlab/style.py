"""How every picture looks: one palette, type for the back of a room, files without dates."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, ParamSpec

import matplotlib
from cycler import cycler
from matplotlib import font_manager
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from PIL import Image

P = ParamSpec("P")

# Okabe & Ito 2008: told apart by colour-blind readers too.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)

QUERY, KEY, VALUE = BLUE, VERMILION, GREEN  # in every lesson
INK, QUIET, LINE = "#1b1b1b", "#595959", "#d0d0d0"
EMPTY = "#f2f2f2"  # where there is no number, such as behind the causal mask
SEQUENTIAL = "viridis"  # perceptually uniform: equal steps in a number look equal

SMALL_PNG = 40_000  # bytes; a larger picture is stored with 256 colours, which the eye cannot tell
DPI = 110
FIGURE_WIDTH = 9.0  # inches

# DejaVu Sans comes with matplotlib; the others show Chinese, Japanese, Korean and emoji where
# they are installed.
FONTS = (
    "DejaVu Sans",
    "WenQuanYi Micro Hei",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Arial Unicode MS",
    "Noto Emoji",
    "Noto Sans Symbols 2",
    "Segoe UI Emoji",
    "Segoe UI Symbol",
    "Apple Symbols",
)

SETTINGS: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 13,
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 15,
    "axes.unicode_minus": True,
    "figure.dpi": DPI,
    "figure.facecolor": "white",  # opaque, so that dark pages keep the labels readable
    "figure.figsize": (FIGURE_WIDTH, 4.5),
    "font.size": 13,
    "grid.color": LINE,
    "image.cmap": SEQUENTIAL,
    "legend.fontsize": 12,
    "legend.frameon": False,
    "lines.linewidth": 2.2,
    "savefig.dpi": DPI,
    "svg.fonttype": "path",  # the same letters on machines without our fonts
    "svg.hashsalt": "gptlab",
    "text.parse_math": False,  # a learner's dollar sign is a dollar sign
    "xtick.color": QUIET,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 12,
    "ytick.color": QUIET,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 12,
}


class Picture(Figure):
    """A matplotlib figure that also says in words what it shows.

    Args:
        description: One or two sentences for readers who do not see the picture.
        options: What `matplotlib.figure.Figure` takes.
    """

    def __init__(self, *, description: str = "", **options: Any) -> None:
        options.setdefault("layout", "constrained")
        super().__init__(**options)
        self.description = description


@contextmanager
def applied() -> Iterator[None]:
    """Draw in gptlab's style while the `with` block runs, whatever else this process has set."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        parameters: dict[Any, Any] = matplotlib.rcParams
        parameters.update(SETTINGS, **{"font.family": list(fonts())})
        yield


def styled(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Make a drawing function draw in gptlab's style."""

    @wraps(draw)
    def in_style(*args: P.args, **options: P.kwargs) -> Picture:
        with applied():
            return draw(*args, **options)

    return in_style


def png(figure: Figure) -> bytes:
    """Render a figure; the same figure gives the same bytes."""
    drawn = Image.open(io.BytesIO(_rendered(figure, "png", {"Software": None})))
    # Without the opacity, which is the same everywhere, a tenth less goes into every notebook.
    opaque = drawn.convert("RGB")
    whole = _as_png(opaque)
    if len(whole) <= SMALL_PNG:
        return whole
    return _as_png(opaque.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE))


def _as_png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def svg(figure: Figure) -> bytes:
    """Render a figure as vectors; the same figure gives the same bytes."""
    return _rendered(figure, "svg", {"Date": None, "Creator": None})


def _rendered(figure: Figure, kind: str, metadata: Mapping[str, str | None]) -> bytes:
    buffer = io.BytesIO()
    with applied():
        figure.savefig(buffer, format=kind, metadata=dict(metadata))
    return buffer.getvalue()


def patterns() -> Colormap:
    """Return the colours for shares from 0 to 1; what is masked stays empty."""
    return matplotlib.colormaps[SEQUENTIAL].with_extremes(bad=EMPTY)


def ink_on(rgba: tuple[float, float, float, float]) -> str:
    """Choose black or white, whichever reads better on a background.

    Args:
        rgba: The background, each part from 0 to 1.

    Source: WCAG 2.2, relative luminance; black wins from a luminance of 0.179 on.

    Example:
        >>> ink_on((1.0, 1.0, 1.0, 1.0)), ink_on((0.2, 0.0, 0.3, 1.0))
        ('black', 'white')
    """
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgba[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "black" if luminance > 0.179 else "white"


@cache
def fonts() -> tuple[str, ...]:
    """List those of `FONTS` that this machine has; matplotlib takes each letter from the first."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in FONTS if name in installed)


def drawable(words: str) -> str:
    """Spell out each character that no font here can draw, so that none becomes an empty box.

    Example:
        >>> drawable("cat" + chr(0x10FFFF))
        'cat<U+10FFFF>'
    """
    return "".join(c if ord(c) in _drawable_codes() else f"<U+{ord(c):04X}>" for c in words)


def missing(words: str) -> str:
    """List the characters of a text that no font here can draw, each once, in order."""
    return "".join(dict.fromkeys(c for c in words if ord(c) not in _drawable_codes()))


@cache
def _drawable_codes() -> frozenset[int]:
    paths = (font_manager.findfont(name) for name in fonts())
    return frozenset(code for path in paths for code in font_manager.get_font(path).get_charmap())
