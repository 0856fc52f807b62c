"""Beam search: several continuations side by side, because the best start can end badly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import torch

from gptlab.decoding.generation import Tokens, as_prompt, check_n_tokens
from gptlab.decoding.window import Window
from gptlab.gpt import GPT


@dataclass(frozen=True, kw_only=True, eq=False)
class Beam:
    """One continuation that the search kept.

    Args:
        tokens: Token ids after the prompt.
        log_prob: Σ ln p(token | everything before it), in nats.
        parent: The beam of the step before that this one continues; the first step's beams have
            the empty continuation as parent, and that one has none.
    """

    tokens: tuple[int, ...] = ()
    log_prob: float = 0.0
    parent: Beam | None = field(default=None, repr=False)


def beam_steps(
    model: GPT, tokens: Tokens, n_beams: int, *, cached: bool = True
) -> Iterator[list[Beam]]:
    """Search without end: after each token, keep the `n_beams` likeliest continuations.

    Args:
        model: The model.
        tokens: The prompt, 1 to n_ctx token ids.
        n_beams: Continuations to keep, at least 1; 1 is greedy decoding.
        cached: Whether keys and values are kept.

    Yields:
        The kept beams, likeliest first. Together with their parents they make the search tree.

    Raises:
        ValueError: At once, if `n_beams` is below 1; at the first step, if the prompt is empty,
            holds unknown ids or does not fit n_ctx.
    """
    if not isinstance(n_beams, int) or n_beams < 1:
        raise ValueError(
            f"n_beams counts continuations, so it must be at least 1; got {n_beams!r}."
        )
    return _beam_steps(Window(model, as_prompt(tokens)[None], cached=cached), n_beams)


def beam_search(
    model: GPT, tokens: Tokens, n_tokens: int, n_beams: int, *, cached: bool = True
) -> list[Beam]:
    """Look for the likeliest continuation of a given length.

    All beams are equally long, so their log-probabilities compare without a penalty for length.
    With n_beams ≥ d_vocab^(n_tokens − 1) nothing is ever dropped too early: the search is exact.

    Args:
        model: The model.
        tokens: The prompt, 1 to n_ctx token ids.
        n_tokens: How many tokens to add; together they may outgrow n_ctx.
        n_beams: Continuations to keep, at least 1.
        cached: Whether keys and values are kept.

    Returns:
        The kept beams, likeliest first.

    Raises:
        ValueError: As for `beam_steps`, or if `n_tokens` is negative.

    Source: Sutskever et al. 2014, section 3.2.
    """
    check_n_tokens(n_tokens)
    every = beam_steps(model, tokens, n_beams, cached=cached)
    return [[Beam()], *islice(every, n_tokens)][-1]


def _beam_steps(window: Window, n_beams: int) -> Iterator[list[Beam]]:
    beams = [Beam()]
    while True:
        log_probs = window.next_logits().log_softmax(dim=-1)
        so_far = torch.tensor([beam.log_prob for beam in beams], dtype=log_probs.dtype)
        totals = (so_far[:, None] + log_probs).flatten()
        # Not topk: of equals, a stable sort takes those of the better beam, then the lower ids.
        best = totals.argsort(descending=True, stable=True)[:n_beams]
        rows = (best // log_probs.shape[1]).tolist()
        tokens = (best % log_probs.shape[1]).tolist()
        beams = [
            Beam(tokens=(*beams[row].tokens, token), log_prob=total, parent=beams[row])
            for row, token, total in zip(rows, tokens, totals[best].tolist(), strict=True)
        ]
        yield beams
        window.extend(rows, tokens)
