"""`MemoryLab`: how far back each architecture remembers, and what it looks like inside.

In a notebook::

    MemoryLab(distance=24)
    MemoryLab(experiment="recall-beyond", distance=100, watched="Transformer, 1 layer")
    MemoryLab(experiment="parity", distance=60)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from gptlab.experiments.keeping import FILE, NAMES, Kept, kept
from gptlab.style import Picture
from gptlab.widgets.base import LabWidget
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.memory_lab_picture import draw
from gptlab.widgets.memory_lab_words import experiment_names, memory_words
from gptlab.widgets.remembering import (
    FARTHEST,
    N_SYMBOLS,
    TRAINED,
    curves,
    reading,
    shares_of,
    text_of,
)

HERE = Path(__file__).parent
EXPERIMENTS = tuple(TRAINED)


class MemoryLab(LabWidget):
    """Drag the distance between a key and its question, and see who still knows the key.

    The curves are recorded experiments. Below them, trained models of 12,400 parameters read a
    text that you set: the view runs them itself, in JupyterLab too, and shows the hidden state of
    a recurrent one, or where a Transformer's question looks.

    Args:
        experiment: Whose curves are shown: `recall-distance`, `recall-beyond` or `parity`.
        distance: Tokens from the key to the question, 1 to 255.
        hidden: Models whose curves are not drawn.
        watched: The model that is looked into.
        key: Which of the eight symbols is the key, counted from 0.
        seed: Of the noise.

    Raises:
        FileNotFoundError: The experiments or models are not there; the message names the command.
        traitlets.TraitError: A number is out of its range, or a choice is none of those above.
        TypeError: An argument is unknown.
    """

    _esm = assembled(HERE / "js" / "memory.js")
    _css = stylesheet(HERE / "css", "lab", "memory")

    experiment = traitlets.Enum(EXPERIMENTS, EXPERIMENTS[0]).tag(sync=True, argument=True)
    """Whose curves are shown."""
    distance = traitlets.Int(24, min=1, max=FARTHEST).tag(sync=True, argument=True)
    """Tokens from the key to the question."""
    hidden: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True, argument=True)
    """Models whose curves are not drawn."""
    watched = traitlets.Enum(NAMES, NAMES[1]).tag(sync=True, argument=True)
    """The model that is looked into."""
    key = traitlets.Int(2, min=0, max=N_SYMBOLS - 1).tag(sync=True, argument=True)
    """Which symbol is the key, counted from 0."""
    seed = traitlets.Int(0, min=0).tag(sync=True, argument=True)
    """Which noise stands between key and question."""
    curves: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    """What `remembering.curves` reads of each experiment."""
    recorded = traitlets.Dict().tag(sync=True)
    """What torch answers to the first text, so that a view can compare its own answers."""
    weights = traitlets.Bytes().tag(sync=True, computed=True)
    """The file of the models."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.models = kept()
        titles = experiment_names()
        self.curves = [curves(name) | {"title": titles[name]} for name in EXPERIMENTS]
        self.recorded = self._recorded()

    @property
    def tokens(self) -> list[int]:
        """The present text."""
        return text_of(self.key, self.distance, self.seed)

    @property
    def inside(self) -> Kept:
        """The model that is looked into."""
        return next(each for each in self.models if each.name == self.watched)

    def page_weights(self) -> list[str]:
        """Name the file of the models, which a page needs."""
        return ["kept/recall"]

    def snapshot(self) -> Picture:
        """Draw the curves, what each model answers, and the inside of one of them."""
        here = next(each for each in self.curves if each["name"] == self.experiment)
        shown = [each for each in here["models"] if each["name"] not in self.hidden]
        answers = {each.name: shares_of(each, self.tokens) for each in self.models}
        inside = reading(self.inside, self.tokens)
        return draw({**here, "models": shown}, self.tokens, answers, self.watched, inside)

    def _recorded(self) -> dict[str, Any]:
        shares = np.stack([shares_of(each, self.tokens) for each in self.models])
        question = {"key": self.key, "distance": self.distance, "seed": self.seed}
        return question | {"shares": shares.astype("<f4").tobytes().hex()}

    @traitlets.default("weights")
    def _weights(self) -> bytes:
        return FILE.read_bytes()

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return memory_words()
