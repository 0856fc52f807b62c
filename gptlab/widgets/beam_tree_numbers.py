"""What a beam search keeps and drops: every number that `BeamTree` shows comes from here.

`js/answers/beams.js` computes the same in the page; tests hold the two equal on the same cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gptlab.decoding import Beam, BeamStep, draw, extended, tokens_with
from gptlab.evaluation import eval_mode
from gptlab.hashing import uniform
from gptlab.widgets.backends import Backend, GPTBackend, newest
from gptlab.widgets.predicting import logged, no_token, not_causal
from gptlab.widgets.spellings import spelled, spelling

STOPS = {"never": (), "sentence": (".", "!", "?"), "line": ("\n",)}
"""What may end a text: name to the marks that a token has to hold."""
SEED = 0  # of the draw that stands beside the search
Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a learner asks for.

    Args:
        text: The prompt.
        checkpoint: Which snapshot answers, as the widget counts them.
        width: Beams to keep.
        n_steps: Tokens to add at most.
        length_power: As for `decoding.beam_steps`.
        stop: One of `STOPS`.
    """

    text: str
    checkpoint: int = 0
    width: int
    n_steps: int
    length_power: float = 0.0
    stop: str = "never"


def grown(backend: Backend, asked: Asked) -> Answer:
    """Search, and take down all that was looked at.

    Returns:
        What was asked; `error` (empty if there is an answer); the prompt as read (`ids`, `lengths`,
        `bytes`, `n_left_out`); `d_vocab`; `steps`, for each a list of candidates, each with the
        place of its `parent` in the list before (−1 for the prompt), `token`, its `bytes`, its
        `own` log-probability and the text's `log_prob`, `score`, `rank` among the kept (−1 if it
        was dropped), whether it has `ended`, whether it ended before (`carried`), and whether it
        is `greedy`; `best`, `greedy` and `drawn`, texts with `bytes`, `n_tokens` and `log_prob`;
        `checks`, see `_checks`; `from_recorded` is for the page.
    """
    answer: Answer = {**vars(asked), "d_vocab": backend.d_vocab, "from_recorded": None}
    ids, n_left_out, stop, error = _read(backend, asked)
    answer |= {"error": error, "n_left_out": n_left_out, **spelled(backend, ids)}
    answer |= {"steps": [], "best": None, "greedy": None, "drawn": None, "checks": None}
    if error:
        return answer
    n_steps = _fitting_steps(backend, asked.n_steps)
    steps, rows = _searched(backend, ids, asked, n_steps, stop)
    greedy = _greedy(backend, ids, n_steps, stop)
    best = steps[-1].kept[0]
    return answer | {
        "steps": _columns(backend, steps, asked.length_power, greedy.tokens),
        "best": _text(backend, best),
        "greedy": _text(backend, greedy),
        "drawn": _text(backend, _drawn(backend, ids, n_steps, stop)),
        "checks": _checks(backend, ids, steps, rows, asked.length_power),
    }


def recorded(backend: Backend, answer: Answer) -> Answer:
    """Take down the logits after the prompt, for a page to compare its own with."""
    asked = {name: answer[name] for name in ("text", "checkpoint", "n_steps")}
    if answer["error"]:
        return asked | {"next": []}
    return asked | {"next": logged(backend.read(answer["ids"]).logits)}


def _fitting_steps(backend: Backend, n_steps: int) -> int:
    """Return how many steps fit the model beside one token of a prompt."""
    return max(1, min(n_steps, backend.n_ctx - 1))


def path(steps: Sequence[Sequence[Answer]], step: int, place: int) -> list[Answer]:
    """List the candidates from the prompt to one of them, each token once."""
    found: list[Answer] = []
    while step >= 0:
        node = steps[step][place]
        if not node["carried"]:
            found.append(node)
        place, step = node["parent"], step - 1
    return found[::-1]


def _read(backend: Backend, asked: Asked) -> tuple[list[int], int, frozenset[int], str]:
    if not backend.is_causal:
        return [], 0, frozenset(), not_causal()
    marks = STOPS[asked.stop]
    try:
        every = backend.tokenizer.encode(asked.text)
        stop = tokens_with(backend.tokenizer, *marks) if marks else frozenset()
    except ValueError as problem:  # a character, or no mark, in the tokenizer's alphabet
        return [], 0, frozenset(), str(problem)
    room = max(1, backend.n_ctx - _fitting_steps(backend, asked.n_steps))
    ids, n_left_out = newest(every, room)
    return ids, n_left_out, stop, "" if ids else no_token()


def _log_probs(backend: Backend, ids: Sequence[int]) -> torch.Tensor:
    logits = torch.from_numpy(np.array(backend.read(ids).logits, dtype=np.float64))
    return logits.log_softmax(-1)


