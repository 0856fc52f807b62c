"""`TrainingPlayer`: watch a model learn, recorded or live, and your own sentence with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import traitlets

from gptlab.style import Picture
from gptlab.tokenizers import Tokenizer
from gptlab.widgets import training_player_answers as answers
from gptlab.widgets.backends import GPTBackend, OpenModels, open_models
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.models import Models, ModelWidget
from gptlab.widgets.training_player_picture import draw
from gptlab.widgets.training_player_runs import LiveRun, Result, columns, log_of
from gptlab.widgets.training_player_words import player_words
from gptlab.widgets.words import shared_words

HERE = Path(__file__).parent
EXAMPLE = "The king is dead, my lord."


class TrainingPlayer(ModelWidget):
    """Play a training: loss, learning rate and gradient, and what it makes of a text of yours.

    Recorded, it moves through the snapshots of a run. Live, it takes steps of the generator that
    it was handed, when a reader asks for them or `advance` does.

    Args:
        text: What is in the text field at first.
        model: `training` for the run that ships with gptlab, a run's folder that has snapshots,
            steps and files of snapshots, or, live, the `GPT` that `steps` train.
        tokenizer: The tokenizer of a `GPT`; snapshots have their own.
        steps: What `train(run)` returns, to train live.
        total: Steps that a live training is meant to take.
        checkpoint: Which snapshot answers at first, counted from 0; the last one if None.

    Raises:
        ValueError: There are fewer than two snapshots, a live training came without its model, its
            tokenizer or its length, or the text holds a lone surrogate.
        TraitError: There is no such snapshot.
        FileNotFoundError: There is no model of that name.
        TypeError: An argument is unknown, or the model is of an unknown kind.
    """

    _esm = assembled(HERE / "js" / "player.js")
    _css = stylesheet(HERE / "css", "lab", "player")

    live = traitlets.Bool(False).tag(sync=True)
    """Whether steps can be taken."""
    total = traitlets.Int(0, min=0).tag(sync=True)
    """Steps that the training is meant to take, or took."""
    wanted = traitlets.Int(0, min=0).tag(sync=True)
    """Live: the step that the page asks to be taken to."""
    stopped = traitlets.Unicode().tag(sync=True)
    """Live: why the training cannot go on; empty as long as it can."""
    log = traitlets.Dict().tag(sync=True)
    """What `training_player_runs.columns` returns."""
    stage = traitlets.Dict().tag(sync=True, computed=True)
    """What `training_player_answers.stage` returns for the text at this snapshot."""
    course = traitlets.Dict().tag(sync=True, computed=True)
    """What `training_player_answers.course` returns for the text."""

    def __init__(
        self,
        text: str = EXAMPLE,
        *,
        model: Models = "lesson",
        tokenizer: Tokenizer | None = None,
        steps: Iterator[Result] | None = None,
        total: int = 0,
        checkpoint: int | None = None,
        **arguments: Any,
    ) -> None:
        opened = open_models(model, tokenizer)
        self._run = None if steps is None else _live(opened, steps, total)
        if self._run:
            opened = self._run.opened()
            self.live, self.total, self.log = True, total, columns([])
        else:
            _check_recorded(opened, model)
            self.total, self.log = opened.steps[-1], columns(log_of(model))
        at = len(opened.steps) - 1 if checkpoint is None else checkpoint
        super().__init__(text, model=opened, checkpoint=at, **arguments)

    def advance(self, n: int) -> None:
        """Take steps of a live training, and look at the text again.

        Args:
            n: How many, at most.

        Raises:
            ValueError: The training is a recorded one.
            DivergedError: As the generator raises it.
        """
        if self._run is None:
            raise ValueError(
                "this training is recorded and takes no steps. Pass model=..., steps=train(run)."
            )
        self._run.advance(n)
        self.models = self._run.opened()
        with self.hold_trait_notifications():
            self.checkpoints = list(self.models.steps)
            self.checkpoint = len(self.models.steps) - 1
        self._look_again(None)
        self.log = columns(self._run.rows)

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        mine = answers.recorded(self._backends()[self.checkpoint], self.stage)
        return super().state() | {"recorded": mine}

    def snapshot(self) -> Picture:
        """Draw the log, the text through the training, and its tokens at this snapshot."""
        return draw(self.log, self.stage, self.course, self.checkpoints)

    def _backends(self) -> list[GPTBackend]:
        opened = [self.models.open(index) for index in range(len(self.models.steps))]
        return [backend for backend in opened if isinstance(backend, GPTBackend)]

    @traitlets.default("stage")
    def _stage(self) -> dict[str, Any]:
        at = self.checkpoint
        return answers.stage(self._backends()[at], self.text, at, self.models.steps[at])

    @traitlets.default("course")
    def _course(self) -> dict[str, Any]:
        return answers.course(self._backends(), self.text)

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return shared_words() | player_words()

    @traitlets.observe("text", "checkpoint")
    def _look_again(self, _change: object) -> None:
        at = self.checkpoint
        asked = {"text": self.text, "checkpoint": at, "step": self.models.steps[at]}
        if any(self.stage[name] != value for name, value in asked.items()):
            self.stage = self._stage()
        n_known = len(self.course["losses"]) // 4
        if self.course["text"] != self.text or n_known != len(self.models.steps) or self.live:
            self.course = self._course()

    @traitlets.observe("wanted")
    def _train_on(self, change: dict[str, Any]) -> None:
        if self._run is None or self.stopped:
            return
        try:
            self.advance(max(0, change["new"] - self._run.step))
        except ArithmeticError as problem:  # the training diverged
            self.stopped = str(problem)


def _live(opened: OpenModels, steps: Iterator[Result], total: int) -> LiveRun:
    backend = opened.open(0)
    if not isinstance(backend, GPTBackend) or opened.steps or total < 1:
        raise ValueError(
            "expected the GPT that is trained, its tokenizer and how many steps it is meant to "
            f"take, came {opened.name} and total={total}. Pass model=run.model, tokenizer=..., "
            "steps=train(run), total=run.budget.n."
        )
    return LiveRun(backend.model, backend.tokenizer, steps, total)


def _check_recorded(models: OpenModels, model: object) -> None:
    if len(models.steps) < 2:
        raise ValueError(
            f"expected at least two snapshots of one training, found {len(models.steps)} in "
            f"{model!r}. Pass the folder of a run that kept snapshots, steps and files "
            "({0: path, ...}), or steps=train(run) to train live."
        )
