"""From gptlab to a directory that Hugging Face's GPT-2 or GPT-NeoX opens."""

import json
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from tokenizers import Tokenizer as LibraryTokenizer
from tokenizers import decoders, models, pre_tokenizers
from torch import Tensor, nn

from gptlab.files import write_atomically
from gptlab.gpt import GPT
from gptlab.layers import add
from gptlab.masks import Causal
from gptlab.positions import LearnedPositions, RotaryPositions
from gptlab.tokenizers import ByteBPE, Tokenizer
from gptlab.tokenizers.bytelevel import to_letters
from gptlab.weights.names import laid_flat, stacks
from gptlab.weights.neox import neox_config, neox_weights


def to_hf(model: GPT, directory: str | Path, tokenizer: Tokenizer | None = None) -> None:
    """Write a directory that `transformers.AutoModelForCausalLM.from_pretrained` opens.

    It opens as a `GPT2LMHeadModel`, or with rotary positions, which GPT-2 does not have, as a
    `GPTNeoXForCausalLM`. The logits are the same. Weights are written in float32, the unembedding
    is not written because it is tied, and `config.json` comes last: without it a directory opens
    nowhere.

    Args:
        model: A model built of GPT-2's parts, in any sizes; its positions may be rotary.
        directory: Where to write `model.safetensors` and `config.json`; made if needed.
        tokenizer: A byte-level BPE to write as well, as `tokenizer.json`, which `AutoTokenizer`
            opens and which then gives the same ids: a special token that a text spells stays
            text. None writes the model alone and leaves tokenizer files that are there.

    Raises:
        ValueError: If neither has a place for a part of the model, or a form for the tokenizer.
        OSError: If the directory cannot be written or the disk is full.
    """
    folder = Path(directory)
    _refuse_foreign_parts(model)
    rotary = isinstance(model.positions, RotaryPositions)
    _refuse_foreign_weights(model, rotary=rotary)
    config = neox_config(model) if rotary else _config(model)
    tensors = neox_weights(model) if rotary else _weights(model)
    files = {"model.safetensors": _packed(tensors)}
    if tokenizer is not None:
        files |= _tokenizer_files(model, tokenizer)
    for name, data in (files | {"config.json": _json(config)}).items():
        write_atomically(folder / name, data)


def _refuse_foreign_parts(model: GPT) -> None:
    positions, squeeze = type(model.positions), getattr(model.positions, "squeeze", 1.0)
    norms = _norms(model)
    epsilons = {getattr(norm, "eps", None) for norm in norms}
    kinds = {type(norm) for norm in norms}
    parts = [
        ("positions", positions in (LearnedPositions, RotaryPositions), positions.__name__),
        ("positions", squeeze == 1.0, f"{positions.__name__} squeezed by {squeeze}"),
        ("mask", model.mask == Causal(), model.mask),
        ("residual", model.residual is add, getattr(model.residual, "__name__", model.residual)),
        ("norm", kinds == {nn.LayerNorm}, " and ".join(sorted(kind.__name__ for kind in kinds))),
        ("epsilon", len(epsilons) == 1, f"different in its norms ({epsilons})"),
    ]
    for part, fits, came in parts:
        if not fits:
            raise ValueError(
                f"GPT-2 cannot express this model: its {part} is {came}. GPT-2 knows "
                "LearnedPositions (and GPT-NeoX RotaryPositions), Causal, add, and LayerNorm with "
                "one epsilon; keep this model as a gptlab checkpoint."
            )


def _norms(model: GPT) -> list[nn.Module]:
    return [m for name, m in model.named_modules() if name.endswith(("ln1", "ln2", "ln_f"))]


def _config(model: GPT) -> dict[str, Any]:
    cfg = model.cfg
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "vocab_size": cfg.d_vocab,
        "n_positions": cfg.n_ctx,
        "n_embd": cfg.d_model,
        "n_layer": cfg.n_layers,
        "n_head": cfg.n_heads,
        "n_inner": cfg.d_mlp,
        "activation_function": "gelu_new",
        "layer_norm_epsilon": model.ln_f.eps,
        "embd_pdrop": cfg.dropout,
        "attn_pdrop": cfg.dropout,
        "resid_pdrop": cfg.dropout,
        "tie_word_embeddings": True,
        "dtype": "float32",
        # GPT-2's own <|endoftext|>, id 50256, means something else here or nothing.
        "bos_token_id": None,
        "eos_token_id": None,
    }


def _refuse_foreign_weights(model: GPT, *, rotary: bool) -> None:
    came = model.state_dict().keys()
    known = {name for names in stacks(model.cfg.n_layers).values() for name in names}
    if rotary:
        known.remove("positions.W_pos")
    if came != known:
        raise ValueError(
            f"GPT-2 has no place for {', '.join(sorted(came - known)) or 'this model'} and "
            f"needs {', '.join(sorted(known - came)) or 'nothing more'}. Merge what was "
            "added to the model into its weights first."
        )


def _weights(model: GPT) -> dict[str, Tensor]:
    state = model.state_dict()
    return {
        theirs: torch.cat([laid_flat(name, state[name]) for name in ours], dim=-1)
        for theirs, ours in stacks(model.cfg.n_layers).items()
    }


def _packed(tensors: dict[str, Tensor]) -> bytes:
    ready = {name: tensor.float().cpu().contiguous() for name, tensor in tensors.items()}
    return safetensors.torch.save(ready, metadata={"format": "pt"})


def _tokenizer_files(model: GPT, tokenizer: Tokenizer) -> dict[str, bytes]:
    if not isinstance(tokenizer, ByteBPE):
        raise ValueError(
            f"only a byte-level BPE trained by gptlab can be written, got {tokenizer.name!r}. "
            "Leave tokenizer out, and copy the published files next to the model where there are."
        )
    if tokenizer.vocab_size > model.cfg.d_vocab:
        raise ValueError(
            f"{tokenizer.name} has {tokenizer.vocab_size} tokens, but the model knows "
            f"{model.cfg.d_vocab}. Pass the tokenizer that belongs to this model."
        )
    settings = {
        # This class takes tokenizer.json as it is; GPT2Tokenizer would add an <|endoftext|>.
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": model.cfg.n_ctx,
        "clean_up_tokenization_spaces": False,
    }
    written = _library_tokenizer(tokenizer).to_str(pretty=True).encode()
    return {"tokenizer.json": written, "tokenizer_config.json": _json(settings)}


def _library_tokenizer(tokenizer: ByteBPE) -> LibraryTokenizer:
    vocab = {to_letters(spelling): number for spelling, number in tokenizer.table.ranks.items()}
    vocab |= tokenizer.special_ids
    if len(vocab) < tokenizer.vocab_size:
        raise ValueError(
            f"a special token of {tokenizer.name} ({', '.join(tokenizer.specials)}) is spelled "
            "like an ordinary one, and Hugging Face keeps one id per spelling. Rename it."
        )
    merges = [(to_letters(left), to_letters(right)) for left, right in tokenizer.merges]
    library = LibraryTokenizer(models.BPE(vocab=vocab, merges=merges))
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    library.decoder = decoders.ByteLevel()
    return library


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()
