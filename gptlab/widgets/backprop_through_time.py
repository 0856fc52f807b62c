"""`BackpropThroughTime`: walk a gradient back from the last step of your own text to the first.

In a notebook, with the beginning of a walk, or a whole one, in the still picture::

    BackpropThroughTime("The cat sat on the mat", walked=5)
    BackpropThroughTime("hello world", walked=10, losses="last", radius=1.0,
                        recurrence="rotation", squash=False)
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from gptlab.style import Picture
from gptlab.widgets.backprop_through_time_picture import draw
from gptlab.widgets.backprop_through_time_words import unrolling_words
from gptlab.widgets.base import TextWidget
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.models import EXAMPLE
from gptlab.widgets.unrolling import (
    EVERY,
    LOSSES,
    MOST_SIGNS,
    RANDOM,
    RECURRENCES,
    Settings,
    Walk,
    sequence_of,
    unrolled,
)

HERE = Path(__file__).parent
MOST_RADIUS = 1.5


class BackpropThroughTime(TextWidget):
    """See which gradient arrives at which step of a small recurrent network, and what it adds.

    The network predicts each character of a text from those before it; its weights are drawn, not
    trained. The view computes everything itself, in JupyterLab too, so that sliders do not wait;
    its backward pass is written out, and tests hold it equal to torch's autograd.

    Args:
        text: What is in the text field at first; its newest 49 characters are read.
        walked: How many steps have been walked back from the last one.
        losses: Whether the loss of `every` step counts, or that of the `last` one alone.
        truncation: How many steps a loss reaches, its own included.
        radius: Spectral radius of the recurrent matrix, from 0 to 1.5.
        recurrence: Whether that matrix is drawn at `random`, or is a scaled `rotation`.
        squash: Whether tanh is taken at each step; else the network is linear.
        seed: Which weights are drawn.

    Raises:
        traitlets.TraitError: A number is out of its range, or a choice is none of those above.
        ValueError: The text holds a lone surrogate.
        TypeError: An argument is unknown.
    """

    _esm = assembled(HERE / "js" / "bptt.js")
    _css = stylesheet(HERE / "css", "lab", "bptt")

    walked = traitlets.Int(0, min=0).tag(sync=True, argument=True)
    """How many steps have been walked back from the last one."""
    losses = traitlets.Enum(LOSSES, EVERY).tag(sync=True, argument=True)
    """Whether the loss of every step counts, or that of the last one alone."""
    truncation = traitlets.Int(MOST_SIGNS - 1, min=1).tag(sync=True, argument=True)
    """How many steps a loss reaches, its own included."""
    radius = traitlets.Float(0.9, min=0, max=MOST_RADIUS).tag(sync=True, argument=True)
    """Spectral radius of the recurrent matrix."""
    recurrence = traitlets.Enum(RECURRENCES, RANDOM).tag(sync=True, argument=True)
    """How the recurrent matrix is drawn."""
    squash = traitlets.Bool(True).tag(sync=True, argument=True)
    """Whether tanh is taken at each step."""
    seed = traitlets.Int(0, min=0).tag(sync=True, argument=True)
    """Which weights are drawn."""
    recorded = traitlets.Dict().tag(sync=True)
    """What torch's autograd finds for the first question, so that a view can compare its own."""

    def __init__(self, text: str = EXAMPLE, **arguments: Any) -> None:
        super().__init__(text=text, **arguments)
        self.recorded = self._recorded()

    @property
    def settings(self) -> Settings:
        """What is chosen of the network and of its loss."""
        return Settings(
            losses=self.losses,
            truncation=self.truncation,
            radius=self.radius,
            recurrence=self.recurrence,
            squash=self.squash,
            seed=self.seed,
        )

    def walk(self) -> Walk | None:
        """Compute the present walk with torch; None if the text has too little to predict."""
        sequence = sequence_of(self.text)
        return unrolled(sequence, self.settings) if len(sequence.alphabet) > 1 else None

    def snapshot(self) -> Picture:
        """Draw the gradients of every step as far as walked, and the last loss by distance."""
        return draw(self.text, self.walk(), self.walked)

    def _recorded(self) -> dict[str, Any]:
        walk = self.walk()
        if walk is None:
            return {}
        gradient = walk.sums(walk.n_steps)["W_h"].astype(np.float32)
        question = {"text": self.text, **asdict(self.settings)}
        return question | {"W_h": gradient.astype("<f4").tobytes().hex()}

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return unrolling_words()
