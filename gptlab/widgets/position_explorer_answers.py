"""What a new order of the tokens changes, and tables of positions: plain values that a page draws.

`js/answers/positions.js` computes the same in the page; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from numpy.typing import NDArray

from gptlab.catalogue import text as _
from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.masks import Bidirectional, Causal
from gptlab.positions import LearnedPositions, NoPositions, sinusoids
from gptlab.probes import capture
from gptlab.untrained import untrained_twin
from gptlab.widgets.attending import empty_text
from gptlab.widgets.backends import Backend, GPTBackend, newest
from gptlab.widgets.predicting import logged, softmax
from gptlab.widgets.spellings import spelled, spelling

MOST_TOKENS = 64  # more than anyone drags
TABLES = ("learned", "sinusoidal", "untrained")
Outputs = tuple[Float32[np.ndarray, "pos d_model"], Float32[np.ndarray, " d_vocab"]]


class OrderedModel:
    """A model, and two that have its weights but no positions: with a causal mask, and with none.

    Args:
        backend: The model.

    Raises:
        TypeError: It is not gptlab's, so its positions cannot be taken away.
    """

    def __init__(self, backend: Backend) -> None:
        if not isinstance(backend, GPTBackend):
            raise TypeError(
                f"expected a model of gptlab, whose positions can be taken away, got a "
                f"{type(backend).__name__}. Pass a name, a run's folder or a GPT."
            )
        self.backend = backend

    @cached_property
    def networks(self) -> tuple[GPT, GPT, GPT]:
        """The model, the one without positions, and the one without positions and mask."""
        whole = self.backend.model
        return whole, without_positions(whole, Causal()), without_positions(whole, Bidirectional())

    def outputs(self, network: GPT, ids: Sequence[int]) -> Outputs:
        """Return the last state of every token, and the logits of what follows."""
        tokens = torch.tensor([list(ids)], dtype=torch.long, device=network.device)
        with eval_mode(network), torch.inference_mode(), capture(network, "ln_final") as seen:
            logits = network(tokens)[0, -1]
        return seen["ln_final"][0].float().cpu().numpy(), logits.float().cpu().numpy()

    def table(self, scheme: str) -> NDArray[np.float32] | None:
        """Return one row per position, or None if the model learns no table."""
        whole = self.backend.model
        if scheme == "sinusoidal":
            return sinusoids(whole.cfg.n_ctx, whole.cfg.d_model).numpy()
        source = untrained_twin(whole) if scheme == "untrained" else whole
        if not isinstance(source.positions, LearnedPositions):
            return None
        return source.positions.W_pos.detach().float().cpu().numpy()


def without_positions(model: GPT, mask: Causal | Bidirectional) -> GPT:
    """Return a model with the same weights, with another mask and without positions."""
    stripped = GPT(
        model.cfg,
        positions=NoPositions,
        mask=mask,
        norm=model.norm,
        residual=model.residual,
        generator=torch.Generator(),  # else the reader's own randomness would go on
    ).to(model.W_E)
    weights = model.state_dict()
    weights.pop("positions.W_pos", None)
    stripped.load_state_dict(weights)
    return stripped


def shuffled(model: OrderedModel, text: str, order: Sequence[int]) -> dict[str, Any]:
    """Read the tokens of a text in another order, and compare each token's output.

    Args:
        model: The model and its two controls.
        text: Any text; its newest tokens are read.
        order: Which token stands at each place, counted from 0; taken as typed if it is no order of
            the text's tokens.

    Returns:
        What was asked (`text`, `order`), an `error` or "", the tokens as typed (`ids`, `lengths`,
        `bytes`, `n_left_out`), the order that was read (`places`), and as little-endian float32 for
        each of the three networks and each token as typed: `changes`, the length of the change of
        its last state as a share of that state's length, and `largest`, the largest change of one
        of its numbers. `before` and `after` are the likeliest next tokens of the model itself, with
        `bytes` and `probability`. `from_recorded` is for the page's answer.
    """
    backend = model.backend
    answer: dict[str, Any] = {"text": text, "order": list(order), "error": ""}
    try:
        every = backend.tokenizer.encode(text)
    except ValueError as problem:  # a character that is not in the tokenizer's alphabet
        every, answer["error"] = [], str(problem)
    ids, n_left_out = newest(every, min(backend.n_ctx, MOST_TOKENS))
    if not ids and not answer["error"]:
        answer["error"] = empty_text()
    places = list(order) if sorted(order) == list(range(len(ids))) else list(range(len(ids)))
    answer |= {**spelled(backend, ids), "n_left_out": n_left_out, "places": places}
    answer |= {"changes": b"", "largest": b"", "before": None, "after": None, "from_recorded": None}
    answer |= {"causal": backend.is_causal}
    if answer["error"]:
        return answer
    changes, largest = np.zeros((2, 3, len(ids)), dtype="<f4")
    for i, network in enumerate(model.networks):
        typed, first = model.outputs(network, ids)
        moved, second = model.outputs(network, [ids[place] for place in places])
        difference = moved - typed[places]
        changes[i, places] = _lengths(difference) / _lengths(typed[places])
        largest[i, places] = np.abs(difference).max(axis=1)
        if i == 0:
            answer |= {"before": _best(backend, first), "after": _best(backend, second)}
    return answer | {"changes": changes.tobytes(), "largest": largest.tobytes()}


def recorded(model: OrderedModel, answer: dict[str, Any]) -> dict[str, Any]:
    """Take down the likeliest next tokens in the new order, for a page to compare its own with."""
    asked = {"text": answer["text"], "order": answer["order"]}
    if answer["error"]:
        return asked | {"next": []}
    ids = [answer["ids"][place] for place in answer["places"]]
    return asked | {"next": logged(model.outputs(model.networks[0], ids)[1])}


def table(model: OrderedModel, scheme: str) -> dict[str, Any]:
    """Return a table of position vectors.

    Args:
        model: Whose learned table, or whose sizes.
        scheme: One of `TABLES`; `untrained` is the learned table before training, the control.

    Returns:
        `scheme`, `error` or "", `rows` (positions), `columns` (coordinates), `numbers` as
        little-endian float32, and `d_head`, the width that rotary positions turn.
    """
    found = model.table(scheme)
    numbers = np.zeros((0, 0), np.float32) if found is None else found
    rows, columns = numbers.shape
    return {
        "scheme": scheme,
        "error": "" if found is not None else no_table(),
        "rows": rows,
        "columns": columns,
        "numbers": numbers.astype("<f4").tobytes(),
        "d_head": model.backend.d_head,
        "n_ctx": model.backend.n_ctx,
    }


def no_table() -> str:
    """Say why there is no learned table; the page says the same."""
    return _("This model learns no table of positions. Choose the sinusoidal one.")


def _lengths(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.linalg.norm(vectors.astype(np.float64), axis=1)
    return lengths


def _best(backend: Backend, logits: NDArray[np.float32]) -> dict[str, Any]:
    token = int(logits.argmax())
    shares = softmax(logits)
    return {"bytes": spelling(backend, token).hex(), "probability": float(shares[token])}
