"""A trained model with room for longer texts than it was trained on."""

from dataclasses import replace

import torch

from gptlab.gpt import GPT


def stretched(model: GPT, n_ctx: int, fresh_rows: torch.Generator | None = None) -> GPT:
    """Return the same weights in a model that takes longer texts.

    Args:
        model: The trained model; it is not changed.
        n_ctx: Positions of the new model, at least as many as it has.
        fresh_rows: Where a learned table's missing rows are drawn from, as before training.

    Raises:
        ValueError: A learned table has no rows for the new positions, and none shall be drawn.
    """
    weights = dict(model.state_dict())
    table = weights.pop("positions.W_pos", None)
    if table is not None and fresh_rows is None:
        raise ValueError(
            f"the learned table has {len(table)} rows, one for each position that was trained, and "
            f"none for positions {len(table)} to {n_ctx - 1}. Train with a larger n_ctx, or pass "
            "fresh_rows=generator to see what rows do that were never trained."
        )
    larger = GPT(
        replace(model.cfg, n_ctx=n_ctx),
        positions=type(model.positions),
        mask=model.mask,
        norm=model.norm,
        residual=model.residual,
        generator=fresh_rows or torch.Generator(),  # else the reader's own randomness would go on
    ).to(model.W_E)
    if table is not None:
        fresh = larger.state_dict()["positions.W_pos"][len(table) :]
        weights["positions.W_pos"] = torch.cat([table, fresh])
    larger.load_state_dict(weights)
    return larger
