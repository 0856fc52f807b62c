"""One thing, three names: gptlab's, Hugging Face's and nanoGPT's, as a table that is also used.

Both directions of the conversion read `WEIGHTS`, so the table cannot promise what they do not do.
"""

from typing import NamedTuple

from torch import Tensor

from gptlab.attention import as_matrix, is_matrix


class Row(NamedTuple):
    """What three code bases call one size or one weight."""

    gptlab: str
    """In `GPTConfig`, or in the model; `{i}` counts blocks from 0."""
    hugging_face: str
    """In `GPT2Config`, or in `GPT2LMHeadModel`, whose matrices are inputs × outputs."""
    nanogpt: str
    """In nanoGPT's `GPTConfig`, or in its `GPT`; `.T` because `nn.Linear` is outputs × inputs."""
    note: str = ""
    """Where the names stand for different things."""


SIZES = (
    Row("d_vocab", "vocab_size", "vocab_size"),
    Row("n_ctx", "n_positions", "block_size"),
    Row("d_model", "n_embd", "n_embd"),
    Row("n_layers", "n_layer", "n_layer"),
    Row("n_heads", "n_head", "n_head"),
    Row("d_head", "n_embd // n_head", "n_embd // n_head"),
    Row("d_mlp", "n_inner", "4 * n_embd", "null in Hugging Face means 4 · n_embd"),
    Row("dropout", "resid_pdrop", "dropout", "Hugging Face also has embd_pdrop and attn_pdrop"),
)
"""Sizes, row by row."""

_BLOCK = "transformer.h.{i}."
_C_ATTN, _NANO_C_ATTN = _BLOCK + "attn.c_attn.weight", _BLOCK + "attn.c_attn.weight.T"
_C_ATTN_BIAS = _BLOCK + "attn.c_attn.bias"


def _same(gptlab: str, theirs: str) -> Row:
    return Row(gptlab, theirs, theirs)


def _matrix(gptlab: str, theirs: str, note: str = "") -> Row:
    return Row(gptlab, theirs, f"{theirs}.T", note)


WEIGHTS = (
    _same("W_E", "transformer.wte.weight"),
    _same("positions.W_pos", "transformer.wpe.weight"),
    _same("blocks.{i}.ln1.weight", _BLOCK + "ln_1.weight"),
    _same("blocks.{i}.ln1.bias", _BLOCK + "ln_1.bias"),
    Row("blocks.{i}.attn.W_Q", _C_ATTN, _NANO_C_ATTN, "first third of the outputs, by heads"),
    Row("blocks.{i}.attn.W_K", _C_ATTN, _NANO_C_ATTN, "second third"),
    Row("blocks.{i}.attn.W_V", _C_ATTN, _NANO_C_ATTN, "last third"),
    Row("blocks.{i}.attn.b_Q", _C_ATTN_BIAS, _C_ATTN_BIAS, "first third, by heads"),
    Row("blocks.{i}.attn.b_K", _C_ATTN_BIAS, _C_ATTN_BIAS, "second third"),
    Row("blocks.{i}.attn.b_V", _C_ATTN_BIAS, _C_ATTN_BIAS, "last third"),
    _matrix("blocks.{i}.attn.W_O", _BLOCK + "attn.c_proj.weight", "inputs by heads"),
    _same("blocks.{i}.attn.b_O", _BLOCK + "attn.c_proj.bias"),
    _same("blocks.{i}.ln2.weight", _BLOCK + "ln_2.weight"),
    _same("blocks.{i}.ln2.bias", _BLOCK + "ln_2.bias"),
    _matrix("blocks.{i}.mlp.W_in", _BLOCK + "mlp.c_fc.weight"),
    _same("blocks.{i}.mlp.b_in", _BLOCK + "mlp.c_fc.bias"),
    _matrix("blocks.{i}.mlp.W_out", _BLOCK + "mlp.c_proj.weight"),
    _same("blocks.{i}.mlp.b_out", _BLOCK + "mlp.c_proj.bias"),
    _same("ln_f.weight", "transformer.ln_f.weight"),
    _same("ln_f.bias", "transformer.ln_f.bias"),
)
"""Every stored weight, in the order in which a token meets them."""

NAMES = (
    *SIZES,
    *WEIGHTS,
    Row("W_U", "lm_head.weight.T", "lm_head.weight.T", "tied: the same numbers as W_E"),
)
"""The whole table."""


def stacks(n_layers: int) -> dict[str, list[str]]:
    """Map each Hugging Face weight to the gptlab weights that lie in it, side by side.

    Example:
        >>> stacks(n_layers=1)["transformer.h.0.attn.c_attn.bias"]
        ['blocks.0.attn.b_Q', 'blocks.0.attn.b_K', 'blocks.0.attn.b_V']
    """
    found: dict[str, list[str]] = {}
    for row in WEIGHTS:
        for i in range(n_layers) if "{i}" in row.gptlab else (0,):
            found.setdefault(row.hugging_face.format(i=i), []).append(row.gptlab.format(i=i))
    return found


def laid_flat(name: str, weight: Tensor) -> Tensor:
    """Return a weight without the axis of heads, as Hugging Face stores it."""
    return as_matrix(name, weight) if is_matrix(name) else weight.flatten()
