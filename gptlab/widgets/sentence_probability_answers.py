"""How probable a model finds a text: every number that `SentenceProbability` shows.

`js/answers/sentence.js` computes the same in the page; a test holds the two equal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, Float64
from numpy.typing import NDArray

from gptlab.catalogue import text as _
from gptlab.evaluation import eval_mode
from gptlab.hashing import uniform
from gptlab.widgets.attending import empty_text
from gptlab.widgets.backends import Backend, GPTBackend, HuggingFaceBackend, newest
from gptlab.widgets.grouping import characters
from gptlab.widgets.predicting import logged, not_causal, ranked
from gptlab.widgets.spellings import spelled, spelling

START = "\n"  # a text begins where a line does: these models have no token for the beginning
N_EXPECTED = 5
N_SHUFFLES = 10
_SPACE = re.compile(r"[ \t\n\r]+")
_FEWEST_WORDS = 3  # with fewer, characters change places
_PER_SHUFFLE = 2**16  # numbers of the random row that each shuffle may take
Answer = dict[str, Any]


def scored(backend: Backend, text: str, checkpoint: int = 0) -> Answer:
    """Ask a model for the probability of each token of a text, given all tokens before it.

    Args:
        backend: The model.
        text: Any text; its newest tokens are read.
        checkpoint: Which snapshot the backend is; handed on.

    Returns:
        What was asked (`text`, `checkpoint`), an `error` or "", the tokens (`ids`, `lengths`,
        `bytes`, `n_left_out`), `d_vocab`; as little-endian float32 `nats`, −ln p of each token, and
        `untrained`, the same of the control, or None; `ranks`, how many tokens were likelier;
        `expected`, for each place the likeliest tokens with `bytes` and `probability`; `off`, by
        how much the probabilities of a place miss 1 at most; `again`, by how many nats a token
        moved at most when the text was read without its last one. `from_recorded` is for the page.
    """
    answer: Answer = {"text": text, "checkpoint": checkpoint, "from_recorded": None}
    ids, n_left_out, error = _read(backend, text)
    answer |= spelled(backend, ids) | {"n_left_out": n_left_out, "d_vocab": backend.d_vocab}
    if error:
        nothing: Answer = {"nats": b"", "untrained": None, "ranks": [], "expected": []}
        return answer | nothing | {"error": error, "off": 0.0, "again": 0.0}
    rows = _rows(backend, ids)
    logs = _log_softmax(rows)
    nats = _nats(logs, ids)
    shorter = _nats(_log_softmax(_rows(backend, ids[:-1])), ids[:-1]) if len(ids) > 1 else nats
    twin = backend.untrained()
    untrained = None if twin is None else _nats(_log_softmax(_rows(twin, ids)), ids)
    return answer | {
        "error": "",
        "nats": _buffer(nats),
        "untrained": None if untrained is None else _buffer(untrained),
        "ranks": [int((row > row[token]).sum()) for row, token in zip(rows, ids, strict=True)],
        "expected": [_expected(backend, row) for row in rows],
        "off": float(np.abs(np.exp(logs).sum(-1) - 1).max()),
        "again": float(np.abs(nats[: len(shorter)] - shorter).max()),
    }


def in_other_orders(backend: Backend, text: str, checkpoint: int = 0, seed: int = 0) -> Answer:
    """Ask a model how probable the same words are in other orders.

    Args:
        backend: The model.
        text: Any text. Words change places, or characters if there are fewer than three words.
        checkpoint: Which snapshot the backend is; handed on.
        seed: Which shuffles.

    Returns:
        What was asked (`text`, `checkpoint`, `seed`), an `error` or "", `orders`, the texts: as it
        was typed, backwards, and shuffled; and as little-endian float32 `totals`, −ln p of each.
    """
    asked: Answer = {"text": text, "checkpoint": checkpoint, "seed": seed}
    nothing: Answer = {"orders": [], "totals": b""}
    if error := _read(backend, text)[2]:
        return asked | nothing | {"error": error}
    texts = orders(text, seed)
    if not texts:
        return asked | nothing | {"error": one_piece()}
    every = [backend.tokenizer.encode(order) for order in texts]
    if max(map(len, every)) > backend.n_ctx:
        return asked | nothing | {"error": too_long()}
    totals = [_nats(_log_softmax(_rows(backend, ids)), ids).sum() for ids in every]
    return asked | {"error": "", "orders": texts, "totals": _buffer(np.array(totals))}


def orders(text: str, seed: int) -> list[str]:
    """Put the words of a text into other orders; characters, if it has fewer than three words.

    Args:
        text: Any text.
        seed: Which shuffles.

    Returns:
        The text with single spaces between its words, backwards, and shuffled ten times; none if
        it has one piece.

    Example:
        >>> orders("to be or", 0)[:2], orders("春眠", 0)[:2]
        (['to be or', 'or be to'], ['春眠', '眠春'])
    """
    words = [word for word in _SPACE.split(text) if word]
    between = " " if len(words) >= _FEWEST_WORDS else ""
    pieces = words if between else [sign.decode() for sign in characters(text.encode())]
    if len(pieces) < 2:
        return []
    rows = [pieces, pieces[::-1], *(_shuffled(pieces, seed, i) for i in range(N_SHUFFLES))]
    return [between.join(row) for row in rows]


def _shuffled(pieces: Sequence[str], seed: int, number: int) -> list[str]:
    """Shuffle with numbers that a page draws alike (Fisher & Yates)."""
    row = list(pieces)
    for at in range(len(row) - 1, 0, -1):
        other = int(uniform(seed, number * _PER_SHUFFLE + at) * (at + 1))
        row[at], row[other] = row[other], row[at]
    return row


def recorded(backend: Backend, answer: Answer) -> Answer:
    """Take down the logits before the last token, for a page to compare its own with."""
    asked = {"text": answer["text"], "checkpoint": answer["checkpoint"]}
    rows = _rows(backend, answer["ids"]) if answer["ids"] else None
    return asked | {"next": [] if rows is None else logged(rows[-1])}


def _read(backend: Backend, text: str) -> tuple[list[int], int, str]:
    if not backend.is_causal:
        return [], 0, not_causal()
    try:
        backend.tokenizer.encode(START)
        every = backend.tokenizer.encode(text)
    except ValueError as problem:  # a character that is not in the tokenizer's alphabet
        return [], 0, str(problem)
    ids, n_left_out = newest(every, backend.n_ctx)
    return ids, n_left_out, "" if ids else empty_text()


def _rows(backend: Backend, ids: Sequence[int]) -> Float32[np.ndarray, "pos d_vocab"]:
    """Return the logits from which each token is predicted, the first from a line break alone."""
    assert isinstance(backend, GPTBackend | HuggingFaceBackend)  # no other answers widgets
    start = backend.tokenizer.encode(START)
    model = backend.model
    read = [*start, *ids][-len(ids) - 1 : -1]  # one token fewer than there are, and one before
    tokens = torch.tensor([read], dtype=torch.long, device=model.device)
    with eval_mode(model), torch.inference_mode():
        found = model(tokens)
    logits = found if isinstance(backend, GPTBackend) else found.logits
    rows: NDArray[np.float32] = logits[0].float().cpu().numpy()
    return rows


def _log_softmax(rows: NDArray[np.float32]) -> Float64[np.ndarray, "pos d_vocab"]:
    exact = rows.astype(np.float64)
    highest = exact.max(axis=-1, keepdims=True)
    logs: NDArray[np.float64] = (
        exact - highest - np.log(np.exp(exact - highest).sum(axis=-1, keepdims=True))
    )
    return logs


def _nats(logs: NDArray[np.float64], ids: Sequence[int]) -> Float64[np.ndarray, " pos"]:
    return -logs[np.arange(len(ids)), list(ids)]


def _expected(backend: Backend, row: NDArray[np.float32]) -> list[Answer]:
    shares = np.exp(_log_softmax(row[None])[0])
    return [
        {"bytes": spelling(backend, token).hex(), "probability": float(shares[token])}
        for token in ranked(row)[:N_EXPECTED].tolist()
    ]


def _buffer(values: NDArray[np.floating]) -> bytes:
    return np.ascontiguousarray(values, dtype="<f4").tobytes()


def one_piece() -> str:
    """Say why a text has no other order; the page says the same."""
    return _("There is only one piece, so there is no other order. Type two characters or more.")


def too_long() -> str:
    """Say why orders of a long text are not compared; the page says the same."""
    return _("This text does not fit the model in every order, so the orders are not compared.")
