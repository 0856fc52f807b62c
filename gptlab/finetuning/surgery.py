"""Change a trained model's layers: take some out, put some in, exchange them, change its sizes."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, replace

import torch
from torch import nn

from gptlab import checkpoints
from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.untrained import untrained_twin


def drop_layers(model: GPT, layers: Sequence[int]) -> GPT:
    """Return a copy without some blocks.

    Args:
        model: The model; it is not changed.
        layers: Which blocks, counted from 0; one at least has to stay.

    Raises:
        ValueError: If there is no such block, or none would stay.

    Source: Sajjad et al. 2020 (Poor Man's BERT), section 3.
    """
    _check(model, layers)
    staying = [i for i in range(model.cfg.n_layers) if i not in layers]
    if not staying:
        raise ValueError(
            f"of {model.cfg.n_layers} blocks one at least has to stay; got {list(layers)}. Drop "
            "fewer."
        )
    return _with_blocks(model, staying)


def swap_layers(model: GPT, first: int, second: int) -> GPT:
    """Return a copy in which two blocks have changed places.

    Raises:
        ValueError: If there is no such block.
    """
    _check(model, (first, second))
    order = list(range(model.cfg.n_layers))
    order[first], order[second] = second, first
    return _with_blocks(model, order)


def insert_layer(model: GPT, at: int, *, seed: int | None) -> GPT:
    """Return a copy with one more block.

    Args:
        model: The model; it is not changed.
        at: How many blocks stand before the new one.
        seed: Of its weights, drawn as those of a new model are. With None, what it writes into the
            stream is zero at first: the block is the identity, and the logits stay what they were
            until it has learned something.

    Raises:
        ValueError: If there are fewer blocks.

    Source: Chen, Goodfellow and Shlens 2016 (Net2Net), section 2.2, on layers that begin as the
        identity; in a residual network zeros do it, as in Zhang et al. 2019 (Fixup), section 3.
    """
    n_layers = model.cfg.n_layers
    if not 0 <= at <= n_layers:
        raise ValueError(
            f"a new block can stand after 0 to {n_layers} of this model's blocks; got {at}."
        )
    new = deepcopy(model)
    # The copy of a block must ask the model's own position scheme, not a copy of that.
    block = deepcopy(new.blocks[0], {id(new.positions): new.positions})
    block.load_state_dict(untrained_twin(model, seed or 0).blocks[0].state_dict())
    if seed is None:
        with torch.no_grad():
            for name, weight in block.named_parameters():
                if name.endswith(("W_O", "W_out")):
                    weight.zero_()
    return _of_blocks(new, [*new.blocks[:at], block, *new.blocks[at:]])


def moved_into(model: GPT, sizes: GPTConfig) -> GPT:
    """Return a model of given sizes with the weights of another, if they fit.

    Weights fit sizes only where those are the same: a checkpoint fixes its number of layers, its
    widths, its vocabulary. What training is free to choose (learning rate, batch, steps) is not in
    it.

    Args:
        model: The model whose weights are wanted.
        sizes: The sizes to move into.

    Raises:
        ValueError: If a weight does not fit; the sizes that differ are named.
    """
    description = checkpoints.describe(model) | {"sizes": asdict(sizes)}
    new = checkpoints.rebuild(description)
    had, has = model.state_dict(), new.state_dict()
    wrong = [
        name
        for name in had | has
        if name not in had or name not in has or had[name].shape != has[name].shape
    ]
    if wrong:
        changed = ", ".join(
            f"{name} {getattr(model.cfg, name)} → {getattr(sizes, name)}"
            for name in vars(sizes)
            if getattr(sizes, name) != getattr(model.cfg, name)
        )
        shapes = [tuple(part[wrong[0]].shape) if wrong[0] in part else None for part in (had, has)]
        raise ValueError(
            f"{len(wrong)} of {len(had | has)} weights do not fit the changed sizes ({changed}); "
            f"{wrong[0]} is {shapes[0] or 'not there'} and would have to be "
            f"{shapes[1] or 'not there'}. Keep the sizes of the checkpoint, or take layers out and "
            "put them in with drop_layers and insert_layer."
        )
    new.load_state_dict(had)
    return new.to(model.device)


def _with_blocks(model: GPT, order: Sequence[int]) -> GPT:
    new = deepcopy(model)
    return _of_blocks(new, [new.blocks[i] for i in order])


def _of_blocks(model: GPT, blocks: Sequence[nn.Module]) -> GPT:
    model.blocks = nn.ModuleList(blocks)
    model.cfg = replace(model.cfg, n_layers=len(blocks))
    return model


def _check(model: GPT, layers: Sequence[int]) -> None:
    n_layers = model.cfg.n_layers
    if any(not 0 <= layer < n_layers for layer in layers):
        raise ValueError(
            f"this model has the blocks 0 to {n_layers - 1}; got {list(layers)}. Name blocks that "
            "are there."
        )
