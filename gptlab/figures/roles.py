"""Head by head: what it does, and what happens without it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture


@style.styled
def head_roles(scores: Mapping[str, ArrayLike], roles: Sequence[Sequence[str]]) -> Picture:
    """Draw how well every head fills each role; a frame marks the heads that have it.

    Args:
        scores: Role to layer × head: mean share of the row that goes to its place, 0 to 1.
        roles: Layer by layer the role of each head; "" for none.

    Raises:
        ValueError: If scores and roles are not of the same layers and heads.
    """
    grids = {role: _heads(role, grid, roles) for role, grid in scores.items()}
    picture = Picture(figsize=(style.FIGURE_WIDTH, 3.4), description=_roles_in_words(grids, roles))
    row = picture.subplots(1, len(grids), squeeze=False, sharey=True)[0]
    for axes, (role, grid) in zip(row, grids.items(), strict=True):
        image = axes.imshow(grid, style.patterns(), vmin=0, vmax=1, interpolation="nearest")
        _percent(axes, grid)
        axes.set_title(role, fontsize=12)
        axes.set_xlabel(_("head"))
        for layer, names in enumerate(roles):
            for head, name in enumerate(names):
                if name == role:
                    _frame(axes, layer, head)
        _plain_axes(axes, grid)
    row[0].set_ylabel(_("layer"))
    scale = picture.colorbar(image, ax=list(row), shrink=0.7)
    scale.set_label(_("share of the row, in cells in %"))
    return picture


@style.styled
def head_effects(effects: Mapping[str, ArrayLike]) -> Picture:
    """Draw how much the loss rises when one head at a time is changed.

    Args:
        effects: What was done to the head, to layer × head: rise in nats per token.

    Raises:
        ValueError: If the grids are not of the same layers and heads.
    """
    grids = {name: np.asarray(grid, dtype=float) for name, grid in effects.items()}
    first = next(iter(grids.values()))
    if first.ndim != 2 or any(grid.shape != first.shape for grid in grids.values()):
        raise ValueError(
            "expected grids of the same layers and heads, got shapes "
            f"{', '.join(str(grid.shape) for grid in grids.values())}."
        )
    most = max(0.01, *(grid.max() for grid in grids.values()))
    picture = Picture(figsize=(style.FIGURE_WIDTH, 3.4), description=_effects_in_words(grids))
    row = picture.subplots(1, len(grids), squeeze=False, sharey=True)[0]
    for axes, (name, grid) in zip(row, grids.items(), strict=True):
        image = axes.imshow(grid, style.patterns(), vmin=0, vmax=most, interpolation="nearest")
        for (layer, head), rise in np.ndenumerate(grid):
            ink = style.ink_on(image.cmap(image.norm(rise)))
            number = f"{rise:.3f}".replace("0.", ".")
            axes.text(head, layer, number, ha="center", va="center", color=ink, fontsize=9)
        axes.set_title(name, fontsize=12)
        axes.set_xlabel(_("head"))
        _plain_axes(axes, grid)
    row[0].set_ylabel(_("layer"))
    picture.colorbar(image, ax=list(row), shrink=0.7).set_label(_("rise of the loss, nats"))
    return picture


def _heads(role: str, grid: ArrayLike, roles: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    found = np.asarray(grid, dtype=float)
    wanted = (len(roles), len(roles[0]))
    if found.shape != wanted:
        raise ValueError(
            f"{role}: expected a score for each of {wanted[0]} layers × {wanted[1]} heads, got "
            f"shape {found.shape}."
        )
    return found


def _percent(axes: Axes, grid: NDArray[np.float64]) -> None:
    colours = style.patterns()
    for (layer, head), share in np.ndenumerate(grid):
        ink = style.ink_on(colours(share))
        axes.text(head, layer, f"{100 * share:.0f}", ha="center", va="center", color=ink, size=9)


def _frame(axes: Axes, layer: int, head: int) -> None:
    corner = (head - 0.47, layer - 0.47)
    axes.add_patch(Rectangle(corner, 0.94, 0.94, fill=False, color=style.VERMILION, lw=2.5))


def _plain_axes(axes: Axes, grid: NDArray[np.float64]) -> None:
    axes.set_xticks(range(grid.shape[1]))
    axes.set_yticks(range(grid.shape[0]))
    axes.grid(False)
    axes.tick_params(length=0)


def _roles_in_words(
    grids: Mapping[str, NDArray[np.float64]], roles: Sequence[Sequence[str]]
) -> str:
    said = [
        _(
            "{role}: strongest in layer {layer}, head {head} ({share:.0%}).",
            role=role,
            layer=int(grid.argmax()) // grid.shape[1],
            head=int(grid.argmax()) % grid.shape[1],
            share=float(grid.max()),
        )
        for role, grid in grids.items()
    ]
    with_one = [
        _("layer {layer}, head {head}: {role}", layer=layer, head=head, role=role)
        for layer, names in enumerate(roles)
        for head, role in enumerate(names)
        if role
    ]
    listed = "; ".join(with_one) or _("none")
    return _(
        "Roles of heads. {scores} With a role: {listed}.", scores=" ".join(said), listed=listed
    )


def _effects_in_words(grids: Mapping[str, NDArray[np.float64]]) -> str:
    said = [
        _(
            "{name}: from {least:.3f} to {most:.3f}, the most in layer {layer}, head {head}; half "
            "of the heads cost less than {median:.3f}.",
            name=name,
            least=float(grid.min()),
            most=float(grid.max()),
            layer=int(grid.argmax()) // grid.shape[1],
            head=int(grid.argmax()) % grid.shape[1],
            median=float(np.median(grid)),
        )
        for name, grid in grids.items()
    ]
    return _("Rise of the loss, in nats per token. {grids}", grids=" ".join(said))
