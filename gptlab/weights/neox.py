"""A model with rotary positions in the form of GPT-NeoX, which has GPT-2's other parts too."""

from typing import Any

import torch
from torch import Tensor

from gptlab.attention import as_matrix
from gptlab.gpt import GPT
from gptlab.positions import RotaryPositions

_SAME = {
    "W_E": "gpt_neox.embed_in.weight",
    "ln_f.weight": "gpt_neox.final_layer_norm.weight",
    "ln_f.bias": "gpt_neox.final_layer_norm.bias",
}
_BLOCK = {
    "ln1.weight": "input_layernorm.weight",
    "ln1.bias": "input_layernorm.bias",
    "attn.b_O": "attention.dense.bias",
    "ln2.weight": "post_attention_layernorm.weight",
    "ln2.bias": "post_attention_layernorm.bias",
    "mlp.b_in": "mlp.dense_h_to_4h.bias",
    "mlp.b_out": "mlp.dense_4h_to_h.bias",
}
_TURNED = {  # theirs are outputs × inputs
    "attn.W_O": "attention.dense.weight",
    "mlp.W_in": "mlp.dense_h_to_4h.weight",
    "mlp.W_out": "mlp.dense_4h_to_h.weight",
}


def neox_config(model: GPT) -> dict[str, Any]:
    """Return what `transformers.GPTNeoXConfig` needs to know of a model.

    Source: Black et al. 2022 (GPT-NeoX-20B), section 2.1; here all of a head's coordinates
    turn, and attention and MLP come one after the other, as in GPT-2.
    """
    cfg, positions = model.cfg, model.positions
    assert isinstance(positions, RotaryPositions)
    return {
        "architectures": ["GPTNeoXForCausalLM"],
        "model_type": "gpt_neox",
        "vocab_size": cfg.d_vocab,
        "max_position_embeddings": cfg.n_ctx,
        "hidden_size": cfg.d_model,
        "num_hidden_layers": cfg.n_layers,
        "num_attention_heads": cfg.n_heads,
        "intermediate_size": cfg.d_mlp,
        "hidden_act": "gelu_new",
        "rotary_pct": 1.0,
        "rotary_emb_base": positions.base,
        "use_parallel_residual": False,
        "layer_norm_eps": model.ln_f.eps,
        "hidden_dropout": cfg.dropout,
        "attention_dropout": cfg.dropout,
        "tie_word_embeddings": True,
        "dtype": "float32",
        "bos_token_id": None,
        "eos_token_id": None,
    }


def neox_weights(model: GPT) -> dict[str, Tensor]:
    """Return a model's weights by GPT-NeoX's names: head by head its queries, keys and values."""
    state = model.state_dict()
    found = {theirs: state[ours] for ours, theirs in _SAME.items()}
    for i in range(model.cfg.n_layers):
        ours, theirs = f"blocks.{i}.", f"gpt_neox.layers.{i}."
        found |= {theirs + new: state[ours + old].flatten() for old, new in _BLOCK.items()}
        for old, new in _TURNED.items():
            found[theirs + new] = as_matrix(ours + old, state[ours + old]).T
        for kind, name in (("W", "weight"), ("b", "bias")):
            qkv = [state[f"{ours}attn.{kind}_{letter}"] for letter in "QKV"]
            stacked = torch.stack([w.mT if kind == "W" else w for w in qkv], dim=1)
            found[f"{theirs}attention.query_key_value.{name}"] = stacked.flatten(0, 2)
    return found
