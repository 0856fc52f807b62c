"""What two objectives made of one body: both models asked about the same text.

`js/answers/objectives.js` computes the same in the page; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from numpy.typing import NDArray

from gptlab.catalogue import text as _
from gptlab.evaluation import eval_mode
from gptlab.objectives import MASK_WORD, with_gaps
from gptlab.widgets.attending import empty_text
from gptlab.widgets.backends import Backend, GPTBackend
from gptlab.widgets.predicting import logged, ranked, softmax
from gptlab.widgets.spellings import spelling

N_LIKELIEST = 8
OTHERS = (" the", " a")  # a token is replaced by the first of them, or by the second if it is that
Answer = dict[str, Any]


@dataclass(frozen=True)
class Twins:
    """Two models with one tokenizer.

    Args:
        causal: Says the next token.
        masked: Fills gaps; its last id marks one.

    Raises:
        TypeError: One is not gptlab's.
        ValueError: A model has not the mask that its part needs, or the tokenizers differ.
    """

    causal: Backend
    masked: Backend

    def __post_init__(self) -> None:
        for backend in (self.causal, self.masked):
            if not isinstance(backend, GPTBackend):
                raise TypeError(
                    f"expected two models of gptlab, got a {type(backend).__name__}. Pass names, "
                    "run folders or GPTs."
                )
        if not self.causal.is_causal or self.masked.is_causal:
            raise ValueError(
                "expected a causal model and one that sees both sides, in this order. Train the "
                "second with: gptlab train --objective masked"
            )
        if self.causal.tokenizer.to_json() != self.masked.tokenizer.to_json():
            raise ValueError("expected one tokenizer for both models, came two. Train both alike.")

    @property
    def mask_id(self) -> int:
        """The id that marks a gap."""
        return self.masked.tokenizer.vocab_size

    @property
    def n_ctx(self) -> int:
        """Tokens that both can read."""
        return min(self.causal.n_ctx, self.masked.n_ctx)


def answered(twins: Twins, text: str, place: int) -> Answer:
    """Ask both models what stands in the gaps of a text, or after it if it has none.

    Args:
        twins: The two models.
        text: Any text; `[MASK]` marks a gap. Its newest tokens are read.
        place: The token that is replaced to see what moves; the last one if there is none such.

    Returns:
        What was asked (`text`, `place`), an `error` or "", the tokens with the gaps (`ids`,
        `lengths`, `bytes`, `n_left_out`), `gaps`, their places, `at_end`, whether the only gap is
        the one after a prompt; for each gap the likeliest tokens as `causal` and `masked`, with
        `bytes` and `probability`, those of the causal model empty at the first place; `guessed`,
        whether the causal model had to read its own guess in an earlier gap; `changed`, the place
        whose token was replaced; and as little-endian float32 `moved`, for the causal and the
        masked model, by how much the logits at each place moved at most. `from_recorded` is for
        the page.
    """
    answer: Answer = {"text": text, "place": place, "error": "", "from_recorded": None}
    ids, n_left_out, error = _read(twins, text)
    has_gap = twins.mask_id in ids
    if ids and not has_gap:
        ids = [*ids, twins.mask_id]
    gaps = [at for at, token in enumerate(ids) if token == twins.mask_id]
    answer |= _spelled(twins, ids) | {"n_left_out": n_left_out, "gaps": gaps}
    answer |= {"error": error, "at_end": bool(ids) and not has_gap, "guessed": len(gaps) > 1}
    answer |= {"causal": [], "masked": [], "changed": 0, "moved": b""}
    if error:
        return answer
    filled, from_left = _filled(twins, ids)
    both = _logits(twins.masked, ids)
    answer["masked"] = [_likeliest(twins, both[gap]) for gap in gaps]
    answer["causal"] = [_likeliest(twins, row) if row is not None else [] for row in from_left]
    changed = place if 0 <= place < len(ids) else len(ids) - 1
    moved = np.stack([_moved(twins, twins.causal, filled, changed),
                      _moved(twins, twins.masked, ids, changed)])  # fmt: skip
    return answer | {"changed": changed, "moved": moved.astype("<f4").tobytes()}


def recorded(twins: Twins, answer: Answer) -> Answer:
    """Take down the masked model's logits in the first gap, for a page to compare its own with."""
    asked = {"text": answer["text"], "place": answer["place"]}
    if answer["error"]:
        return asked | {"next": []}
    logits = _logits(twins.masked, answer["ids"])[answer["gaps"][0]]
    return asked | {"next": logged(logits[: twins.mask_id])}


def spellings_with_gaps(twins: Twins, ids: Sequence[int]) -> list[bytes]:
    """Spell tokens; a gap is spelled as it is typed."""
    mark = MASK_WORD.encode()
    return [mark if token == twins.mask_id else spelling(twins.masked, token) for token in ids]


def _read(twins: Twins, text: str) -> tuple[list[int], int, str]:
    try:
        every = with_gaps(twins.causal.tokenizer, text, twins.mask_id)
    except ValueError as problem:  # a character that is not in the tokenizer's alphabet
        return [], 0, str(problem)
    n_read = twins.n_ctx - (twins.mask_id not in every)  # a prompt gets a gap at its end
    kept = every[max(0, len(every) - n_read) :]
    return kept, len(every) - len(kept), "" if every else empty_text()


def _spelled(twins: Twins, ids: Sequence[int]) -> Answer:
    found = spellings_with_gaps(twins, ids)
    return {"ids": list(ids), "lengths": [*map(len, found)], "bytes": b"".join(found).hex()}


def _filled(twins: Twins, ids: Sequence[int]) -> tuple[list[int], list[NDArray[np.float32] | None]]:
    """Fill the gaps from left to right with the causal model's likeliest tokens.

    Returns:
        The text without gaps, and for each gap the logits from which it was filled.
    """
    text, rows = list(ids), list[NDArray[np.float32] | None]()
    for place, token in enumerate(ids):
        if token == twins.mask_id:
            row = _logits(twins.causal, text[:place])[-1] if place else None
            rows.append(row)
            text[place] = 0 if row is None else int(row[: twins.mask_id].argmax())
    return text, rows


def _logits(backend: Backend, ids: Sequence[int]) -> Float32[np.ndarray, "pos d_vocab"]:
    assert isinstance(backend, GPTBackend)  # `Twins` holds no other
    network = backend.model
    tokens = torch.tensor([list(ids)], dtype=torch.long, device=network.device)
    with eval_mode(network), torch.inference_mode():
        logits: NDArray[np.float32] = network(tokens)[0].float().cpu().numpy()
    return logits


def _likeliest(twins: Twins, logits: NDArray[np.float32]) -> list[Answer]:
    known = logits[: twins.mask_id]  # nobody may answer with the mark
    shares = softmax(known)
    return [
        {"bytes": spelling(twins.causal, token).hex(), "probability": float(shares[token])}
        for token in ranked(known)[:N_LIKELIEST].tolist()
    ]


def _moved(
    twins: Twins, backend: Backend, ids: Sequence[int], changed: int
) -> Float32[np.ndarray, " pos"]:
    first, second = (backend.tokenizer.encode(word)[0] for word in OTHERS)
    other = list(ids)
    other[changed] = second if ids[changed] == first else first
    n = twins.mask_id
    return np.abs(_logits(backend, ids)[:, :n] - _logits(backend, other)[:, :n]).max(axis=1)


def no_left_side() -> str:
    """Say why a causal model has no answer at the first place; the page says the same."""
    return _("Nothing stands before this gap, so a causal model has nothing to read.")
