"""What a model at one stage of its training says of a text.

`js/answers/player.js` computes the same in the page; tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gptlab.catalogue import text as _
from gptlab.decoding import Sampling, draw
from gptlab.decoding.window import Window
from gptlab.hashing import uniform
from gptlab.widgets.backends import GPTBackend, newest
from gptlab.widgets.predicting import logged, not_causal, ranked, softmax
from gptlab.widgets.spellings import spelled, spelling

N_LIKELIEST = 5
N_WRITTEN = 24  # tokens of the sample
SAMPLING = Sampling(temperature=0.8)
SEED = 0  # of the sample's random numbers, the same at each stage


def stage(backend: GPTBackend, text: str, checkpoint: int, step: int) -> dict[str, Any]:
    """Ask a model for a text's losses, for what follows it, and for a continuation.

    Args:
        backend: The model as it was at this stage.
        text: What it reads.
        checkpoint: The stage's number, counted from 0.
        step: Training steps taken by then.

    Returns:
        `text`, `checkpoint` and `step` as they were asked; `error` (empty if there is an answer);
        `ids`, `lengths` and `bytes` of the tokens that were read, the newest that fit, and
        `n_left_out`; `losses`, −ln p of each but the first as float32 bytes, in nats; `next`, the
        likeliest tokens that follow; `sample`, the bytes in hexadecimal of what it writes after
        the text; `d_vocab`; `from_recorded`, which only a page has.
    """
    asked = {"text": text, "checkpoint": checkpoint, "step": step, "d_vocab": backend.d_vocab}
    ids, error = tokens_of(backend, text)
    seen, n_left_out = newest(ids, backend.n_ctx)
    nothing: dict[str, Any] = {"losses": b"", "next": [], "sample": "", "from_recorded": None}
    about = {**spelled(backend, seen), "n_left_out": n_left_out}
    if error:
        return asked | about | nothing | {"error": error}
    logits = backend.activations(seen)["logits"]
    shares = softmax(logits[-1])
    best = [
        {"bytes": spelling(backend, token).hex(), "probability": float(shares[token])}
        for token in ranked(logits[-1])[:N_LIKELIEST].tolist()
    ]
    return (
        asked
        | about
        | nothing
        | {
            "error": "",
            "losses": losses_of(logits, seen).astype("<f4").tobytes(),
            "next": best,
            "sample": b"".join(spelling(backend, each) for each in written(backend, seen)).hex(),
        }
    )


def course(backends: Sequence[GPTBackend], text: str) -> dict[str, Any]:
    """Follow a text's mean loss through all stages.

    Returns:
        `text` as it was asked, `error`, and `losses`, nats per token as float32 bytes.
    """
    losses = []
    for backend in backends:
        ids, error = tokens_of(backend, text)
        if error:
            return {"text": text, "error": error, "losses": b""}
        seen, _left = newest(ids, backend.n_ctx)
        losses.append(losses_of(backend.activations(seen)["logits"], seen).mean())
    return {"text": text, "error": "", "losses": np.array(losses, dtype="<f4").tobytes()}


def losses_of(logits: NDArray[np.float32], ids: Sequence[int]) -> NDArray[np.float64]:
    """Return −ln p of every token but the first, in nats."""
    rows = logits[:-1].astype(np.float64)
    largest = rows.max(axis=1, keepdims=True)
    totals = np.log(np.exp(rows - largest).sum(axis=1)) + largest[:, 0]
    own: NDArray[np.float64] = rows[np.arange(len(rows)), list(ids[1:])]
    return totals - own


def written(backend: GPTBackend, ids: Sequence[int]) -> list[int]:
    """Continue a text by random numbers that a page draws alike."""
    window, tokens = Window(backend.model, torch.tensor([list(ids)])), list[int]()
    for step in range(N_WRITTEN):
        shares = SAMPLING.distribution(window.next_logits()[0])
        tokens.append(draw(shares, uniform(SEED, step)))
        window.extend([0], [tokens[-1]])
    return tokens


def tokens_of(backend: GPTBackend, text: str) -> tuple[list[int], str]:
    """Return a text's tokens, and why they cannot be asked about; empty if they can."""
    if not backend.is_causal:
        return [], not_causal()
    try:
        ids = backend.tokenizer.encode(text)
    except ValueError as error:  # a character that is not in the alphabet
        return [], str(error)
    return ids, "" if len(ids) > 1 else too_short()


def too_short() -> str:
    """Say that a loss needs a token that something stands before."""
    return _("Type at least two tokens: the first one is only read, the others are predicted.")


def recorded(backend: GPTBackend, answer: dict[str, Any]) -> dict[str, Any]:
    """Take down the likeliest tokens and their logits, for a page to compare its own with."""
    asked = {name: answer[name] for name in ("text", "checkpoint")}
    if answer["error"]:
        return asked | {"next": []}
    return asked | {"next": logged(backend.activations(answer["ids"])["logits"][-1])}
