"""Do induction heads form, and does it take two layers?

Every text here is made of a few passages of random tokens, played again and again in random order.
What follows inside a passage can be known only by finding where it was played before: nothing else
about these texts can be learned.

Positions are ALiBi's, which make near keys count more. With learned positions the same task is
solved too, but by heads that look about one passage back, and the score for "the token after an
earlier copy" misses them: the experiment records that beside the rest.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.config import GPTConfig
from gptlab.evaluation import eval_mode
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.gpt import GPT
from gptlab.measures import Edits, repeated, role_scores, switched_off
from gptlab.positions import AlibiPositions, LearnedPositions, Positions
from gptlab.probes import patched
from gptlab.schedule import learning_rate_scale
from gptlab.training import Recipe, optimizers_for

N_TOKENS, N_CTX = 64, 48
N_PASSAGES, SHORTEST, LONGEST = 3, 4, 8
BATCH = 32
HALF = 20  # tokens before the repetition, in the test
N_STEPS, N_LOOKS = 600, 12
STRONG = 0.4  # share of the row from which the verdict calls a head an induction head


@dataclass(frozen=True)
class Look:
    """What a model does at one moment of its training.

    Args:
        step: Steps taken.
        loss: On the repetition of texts that it has never seen, in nats per token.
        induction: Largest share of the row that a head gives to the token after an earlier copy.
        previous: Largest share that a head of the first layer gives to the token before.
    """

    step: int
    loss: float
    induction: float
    previous: float


def passages(
    n_texts: int, generator: torch.Generator
) -> tuple[Int[Tensor, "text pos"], Bool[Tensor, "text next"]]:
    """Make texts of passages that return.

    Args:
        n_texts: How many.
        generator: Draws passages, lengths and order.

    Returns:
        Tokens, one more than fit the model, and whether each but the first can be known from what
        came before it.
    """
    n_plays = -(-(N_CTX + 1) // SHORTEST)
    tokens = torch.randint(N_TOKENS, (n_texts, N_PASSAGES, LONGEST), generator=generator)
    lengths = torch.randint(SHORTEST, LONGEST + 1, (n_texts, N_PASSAGES), generator=generator)
    order = torch.randint(N_PASSAGES, (n_texts, n_plays), generator=generator)
    ends = lengths.gather(1, order).cumsum(1)
    here = torch.arange(N_CTX + 1)
    play = (here[None, :, None] >= ends[:, None]).sum(-1)
    start = F.pad(ends, (1, 0)).gather(1, play)
    passage, within = order.gather(1, play), here - start
    first_play = (order[:, None] == torch.arange(N_PASSAGES)[:, None]).int().argmax(-1)
    known = (play > first_play.gather(1, passage)) & (within > 0)
    rows = torch.arange(n_texts)[:, None]
    return tokens[rows, passage, within], known[:, 1:]


def build(
    n_layers: int,
    generator: torch.Generator,
    positions: Callable[[GPTConfig], Positions] = AlibiPositions,
) -> GPT:
    """Make the model that is trained: 64 wide, 4 heads.

    Args:
        n_layers: Blocks.
        generator: Draws the weights.
        positions: The scheme.
    """
    cfg = GPTConfig(d_vocab=N_TOKENS, n_ctx=N_CTX, d_model=64, n_layers=n_layers, n_heads=4)
    return GPT(cfg, positions=positions, generator=generator)


def forming(
    model: GPT, n_steps: int, generator: torch.Generator, n_looks: int = N_LOOKS
) -> Iterator[Look]:
    """Train a model on passages, and look at it before the first step and at equal distances.

    Args:
        model: What `build` returned; it is changed.
        n_steps: Optimizer steps.
        generator: Draws the texts.
        n_looks: Looks after the first one.
    """
    optimizers = optimizers_for(model, Recipe())
    doubled = repeated(N_TOKENS, 64, HALF, torch.Generator().manual_seed(0))
    yield _look(model, doubled, 0)
    for step in range(n_steps):
        tokens, known = passages(BATCH, generator)
        logits = model(tokens[:, :-1])
        loss = F.cross_entropy(logits[known], tokens[:, 1:][known])
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scale = learning_rate_scale(step / n_steps, warmup=0.05, decay=0.5)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * max(scale, 0.01)
            optimizer.step()
        if (step + 1) * n_looks // n_steps > step * n_looks // n_steps:
            yield _look(model, doubled, step + 1)


def loss_on_repetition(
    model: GPT, doubled: Int[Tensor, "text twice"], edits: Edits | None = None
) -> float:
    """Return the loss on the second half of doubled texts, in nats per token.

    Args:
        model: The model.
        doubled: What `measures.repeated` returns.
        edits: What to replace while it runs, as `patched` takes it.
    """
    half = doubled.shape[1] // 2
    with eval_mode(model), torch.inference_mode(), patched(model, edits or {}):
        logits = model(doubled)[:, half:-1]
    return F.cross_entropy(logits.flatten(0, 1), doubled[:, half + 1 :].flatten()).item()


def strongest(model: GPT, doubled: Int[Tensor, "text twice"]) -> tuple[int, int, float]:
    """Return layer, head and score of the head that looks most like an induction head."""
    scores = role_scores(model, doubled, doubled)["induction"]
    layer, head = divmod(int(scores.argmax()), scores.shape[1])
    return layer, head, scores[layer, head].item()


def _look(model: GPT, doubled: Tensor, step: int) -> Look:
    scores = role_scores(model, doubled, doubled)
    return Look(
        step=step,
        loss=loss_on_repetition(model, doubled),
        induction=scores["induction"].max().item(),
        previous=scores["previous token"][0].max().item(),
    )


MODELS: dict[str, tuple[int, Callable[[GPTConfig], Positions]]] = {
    "two layers": (2, AlibiPositions),
    "one layer": (1, AlibiPositions),
    "learned positions": (2, LearnedPositions),
}


def _measure(seed: int, progress: Progress) -> Numbers:
    found: Numbers = {}
    for number, (name, (n_layers, positions)) in enumerate(MODELS.items()):
        generator = torch.Generator().manual_seed(seed)
        model = build(n_layers, generator, positions)
        looks = []
        for look in forming(model, N_STEPS, generator):
            looks.append(look)
            progress((number + look.step / N_STEPS) / len(MODELS))
        found["steps"] = [float(look.step) for look in looks]
        found[f"{name}: loss"] = [look.loss for look in looks]
        found[f"{name}: induction"] = [look.induction for look in looks]
        if number == 0:
            found |= _without(model, seed)
    return found


def _without(model: GPT, seed: int) -> Numbers:
    """Measure the loss without the strongest head of the last layer, and without each other."""
    doubled = repeated(N_TOKENS, 64, HALF, torch.Generator().manual_seed(seed + 1))
    layer, head, _score = strongest(model, doubled)
    losses = [
        loss_on_repetition(model, doubled, switched_off(layer, other))
        for other in range(model.cfg.n_heads)
    ]
    others = [loss for other, loss in enumerate(losses) if other != head]
    return {
        "whole: loss": loss_on_repetition(model, doubled),
        "without the induction head: loss": losses[head],
        "without another head of its layer: loss": sum(others) / len(others),
    }


def _verdict(found: Sequence[Numbers]) -> str:
    formed = [_last(numbers["two layers: induction"]) >= STRONG for numbers in found]
    alone = [_last(numbers["one layer: induction"]) >= STRONG for numbers in found]
    if all(formed) and not any(alone):
        return "induction heads form with two layers and not with one"
    if any(alone):
        return "induction heads form with one layer too"
    return "induction heads form in some seeds" if any(formed) else "no induction head forms"


def _last(curve: float | list[float]) -> float:
    return curve[-1] if isinstance(curve, list) else curve


EXPERIMENT = Experiment(
    name="induction",
    question="Do heads that continue a repeated passage form in training, and does it take two "
    "layers?",
    claims=(),
    seeds=(0, 1, 2),
    measure=_measure,
    verdict=_verdict,
)
