"""Stop when the held-out loss no longer falls, and go back to where it was lowest."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from torch import Tensor

from gptlab.evaluation import Evaluation
from gptlab.finetuning.methods import load_trained, trained
from gptlab.training import StepResult, Training, train


@dataclass
class Best:
    """The weights at the lowest validation loss so far.

    Args:
        loss: That loss.
        step: The step after which it was measured.
        n_worse: Measurements since then, none of them lower.
        weights: The trained weights at that step.
    """

    loss: float = math.inf
    step: int = 0
    n_worse: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)

    def look(self, run: Training, validation: Evaluation) -> None:
        """Take note of a measurement."""
        self.n_worse += 1
        if validation.loss < self.loss:
            self.loss, self.step, self.n_worse = validation.loss, run.step, 0
            self.weights = {n: w.detach().clone() for n, w in trained(run.model).items()}


def train_best(
    run: Training, *, patience: int = 3, best: Best | None = None
) -> Iterator[StepResult]:
    """Train as `train` does, stop early if that is of no use, and keep the best weights.

    Validation changes no weight; it decides which of the weights that training made are kept. What
    is chosen by it is no longer judged by it alone: the test split is looked at afterwards.

    Args:
        run: The run; its recipe says how often the validation loss is measured.
        patience: Measurements in a row without a lower loss after which training stops.
        best: What an interrupted run had found; filled in place.

    Yields:
        What `train` yields. When the last result has been taken, the model has the best weights.

    Source: Prechelt 1998 (Early stopping – but when?), criterion UP.
    """
    best = Best() if best is None else best
    steps = train(run)
    while best.n_worse < patience and (result := next(steps, None)):
        if result.validation is not None:
            best.look(run, result.validation)
        yield result
    if best.weights:
        load_trained(run.model, best.weights)
