"""`CosineCalculator`: vectors to drag, axes to turn, and what each measure says of every pair."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import traitlets

from gptlab.style import Picture
from gptlab.tokenizers.spelling import checked_text
from gptlab.widgets.base import LabWidget
from gptlab.widgets.cosine_calculator_picture import draw
from gptlab.widgets.cosine_calculator_words import cosine_words
from gptlab.widgets.esm import assembled, stylesheet

HERE = Path(__file__).parent
MOST_VECTORS, MOST_NUMBERS = 5, 8
FARTHEST = 1000  # as large as a number may be
EXAMPLE = {"cat": (3.0, 1.0), "dog": (2.0, 2.0), "fish": (-1.0, 2.0)}


class CosineCalculator(LabWidget):
    """Drag vectors in a plane, turn the axes, and see which measures change.

    The view computes everything itself, in JupyterLab too, so that dragging does not wait; what it
    computes is `geometry.py` once more, and tests hold the two equal. With more than two numbers
    a vector is drawn as bars.

    Args:
        vectors: Name to numbers, two to five vectors of two to eight numbers each.
        angle: How far the axes are turned, in degrees.

    Raises:
        ValueError: There are too few or too many vectors or numbers, or one is not finite.
        TypeError: An argument is unknown.
    """

    _esm = assembled(HERE / "js" / "cosine.js")
    _css = stylesheet(HERE / "css", "lab", "cosine")

    vectors: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    """The vectors in axes that are not turned: `name` and `numbers` of each."""
    angle = traitlets.Float(0.0, min=-180, max=180).tag(sync=True, argument=True)
    """How far the axes are turned, in degrees."""

    def __init__(
        self, vectors: Mapping[str, Sequence[int | float]] | None = None, **arguments: Any
    ) -> None:
        chosen = EXAMPLE if vectors is None else vectors
        listed = [
            {"name": name, "numbers": list(map(float, each))} for name, each in chosen.items()
        ]
        super().__init__(**arguments)
        self.vectors = listed

    @traitlets.validate("vectors")
    def _valid_vectors(self, proposal: dict[str, Any]) -> list[dict[str, Any]]:
        check_vectors(proposal["value"])
        return list(proposal["value"])

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page sent; vectors that cannot be drawn stop here, before they are kept."""
        if "vectors" in sync_data:
            check_vectors(sync_data["vectors"])
        super().set_state(sync_data)

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return cosine_words()

    def snapshot(self) -> Picture:
        """Draw the vectors in the turned axes, and all measures of all pairs."""
        vectors = {each["name"]: each["numbers"] for each in self.vectors}
        return draw(vectors, self.angle, type(self).__name__)


def check_vectors(vectors: Sequence[Mapping[str, Any]]) -> None:
    """Refuse vectors that cannot be drawn.

    Raises:
        ValueError: There are too few or too many vectors or numbers, one is not finite or too
            large, or a name holds a lone surrogate.
    """
    widths = {len(each["numbers"]) for each in vectors}
    numbers = [number for each in vectors for number in each["numbers"]]
    if not 2 <= len(vectors) <= MOST_VECTORS:
        raise ValueError(
            f"expected two to {MOST_VECTORS} vectors, got {len(vectors)}. Choose some of them."
        )
    if len(widths) != 1 or not 2 <= min(widths) <= MOST_NUMBERS:
        raise ValueError(
            f"expected vectors of one width, two to {MOST_NUMBERS} numbers, got widths "
            f"{sorted(widths)}. Give each vector equally many numbers."
        )
    if not all(math.isfinite(number) and abs(number) <= FARTHEST for number in numbers):
        raise ValueError(
            f"expected numbers from −{FARTHEST} to {FARTHEST}, got {numbers}. Divide all by one "
            "number: no cosine changes."
        )
    for each in vectors:
        checked_text(each["name"])
