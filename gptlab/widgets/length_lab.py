"""`LengthLab`: who sees whom in a long text, how far layers reach, what it costs, what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from gptlab.sizes import PUBLISHED
from gptlab.style import Picture
from gptlab.widgets import length_lab_numbers as numbers
from gptlab.widgets.base import LabWidget
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.length_lab_picture import draw
from gptlab.widgets.length_lab_words import length_words

HERE = Path(__file__).parent


class LengthLab(LabWidget):
    """Choose a pattern, drag its window and its stride, and see reach, cost and recall.

    The view computes reach and cost itself, in JupyterLab too, so that dragging does not wait; what
    it computes is `length_lab_numbers` once more, and tests hold the two equal. The recall curves
    were recorded by the experiment `length`, and the view says so.

    Args:
        pattern: `full`, `truncated`, `chunks`, `band`, `strided`, `random` or `two-level`.
        n: Tokens of the text in the map.
        width: Of the window or the chunk, in tokens.
        stride: Between far keys or starts of chunks, or how many keys are drawn.
        n_layers: Layers that hand on.
        sizes: Name of the published model whose costs are shown.
        doublings: Length of the text in the costs, as a power of two.

    Raises:
        traitlets.TraitError: There is no such pattern or model, or a number is out of range.
        TypeError: An argument is unknown.
    """

    _esm = assembled(HERE / "js" / "length.js")
    _css = stylesheet(HERE / "css", "lab", "length")

    pattern = traitlets.Enum(numbers.PATTERNS, "band").tag(sync=True, argument=True)
    """Who sees whom."""
    n = traitlets.Int(48, min=8, max=96).tag(sync=True, argument=True)
    """Tokens of the text in the map."""
    width = traitlets.Int(8, min=1, max=32).tag(sync=True, argument=True)
    """Of the window or the chunk, in tokens."""
    stride = traitlets.Int(8, min=1, max=32).tag(sync=True, argument=True)
    """Between far keys or starts of chunks, or how many keys are drawn."""
    n_layers = traitlets.Int(2, min=1, max=12).tag(sync=True, argument=True)
    """Layers that hand on."""
    sizes = traitlets.Enum(tuple(PUBLISHED), "GPT-2 small").tag(sync=True, argument=True)
    """Name of the published model whose costs are shown."""
    doublings = traitlets.Int(12, min=6, max=17).tag(sync=True, argument=True)
    """Length of the text in the costs, as a power of two."""
    models: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    """Sizes of the published models."""
    recorded = traitlets.Dict().tag(sync=True)
    """What `length_lab_numbers.recall` returns."""

    @traitlets.default("models")
    def _models(self) -> list[dict[str, Any]]:
        return numbers.models()

    @traitlets.default("recorded")
    def _recorded(self) -> dict[str, Any]:
        return numbers.recall()

    @traitlets.default("words")
    def _words(self) -> dict[str, Any]:
        return length_words()

    def snapshot(self) -> Picture:
        """Draw the map, the cost of longer texts, and the recorded recall."""
        settings = (self.pattern, self.n, self.width, self.stride, self.n_layers)
        return draw(*settings, sizes=self.sizes, doublings=self.doublings, recorded=self.recorded)
