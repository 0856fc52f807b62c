"""One model, many ways to write: how likely the texts are, and how much they repeat themselves."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import islice
from statistics import fmean

import torch
from torch.nn import functional as F

from gptlab import checkpoints, corpora
from gptlab.catalogue import text as _
from gptlab.decoding import (
    GREEDY,
    HistoryRule,
    NoRepeat,
    RepetitionPenalty,
    Sampling,
    beam_search,
    steps,
)
from gptlab.evaluation import eval_mode
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.gpt import GPT
from gptlab.measures import distinct, ending_loop
from gptlab.tokenizers import Tokenizer

N_PROMPTS, N_PROMPT, N_WRITTEN = 10, 30, 80
PIECE = 2  # tokens, of distinct-n
Written = tuple[list[int], float]
"""Tokens, and their log-probability under the model itself, in nats."""
Way = Callable[[GPT, Sequence[int], int, torch.Generator], Written]
"""Continues a prompt by so many tokens."""


def stepwise(sampling: Sampling = GREEDY, repeats: HistoryRule | None = None) -> Way:
    """Return the way of writing that chooses token by token."""

    def write(model: GPT, prompt: Sequence[int], n: int, generator: torch.Generator) -> Written:
        every = steps(model, prompt, sampling=sampling, generator=generator, repeats=repeats)
        taken = list(islice(every, n))
        logs = [float(step.model_probs[step.token].log()) for step in taken]
        return [step.token for step in taken], sum(logs)

    return write


def searching(n_beams: int) -> Way:
    """Return the way of writing that searches for a likely text."""

    def write(model: GPT, prompt: Sequence[int], n: int, _generator: torch.Generator) -> Written:
        best = beam_search(model, prompt, n, n_beams)[0]
        return list(best.tokens), best.log_prob

    return write


WAYS: dict[str, Way] = {
    "greedy": stepwise(),
    "beam 2": searching(2),
    "beam 4": searching(4),
    "beam 8": searching(8),
    "beam 16": searching(16),
    "temperature 0.5": stepwise(Sampling(temperature=0.5)),
    "temperature 0.8": stepwise(Sampling(temperature=0.8)),
    "temperature 1": stepwise(Sampling()),
    "temperature 1.5": stepwise(Sampling(temperature=1.5)),
    "top-k 40": stepwise(Sampling(top_k=40)),
    "top-p 0.9": stepwise(Sampling(top_p=0.9)),
    "greedy, no 4 twice": stepwise(repeats=NoRepeat(4)),
    "greedy, penalty 1.2": stepwise(repeats=RepetitionPenalty(1.2)),
}
"""The ways of writing, by name."""
PLAY = "the play itself"


def measure(seed: int, progress: Progress) -> Numbers:
    """Let the shipped model continue held-out texts in every way, and look at how they went on.

    Args:
        seed: Of the prompts and of the draws.
        progress: Hears the share that is done.

    Returns:
        For each of `WAYS` and for `PLAY`: `log-prob: NAME`, nats per token under the model at
        temperature 1; `distinct: NAME`, different pairs of tokens as a share of all; `looping:
        NAME`, the share of tokens in a loop that a text ends in; `words: NAME`, the share of whole
        words that the training plays hold.
    """
    model, tokenizer = checkpoints.load("shakespeare", device="cpu")
    prompts, real = _prompts(model, tokenizer, seed)
    found = described(tokenizer, PLAY, real)
    for number, (name, way) in enumerate(WAYS.items()):
        generator = torch.Generator().manual_seed(seed)
        written = [way(model, prompt, N_WRITTEN, generator) for prompt in prompts]
        found |= described(tokenizer, name, written)
        progress((number + 1) / len(WAYS))
    return found


def described(tokenizer: Tokenizer, name: str, written: Sequence[Written]) -> Numbers:
    """Measure texts of one length.

    Args:
        tokenizer: Spells them.
        name: What they are called.
        written: The texts.
    """
    texts = [tokens for tokens, _log_prob in written]
    n_tokens = sum(map(len, texts))
    return {
        f"log-prob: {name}": sum(log_prob for _tokens, log_prob in written) / n_tokens,
        f"distinct: {name}": fmean(distinct([text], PIECE) for text in texts),
        f"looping: {name}": sum(ending_loop(text).n_tokens for text in texts) / n_tokens,
        f"words: {name}": fmean(share_of_words(tokenizer.decode(text)) for text in texts),
    }


def share_of_words(text: str) -> float:
    """Return the share of a text's words that stand in the training plays; 0 if it has no word.

    The first and the last word may be cut off, and are left out.
    """
    words = re.findall(r"[a-z'’]+", text.lower())[1:-1]
    return fmean(word in _known_words() for word in words) if words else 0.0


@cache
def _known_words() -> frozenset[str]:
    return frozenset(re.findall(r"[a-z'’]+", corpora.shakespeare().train.lower()))


def _prompts(model: GPT, tokenizer: Tokenizer, seed: int) -> tuple[list[list[int]], list[Written]]:
    ids = torch.tensor(tokenizer.encode(corpora.shakespeare().validation))
    n = N_PROMPT + N_WRITTEN
    starts = torch.randint(
        len(ids) - n, (N_PROMPTS, 1), generator=torch.Generator().manual_seed(seed)
    )
    texts = ids[starts + torch.arange(n)]
    with eval_mode(model), torch.inference_mode():
        logits = model(texts[:, :-1])[:, N_PROMPT - 1 :]
    after = texts[:, N_PROMPT:]
    losses = F.cross_entropy(logits.flatten(0, 1), after.flatten(), reduction="none")
    totals = losses.view(N_PROMPTS, -1).double().sum(1)
    real = [(row.tolist(), -total) for row, total in zip(after, totals.tolist(), strict=True)]
    return texts[:, :N_PROMPT].tolist(), real


def verdict(runs: Sequence[Numbers]) -> str:
    """Say what wider beams and repetition have to do with each other, and where the play stands."""
    beams = [name for name in WAYS if name.startswith("beam")]
    likelier = all(
        _one(run, "log-prob", beams[-1]) > _one(run, "log-prob", "greedy") for run in runs
    )
    poorer = all(_one(run, "distinct", beams[-1]) < _one(run, "distinct", PLAY) for run in runs)
    nearest = {_nearest(run) for run in runs}
    return _(
        "In every seed beam search is likelier than greedy decoding: {likelier}; and has fewer "
        "different pairs than the play: {poorer}. Nearest to the play in both: {nearest}.",
        likelier=_("yes") if likelier else _("no"),
        poorer=_("yes") if poorer else _("no"),
        nearest=", ".join(sorted(nearest)),
    )


def _nearest(run: Numbers) -> str:
    """Name the way whose log-probability per token and share of pairs are nearest to the play's."""

    def distance(name: str) -> float:
        parts = ("log-prob", "distinct")
        return sum(abs(_one(run, p, name) / _one(run, p, PLAY) - 1) for p in parts)

    return min(WAYS, key=distance)


def _one(run: Numbers, what: str, name: str) -> float:
    number = run[f"{what}: {name}"]
    assert isinstance(number, float)
    return number


EXPERIMENT = Experiment(
    name="decoding",
    question="What do ways of decoding make of one model, and which is most like the plays?",
    claims=("greedy-poor", "beam-better-text", "sampling-means-greedy-or-beam"),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
)
