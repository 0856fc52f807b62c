"""`CheckpointSlider`: one text, read by the model as it was at each stage of its training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.tokenizers import Tokenizer
from gptlab.widgets import attention_picture, next_token_picture, trajectory_picture
from gptlab.widgets.attention import AttentionPart
from gptlab.widgets.attention_words import attention_words
from gptlab.widgets.backends import open_models
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.models import EXAMPLE, Models
from gptlab.widgets.next_token import NextTokenPart
from gptlab.widgets.next_token_shown import in_words
from gptlab.widgets.next_token_words import next_token_words
from gptlab.widgets.predicting import recorded
from gptlab.widgets.trajectories import trajectory
from gptlab.widgets.words import PLACES, shared_words

HERE = Path(__file__).parent
NEXT_TOKEN, ATTENTION = VIEWS = ("next-token", "attention")


class CheckpointSlider(NextTokenPart, AttentionPart):
    """Drag a view from before the first step to the end of training, on a text of your own.

    Args:
        text: What is in the text field at first.
        view: `next-token` or `attention`; which one is settled here.
        model: `lesson` for the snapshots of the first lesson's model, a run's folder that has
            snapshots, or steps and files of snapshots.
        tokenizer: As for `ModelWidget`; snapshots have their own.
        checkpoint: Which snapshot answers at first, counted from 0; the last one if None.
        arguments: What `NextToken` or `AttentionExplorer` takes, for their view.

    Raises:
        ValueError: There are fewer than two snapshots, or the text holds a lone surrogate.
        TraitError: There is no such view or snapshot, or a number is out of its range.
        FileNotFoundError: There is no model of that name.
        TypeError: An argument is unknown, or the model is of an unknown kind.
    """

    _esm = assembled(HERE / "js" / "checkpoints.js")
    _css = stylesheet(HERE / "css", "lab", "attention", "nexttoken", "checkpoints")

    view = traitlets.Enum(VIEWS, NEXT_TOKEN, read_only=True).tag(sync=True)
    """Which view is drawn: `next-token` or `attention`."""
    trajectory = traitlets.Dict().tag(sync=True, computed=True)
    """What `trajectories.trajectory` returns for the text and what is written."""

    def __init__(
        self,
        text: str = EXAMPLE,
        *,
        view: str = NEXT_TOKEN,
        model: Models = "lesson",
        tokenizer: Tokenizer | None = None,
        checkpoint: int | None = None,
        **arguments: Any,
    ) -> None:
        n = len(open_models(model, tokenizer).steps)
        if n < 2:
            raise ValueError(
                f"expected at least two snapshots of one training, found {n} in {model!r}. Pass "
                "the folder of a run that kept snapshots, or steps and files: {0: path, ...}."
            )
        self.set_trait("view", view)
        at = n - 1 if checkpoint is None else checkpoint
        super().__init__(text, model=model, tokenizer=tokenizer, checkpoint=at, **arguments)

    def state(self) -> dict[str, Any]:
        """Return what a page starts from, with numbers that it can compare its own with."""
        mine = recorded(self.next) if self.view == NEXT_TOKEN else self._recorded()
        return super().state() | {"recorded": mine}

    # Only the view that is drawn is worth computing.

    @traitlets.default("next")
    def _first_next(self) -> dict[str, Any]:
        return self._first_prediction() if self.view == NEXT_TOKEN else {}

    @traitlets.default("vocabulary")
    def _first_vocabulary(self) -> dict[str, bytes]:
        return self._spelled_vocabulary() if self.view == NEXT_TOKEN else {}

    @traitlets.default("attention")
    def _first_attention(self) -> dict[str, Any]:
        return self._attention() if self.view == ATTENTION else {}

    @traitlets.default("effect")
    def _first_effect(self) -> dict[str, Any]:
        return self._effect() if self.view == ATTENTION else {}

    @traitlets.observe("text", "checkpoint", "written")
    def _predict_again(self, change: dict[str, Any]) -> None:
        if self.view == NEXT_TOKEN:
            super()._predict_again(change)

    @traitlets.observe("text", "checkpoint", "layer", "head", "seed")
    def _answer_again(self, change: object) -> None:
        if self.view == ATTENTION:
            super()._answer_again(change)

    @traitlets.default("trajectory")
    def _first_trajectory(self) -> dict[str, Any]:
        snapshots = [self.models.open(index) for index in range(len(self.models.steps))]
        return trajectory(snapshots, self.text, self.written)

    @traitlets.observe("text", "written")
    def _follow_again(self, _change: object) -> None:
        if any(self.trajectory[name] != getattr(self, name) for name in ("text", "written")):
            self.trajectory = self._first_trajectory()

    @traitlets.default("words")
    def _words(self) -> dict[str, Any]:
        views = {"next_token": next_token_words(), "attention": attention_words()}
        inner = views[self.view.replace("-", "_")]
        return shared_words() | slider_words() | {"view": shared_words() | inner}

    def snapshot(self) -> Picture:
        """Draw one token through the training, and under it the view at the present step."""
        trajectory, steps, at = self.trajectory, self.checkpoints, self.checkpoint
        if self.view == NEXT_TOKEN:
            seen = self.shown()
            height, words = next_token_picture.height(seen), in_words(seen)
        else:
            height = attention_picture.MAPS + attention_picture.BARS
            words = attention_picture.in_words(self.attention, self.effect)
        said = [type(self).__name__, trajectory_picture.in_words(trajectory, steps, at), words]
        size = (style.FIGURE_WIDTH, trajectory_picture.HEIGHT + height)
        with style.applied():
            picture = Picture(figsize=size, description="\n".join(said))
            ratios = [trajectory_picture.HEIGHT, height]
            (above,), (below,) = picture.subfigures(2, 1, height_ratios=ratios, squeeze=False)
            trajectory_picture.draw_into(above, trajectory, steps, at)
            if self.view == NEXT_TOKEN:
                next_token_picture.draw_into(below, seen)
            elif not self.attention["error"]:
                attention_picture.draw_into(below, self.attention, self.effect)
        return picture


def slider_words() -> dict[str, str]:
    """Return the words of `js/checkpoints.js` and its part."""
    return {
        "training": _("Training"),
        "no_step": _(
            "before the first of {total} steps: the weights are as they were drawn", **PLACES
        ),
        "step": _("after {step} of {total} steps", **PLACES),
        "play": _("Play"),
        "pause": _("Pause"),
        "curve": _(
            "Probability of {token}, which the model finds likeliest after {total} steps", **PLACES
        ),
        "here_same": _("Here {token} has {probability} and is the likeliest.", **PLACES),
        "here_other": _("Here {token} has {probability}; the likeliest is {name}.", **PLACES),
        "steps": _("training steps"),
        "course_table": _("The curve as a table"),
        "likeliest_then": _("likeliest then"),
        "less": _("< {share}", **PLACES),
        "share_of": _("share of {token}", **PLACES),
    }
