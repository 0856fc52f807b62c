"""What the heads of a model do with one text: plain values that a page draws.

`js/answers/attention.js` computes the same in the page; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gptlab.catalogue import text as _
from gptlab.hashing import uniform
from gptlab.widgets.backends import Backend, Head, Reading, newest
from gptlab.widgets.predicting import logged, softmax
from gptlab.widgets.spellings import spelled

MOST_TOKENS = 256  # that are read; each head's map grows with their square
MOST_SIDE = 64  # cells along a small map's side; a screen has no room for more
HEAD = ("pattern", "scores", "q", "k", "v", "z")  # what is sent of the chosen head


class AttendedText:
    """A text as one model reads it; what is asked for twice is computed once.

    Args:
        backend: The model.
        text: Any text; the model reads its newest tokens, as many as fit.
    """

    def __init__(self, backend: Backend, text: str) -> None:
        self.backend, self.text, self.error = backend, text, ""
        self.ids: list[int] = []
        self.n_left_out = 0
        try:
            every = backend.tokenizer.encode(text)
        except ValueError as problem:  # a character that is not in the tokenizer's alphabet
            self.error = str(problem)
            return
        self.ids, self.n_left_out = newest(every, min(backend.n_ctx, MOST_TOKENS))
        if not self.ids:
            self.error = empty_text()

    @cached_property
    def reading(self) -> Reading:
        """What the whole model does with the tokens."""
        return self.backend.read(self.ids)

    @cached_property
    def overview(self) -> bytes:
        """The small maps of all heads."""
        return small_maps(self.reading, self.backend.is_causal).tobytes()

    @cached_property
    def untrained(self) -> AttendedText | None:
        """The same text as the untrained copy of the model reads it; None if there is none."""
        twin = self.backend.untrained()
        return AttendedText(twin, self.text) if twin else None

    def probability(self, token: int, without: Sequence[Head] = ()) -> float:
        """Return the probability that a token follows, with the z of some heads set to 0."""
        reading = self.backend.read(self.ids, without) if without else self.reading
        return float(softmax(reading.logits)[token])


def attention(asked: AttendedText, layer: int, head: int) -> dict[str, Any]:
    """Show one head in numbers, and all heads in small maps.

    Returns:
        What was asked (`text`, `layer`, `head`; both inside the model's range), an `error` or "",
        the tokens (`ids`, `lengths`, `bytes`, `n_left_out`), the model's sizes, `causal`,
        `overview` and its `side` (see `small_maps`), and of the head `pattern`, `scores`, `q`, `k`,
        `v`, `z` as little-endian float32, None where the model does not show them.
        `from_recorded` is for the page's answer, which compares itself with `recorded`.
    """
    backend = asked.backend
    layer, head = inside(backend, layer, head)
    answer = {
        "text": asked.text,
        "layer": layer,
        "head": head,
        "error": asked.error,
        **spelled(backend, asked.ids),
        "n_left_out": asked.n_left_out,
        "n_layers": backend.n_layers,
        "n_heads": backend.n_heads,
        "d_head": backend.d_head,
        "causal": backend.is_causal,
        "side": min(len(asked.ids), MOST_SIDE),
        "overview": b"" if asked.error else asked.overview,
        "from_recorded": None,
    }
    return answer | {name: _of_head(asked, name, layer, head) for name in HEAD}


def _of_head(asked: AttendedText, name: str, layer: int, head: int) -> bytes | None:
    if asked.error:
        return None
    numbers = getattr(asked.reading, name)
    return None if numbers is None else numbers[layer, head].astype("<f4").tobytes()


def effect(asked: AttendedText, layer: int, head: int, seed: int) -> dict[str, Any]:
    """Switch a head off, and another one for comparison, in the model and in its untrained copy.

    Returns:
        What was asked, an `error` or "", the `token` that the whole model finds likeliest (with its
        `token_bytes`), the `random` head, and the token's six `probabilities` as little-endian
        float32: whole model, without the head, without the random head; then the same three for
        the untrained copy. NaN where there is no such model or head.
    """
    backend = asked.backend
    layer, head = inside(backend, layer, head)
    other = random_head(seed, layer, head, backend.n_layers, backend.n_heads)
    answer = {"text": asked.text, "layer": layer, "head": head, "seed": seed}
    answer |= {"random": list(other) if other else None, "error": asked.error}
    answer |= {"token": None, "token_bytes": "", "probabilities": None}
    if not asked.error and not backend.is_causal:
        answer["error"] = nothing_follows()
    if answer["error"]:
        return answer
    token = int(asked.reading.logits.argmax())
    try:
        numbers = [
            probability
            for model in (asked, asked.untrained)
            for probability in _three(model, token, (layer, head), other)
        ]
    except ValueError as problem:  # a model whose heads cannot be switched off
        return answer | {"error": str(problem)}
    return answer | {
        "token": token,
        "token_bytes": backend.tokenizer.token_bytes(token).hex(),
        "probabilities": np.array(numbers, dtype="<f4").tobytes(),
    }


def _three(model: AttendedText | None, token: int, head: Head, other: Head | None) -> list[float]:
    if model is None:
        return [np.nan] * 3
    without = model.probability(token, [other]) if other else np.nan
    return [model.probability(token), model.probability(token, [head]), without]


def recorded(asked: AttendedText) -> dict[str, Any]:
    """Take down the likeliest next tokens and their logits, for a page to compare its own with.

    Returns:
        `text`, and `next`: what `predicting.logged` returns; empty if there was no answer.
    """
    return {"text": asked.text, "next": [] if asked.error else logged(asked.reading.logits)}


def small_maps(reading: Reading, causal: bool) -> NDArray[np.uint8]:
    """Make maps to look at, not to read numbers from: layer × head × side × side.

    0 is a masked cell, 1 … 255 are the shares 0 … 1. Of more than `MOST_SIDE` tokens, a dot is the
    brightest of the cells that it covers.
    """
    levels = np.floor(1.5 + 254 * reading.pattern).astype(np.uint8)
    n = levels.shape[-1]
    if reading.scores is not None:
        levels[np.isneginf(reading.scores)] = 0
    elif causal:
        levels[..., ~np.tri(n, dtype=bool)] = 0
    side = min(n, MOST_SIDE)
    first = -(-np.arange(side) * n // side)  # the first token of each dot
    levels = np.maximum.reduceat(levels, first, axis=2)
    return np.maximum.reduceat(levels, first, axis=3)


def random_head(seed: int, layer: int, head: int, n_layers: int, n_heads: int) -> Head | None:
    """Choose another head than this one, all others being equally likely; None if it is alone.

    Example:
        >>> random_head(0, layer=0, head=0, n_layers=1, n_heads=2)
        (0, 1)
    """
    n_others = n_layers * n_heads - 1
    if n_others == 0:
        return None
    number = int(uniform(seed, 0) * n_others)
    number += number >= layer * n_heads + head
    return divmod(number, n_heads)


def inside(backend: Backend, layer: int, head: int) -> Head:
    """Return the nearest layer and head that the model has."""
    return _within(layer, backend.n_layers), _within(head, backend.n_heads)


def _within(number: int, n: int) -> int:
    return min(max(number, 0), n - 1)


def empty_text() -> str:
    """Say what is missing; the page says the same."""
    return _("There is no token yet, so nothing to look at. Type some words above.")


def nothing_follows() -> str:
    """Say why a head's effect on the next token is not shown; the page says the same."""
    return _(
        "This model sees the whole text at once. Nothing follows the last token, so there is no "
        "next token whose probability could change."
    )
