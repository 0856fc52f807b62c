"""Roles of heads: where a head looks as a rule, beside what random weights do.

A role is a claim about one place: the token before, the first token, the token itself, an earlier
copy of it, or the token after that copy. Its score is the mean share of a row that goes there.
"""

import copy
from collections.abc import Mapping

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gptlab.attention import is_matrix
from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.probes import capture

ROLES = ("previous token", "first token", "itself", "earlier copy", "induction")
LEAST = 0.3  # of the row, on average: less than that is a leaning, and no role
Scores = Mapping[str, Float[Tensor, "layer head"]]


def role_scores(
    model: GPT, texts: Int[Tensor, "batch pos"], doubled: Int[Tensor, "rows twice"]
) -> dict[str, Float[Tensor, "layer head"]]:
    """Measure how much of its attention every head gives to the place of each role.

    Args:
        model: The model.
        texts: Real text, on which the first three roles are scored; the first two positions of each
            are left out, because there the places of two roles are one.
        doubled: What `repeated` returns: random tokens, twice. Real text would let a head that
            follows meaning look like one that copies.

    Returns:
        Role to mean shares, from 0 to 1.

    Source: Olsson et al. 2022 (In-context Learning and Induction Heads), Model Analysis Table:
    prefix matching and previous-token scores.
    """
    on_text, on_doubled = _patterns(model, texts), _patterns(model, doubled)
    i = torch.arange(2, texts.shape[1])
    half = doubled.shape[1] // 2
    second = torch.arange(half, 2 * half)
    places = {
        "previous token": (on_text, i, i - 1),
        "first token": (on_text, i, torch.zeros_like(i)),
        "itself": (on_text, i, i),
        "earlier copy": (on_doubled, second, second - half),
        "induction": (on_doubled, second, second - half + 1),
    }
    return {role: p[..., query, key].mean((0, -1)) for role, (p, query, key) in places.items()}


def named(
    scores: Scores, controls: list[dict[str, Float[Tensor, "layer head"]]], *, least: float = LEAST
) -> list[list[str]]:
    """Give each head the role that it fills best, or none.

    A role takes two things: `least` of the row, and more than any head of any control reaches.

    Args:
        scores: What `role_scores` measured.
        controls: The same for models with random weights.
        least: Share of the row that a role takes.

    Returns:
        Layer by layer the role of each head; "" where there is none.
    """
    bars = {role: max([least, *(c[role].max().item() for c in controls)]) for role in scores}
    n_layers, n_heads = next(iter(scores.values())).shape
    return [[_best(scores, bars, i, h) for h in range(n_heads)] for i in range(n_layers)]


def repeated(
    d_vocab: int, n_texts: int, half: int, generator: torch.Generator
) -> Int[Tensor, "n_texts twice"]:
    """Draw random tokens, and write each text twice in a row.

    Args:
        d_vocab: How many tokens there are to draw from.
        n_texts: Rows.
        half: Tokens before the repetition begins.
        generator: Draws them.
    """
    return torch.randint(d_vocab, (n_texts, half), generator=generator).repeat(1, 2)


def scrambled(model: GPT, generator: torch.Generator) -> GPT:
    """Return a copy whose matrices hold the same numbers in random places: a control.

    An untrained model has small weights and looks at everything alike. This one has weights as
    large as the trained model's, so that its heads are as decided, about nothing.

    Args:
        model: The trained model; it is left as it was.
        generator: Draws the places.
    """
    twin = copy.deepcopy(model)
    with torch.no_grad():
        for name, weight in twin.named_parameters():
            if is_matrix(name):
                order = torch.randperm(weight.numel(), generator=generator)
                weight.copy_(weight.flatten()[order].view_as(weight))
    return twin


def _best(scores: Scores, bars: Mapping[str, float], layer: int, head: int) -> str:
    filled = {role: s[layer, head].item() for role, s in scores.items()}
    over = {role: share for role, share in filled.items() if share > bars[role]}
    return max(over, key=lambda role: over[role]) if over else ""


def _patterns(
    model: GPT, tokens: Int[Tensor, "batch pos"]
) -> Float[Tensor, "batch layer head query key"]:
    with eval_mode(model), torch.inference_mode(), capture(model, "blocks.*.attn.pattern") as seen:
        model(tokens)
    layers = range(model.cfg.n_layers)
    return torch.stack([seen[f"blocks.{i}.attn.pattern"] for i in layers], dim=1)
