"""What the loss does when a head is switched off, or looks somewhere else."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.probes import patched

Edits = dict[str, Callable[[Tensor], Tensor]]
"""Probe name to what replaces its activation, as `patched` takes it."""


def switched_off(layer: int, head: int) -> Edits:
    """Set a head's mix of values to 0, so that it adds nothing."""
    return {f"blocks.{layer}.attn.z": zeroing([head])}


def zeroing(heads: Sequence[int]) -> Callable[[Tensor], Tensor]:
    """Return what sets the z of some heads of a layer to 0."""

    def zeroed(z: Float[Tensor, "batch pos head d_head"]) -> Float[Tensor, "batch pos head d_head"]:
        z = z.clone()
        z[:, :, list(heads)] = 0
        return z

    return zeroed


def evened(layer: int, head: int) -> Edits:
    """Make a head of a causal model look at all visible tokens alike: shares of 1/n."""

    def even(pattern: Float[Tensor, "batch query key"]) -> Float[Tensor, "batch query key"]:
        visible = torch.ones_like(pattern).tril()
        return visible / visible.sum(-1, keepdim=True)

    return _pattern(layer, head, even)


def mixed_up(layer: int, head: int, *, seed: int = 0) -> Edits:
    """Hand each row's shares of a causal model's head to other visible tokens, at random.

    The shares stay as uneven as they were; only whom they belong to changes.

    Args:
        layer: The head's layer.
        head: The head.
        seed: Fixes who gets which share.

    Source: Jain & Wallace 2019, section 4.2.1, permuting attention weights.
    """

    def mix(pattern: Float[Tensor, "batch query key"]) -> Float[Tensor, "batch query key"]:
        n = pattern.shape[-1]
        drawn = torch.rand(n, n, generator=torch.Generator().manual_seed(seed))
        # What is masked sorts last, so that each row is a permutation of the visible keys.
        order = drawn.masked_fill(torch.ones(n, n).triu(1).bool(), 2.0).argsort(-1)
        return pattern.gather(-1, order.to(pattern.device).expand_as(pattern))

    return _pattern(layer, head, mix)


def loss(model: GPT, tokens: Int[Tensor, "batch pos"], edits: Edits | None = None) -> float:
    """Return the mean loss of the next token, in nats, while some activations are replaced.

    Args:
        model: The model; it is left as it was.
        tokens: Texts of one length.
        edits: What to replace; nothing if None.
    """
    with eval_mode(model), torch.inference_mode(), patched(model, edits or {}):
        logits = model(tokens)[:, :-1]
    return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten()).item()


def effects(
    model: GPT, tokens: Int[Tensor, "batch pos"], edit: Callable[[int, int], Edits] = switched_off
) -> Float[Tensor, "layer head"]:
    """Return how much the loss rises when one head at a time is changed, in nats per token.

    Args:
        model: The model.
        tokens: Texts of one length, which it has not seen.
        edit: Takes a layer and a head, and says what replaces what.

    Source: Michel et al. 2019, section 3.2 (one head at a time).
    """
    whole = loss(model, tokens)
    layers, heads = range(model.cfg.n_layers), range(model.cfg.n_heads)
    return torch.tensor([[loss(model, tokens, edit(i, h)) - whole for h in heads] for i in layers])


def _pattern(layer: int, head: int, change: Callable[[Tensor], Tensor]) -> Edits:
    def edit(pattern: Float[Tensor, "batch head q k"]) -> Float[Tensor, "batch head q k"]:
        pattern = pattern.clone()
        pattern[:, head] = change(pattern[:, head])
        return pattern

    return {f"blocks.{layer}.attn.pattern": edit}
