"""Filling one gap of a text: from both sides, from the left alone, or by trying every word."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.probes import capture

_PER_PASS = 64  # texts that are read at once


@dataclass(frozen=True)
class Gaps:
    """Texts of one length with one gap each.

    Args:
        windows: The whole texts, nothing hidden.
        places: Where the gap of each is.
    """

    windows: Int[Tensor, "text pos"]
    places: Int[Tensor, " text"]

    @property
    def truth(self) -> Int[Tensor, " text"]:
        """What stands in each gap."""
        return self.windows.gather(1, self.places[:, None])[:, 0]

    def hidden(self, mask_id: int) -> Int[Tensor, "text pos"]:
        """Return the texts with the mark in the gap."""
        return self.windows.scatter(1, self.places[:, None], mask_id)


def gaps(
    ids: Int[Tensor, " n_tokens"],
    n_ctx: int,
    n_texts: int,
    generator: torch.Generator,
    *,
    place: int | None = None,
) -> Gaps:
    """Cut texts at random places, and choose a gap in each.

    Args:
        ids: The tokens to cut from.
        n_ctx: Tokens of a text.
        n_texts: How many.
        generator: Draws where they begin and where their gaps are.
        place: The gap's place in every text; else it is drawn from the second quarter to the
            third, so that there is as much on the one side as on the other.
    """
    starts = torch.randint(len(ids) - n_ctx + 1, (n_texts, 1), generator=generator)
    windows = ids[starts + torch.arange(n_ctx)]
    low, high = n_ctx // 4, n_ctx - n_ctx // 4
    drawn = torch.randint(low, high, (n_texts,), generator=generator)
    return Gaps(windows, drawn if place is None else torch.full((n_texts,), place))


def from_both_sides(
    model: GPT, asked: Gaps, mask_id: int, probe: str | None = None
) -> Float[Tensor, "text width"]:
    """Return what a masked model holds in each gap, whose token it does not see.

    Args:
        model: A model that was trained to fill gaps.
        asked: The texts.
        mask_id: The id that marks a gap.
        probe: Which activation to return; the logits if None.
    """
    return _at_places(model, asked.hidden(mask_id), asked.places, probe)


def from_the_left(model: GPT, asked: Gaps, probe: str | None = None) -> Float[Tensor, "text width"]:
    """Return what a causal model holds one place before each gap, where it predicts it.

    Args:
        model: A causal model.
        asked: The texts; no gap at the first place.
        probe: Which activation to return; the logits if None.
    """
    return _at_places(model, asked.windows, asked.places - 1, probe)


def by_trying(model: GPT, asked: Gaps, n_candidates: int) -> Int[Tensor, " text"]:
    """Fill gaps with a causal model that reads the right side too, at the price of many passes.

    p(w | left, right) ∝ p(w | left) · p(right | left, w): each of the likeliest candidates is put
    into the gap, the model reads the whole text, and the one that makes it likeliest wins.

    Args:
        model: A causal model.
        asked: The texts.
        n_candidates: Tokens to try, the likeliest from the left.
    """
    candidates = from_the_left(model, asked).topk(n_candidates).indices
    best = []
    for window, place, tokens in zip(asked.windows, asked.places, candidates, strict=True):
        texts = window.repeat(n_candidates, 1)
        texts[:, place] = tokens
        with eval_mode(model), torch.inference_mode():
            logs = model(texts[:, :-1])[:, place - 1 :].log_softmax(-1)
        of_text = logs.gather(-1, texts[:, place:, None]).sum((1, 2))
        best.append(tokens[of_text.argmax()])
    return torch.stack(best)


def share_right(answers: Int[Tensor, " text"], asked: Gaps) -> float:
    """Return the share of gaps that were filled with what stood there."""
    return (answers == asked.truth).float().mean().item()


def _at_places(
    model: GPT, texts: Int[Tensor, "text pos"], places: Int[Tensor, " text"], probe: str | None
) -> Float[Tensor, "text width"]:
    found = []
    for some, there in zip(texts.split(_PER_PASS), places.split(_PER_PASS), strict=True):
        with eval_mode(model), torch.inference_mode():
            if probe is None:
                whole = model(some)
            else:
                with capture(model, probe) as seen:
                    model(some)
                whole = seen[probe]
        found.append(whole[torch.arange(len(some)), there])
    return torch.cat(found)
