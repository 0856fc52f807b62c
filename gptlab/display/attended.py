"""What every head of a model does with one text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.masks import looks_ahead
from gptlab.probes import capture
from gptlab.tokenizers import Tokenizer
from gptlab.tokenizers.spelling import checked_text, spelled

Numbers = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Attended:
    """What every head of a model did with one text.

    Args:
        tokens: Spelling of each token.
        patterns: Layer × head × query × key.
        queries: Layer × head × position × d_head.
        keys: Layer × head × position × d_head.
        causal: Whether no position sees a later one.
    """

    tokens: list[str]
    patterns: Numbers
    queries: Numbers
    keys: Numbers
    causal: bool


def read(model: GPT, tokenizer: Tokenizer, text: str) -> Attended:
    """Let a model read a text, and keep the patterns, queries and keys of all its heads.

    Raises:
        ValueError: If the text is empty or does not fit n_ctx.
        TypeError: If the model is compiled.
    """
    ids = tokenizer.encode(checked_text(text))
    if not ids:
        raise ValueError("the text is empty, so there is no attention to show. Pass some words.")
    if len(ids) > model.cfg.n_ctx:
        raise ValueError(
            f"{len(ids)} tokens do not fit n_ctx={model.cfg.n_ctx}. Pass a shorter text."
        )
    with eval_mode(model), torch.inference_mode(), capture(model, "blocks.*.attn.*") as seen:
        model(torch.tensor([ids], device=model.device))
    layers = range(model.cfg.n_layers)
    return Attended(
        tokens=spelled(tokenizer, ids),
        patterns=_stacked([seen[f"blocks.{i}.attn.pattern"][0] for i in layers]),
        queries=_stacked([seen[f"blocks.{i}.attn.q"][0].transpose(0, 1) for i in layers]),
        keys=_stacked([seen[f"blocks.{i}.attn.k"][0].transpose(0, 1) for i in layers]),
        causal=not looks_ahead(model.mask, len(ids)),
    )


def _stacked(layers: Sequence[Tensor]) -> Numbers:
    return torch.stack(list(layers)).float().cpu().numpy()
