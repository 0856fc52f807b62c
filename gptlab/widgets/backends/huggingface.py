"""A Hugging Face model as a backend.

Models and tokenizers are known by what they offer, so that gptlab needs no `transformers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gptlab.evaluation import eval_mode
from gptlab.tokenizers import Tokenizer
from gptlab.tokenizers.bytelevel import BYTE_OF_LETTER
from gptlab.tokenizers.spelling import checked_id
from gptlab.widgets.backends.reading import Head, Reading, check_heads

# The matrix that joins the heads' outputs, as the architectures name it.
_JOINS = re.compile(r"(?:attn|attention)(?:\.output)?\.(?:c_proj|o_proj|out_proj|dense)$")
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_WORD_START = "▁"  # SentencePiece's sign for a space


def is_hugging_face(model: object) -> bool:
    """Tell whether an object is a model of Hugging Face's, by what it offers."""
    return isinstance(model, nn.Module) and hasattr(model, "config") and hasattr(model, "generate")


class HuggingFaceBackend:
    """Reads with a causal language model of Hugging Face's.

    Attention patterns and logits are the model's own. Queries, keys and values have no common name
    in that library, so they stay unknown.

    Args:
        model: The model; it is not changed.
        tokenizer: Its tokenizer, from Hugging Face or one of gptlab's.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model
        self.tokenizer = (
            tokenizer if isinstance(tokenizer, Tokenizer) else HuggingFaceTokenizer(tokenizer)
        )
        config = model.config
        self.n_layers, self.n_heads = config.num_hidden_layers, config.num_attention_heads
        self.d_head = getattr(config, "head_dim", None) or config.hidden_size // self.n_heads
        self.n_ctx, self.d_vocab = config.max_position_embeddings, config.vocab_size
        self.is_causal = True

    def read(self, ids: Sequence[int], without: Sequence[Head] = ()) -> Reading:
        """Run the model over tokens, with the output of some heads set to 0.

        Raises:
            ValueError: There is no token, there are more than n_ctx, a head does not exist, or
                the model's heads are not found, so that none can be left out.
        """
        if not 1 <= len(ids) <= self.n_ctx:
            raise ValueError(
                f"expected 1 to {self.n_ctx} tokens, got {len(ids)}. Pass the newest that fit."
            )
        check_heads(without, self.n_layers, self.n_heads)
        tokens = torch.tensor([list(ids)], device=self.model.device)
        with (
            eval_mode(self.model),
            torch.inference_mode(),
            _explicit(self.model),
            ExitStack() as on,
        ):
            for layer, head in without:
                on.callback(self._switch_off(layer, head).remove)
            out = self.model(tokens, output_attentions=True, use_cache=False)
        return Reading(
            pattern=np.stack([layer[0].float().cpu().numpy() for layer in out.attentions]),
            logits=out.logits[0, -1].float().cpu().numpy(),
        )

    def untrained(self) -> None:
        """Return None: how such a model is drawn before training is not known here."""
        return None

    @cached_property
    def _joins(self) -> list[nn.Module]:
        return [part for name, part in self.model.named_modules() if _JOINS.search(name)]

    def _switch_off(self, layer: int, head: int) -> Any:
        if len(self._joins) != self.n_layers:
            raise ValueError(
                f"expected one matrix that joins the heads in each of {self.n_layers} layers, "
                f"found {len(self._joins)}. This architecture's heads cannot be switched off here."
            )
        columns = slice(head * self.d_head, (head + 1) * self.d_head)

        def zeroed(_module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            z = inputs[0].clone()
            z[..., columns] = 0
            return (z, *inputs[1:])

        return self._joins[layer].register_forward_pre_hook(zeroed)


class HuggingFaceTokenizer:
    """A tokenizer of Hugging Face's, with the bytes that each token spells.

    Args:
        tokenizer: What `AutoTokenizer.from_pretrained` returned.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.name = str(getattr(tokenizer, "name_or_path", "")) or type(tokenizer).__name__
        self.vocab_size = len(tokenizer)

    def encode(self, text: str) -> list[int]:
        """Cut text into token ids, without special tokens around it."""
        return list(self._tokenizer.encode(text, add_special_tokens=False))

    def decode(self, ids: Iterable[int]) -> str:
        """Join tokens into text; bytes that are not UTF-8 appear as U+FFFD."""
        return b"".join(map(self.token_bytes, ids)).decode("utf-8", errors="replace")

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes that one token spells.

        Raises:
            ValueError: The id is not in the vocabulary.
        """
        spelling = self._tokenizer.convert_ids_to_tokens(checked_id(token, self.vocab_size))
        if spelling is None:
            return b""
        if self._is_byte_level and all(letter in BYTE_OF_LETTER for letter in spelling):
            return bytes(BYTE_OF_LETTER[letter] for letter in spelling)
        if byte := _BYTE.fullmatch(spelling):
            return bytes([int(byte[1], 16)])
        return spelling.replace(_WORD_START, " ").encode()

    @cached_property
    def _is_byte_level(self) -> bool:
        # In such a vocabulary the space is written Ġ, which other vocabularies do not use so.
        return any(piece.startswith("Ġ") for piece in self._tokenizer.get_vocab())

    def to_json(self) -> dict[str, Any]:
        """Refuse: such a tokenizer is kept by its own library.

        Raises:
            ValueError: Always.
        """
        raise ValueError(
            "a Hugging Face tokenizer is not stored with a gptlab model. Save it with its own "
            "save_pretrained."
        )


@contextmanager
def _explicit(model: Any) -> Iterator[None]:
    """Let a model compute its patterns step by step, since fused kernels keep none."""
    before = model.config._attn_implementation
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(before)
