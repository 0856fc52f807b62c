"""One body, two objectives: the same plays, the same steps, the next token or hidden tokens.

Both models have the same blocks, begin with the same numbers in them and get equally many windows.
They differ in the mask, in what is asked, and by one row of the embedding, the mark of a gap.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn import functional as F

from gptlab import checkpoints, corpora
from gptlab.catalogue import text as _
from gptlab.data import Split, Splits
from gptlab.decoding import Sampling, write_in_gaps
from gptlab.decoding import generate as write
from gptlab.evaluation import eval_mode
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.gpt import GPT
from gptlab.measures import filling, grammar
from gptlab.measures.ngrams import NGrams
from gptlab.objectives import MaskedTokens, NextToken, Objective
from gptlab.positions import RotaryPositions
from gptlab.presets import PRESETS
from gptlab.schedule import Steps
from gptlab.tokenizers import Tokenizer
from gptlab.training import Training, train
from gptlab.untrained import untrained_twin
from gptlab.vectors.probing import held_out_score

PRESET = PRESETS["twins"]
N_STEPS = 800
N_QUICK_STEPS = 300
N_LOOKS = 8
N_TESTED = 20_000  # characters of held-out plays that losses are measured on
N_GAPS, N_TRIED, N_CANDIDATES = 1000, 100, 32
N_TEXTS, N_PROMPT, N_WRITTEN = 16, 20, 40
N_OF_EACH = 80  # gaps per part of speech, to fit probes and again to judge them
SAMPLING = Sampling(temperature=0.8)
LAST_STATE = f"blocks.{PRESET.n_layers - 1}.resid_post"


@cache
def plays() -> tuple[Splits, Tokenizer]:
    """Return the plays as tokens of the model that ships with gptlab, and its tokenizer.

    Held-out plays are in two parts: the beginning, on which losses are measured, and the rest.
    """
    _model, tokenizer = checkpoints.load("shakespeare", device="cpu")
    corpus = corpora.shakespeare()
    tested = Split.of(corpus.validation[:N_TESTED], tokenizer)
    rest = Split.of(corpus.validation[N_TESTED:], tokenizer)
    return Splits(Split.of(corpus.train, tokenizer), tested, rest), tokenizer


def objectives(vocab_size: int) -> dict[str, Objective]:
    """Name the two objectives."""
    return {"next": NextToken(), "masked": MaskedTokens(mask_id=vocab_size)}


def body(objective: Objective, vocab_size: int, seed: int) -> GPT:
    """Draw the model for an objective: the same blocks for both, only the mask differs.

    Args:
        objective: What it will be asked.
        vocab_size: Of the tokenizer; a mark for gaps comes on top where one is needed.
        seed: Of the first weights.
    """
    d_vocab = vocab_size + isinstance(objective, MaskedTokens)
    model = GPT(
        PRESET.config(d_vocab),
        positions=RotaryPositions,
        mask=objective.mask,
        generator=torch.Generator().manual_seed(seed),
    )
    # Drawn apart: the embedding is drawn first, and one row more would move all that follows.
    same = GPT(
        PRESET.config(vocab_size),
        positions=RotaryPositions,
        generator=torch.Generator().manual_seed(seed),
    )
    with torch.no_grad():
        for name, weight in same.named_parameters():
            model.get_parameter(name)[: len(weight)] = weight
    return model


def measure(seed: int, progress: Progress, n_steps: int = N_STEPS) -> Numbers:
    """Train both models with one seed, and ask each for what the other was trained on, too.

    Args:
        seed: Of weights, windows, gaps and samples.
        progress: Hears the share that is done.
        n_steps: Optimizer steps of each.

    Returns:
        See `filled`, `continued`, `written` and `grammar_known`; and `steps` with `next loss` and
        `masked loss`, each model's own loss on held-out plays along the way, in nats per target.
    """
    data, tokenizer = plays()
    found, models = Numbers(), {}
    recipe = replace(PRESET.recipe, evaluations=N_LOOKS)
    for number, (name, objective) in enumerate(objectives(tokenizer.vocab_size).items()):
        model = body(objective, tokenizer.vocab_size, seed)
        run = Training(
            model, data, budget=Steps(n_steps), recipe=recipe, seed=seed, objective=objective
        )
        looks = []
        for result in train(run):
            progress(0.45 * (number + result.progress))
            if result.validation:
                looks.append((result.step, result.validation.loss))
        found["steps"] = [float(step) for step, _loss in looks]
        found[f"{name} loss"] = [loss for _step, loss in looks]
        models[name] = model
    for part in (filled, continued, written, grammar_known):
        found |= part(models["next"], models["masked"], seed)
    progress(1.0)
    return found


def filled(causal: GPT, masked: GPT, seed: int) -> Numbers:
    """Fill gaps in the middle of held-out texts.

    Returns:
        Shares of gaps filled with what stood there: `filled: both sides` by the masked model,
        `filled: left side` by the causal one, `filled: trying` by the causal one that tries
        `N_CANDIDATES` tokens and reads on, on the first `N_TRIED` gaps, `filled: commonest` by the
        commonest token.
    """
    data, tokenizer = plays()
    asked = filling.gaps(data.test.ids, PRESET.n_ctx, N_GAPS, _generator(seed))
    fewer = filling.Gaps(asked.windows[:N_TRIED], asked.places[:N_TRIED])
    both = filling.from_both_sides(masked, asked, tokenizer.vocab_size).argmax(-1)
    left = filling.from_the_left(causal, asked).argmax(-1)
    commonest = data.train.ids.bincount().argmax().expand(N_GAPS)
    return {
        "filled: both sides": filling.share_right(both, asked),
        "filled: left side": filling.share_right(left, asked),
        "filled: trying": filling.share_right(
            filling.by_trying(causal, fewer, N_CANDIDATES), fewer
        ),
        "filled: commonest": filling.share_right(commonest, asked),
    }


def continued(causal: GPT, masked: GPT, seed: int) -> Numbers:
    """Predict the last token of held-out texts, which nothing follows.

    Returns:
        Nats per token: `continued: causal`, `continued: masked` with a gap at the end, and the
        counting models `continued: trigram` and `continued: bigram`.
    """
    data, tokenizer = plays()
    n_ctx = PRESET.n_ctx
    asked = filling.gaps(data.test.ids, n_ctx, N_GAPS, _generator(seed), place=n_ctx - 1)
    logits = {
        "causal": filling.from_the_left(causal, asked),
        "masked": filling.from_both_sides(masked, asked, tokenizer.vocab_size),
    }
    losses = {name: F.cross_entropy(x, asked.truth).item() for name, x in logits.items()}
    for name, counted in counting().items():
        losses[name] = counted.losses(asked.windows)[:, -1].mean().item()
    return {f"continued: {name}": loss for name, loss in losses.items()}


@cache
def counting() -> dict[str, NGrams]:
    """Count pairs and triples of tokens in the training plays."""
    data, tokenizer = plays()
    names = {"bigram": 2, "trigram": 3}
    return {name: NGrams(data.train.ids, n, tokenizer.vocab_size) for name, n in names.items()}


def written(causal: GPT, masked: GPT, seed: int) -> Numbers:
    """Let both continue held-out texts from left to right, and let a larger model judge.

    Returns:
        For `real` (how the play goes on), `causal`, `masked` and `shuffled` (the real tokens in
        another order): `judged: NAME`, nats per token of the model that ships with gptlab, and
        `different: NAME`, different pairs of tokens as a share of all, since a text that repeats
        itself is easy to predict.
    """
    data, tokenizer = plays()
    generator = _generator(seed)
    texts = filling.gaps(data.test.ids, N_PROMPT + N_WRITTEN, N_TEXTS, generator).windows
    prompts = texts[:, :N_PROMPT]
    by_causal = [
        write(causal, row.tolist(), N_WRITTEN, sampling=SAMPLING, generator=generator)
        for row in prompts
    ]
    order = torch.rand(N_TEXTS, N_WRITTEN, generator=generator).argsort(1)
    mask_id = tokenizer.vocab_size
    continuations = {
        "real": texts[:, N_PROMPT:],
        "causal": torch.tensor([_newest(row) for row in by_causal]),
        "masked": write_in_gaps(
            masked, prompts, N_WRITTEN, mask_id, sampling=SAMPLING, generator=generator
        )[:, N_PROMPT:],
        "shuffled": texts[:, N_PROMPT:].gather(1, order),
    }
    found = Numbers()
    for name, rows in continuations.items():
        found[f"judged: {name}"] = judged(prompts, rows)
        found[f"different: {name}"] = different_pairs(rows)
    return found


def judged(prompts: Int[Tensor, "text pos"], rows: Int[Tensor, "text pos"]) -> float:
    """Return the loss of the model that ships with gptlab on continuations, in nats per token."""
    judge, _tokenizer = checkpoints.load("shakespeare", device="cpu")
    texts = torch.cat([prompts, rows], dim=1)
    with eval_mode(judge), torch.inference_mode():
        logits = judge(texts[:, :-1])[:, prompts.shape[1] - 1 :]
    return F.cross_entropy(logits.flatten(0, 1), rows.flatten()).item()


def different_pairs(rows: Int[Tensor, "text pos"]) -> float:
    """Return how many different pairs of neighbouring tokens there are, as a share of all."""
    pairs = torch.stack([rows[:, :-1], rows[:, 1:]], dim=-1).flatten(0, 1)
    return len(pairs.unique(dim=0)) / len(pairs)


def grammar_known(causal: GPT, masked: GPT, seed: int) -> Numbers:
    """Read parts of speech of hidden words, and compare verbs that agree with ones that do not.

    Returns:
        For `causal`, `masked` and the same two untrained: `part of speech: NAME`, the share that a
        linear probe tells rightly from the last state in the gap, or before it, and
        `agreement: NAME`; and `part of speech: commonest`, the share of the commonest class.
    """
    data, tokenizer = plays()
    middle = len(data.test.ids) // 2
    halves = (data.test.ids[:middle], data.test.ids[middle:])
    generator, mask_id = _generator(seed), tokenizer.vocab_size
    (fit, labels), (judge, others) = (
        grammar.labelled_gaps(ids, tokenizer, PRESET.n_ctx, N_OF_EACH, generator) for ids in halves
    )
    sentences = grammar.agreements()
    found = Numbers({"part of speech: commonest": max(map(others.count, others)) / len(others)})
    for kind, make in (("", lambda model: model), ("untrained ", untrained_twin)):
        left, both = make(causal), make(masked)
        states = {
            "causal": [filling.from_the_left(left, gaps, LAST_STATE) for gaps in (fit, judge)],
            "masked": [
                filling.from_both_sides(both, gaps, mask_id, LAST_STATE) for gaps in (fit, judge)
            ],
        }
        for name, (seen, unseen) in states.items():
            score = held_out_score(seen.numpy(), labels, unseen.numpy(), others)
            found[f"part of speech: {kind}{name}"] = score
        scores = {
            "causal": grammar.agreement_score(left, tokenizer, sentences),
            "masked": grammar.agreement_score(both, tokenizer, sentences, mask_id),
        }
        found |= {f"agreement: {kind}{name}": score for name, score in scores.items()}
    return found


def verdict(runs: Sequence[Numbers]) -> str:
    """Say which model is better at what, where every seed agrees."""
    pairs = {
        _("fills gaps"): ("filled: both sides", "filled: left side", True),
        _("continues a text"): ("continued: masked", "continued: causal", False),
        _("writes what the larger model expects"): ("judged: masked", "judged: causal", False),
    }
    sides: dict[str, list[str]] = {"masked": [], "causal": [], "neither": []}
    for what, (masked, causal, more_is_better) in pairs.items():
        better = {(_one(run, masked) > _one(run, causal)) == more_is_better for run in runs}
        sides["neither" if len(better) > 1 else "masked" if True in better else "causal"] += [what]
    return _(
        "In every seed the masked model is better at this: {masked}. The causal one at this: "
        "{causal}. The seeds disagree on: {neither}.",
        **{name: ", ".join(what) or "–" for name, what in sides.items()},
    )


def quickly(seed: int, progress: Progress) -> Numbers:
    """Measure as `measure` does, after fewer steps."""
    return measure(seed, progress, N_QUICK_STEPS)


def differences(numbers: Numbers) -> dict[str, float]:
    """Name by how many nats the causal model is ahead in continuing, and in a judge's eyes."""
    return {
        name: _one(numbers, f"{name}: masked") - _one(numbers, f"{name}: causal")
        for name in ("continued", "judged")
    }


def _one(run: Numbers, name: str) -> float:
    number = run[name]
    assert isinstance(number, float)
    return number


def _newest(ids: Sequence[int]) -> list[int]:
    return list(ids)[-N_WRITTEN:]


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


EXPERIMENT = Experiment(
    name="objectives",
    question="What does the same body learn from the next token, and what from hidden tokens?",
    claims=(
        "gpt-uses-mlm",
        "mlm-lets-generate",
        "mlm-pos-and-relations",
        "context-of-masked-word",
    ),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
    shorter=Shorter(measure=quickly, differences=differences, clear=0.1),
)
