"""`VectorExplorer`: words of your own as vectors, their neighbours, a map, cosines and sums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from gptlab.style import Picture
from gptlab.vectors import METHODS, WordVectors, umap_is_installed
from gptlab.widgets.base import TextWidget
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.exploring import explored, shipped_look_up, shipped_table, summed
from gptlab.widgets.vector_explorer_picture import draw
from gptlab.widgets.vector_explorer_words import vector_words

HERE = Path(__file__).parent
EXAMPLE = "king queen man woman cat dog paris france"


class VectorExplorer(TextWidget):
    """Type words, and see what is near each of them, how they compare, and what they add up to.

    Neighbours are looked for among GloVe's 10,000 commonest words, each number rounded to one of
    255 steps, which is what a page carries. In JupyterLab the words that you type may be any of
    400,000.

    Args:
        text: The words at first.
        vectors: Other vectors than GloVe's, such as ones that you trained; a page then shows the
            picture alone.
        word: Whose neighbours are listed; the first word if empty.
        method: How the map is drawn: `pca`, `tsne`, or `umap` where umap-learn is installed.
        start: The word that a sum begins with.
        minus: The word that is subtracted.
        plus: The word that is added.
        with_inputs: Whether these three may be the answer.

    Raises:
        ValueError: The text holds a lone surrogate.
        TraitError: There is no such method here.
        TypeError: An argument is unknown.
    """

    _esm = assembled(HERE / "js" / "vectors.js")
    _css = stylesheet(HERE / "css", "lab", "vectors")

    word = traitlets.Unicode().tag(sync=True, argument=True)
    """Whose neighbours are listed; the first word of the text if it is none of them."""
    method = traitlets.Unicode("pca").tag(sync=True, argument=True)
    """How the map is drawn."""
    start = traitlets.Unicode("king").tag(sync=True, argument=True)
    """The word that a sum begins with."""
    minus = traitlets.Unicode("man").tag(sync=True, argument=True)
    """The word that is subtracted."""
    plus = traitlets.Unicode("woman").tag(sync=True, argument=True)
    """The word that is added."""
    with_inputs = traitlets.Bool(False).tag(sync=True, argument=True)
    """Whether the three words may be the answer."""
    methods: traitlets.List[str] = traitlets.List().tag(sync=True)
    """The methods that can be chosen here."""
    answer = traitlets.Dict().tag(sync=True, computed=True)
    """What `exploring.explored` returns."""
    sum = traitlets.Dict().tag(sync=True, computed=True)
    """What `exploring.summed` returns."""

    def __init__(
        self, text: str = EXAMPLE, *, vectors: WordVectors | None = None, **arguments: Any
    ) -> None:
        self.is_shipped = vectors is None
        self.table = shipped_table() if vectors is None else vectors
        super().__init__(text=text, **arguments)

    @traitlets.validate("method")
    def _known_method(self, proposal: dict[str, Any]) -> str:
        if proposal["value"] not in self._here():
            raise traitlets.TraitError(
                f"expected one of {', '.join(self._here())}, got {proposal['value']!r}. UMAP needs "
                "`pip install umap-learn`."
            )
        return str(proposal["value"])

    @staticmethod
    def _here() -> list[str]:
        return [name for name in METHODS if name != "umap" or umap_is_installed()]

    def _look_up(self, word: str) -> Any:
        return shipped_look_up(word) if self.is_shipped else self.table.get(word)

    @traitlets.default("answer")
    def _first_answer(self) -> dict[str, Any]:
        return explored(self.table, self._look_up, self.text, self.word, self.method)

    @traitlets.default("sum")
    def _first_sum(self) -> dict[str, Any]:
        words = (self.start, self.minus, self.plus)
        return summed(self.table, self._look_up, words, self.with_inputs)

    @traitlets.default("methods")
    def _first_methods(self) -> list[str]:
        return self._here()

    @traitlets.observe("text", "word", "method")
    def _answer_again(self, _change: object) -> None:
        if any(self.answer[name] != getattr(self, name) for name in ("text", "word", "method")):
            self.answer = self._first_answer()

    @traitlets.observe("start", "minus", "plus", "with_inputs")
    def _sum_again(self, _change: object) -> None:
        asked = [self.start, self.minus, self.plus]
        if self.sum["asked"] != asked or self.sum["with_inputs"] != self.with_inputs:
            self.sum = self._first_sum()

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return vector_words()

    def state(self) -> dict[str, Any]:
        """Return what a page starts from; it has no UMAP."""
        page = [name for name in self.methods if name != "umap"]
        method = self.method if self.method in page else page[0]
        return super().state() | {"methods": page, "method": method}

    def page_weights(self) -> list[str] | None:
        """Name the asset with GloVe's commonest words; None for other vectors."""
        return ["vectors/glove"] if self.is_shipped else None

    def snapshot(self) -> Picture:
        """Draw the map, the neighbours of the chosen word, and the sum in words."""
        return draw(self.answer, self.sum, type(self).__name__)
