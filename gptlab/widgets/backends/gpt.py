"""A gptlab model as a backend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.masks import looks_ahead
from gptlab.measures import zeroing
from gptlab.probes import capture, patched
from gptlab.tokenizers import Tokenizer
from gptlab.untrained import untrained_twin
from gptlab.widgets.backends.reading import Head, Reading, check_heads
from gptlab.widgets.backends.switching import edits_without


class GPTBackend:
    """Reads with a `GPT`; every number comes from its probes.

    Args:
        model: The model; it is not changed.
        tokenizer: The tokenizer that belongs to it.
    """

    def __init__(self, model: GPT, tokenizer: Tokenizer) -> None:
        self.model, self.tokenizer = model, tokenizer
        cfg = model.cfg
        self.n_layers, self.n_heads, self.d_head = cfg.n_layers, cfg.n_heads, cfg.d_head
        self.n_ctx, self.d_vocab = cfg.n_ctx, cfg.d_vocab

    @cached_property
    def is_causal(self) -> bool:
        """Whether no position sees a later one."""
        return not looks_ahead(self.model.mask, self.n_ctx)

    def read(self, ids: Sequence[int], without: Sequence[Head] = ()) -> Reading:
        """Run the model over tokens, with the z of some heads set to 0.

        Raises:
            ValueError: There is no token, there are more than n_ctx, or a head does not exist.
        """
        check_heads(without, self.n_layers, self.n_heads)
        tokens = torch.tensor([list(ids)], dtype=torch.long, device=self.model.device)
        with eval_mode(self.model), torch.inference_mode(), patched(self.model, _off(without)):
            with capture(self.model, "blocks.*") as seen:
                logits = self.model(tokens)
            stream = [seen["blocks.0.resid_pre"]]
            stream += [seen[f"blocks.{i}.resid_post"] for i in range(self.n_layers)]
            last = torch.cat([x[:, -1] for x in stream])
            lens = self.model.ln_f(last) @ self.model.W_U

        def stacked(name: str, axes: tuple[int, int, int]) -> Float32[np.ndarray, "layer head a b"]:
            layers = [seen[f"blocks.{i}.attn.{name}"][0] for i in range(self.n_layers)]
            return _array(torch.stack([layer.permute(axes) for layer in layers]))

        by_head, as_is = (1, 0, 2), (0, 1, 2)
        return Reading(
            pattern=stacked("pattern", as_is),
            scores=stacked("scores", as_is),
            q=stacked("q", by_head),
            k=stacked("k", by_head),
            v=stacked("v", by_head),
            z=stacked("z", by_head),
            lens=_array(lens),
            logits=_array(logits[0, -1]),
        )

    def activations(
        self, ids: Sequence[int], without: Sequence[str] = ()
    ) -> dict[str, Float32[np.ndarray, ...]]:
        """Run the model over tokens without some parts, and return all that its probes see.

        Beside the probes, without their batch axis, `blocks.0.ln1` and the like are what a norm
        hands on, and `logits` those of every position.

        Args:
            ids: Token ids.
            without: Parts as `switching.switches` names them.

        Raises:
            ValueError: There is no token, there are too many, or no such part.
        """
        tokens = torch.tensor([list(ids)], dtype=torch.long, device=self.model.device)
        off = edits_without(without)
        with eval_mode(self.model), torch.inference_mode(), patched(self.model, off):
            with capture(self.model) as seen:
                logits = self.model(tokens)
            norms = {
                f"blocks.{i}.{name}": getattr(block, name)(seen[f"blocks.{i}.{stage}"])
                for i, block in enumerate(self.model.blocks)
                for name, stage in (("ln1", "resid_pre"), ("ln2", "resid_mid"))
            }
        found = {**seen, **norms, "logits": logits}
        return {name: _array(x if name == "pos_embed" else x[0]) for name, x in found.items()}

    def unembed(self, stream: Float32[np.ndarray, "n d_model"]) -> Float32[np.ndarray, "n d_vocab"]:
        """Return the logits of vectors of the stream, as if the model ended there."""
        with torch.inference_mode():
            x = torch.from_numpy(stream).to(self.model.device)
            return _array(self.model.ln_f(x) @ self.model.W_U)

    def untrained(self) -> GPTBackend:
        """Return the same model with weights drawn by a hash, as the page draws them."""
        return self._untrained

    @cached_property
    def _untrained(self) -> GPTBackend:
        return GPTBackend(untrained_twin(self.model), self.tokenizer)


def _off(without: Sequence[Head]) -> dict[str, Callable[[Tensor], Tensor]]:
    layers = {layer: [h for at, h in without if at == layer] for layer, _head in without}
    return {f"blocks.{layer}.attn.z": zeroing(heads) for layer, heads in layers.items()}


def _array(x: Tensor) -> Float32[np.ndarray, ...]:
    return x.float().cpu().contiguous().numpy()
