"""A finished run beside what it has to beat, and what it has forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from numpy.typing import ArrayLike

from gptlab.evaluation import Evaluation
from gptlab.finetuning.baselines import by_counted_words, by_majority
from gptlab.finetuning.labelling import Judged
from gptlab.finetuning.lora import merged
from gptlab.finetuning.running import prepare
from gptlab.finetuning.scores import Interval, macro_difference, macro_interval
from gptlab.finetuning.stored import CONTROL, open_run
from gptlab.finetuning.tasks import Task

Hear = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a run reaches on texts that nothing was chosen by.

    Args:
        task: The labelled texts; None for a dialogue.
        scores: Macro-accuracy on the test by name, the run's own first; empty for a dialogue.
        ahead: By how much the run is ahead of each other one, on the same draws.
        losses: Loss on the test of the task by name, in nats per text, or per token of replies.
        old_before: The base's loss on the kind of text that it was trained on.
        old_after: The same after fine-tuning.
    """

    task: Task | None
    scores: dict[str, Interval]
    ahead: dict[str, Interval]
    losses: dict[str, float]
    old_before: Evaluation
    old_after: Evaluation


def compare(
    folder: Path, *, device: torch.device, progress: Hear = lambda _share: None
) -> Comparison:
    """Measure a finished run beside the commonest class, counted words and random weights.

    Args:
        folder: The run's folder.
        device: What computes.
        progress: Hears the share that is done.

    Raises:
        FileNotFoundError: If there is no finished run.
        ValueError: If its file is broken, or base or texts are no longer the same.
    """
    prepared, _facts = open_run(folder, device=device)
    opened = {prepared.settings.method: prepared}
    if (folder / CONTROL).is_file():
        control, _facts = open_run(folder, device=device, control=True)
        opened["random weights"] = control
    # Of a dialogue the base can be asked as it is; a head that has learned nothing guesses.
    before = prepare(prepared.settings, device=device)
    if prepared.task is None:
        opened["before"] = before
    judged: dict[str, Evaluation] = {}
    for number, (name, run) in enumerate(opened.items(), start=1):
        judged[name] = run.objective.evaluate(merged(run.model), run.data.test)
        progress(0.5 * number / len(opened))
    scores, ahead = _scores(prepared.task, judged) if prepared.task else ({}, {})
    progress(0.9)
    return Comparison(
        task=prepared.task,
        scores=scores,
        ahead=ahead,
        losses={name: evaluation.loss for name, evaluation in judged.items()},
        old_before=before.old_loss(),
        old_after=prepared.old_loss(),
    )


def _scores(
    task: Task, judged: Mapping[str, Evaluation]
) -> tuple[dict[str, Interval], dict[str, Interval]]:
    said: dict[str, ArrayLike] = {
        name: evaluation.predicted
        for name, evaluation in judged.items()
        if isinstance(evaluation, Judged)
    }
    said |= {"counted words (TF-IDF)": by_counted_words(task), "commonest class": by_majority(task)}
    truth = [task.classes.index(one.label) for one in task.test]
    groups = [one.group for one in task.test]
    own, *others = said
    return (
        {name: macro_interval(truth, answers, groups) for name, answers in said.items()},
        {name: macro_difference(truth, said[own], said[name], groups) for name in others},
    )
