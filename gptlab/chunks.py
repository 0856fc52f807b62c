"""Read a text that is too long for a model, one chunk after the other."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT


def read_in_chunks(
    model: GPT, tokens: Int[Tensor, "batch pos"], chunk: int, overlap: int = 0
) -> Float[Tensor, "batch pos d_vocab"]:
    """Read chunks that know nothing of each other, and join their logits.

    Every chunk starts at position 0 of the model. A token that lies in several chunks gets its
    logits from the first of them, where most of what came before is in sight: from `overlap` + 1
    to `chunk` tokens, itself included, at any number of layers.

    Args:
        model: The model; its dropout is off while it reads.
        tokens: Texts of equal length, as long as you like.
        chunk: Tokens that are read at once, at most the model's n_ctx.
        overlap: How many of them the next chunk reads again.

    Raises:
        ValueError: The chunk does not fit the model, or the overlap not the chunk.
    """
    if not 0 <= overlap < chunk <= model.cfg.n_ctx:
        raise ValueError(
            f"expected 0 ≤ overlap < chunk ≤ n_ctx = {model.cfg.n_ctx}, came overlap {overlap} "
            f"and chunk {chunk}. Choose a chunk that the model can read."
        )
    n_pos, joined = tokens.shape[1], []
    with eval_mode(model), torch.inference_mode():
        for start in range(0, max(n_pos - overlap, 1), chunk - overlap):
            logits = model(tokens[:, start : start + chunk])
            joined.append(logits if start == 0 else logits[:, overlap:])
    return torch.cat(joined, dim=1)
