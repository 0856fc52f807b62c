"""What a model expects after a text: every number that `NextToken` shows comes from here.

`js/answers/nexttoken.js` computes the same in the page; tests hold the two equal on the same cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gptlab.catalogue import text as _
from gptlab.widgets.backends import Backend, newest
from gptlab.widgets.spellings import spelled, spelling

N_RECORDED = 10  # logits that a page compares its own with


def prediction(
    backend: Backend, text: str, written: Sequence[int] = (), checkpoint: int = 0
) -> dict[str, Any]:
    """Ask a model what follows a text and the tokens written after it.

    Returns:
        `text`, `written` and `checkpoint` as they were asked; `error` (empty if there is an
        answer); `ids` of the tokens that were read, their `lengths` in bytes and `bytes` in
        hexadecimal; `n_text`, how many of them are the text's; `n_left_out`, how many at the
        beginning did not fit; `n_layers`; `n_ctx`; `d_vocab`; `causal`; `logits` as float32
        bytes; and `lens`, float32 bytes of [n_layers + 1, d_vocab] or None.
    """
    asked = {"text": text, "written": list(written), "checkpoint": checkpoint}
    about = {
        "n_layers": backend.n_layers,
        "n_ctx": backend.n_ctx,
        "d_vocab": backend.d_vocab,
        "causal": backend.is_causal,
    }
    ids, error = _encoded(backend, text)
    if error:
        return asked | about | _nothing(error)
    seen, n_left_out = newest([*ids, *written], backend.n_ctx)
    reading = backend.read(seen)
    return asked | {
        **about,
        **spelled(backend, seen),
        "error": "",
        "n_text": max(0, len(ids) - n_left_out),
        "n_left_out": n_left_out,
        "logits": _buffer(reading.logits),
        "lens": None if reading.lens is None else _buffer(reading.lens),
    }


def _nothing(error: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"ids": [], "lengths": [], "bytes": "", "n_text": 0, "n_left_out": 0}
    return empty | {"error": error, "logits": b"", "lens": None}


def _encoded(backend: Backend, text: str) -> tuple[list[int], str]:
    if not backend.is_causal:
        return [], not_causal()
    try:
        ids = backend.tokenizer.encode(text)
    except ValueError as error:  # a character that is not in the alphabet
        return [], str(error)
    return ids, "" if ids else no_token()


def no_token() -> str:
    """Say that a model cannot start from nothing."""
    return _("Type at least one character: a model can only continue a text.")


def not_causal() -> str:
    """Say why a model that sees all of a text does not predict what follows it."""
    return _(
        "Every position of this model sees the whole text, so its last position does not predict "
        "what follows."
    )


def vocabulary(backend: Backend) -> dict[str, bytes]:
    """Spell every token of a model.

    Returns:
        `lengths` in bytes, as uint16, of each of d_vocab tokens, and their `bytes`, end to end. A
        row of the unembedding that no token belongs to has length 0.
    """
    spellings = [spelling(backend, token) for token in range(backend.d_vocab)]
    lengths = np.array([len(each) for each in spellings], dtype="<u2")
    return {"lengths": lengths.tobytes(), "bytes": b"".join(spellings)}


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the probabilities of all tokens, in float64."""
    shares: NDArray[np.float64] = np.exp(logits.astype(np.float64) - logits.max())
    return shares / np.sum(shares)


def ranked(values: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return token ids from the likeliest on; of equals, the lower id comes first."""
    return np.argsort(-values, kind="stable")


def logits_of(answer: dict[str, Any]) -> NDArray[np.float32]:
    """Read the logits of what `prediction` returned."""
    return np.frombuffer(answer["logits"], dtype="<f4")


def recorded(answer: dict[str, Any]) -> dict[str, Any]:
    """Take down the likeliest tokens and their logits, for a page to compare its own with.

    Returns:
        What was asked, and `next`: what `logged` returns; empty if there was no answer.
    """
    asked = {name: answer[name] for name in ("text", "written", "checkpoint")}
    return asked | {"next": logged(logits_of(answer))}


def logged(logits: NDArray[np.float32]) -> list[list[Any]]:
    """List id and logit of the likeliest tokens, the logit as a float32 in hexadecimal.

    JSON has only decimal numbers, which would round it.
    """
    best = ranked(logits)[:N_RECORDED].tolist()
    return [[token, logits[token].astype("<f4").tobytes().hex()] for token in best]


def _buffer(values: NDArray[np.floating]) -> bytes:
    return np.ascontiguousarray(values, dtype="<f4").tobytes()
