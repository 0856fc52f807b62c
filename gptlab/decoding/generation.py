"""Writing token by token, every step open to inspection."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import islice

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gptlab.decoding.repeats import HistoryRule
from gptlab.decoding.rules import GREEDY, Sampling, draw
from gptlab.decoding.window import Window
from gptlab.gpt import GPT

Tokens = Sequence[int] | Int[Tensor, " pos"]


@dataclass(frozen=True, kw_only=True, eq=False)
class DecodingStep:
    """Why one token was chosen: the likeliest, or where `u` fell (`draw(probs, u)` gives it again).

    Args:
        position: Where the token stands in the text, counted from the prompt's first token, 0.
        n_seen: Tokens before it that the model saw.
        model_probs: What the model itself expects, at temperature 1, before the rule.
        probs: What the rule made of it: tokens outside the kept set have probability 0.
        u: The random number from 0 to 1 that chose; None when the rule is greedy.
        token: The choice.
    """

    position: int
    n_seen: int
    model_probs: Float[Tensor, " d_vocab"]
    probs: Float[Tensor, " d_vocab"]
    u: float | None
    token: int


def steps(
    model: GPT,
    tokens: Tokens,
    *,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
    repeats: HistoryRule | None = None,
    cached: bool = True,
) -> Iterator[DecodingStep]:
    """Continue a prompt without end, one step at a time; the caller stops.

    A text may outgrow n_ctx: the model then goes on from its newest n_ctx // 2 tokens (see
    `Window`). The model runs in evaluation mode and without gradients; between two steps it is
    as it was.

    Args:
        model: The model.
        tokens: The prompt, 1 to n_ctx token ids.
        sampling: The decoding rule.
        generator: Source of the random numbers, on the CPU; needed unless the rule is greedy.
        repeats: A rule against repetition, which comes before the decoding rule.
        cached: Whether keys and values are kept (fast), or each step reads its window anew.

    Yields:
        A step for every token after the prompt.

    Raises:
        ValueError: At once, if the generator is missing; at the first step, if the prompt is
            empty, holds unknown ids or does not fit n_ctx.
    """
    check_generator(sampling, generator)
    prompt = as_prompt(tokens)
    window = Window(model, prompt[None], cached=cached)
    return _steps(window, prompt.tolist(), sampling, generator, repeats)


def _steps(
    window: Window,
    text: list[int],
    sampling: Sampling,
    generator: torch.Generator | None,
    repeats: HistoryRule | None,
) -> Iterator[DecodingStep]:
    while True:
        n_seen, (logits,) = window.n_pos, window.next_logits()
        probs = sampling.distribution(repeats(logits, text) if repeats else logits)
        u = None if sampling.is_greedy else _random_number(generator)
        token = int(probs.argmax()) if u is None else draw(probs, u)
        yield DecodingStep(
            position=len(text),
            n_seen=n_seen,
            model_probs=logits.softmax(dim=-1),
            probs=probs,
            u=u,
            token=token,
        )
        window.extend([0], [token])
        text.append(token)


def generate(
    model: GPT,
    tokens: Tokens,
    n_tokens: int,
    *,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
    repeats: HistoryRule | None = None,
    stop: Set[int] = frozenset(),
    cached: bool = True,
) -> list[int]:
    """Return up to `n_tokens` token ids that continue a prompt, the prompt not among them.

    Args:
        model: The model.
        tokens: The prompt, 1 to n_ctx token ids.
        n_tokens: How many tokens to add; together they may outgrow n_ctx.
        sampling: The decoding rule.
        generator: Source of the random numbers, on the CPU; needed unless the rule is greedy.
        repeats: A rule against repetition.
        stop: Ids of tokens that end the text; the one that ends it is its last.
        cached: Whether keys and values are kept.

    Raises:
        ValueError: As for `steps`, or if `n_tokens` is negative.
    """
    check_n_tokens(n_tokens)
    every = steps(
        model, tokens, sampling=sampling, generator=generator, repeats=repeats, cached=cached
    )
    written: list[int] = []
    for step in islice(every, n_tokens):
        written.append(step.token)
        if step.token in stop:
            break
    return written


def as_prompt(tokens: Tokens) -> Int[Tensor, " pos"]:
    """Return a prompt as a tensor of token ids.

    Raises:
        ValueError: If it is not one row of ids.
    """
    prompt = torch.as_tensor(tokens, dtype=torch.long)
    if prompt.ndim != 1:
        raise ValueError(
            f"expected one prompt, a single row of token ids; got shape {tuple(prompt.shape)}. "
            "Pass tokens[0], and each prompt in its own call."
        )
    return prompt


def check_n_tokens(n_tokens: int) -> None:
    """Refuse to write fewer than no tokens.

    Raises:
        ValueError: If `n_tokens` is negative or not whole.
    """
    if not isinstance(n_tokens, int) or n_tokens < 0:
        raise ValueError(f"n_tokens counts the tokens to add, 0 or more; got {n_tokens!r}.")


def check_generator(sampling: Sampling, generator: torch.Generator | None) -> None:
    """Refuse a rule that draws random numbers without a generator to draw from.

    Raises:
        ValueError: If there is none, or it is not on the CPU.
    """
    if sampling.is_greedy:
        return
    if generator is None or generator.device.type != "cpu":
        raise ValueError(
            f"{sampling} draws random numbers from a generator on the CPU; got "
            f"{'none' if generator is None else f'one on {generator.device}'}. "
            "Pass generator=torch.Generator().manual_seed(0), or sampling=GREEDY."
        )


def _random_number(generator: torch.Generator | None) -> float:
    return torch.rand((), generator=generator, dtype=torch.float64).item()
