"""Small models of characters: cheap enough to train a hundred times, so that rates can be tuned.

A character is a token here, so that the logits are 78 wide and not 2,048, and most of the work is
done in the blocks. Losses are nats per character.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from gptlab import corpora
from gptlab.config import GPTConfig
from gptlab.data import Split, Splits, ordered_windows
from gptlab.evaluation import eval_mode, evaluate
from gptlab.experiments.comparing import LOST
from gptlab.gpt import GPT
from gptlab.schedule import Steps
from gptlab.tokenizers import CharTokenizer
from gptlab.training import DivergedError, Recipe, Training, train

N_CTX = 64
N_TESTED = (
    20_000  # characters of held-out plays, and of the training text, that losses are taken on
)


@dataclass(frozen=True)
class Look:
    """What is measured of a model at one moment of its training.

    Args:
        step: Steps taken.
        seen: Loss on the beginning of the text that it learns from.
        unseen: Loss on held-out plays.
    """

    step: int
    seen: float
    unseen: float


@cache
def tokenizer() -> CharTokenizer:
    """Return the tokenizer of the plays' characters."""
    return CharTokenizer(alphabet=corpora.shakespeare().alphabet())


@cache
def plays(n_characters: int | None = None, seed: int = 0) -> Splits:
    """Return a piece of the training plays, or all of them, and a piece of the held-out ones.

    Args:
        n_characters: How long the piece to learn from is; all of it if None.
        seed: Which piece.
    """
    corpus, letters = corpora.shakespeare(), tokenizer()
    text = corpus.train
    if n_characters is not None:
        drawn = torch.Generator().manual_seed(seed)
        start = int(torch.randint(len(text) - n_characters + 1, (), generator=drawn))
        text = text[start : start + n_characters]
    held_out = Split.of(corpus.validation[:N_TESTED], letters)
    return Splits(Split.of(text, letters), held_out, held_out)


def drawn(d_model: int, seed: int, *, dropout: float = 0.0) -> GPT:
    """Draw a model of two blocks with two heads each.

    Args:
        d_model: Its width.
        seed: Of the first weights.
        dropout: Share of activations zeroed while training.
    """
    cfg = GPTConfig(
        d_vocab=tokenizer().vocab_size,
        n_ctx=N_CTX,
        d_model=d_model,
        n_layers=2,
        n_heads=2,
        dropout=dropout,
    )
    return GPT(cfg, generator=torch.Generator().manual_seed(seed))


def followed(
    run: Training,
    progress: Callable[[float], None] = lambda share: None,
    *,
    also: Callable[[GPT], None] = lambda model: None,
) -> list[Look]:
    """Train, and look `recipe.evaluations` times on the way; a run that breaks down stays `LOST`.

    Args:
        run: The run.
        progress: Told the share of it that is done.
        also: Called with the model at each look.
    """
    ids = run.data.train.ids[: N_TESTED + 1]
    # Bytes are not asked for here: losses are per character.
    seen, looks = Split(ids, len(ids)), list[Look]()
    try:
        for result in train(run):
            progress(result.progress)
            if result.validation:
                loss = evaluate(run.model, seen).loss
                looks.append(Look(result.step, min(loss, LOST), min(result.validation.loss, LOST)))
                also(run.model)
    except DivergedError:
        missing = run.recipe.evaluations - len(looks)
        looks += [Look(run.step, LOST, LOST)] * missing
    return looks


def taught(
    model: GPT,
    data: Splits,
    n_steps: int,
    recipe: Recipe,
    seed: int,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Look]:
    """Train a model in place by a recipe, and look on the way.

    Args:
        model: The model.
        data: What it learns from, and what it is judged by.
        n_steps: Optimizer steps.
        recipe: How.
        seed: Of the windows that are drawn.
        progress: Told the share that is done.
    """
    return followed(
        Training(model, data, budget=Steps(n_steps), recipe=recipe, seed=seed), progress
    )


def share_right(model: GPT, split: Split) -> float:
    """Return how often the likeliest character is the one that comes, over a whole text."""
    right: list[Tensor] = []
    with eval_mode(model), torch.inference_mode():
        for inputs, targets in ordered_windows(split.ids, model.cfg.n_ctx, 64):
            right.append((model(inputs).argmax(-1) == targets).flatten())
    return torch.cat(right).float().mean().item()
