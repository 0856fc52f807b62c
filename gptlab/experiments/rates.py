"""How fast to fine-tune: learning rates of two optimizers and batch sizes, all weights trained.

The body is the small one of lesson 6, the task that of `finetuning`, so that a whole sweep takes
about a minute.
"""

from collections.abc import Sequence
from dataclasses import replace

from torch.optim import SGD

from gptlab.catalogue import text as _
from gptlab.evaluation import evaluate
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.experiments.finetuning import LONGEST, OTHER, old_text, opened, task
from gptlab.finetuning import Full, Judged, train_best, with_head, without_head
from gptlab.schedule import Steps
from gptlab.training import Training

ADAMW = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
PLAIN = (1e-2, 3e-2, 1e-1, 3e-1, 1.0, 3.0)
BATCHES = (2, 8, 32)
N_STEPS, BATCH, N_LABELS, LOOKS = 60, 16, 750, 6
RATE = 1e-3  # of AdamW, where batch sizes are compared
CLEAR = 0.01  # nats per speech


def tuned(
    seed: int, progress: Progress, *, rate: float, plain: bool = False, batch: int = BATCH
) -> tuple[Judged, float]:
    """Fine-tune all weights, and keep those that did best on the validation speeches.

    Args:
        seed: Of the labels and batches that are drawn.
        progress: Hears the share that is done.
        rate: Learning rate.
        plain: Whether plain stochastic gradient descent takes the place of AdamW.
        batch: Speeches per step.

    Returns:
        The answers on the validation speeches, by which rates are chosen, and the loss of the body
        on the old text, in nats per token.
    """
    body, tokenizer = opened(OTHER)
    given = task().fewer(N_LABELS, seed=seed)
    model = with_head(body, given.classes)
    data = given.splits(tokenizer, body.cfg.d_vocab, LONGEST)
    recipe = replace(Full.recipe, matrix_lr=0.0, lr=rate, batch_size=batch, evaluations=LOOKS)
    objective = given.objective(body.cfg.d_vocab)
    run = Training(
        model, data, budget=Steps(N_STEPS), recipe=recipe, seed=seed, objective=objective
    )
    if plain:
        run.optimizers = [SGD([{"params": [*model.parameters()], "initial_lr": rate}], lr=rate)]
    for result in train_best(run):
        progress(result.progress)
    return objective.evaluate(model, data.validation), evaluate(
        without_head(model), old_text()
    ).loss


def measure(seed: int, progress: Progress) -> Numbers:
    """Try every rate and every batch size with one seed.

    Args:
        seed: See `tuned`.
        progress: Hears the share that is done.

    Returns:
        `AdamW: rates`, `AdamW: loss`, `AdamW: old text`, the same for `SGD`, and `batches`,
        `batches: loss`. Losses are nats per validation speech and nats per token of old text.
    """
    sweeps = [("AdamW", {"rate": rate}) for rate in ADAMW]
    sweeps += [("SGD", {"rate": rate, "plain": True}) for rate in PLAIN]
    sweeps += [("batches", {"rate": RATE, "batch": batch}) for batch in BATCHES]
    losses: dict[str, list[float]] = {name: [] for name, _options in sweeps}
    old: dict[str, list[float]] = {name: [] for name, _options in sweeps}
    for number, (name, options) in enumerate(sweeps):
        part = part_of(progress, number, len(sweeps))
        judged, forgotten = tuned(seed, part, **options)  # type: ignore[arg-type]
        losses[name].append(judged.loss)
        old[name].append(forgotten)
    found = Numbers({"AdamW: rates": [*ADAMW], "SGD: rates": [*PLAIN]})
    found |= {f"{name}: loss": curve for name, curve in losses.items()}
    found |= {f"{name}: old text": curve for name, curve in old.items()}
    return found | {"batches": [float(batch) for batch in BATCHES]}


def verdict(runs: Sequence[Numbers]) -> str:
    """Say whether a middle rate is best, and which optimizer gets further at its best rate."""
    inside, gaps = [], []
    for run in runs:
        adam, plain = run["AdamW: loss"], run["SGD: loss"]
        assert isinstance(adam, list) and isinstance(plain, list)
        inside.append(min(adam) < min(adam[0], adam[-1]) - CLEAR)
        gaps.append(min(plain) - min(adam))
    ahead = (
        _("AdamW")
        if min(gaps) > CLEAR
        else _("plain gradient descent")
        if max(gaps) < -CLEAR
        else _("neither")
    )
    return _(
        "A rate in the middle is best for AdamW in every seed: {inside}. Ahead at its best rate in "
        "every seed: {ahead}.",
        inside=_("yes") if all(inside) else _("no"),
        ahead=ahead,
    )


EXPERIMENT = Experiment(
    name="rates",
    question="How fast can a trained body be fine-tuned, by which optimizer, in which batches?",
    claims=("ft-hyperparameters", "ft-sgd", "ft-needs-batches"),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.15,
)
