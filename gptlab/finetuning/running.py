"""A fine-tuning run from its settings: the model made ready, the texts as tokens, the objective."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gptlab import checkpoints, runs
from gptlab.data import Split, Splits
from gptlab.evaluation import Evaluation, evaluate
from gptlab.finetuning.chat import ChatTemplate, with_chat_tokens
from gptlab.finetuning.classifier import Classifier, with_head, without_head
from gptlab.finetuning.conversations import as_splits, of_the_plays
from gptlab.finetuning.labelfiles import read_labels
from gptlab.finetuning.lora import merged
from gptlab.finetuning.replies import Replies
from gptlab.finetuning.settings import DIALOGUE, GENRE, Settings
from gptlab.finetuning.tasks import Task, genre
from gptlab.gpt import GPT
from gptlab.objectives import Objective
from gptlab.schedule import Steps
from gptlab.tokenizers import Tokenizer
from gptlab.training import Training
from gptlab.untrained import untrained_twin

LONGEST_SPEECH = 64  # tokens, the newest ones; a step of 128 takes twice as long
LONGEST_TURN = 40
N_OLD = 20_000  # characters of the old held-out text that its loss is measured on


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """Everything that a run needs.

    Args:
        settings: What it was asked to do.
        model: The model to train, frozen where the method says so.
        tokenizer: Its tokenizer.
        data: The texts of the task as tokens.
        objective: What is asked.
        task: The labelled texts; None for a dialogue.
        old: Held-out text of the kind that the base was trained on.
        base: The fingerprint of the base's weights.
    """

    settings: Settings
    model: GPT
    tokenizer: Tokenizer
    data: Splits
    objective: Objective
    task: Task | None
    old: Split
    base: str

    def training(self, **options: Any) -> Training:
        """Return the run, not begun.

        Args:
            options: Passed on to `Training`.
        """
        return Training(
            self.model,
            self.data,
            budget=Steps(self.settings.n_steps),
            recipe=self.settings.trains().recipe,
            seed=self.settings.seed,
            objective=self.objective,
            **options,
        )

    def old_loss(self, progress: Callable[[float], None] | None = None) -> Evaluation:
        """Measure the model's loss on the old text: what training it for the task has cost."""
        model = merged(self.model)
        body = without_head(model) if isinstance(model, Classifier) else model
        return evaluate(body, self.old, progress=progress)


def prepare(settings: Settings, *, device: torch.device, untrained: bool = False) -> Prepared:
    """Open the base, make it ready for the method, and read the texts of the task.

    Args:
        settings: What to do.
        device: What trains.
        untrained: Whether to begin with random weights in place of the base's: the control that
            tells what pre-training is worth.

    Raises:
        FileNotFoundError: If there is no such base or table.
        ValueError: If the base cannot take the task, or the table cannot be used.
    """
    checkpoint = checkpoints.read(checkpoints.locate(settings.base))
    base, tokenizer = checkpoint.model, checkpoint.tokenizer
    corpus = runs.open_corpus(checkpoint.info["corpus"])
    old = Split.of(corpus.validation[:N_OLD], tokenizer)
    fingerprint = checkpoints.fingerprint(base)
    if untrained:
        base = untrained_twin(base, settings.seed)
    model, tokenizer, data, objective, task = (
        _dialogue(base, tokenizer)
        if settings.task == DIALOGUE
        else _labels(base, tokenizer, settings)
    )
    settings.trains().prepare(model, torch.Generator().manual_seed(settings.seed))
    return Prepared(
        settings=settings,
        model=model.to(device),
        tokenizer=tokenizer,
        data=data,
        objective=objective,
        task=task,
        old=old,
        base=fingerprint,
    )


def task_of(settings: Settings) -> Task:
    """Return the labelled texts that a run learns from and is judged by.

    Raises:
        FileNotFoundError: If there is no such table.
        ValueError: If the table cannot be used, or there are fewer labels than classes.
    """
    if settings.task == GENRE:
        task = genre()
    elif Path(settings.task).suffix:
        task = read_labels(settings.task, seed=settings.seed)
    else:
        raise ValueError(
            f"unknown task {settings.task!r}; expected {GENRE}, {DIALOGUE}, or a .csv or .tsv file "
            "with the columns text and label."
        )
    return task.fewer(settings.n_labels, seed=settings.seed) if settings.n_labels else task


_Parts = tuple[GPT, Tokenizer, Splits, Objective, Task | None]


def _labels(base: GPT, tokenizer: Tokenizer, settings: Settings) -> _Parts:
    task = task_of(settings)
    longest = min(base.cfg.n_ctx, LONGEST_SPEECH) if settings.task == GENRE else base.cfg.n_ctx
    data = task.splits(tokenizer, base.cfg.d_vocab, longest)
    return with_head(base, task.classes), tokenizer, data, task.objective(base.cfg.d_vocab), task


def _dialogue(base: GPT, tokenizer: Tokenizer) -> _Parts:
    model, larger = with_chat_tokens(base, tokenizer)
    template = ChatTemplate(larger)
    data = as_splits(template, of_the_plays(template, min(LONGEST_TURN, base.cfg.n_ctx // 3)))
    return model, larger, data, Replies.of(template), None
