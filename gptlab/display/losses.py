"""The loss while it falls."""

import html
import time
from collections.abc import Callable, Iterable, Iterator

from IPython.display import DisplayHandle

from gptlab.catalogue import text as _
from gptlab.display.output import send, still
from gptlab.display.pictures import show_words
from gptlab.style import Picture
from gptlab.training import StepResult

REDRAW_EVERY = 0.2  # seconds: five times a second at most
DRAWING_SHARE = 0.1  # of the time at most goes into pictures, the rest into training
LossPicture = Callable[..., Picture]


def live_loss(results: Iterable[StepResult], draw: LossPicture) -> Iterator[StepResult]:
    """Hand on the results of a training run, and draw its loss while it falls.

    What stays at the end, also after Ctrl-C, is one picture of the whole run.

    Args:
        results: What `train` yields.
        draw: `figures.loss_curve`, or that with some arguments given.

    Yields:
        Each result, as it came.
    """
    view = _LossView(draw)
    try:
        for result in results:
            view.add(result)
            yield result
    finally:
        view.finish()


class _LossView:
    def __init__(self, draw: LossPicture) -> None:
        self.draw = draw
        self.steps: list[int] = []
        self.losses: list[float] = []
        self.validation: dict[int, float] = {}
        self.progress, self.curve = DisplayHandle(), DisplayHandle()
        self.n_steps = 0
        self.last: StepResult | None = None
        self.next_words = self.next_curve = 0.0
        self._progress()
        self._curve()

    def add(self, result: StepResult) -> None:
        self.last = result
        self.steps.append(result.step)
        self.losses.append(result.loss)
        if result.validation:
            self.validation[result.step] = result.validation.loss
        self.n_steps = round(result.step / result.progress) if result.progress else 0
        now = time.perf_counter()
        if now >= self.next_words:
            self.next_words = now + REDRAW_EVERY
            self._progress()
        if now >= self.next_curve:
            self._curve()

    def finish(self) -> None:
        self._progress(finished=True)
        show_words(self._curve())

    def _curve(self) -> Picture:
        began = time.perf_counter()
        picture = self.draw(self.steps, self.losses, self.validation, n_steps=self.n_steps)
        send(*still(picture), self.curve)
        spent = time.perf_counter() - began
        self.next_curve = time.perf_counter() + max(REDRAW_EVERY, spent / DRAWING_SHARE)
        return picture

    def _progress(self, finished: bool = False) -> None:
        step = self.last.step if self.last else 0
        done = self.last.progress if self.last else 0.0
        words = _("step {step:,} of {total:,}", step=step, total=max(self.n_steps, step))
        if self.last and done and not finished:
            left = self.last.seconds * (1 - done) / done
            words = _("{steps} · {left:.0f} s left", steps=words, left=left)
        bar = f'<progress max="1" value="{done:.4f}" aria-label="{html.escape(words)}"></progress>'
        markup = f"<div>{bar} {html.escape(words)}</div>"
        send({"text/html": markup, "text/plain": words}, handle=self.progress)
