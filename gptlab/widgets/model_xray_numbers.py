"""A model seen through while it reads one text: plain values that a page draws.

`js/answers/xray.js` computes the same in the page; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gptlab.catalogue import text as _
from gptlab.widgets.attending import empty_text
from gptlab.widgets.backends import Backend, GPTBackend, newest
from gptlab.widgets.backends.switching import switches
from gptlab.widgets.predicting import logged, not_causal, softmax
from gptlab.widgets.spellings import spelled

MOST_TOKENS = 128  # that are read; every number of each is kept
Activations = dict[str, NDArray[np.float32]]


class SeenThrough:
    """A text as one model reads it, with some parts switched off; each pass runs once.

    Args:
        backend: The model.
        text: Any text; the model reads its newest tokens.
        off: Parts that are switched off; those that the model has not got are left out.
    """

    def __init__(self, backend: Backend, text: str, off: Sequence[str] = ()) -> None:
        self.backend, self.text, self.error = backend, text, ""
        self.ids: list[int] = []
        self.n_left_out = 0
        self.off: list[str] = []
        if not isinstance(backend, GPTBackend):
            self.error = closed()
            return
        self.gpt = backend
        known = switches(backend.n_layers, backend.n_heads, adds=self.adds)
        self.off = [part for part in known if part in off]
        try:
            every = backend.tokenizer.encode(text)
        except ValueError as problem:  # a character that is not in the tokenizer's alphabet
            self.error = str(problem)
            return
        self.ids, self.n_left_out = newest(every, min(backend.n_ctx, MOST_TOKENS))
        if not self.ids:
            self.error = empty_text()
        elif not backend.is_causal:
            self.error = not_causal()

    @property
    def adds(self) -> bool:
        """Whether the position scheme adds vectors to the stream."""
        return bool(self.gpt.model.positions.adds)

    @cached_property
    def whole(self) -> Activations:
        """What the probes see in the whole model."""
        return self.gpt.activations(self.ids)

    @cached_property
    def seen(self) -> Activations:
        """What the probes see without the parts that are off."""
        return self.gpt.activations(self.ids, self.off) if self.off else self.whole

    @cached_property
    def untrained(self) -> SeenThrough:
        """The same question to the untrained copy of the model."""
        return SeenThrough(self.gpt.untrained(), self.text, self.off)

    def place(self, position: int | None) -> int:
        """Return the nearest position that there is; the last one if none is chosen."""
        last = len(self.ids) - 1
        return last if position is None else min(max(position, 0), last)


def xray(asked: SeenThrough, part: str, position: int | None) -> dict[str, Any]:
    """Show the model at one position: each stage's length and guess, and one part's vectors.

    Returns:
        What was asked (`text`, `off`, `part`, `position`), an `error` or "", the tokens (`ids`,
        `lengths`, `bytes`, `n_left_out`), `at` (the position that is shown), `sizes`, `adds`,
        `parameters` (part and count, in order) and `n_parameters`, `norms` (stage and length),
        `lens` (float32 logits after the embedding and after each block), and `vectors`: name, kind
        of axis and float32 numbers of what the chosen part holds there. `from_recorded` is for the
        page's answer, which compares itself with `recorded`.
    """
    answer: dict[str, Any] = {"text": asked.text, "off": asked.off, "part": part}
    answer |= {"position": position, "error": asked.error, "from_recorded": None}
    if asked.error:
        return answer | {"ids": [], "lengths": [], "bytes": "", "n_left_out": 0}
    at = asked.place(position)
    chosen = part if part in parts_of(asked) else "embed"
    return answer | {
        "part": chosen,
        **spelled(asked.backend, asked.ids),
        "n_left_out": asked.n_left_out,
        "at": at,
        "adds": asked.adds,
        "sizes": sizes(asked.gpt),
        "parameters": parameters(asked.gpt),
        "n_parameters": asked.gpt.model.n_parameters,
        "norms": [[name, float(np.linalg.norm(asked.seen[name][at]))] for name in stages(asked)],
        "lens": _buffer(asked.gpt.unembed(_stream(asked, at))),
        "vectors": [[*about, _buffer(x)] for *about, x in vectors(asked, chosen, at)],
    }


def sizes(backend: GPTBackend) -> dict[str, int]:
    """Return the sizes that the drawing is labelled with."""
    cfg = backend.model.cfg
    names = ("d_vocab", "n_ctx", "d_model", "n_layers", "n_heads", "d_head", "d_mlp")
    return {name: getattr(cfg, name) for name in names}


def parameters(backend: GPTBackend) -> list[list[Any]]:
    """Count the parameters of each part, in the order in which a token meets them.

    The unembedding is the embedding and counts 0; together they are the model's parameters.
    """
    counts: dict[str, int] = {}
    for name, weight in backend.model.named_parameters():
        part = owner(name)
        counts[part] = counts.get(part, 0) + weight.numel()
    return [[part, n] for part, n in counts.items()]


def owner(name: str) -> str:
    """Name the part that a parameter belongs to.

    Example:
        >>> owner("W_E"), owner("positions.W_pos"), owner("blocks.0.attn.W_Q"), owner("ln_f.bias")
        ('embed', 'pos_embed', 'blocks.0.attn', 'ln_f')
    """
    if name == "W_E":
        return "embed"
    if name.startswith("positions."):
        return "pos_embed"
    return ".".join(name.split(".")[: 3 if name.startswith("blocks.") else 1])


def stages(asked: SeenThrough) -> list[str]:
    """Name the probes whose lengths are shown, in order."""
    names = ["embed", *(["pos_embed"] if asked.adds else [])]
    for i in range(asked.backend.n_layers):
        inside = ("resid_pre", "ln1", "attn_out", "resid_mid", "ln2", "mlp_out", "resid_post")
        names += [f"blocks.{i}.{name}" for name in inside]
    return [*names, "ln_final"]


def parts_of(asked: SeenThrough) -> list[str]:
    """Name the parts of the drawing that can be chosen, in order."""
    names = ["embed", *(["pos_embed"] if asked.adds else [])]
    for i in range(asked.backend.n_layers):
        heads = [f"attn.{head}" for head in range(asked.backend.n_heads)]
        inside = ("ln1", "attn", *heads, "resid_mid", "ln2", "mlp", "resid_post")
        names += [f"blocks.{i}", *(f"blocks.{i}.{name}" for name in inside)]
    return [*names, "ln_f", "unembed"]


def vectors(asked: SeenThrough, part: str, at: int) -> list[tuple[str, str, NDArray[np.float32]]]:
    """Return what a part holds at a position: name, kind of its axis, and the numbers."""
    seen = asked.seen
    if part in ("embed", "pos_embed"):
        return [(part, "channel", seen[part][at])]
    if part == "ln_f":
        return [("ln_final", "channel", seen["ln_final"][at])]
    if part == "unembed":
        return [("logits", "token", seen["logits"][at])]
    block, inside, head = [*part.split(".")[1:], "", ""][:3]
    prefix = f"blocks.{block}"
    if head:
        number = int(head)
        rows = [(name, "head", seen[f"{prefix}.attn.{name}"][at, number]) for name in "qkvz"]
        return [*rows, ("pattern", "position", seen[f"{prefix}.attn.pattern"][number, at])]
    names = {
        "": ("resid_pre", "attn_out", "mlp_out", "resid_post"),
        "attn": ("attn_out",),
        "mlp": ("mlp.pre", "mlp.post", "mlp_out"),
    }.get(inside, (inside,))
    axes = {"mlp.pre": "hidden", "mlp.post": "hidden"}
    found = [(n, axes.get(n, "channel"), seen[f"{prefix}.{n}"][at]) for n in names]
    if inside == "attn":
        patterns = seen[f"{prefix}.attn.pattern"][:, at]
        found += [(f"pattern.{h}", "position", pattern) for h, pattern in enumerate(patterns)]
    return found


def effect(asked: SeenThrough, position: int | None) -> dict[str, Any]:
    """Compare the prediction with and without the parts that are off, and in an untrained copy.

    Returns:
        What was asked (`text`, `off`, `position`), an `error` or "", and `shares`: float32
        probabilities of every token at that position, of the whole model, the model without the
        parts, and the same two of the untrained copy; None if nothing is off.
    """
    answer: dict[str, Any] = {"text": asked.text, "off": asked.off, "position": position}
    answer |= {"error": asked.error, "shares": None}
    if asked.error or not asked.off:
        return answer
    at = asked.place(position)
    rows = [
        softmax(found["logits"][at])
        for model in (asked, asked.untrained)
        for found in (model.whole, model.seen)
    ]
    return answer | {"shares": _buffer(np.stack(rows))}


def moved(before: NDArray[np.floating], after: NDArray[np.floating]) -> float:
    """Return how much probability goes to other tokens: half the sum of all differences, 0 to 1.

    Example:
        >>> moved(np.array([0.5, 0.5]), np.array([0.25, 0.75]))
        0.25
    """
    return float(np.abs(before.astype(float) - after).sum() / 2)


def recorded(asked: SeenThrough, position: int | None) -> dict[str, Any]:
    """Take down the likeliest tokens and their logits, for a page to compare its own with."""
    logits = None if asked.error else asked.seen["logits"][asked.place(position)]
    about = {"text": asked.text, "off": asked.off, "position": position}
    return about | {"next": [] if logits is None else logged(logits)}


def closed() -> str:
    """Say why a model of another library cannot be seen through; the page never has one."""
    return _("This model does not hand out what its parts hold, so it cannot be seen through.")


def _stream(asked: SeenThrough, at: int) -> NDArray[np.float32]:
    names = ["blocks.0.resid_pre"]
    names += [f"blocks.{i}.resid_post" for i in range(asked.backend.n_layers)]
    return np.stack([asked.seen[name][at] for name in names])


def _buffer(values: NDArray[np.floating]) -> bytes:
    return np.ascontiguousarray(values, dtype="<f4").tobytes()
