"""Beam search: several continuations side by side, because the best start can end badly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice

from jaxtyping import Float
from torch import Tensor

from gptlab.decoding.generation import Tokens, as_prompt, check_n_tokens
from gptlab.decoding.window import Window
from gptlab.gpt import GPT


@dataclass(frozen=True, kw_only=True, eq=False)
class Beam:
    """One continuation that the search looked at.

    Args:
        tokens: Token ids after the prompt.
        log_prob: Σ ln p(token | everything before it), in nats.
        parent: The beam of the step before that this one continues; the first step's beams have
            the empty continuation as parent, and that one has none.
        ended: Whether its last token is a stop token, so that nothing follows.
    """

    tokens: tuple[int, ...] = ()
    log_prob: float = 0.0
    parent: Beam | None = field(default=None, repr=False)
    ended: bool = False

    def score(self, length_power: float) -> float:
        """Return log_prob / n_tokens^length_power, by which beams of any length are compared.

        Source: Wu et al. 2016, equation 14, which adds 5 to the length.
        """
        return self.log_prob / max(1, len(self.tokens)) ** length_power


@dataclass(frozen=True, kw_only=True, eq=False)
class BeamStep:
    """One step of a search.

    Args:
        candidates: Every open beam's `n_beams` likeliest continuations, in the order of the beams;
            a beam that had ended stands among them as it was. No other could be kept.
        kept: Those `n_beams` of them with the best score, best first.
    """

    candidates: tuple[Beam, ...]
    kept: tuple[Beam, ...]


def extended(
    beams: Sequence[Beam],
    log_probs: Float[Tensor, "open d_vocab"],
    n_beams: int,
    *,
    stop: Set[int] = frozenset(),
    length_power: float = 0.0,
) -> BeamStep:
    """Make one step: continue the open beams by every token, and keep the best of all.

    Args:
        beams: What was kept so far, best first.
        log_probs: What may follow each open beam, in nats.
        n_beams: Continuations to keep.
        stop: Ids of tokens that end a text.
        length_power: As for `Beam.score`.

    Source: Sutskever et al. 2014, section 3.2.

    Example:
        Two open beams; the second one's best continuation is the best of all four:

        >>> beams = [Beam(tokens=(0,), log_prob=-1.0), Beam(tokens=(1,), log_prob=-2.0)]
        >>> log_probs = Tensor([[-2.0, -3.0], [-0.5, -4.0]])
        >>> [beam.tokens for beam in extended(beams, log_probs, 2).kept]
        [(1, 0), (0, 0)]
    """
    # Not topk: of equals, a stable sort takes those of the better beam, then the lower ids.
    order = log_probs.argsort(dim=-1, descending=True, stable=True)[:, :n_beams]
    likeliest = zip(order.tolist(), log_probs.double().gather(1, order).tolist(), strict=True)
    candidates: list[Beam] = []
    for beam in beams:
        if beam.ended:
            candidates.append(beam)
            continue
        candidates += [
            Beam(
                tokens=(*beam.tokens, token),
                log_prob=beam.log_prob + log_prob,
                parent=beam,
                ended=token in stop,
            )
            for token, log_prob in zip(*next(likeliest), strict=True)
        ]
    ranked = sorted(candidates, key=lambda beam: beam.score(length_power), reverse=True)
    return BeamStep(candidates=tuple(candidates), kept=tuple(ranked[:n_beams]))


def beam_steps(
    model: GPT,
    tokens: Tokens,
    n_beams: int,
    *,
    stop: Set[int] = frozenset(),
    length_power: float = 0.0,
    cached: bool = True,
) -> Iterator[BeamStep]:
    """Search: after each token, keep the `n_beams` best continuations.

    Args:
        model: The model.
        tokens: The prompt, 1 to n_ctx token ids.
        n_beams: Continuations to keep, at least 1; 1 is greedy decoding.
        stop: Ids of tokens that end a text. A beam that has ended keeps its place until better
            ones take it; the search is over when all have ended, and without stop tokens never.
        length_power: 0 compares log-probabilities, which fall with every token, so that short
            texts win; 1 compares means per token.
        cached: Whether keys and values are kept.

    Yields:
        What was kept, best first, and what it was chosen from. Together with their parents the
        beams make the search tree.

    Raises:
        ValueError: At once, if `n_beams` is below 1 or `length_power` is negative; at the first
            step, if the prompt is empty, holds unknown ids or does not fit n_ctx.
    """
    if not isinstance(n_beams, int) or n_beams < 1:
        raise ValueError(
            f"n_beams counts continuations, so it must be at least 1; got {n_beams!r}."
        )
    if not length_power >= 0:
        raise ValueError(
            f"length_power is at least 0 (no normalisation); got {length_power!r}. 1 compares "
            "means per token."
        )
    window = Window(model, as_prompt(tokens)[None], cached=cached)
    return _beam_steps(window, n_beams, stop, length_power)


def beam_search(
    model: GPT,
    tokens: Tokens,
    n_tokens: int,
    n_beams: int,
    *,
    stop: Set[int] = frozenset(),
    length_power: float = 0.0,
    cached: bool = True,
) -> list[Beam]:
    """Look for the likeliest continuation of a given length, or one that ends before.

    With n_beams ≥ d_vocab^(n_tokens − 1) nothing is ever dropped too early: the search is exact.

    Args:
        model: The model.
        tokens: The prompt, 1 to n_ctx token ids.
        n_tokens: How many tokens to add at most; together they may outgrow n_ctx.
        n_beams: Continuations to keep, at least 1.
        stop: Ids of tokens that end a text.
        length_power: As for `beam_steps`.
        cached: Whether keys and values are kept.

    Returns:
        The kept beams, best first. Without stop tokens all are equally long, so their
        log-probabilities compare without a penalty for length.

    Raises:
        ValueError: As for `beam_steps`, or if `n_tokens` is negative.

    Source: Sutskever et al. 2014, section 3.2.
    """
    check_n_tokens(n_tokens)
    every = beam_steps(model, tokens, n_beams, stop=stop, length_power=length_power, cached=cached)
    kept: tuple[Beam, ...] = (Beam(),)
    for step in islice(every, n_tokens):
        kept = step.kept
    return list(kept)


def _beam_steps(
    window: Window, n_beams: int, stop: Set[int], length_power: float
) -> Iterator[BeamStep]:
    beams: tuple[Beam, ...] = (Beam(),)
    while still_open := [beam for beam in beams if not beam.ended]:
        log_probs = window.next_logits().log_softmax(dim=-1)
        step = extended(beams, log_probs, n_beams, stop=stop, length_power=length_power)
        yield step
        beams = step.kept
        going_on = [beam for beam in beams if not beam.ended]
        if going_on:
            rows = [still_open.index(beam.parent) for beam in going_on if beam.parent]
            window.extend(rows, [beam.tokens[-1] for beam in going_on])