def _searched(
    backend: Backend, ids: list[int], asked: Asked, n_steps: int, stop: frozenset[int]
) -> tuple[list[BeamStep], list[torch.Tensor]]:
    beams: tuple[Beam, ...] = (Beam(),)
    steps, rows = list[BeamStep](), list[torch.Tensor]()
    while len(steps) < n_steps and not all(beam.ended for beam in beams):
        going_on = [beam for beam in beams if not beam.ended]
        rows.append(torch.stack([_log_probs(backend, [*ids, *b.tokens]) for b in going_on]))
        step = extended(beams, rows[-1], asked.width, stop=stop, length_power=asked.length_power)
        steps.append(step)
        beams = step.kept
    return steps, rows


def _greedy(backend: Backend, ids: list[int], n_steps: int, stop: frozenset[int]) -> Beam:
    beam = Beam()
    while len(beam.tokens) < n_steps and not beam.ended:
        row = _log_probs(backend, [*ids, *beam.tokens])
        (beam,) = extended([beam], row[None], 1, stop=stop).kept
    return beam


def _drawn(backend: Backend, ids: list[int], n_steps: int, stop: frozenset[int]) -> Beam:
    """Draw a text at temperature 1, for a look at what is likely and what is typical."""
    tokens, log_prob = list[int](), 0.0
    while len(tokens) < n_steps and not (tokens and tokens[-1] in stop):
        row = _log_probs(backend, [*ids, *tokens])
        token = draw(row.exp(), uniform(SEED, len(tokens)))
        log_prob += float(row[token])
        tokens.append(token)
    return Beam(tokens=tuple(tokens), log_prob=log_prob)


def _columns(
    backend: Backend, steps: list[BeamStep], power: float, greedy: tuple[int, ...]
) -> list[list[Answer]]:
    columns, before = [], dict[Beam, int]()
    for step in steps:
        column = []
        for beam in step.candidates:
            carried = beam in before
            parent = beam if carried else beam.parent
            earlier = parent.log_prob if parent else 0.0
            column.append(
                {
                    "parent": before.get(parent, -1) if parent else -1,
                    "token": beam.tokens[-1],
                    "bytes": spelling(backend, beam.tokens[-1]).hex(),
                    "own": 0.0 if carried else beam.log_prob - earlier,
                    "log_prob": beam.log_prob,
                    "score": beam.score(power),
                    "rank": step.kept.index(beam) if beam in step.kept else -1,
                    "ended": beam.ended,
                    "carried": carried,
                    "greedy": beam.tokens == greedy[: len(beam.tokens)],
                }
            )
        columns.append(column)
        before = {beam: place for place, beam in enumerate(step.candidates)}
    return columns


def _text(backend: Backend, beam: Beam) -> Answer:
    found = b"".join(spelling(backend, token) for token in beam.tokens)
    return {"bytes": found.hex(), "n_tokens": len(beam.tokens), "log_prob": beam.log_prob}


def _checks(
    backend: Backend,
    ids: list[int],
    steps: list[BeamStep],
    rows: list[torch.Tensor],
    power: float,
) -> Answer:
    """Check the search.

    Returns:
        `sums`, how far the probabilities after an open beam are from 1 at most; `lead`, by how
        much the worst kept score is above the best that was dropped, of all extensions by all
        tokens, at the least, None where nothing was dropped; and `reread`, by how much the best
        text's log-probability changes if the text is read once as a whole, None where a model
        cannot be asked that.
    """
    sums, leads = 0.0, list[float]()
    beams: tuple[Beam, ...] = (Beam(),)
    for step, log_probs in zip(steps, rows, strict=True):
        sums = max(sums, float((log_probs.exp().sum(-1) - 1).abs().max()))
        every: list[NDArray[np.float64]] = []
        going_on = iter(log_probs)
        for beam in beams:
            if beam.ended:
                every.append(np.array([beam.score(power)]))
            else:
                totals = (beam.log_prob + next(going_on)).numpy()
                every.append(totals / (len(beam.tokens) + 1) ** power)
        ranked = np.sort(np.concatenate(every))[::-1]
        n_kept = len(step.kept)
        if len(ranked) > n_kept:
            worst = min(beam.score(power) for beam in step.kept)
            leads.append(worst - float(ranked[n_kept]))
        beams = step.kept
    whole = _read_whole(backend, [*ids, *steps[-1].kept[0].tokens], len(ids))
    reread = None if whole is None else abs(whole - steps[-1].kept[0].log_prob)
    return {"sums": sums, "lead": min(leads, default=None), "reread": reread}


def _read_whole(backend: Backend, ids: list[int], n_prompt: int) -> float | None:
    if not isinstance(backend, GPTBackend):
        return None
    tokens = torch.tensor([ids], device=backend.model.device)
    with eval_mode(backend.model), torch.inference_mode():
        logits = backend.model(tokens)[0, n_prompt - 1 : -1].double()
    return float(logits.log_softmax(-1).gather(1, tokens[0, n_prompt:, None]).sum())
