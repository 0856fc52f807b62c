"""From a GPT-2-shaped directory of Hugging Face's to gptlab."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from gptlab.attention import from_matrix, is_matrix
from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.weights.names import laid_flat, stacks

# What `GPT2Config` fills in where config.json says nothing: the smallest GPT-2.
_DEFAULTS: dict[str, Any] = {
    "vocab_size": 50257,
    "n_positions": 1024,
    "n_embd": 768,
    "n_layer": 12,
    "n_head": 12,
    "n_inner": None,
    "resid_pdrop": 0.1,
    "layer_norm_epsilon": 1e-5,
    "tie_word_embeddings": True,
}
# Settings that change what a GPT-2 computes, and the values that gptlab computes. The first one is
# what a config.json without the setting means.
_COMPUTED: dict[str, tuple[Any, ...]] = {
    "model_type": ("gpt2",),
    "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
    "scale_attn_weights": (True,),
    "scale_attn_by_inverse_layer_idx": (False,),
    "reorder_and_upcast_attn": (False,),
    "add_cross_attention": (False,),
}
_BUFFERS = (".attn.bias", ".attn.masked_bias")  # the causal mask, stored by old versions


def from_hf(directory: str | Path) -> GPT:
    """Read a GPT-2-shaped Hugging Face directory: same logits, gptlab's names.

    Args:
        directory: Holds `config.json` and `model.safetensors`, in one piece or in several with
            `model.safetensors.index.json`.

    Returns:
        The model in float32 on the CPU, with dropout off. gptlab has one dropout for training; it
        is the directory's `resid_pdrop`.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If the directory holds pickles only, a file is broken, the configuration asks
            for something that gptlab does not compute, or weights are missing, left over, untied
            or of another shape.
    """
    folder = Path(directory)
    config = _read_config(folder)
    cfg = GPTConfig(
        d_vocab=config["vocab_size"],
        n_ctx=config["n_positions"],
        d_model=config["n_embd"],
        n_layers=config["n_layer"],
        n_heads=config["n_head"],
        d_mlp=config["n_inner"] or 0,
        dropout=config["resid_pdrop"],
    )
    epsilon = config["layer_norm_epsilon"]
    usual = epsilon == _DEFAULTS["layer_norm_epsilon"]
    with torch.device("meta"):  # draws no weights that would be thrown away
        model = GPT(cfg, norm=nn.LayerNorm if usual else partial(nn.LayerNorm, eps=epsilon))
    tensors = _read_tensors(folder)
    head = tensors.pop("lm_head.weight", None)
    state = _translated(model, tensors, folder)
    _refuse_untied(head, state["W_E"], bool(config["tie_word_embeddings"]), folder)
    model.load_state_dict(state, assign=True)
    return model.eval()


def _read_config(folder: Path) -> dict[str, Any]:
    config = _DEFAULTS | _read_json(folder / "config.json")
    for setting, values in _COMPUTED.items():
        came = config.get(setting, values[0])
        if came not in values:
            raise ValueError(
                f"{folder / 'config.json'} asks for {setting}={came!r}, but gptlab computes "
                f"{' or '.join(map(repr, values))} only, so the logits would differ. Choose a "
                "GPT-2 without that setting."
            )
    return config


def _read_json(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise FileNotFoundError(
            f"there is no {file}. Pass a directory that save_pretrained or gptlab.weights.to_hf "
            "wrote to the end; a gptlab run is opened with gptlab.load."
        )
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as problem:  # not JSON, or not UTF-8
        raise ValueError(f"{file} is not JSON ({problem}). Copy it again.") from problem
    if not isinstance(data, dict):
        raise ValueError(f"{file} should hold a JSON object, got {type(data).__name__}.")
    return data


def _read_tensors(folder: Path) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for file in _weight_files(folder):
        if not file.is_file():
            raise FileNotFoundError(f"{file} is named in the index, but missing. Copy it too.")
        try:
            tensors |= safetensors.torch.load_file(file)
        except SafetensorError as problem:
            raise ValueError(
                f"{file} is not a whole safetensors file ({problem}); it was cut short or changed, "
                "or is only Git LFS's pointer to it. Download it again."
            ) from problem
    return {
        name.removeprefix("transformer."): tensor
        for name, tensor in tensors.items()
        if not name.endswith(_BUFFERS)
    }


def _weight_files(folder: Path) -> Iterable[Path]:
    whole, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if whole.is_file():
        return [whole]
    if index.is_file():
        shards = _read_json(index).get("weight_map")
        names = shards.values() if isinstance(shards, dict) else [None]
        inside = {name for name in names if isinstance(name, str) and Path(name).name == name}
        if inside != set(names):
            raise ValueError(f"{index} needs a weight_map from weights to files in its own folder.")
        return [folder / name for name in sorted(inside)]
    if pickles := sorted(path.name for path in folder.glob("pytorch_model*.bin*")):
        raise ValueError(
            f"{folder} holds its weights as a pickle only ({pickles[0]}), and opening one can run "
            "any code, so gptlab never does. Where you trust it, convert it: GPT2LMHeadModel"
            ".from_pretrained(directory).save_pretrained(other, safe_serialization=True)."
        )
    raise FileNotFoundError(f"there are no weights in {folder}: expected {whole.name}.")


def _translated(model: GPT, tensors: dict[str, Tensor], folder: Path) -> dict[str, Tensor]:
    ours = model.state_dict()
    layout = {
        theirs.removeprefix("transformer."): names
        for theirs, names in stacks(model.cfg.n_layers).items()
    }
    _check(
        {
            theirs: tuple(torch.cat([laid_flat(n, ours[n]) for n in names], dim=-1).shape)
            for theirs, names in layout.items()
        },
        tensors,
        folder,
    )
    state = {}
    for theirs, names in layout.items():
        parts = tensors[theirs].chunk(len(names), dim=-1)
        for name, part in zip(names, parts, strict=True):
            shape = ours[name].shape
            weight = from_matrix(name, part, shape) if is_matrix(name) else part.reshape(shape)
            # A copy, so that the file can be replaced or deleted while the model lives.
            state[name] = weight.to(torch.float32, copy=True).contiguous()
    return state


def _check(expected: dict[str, tuple[int, ...]], tensors: dict[str, Tensor], folder: Path) -> None:
    came = {
        name: tuple(tensor.shape) if tensor.is_floating_point() else str(tensor.dtype)
        for name, tensor in tensors.items()
    }
    wrong = [name for name in expected | came if expected.get(name) != came.get(name)]
    if wrong:
        shown = "; ".join(
            f"{name}: expected {expected.get(name, 'no such weight')}, got {came.get(name, 'none')}"
            for name in wrong[:4]
        )
        raise ValueError(
            f"{len(wrong)} weights in {folder} do not fit the GPT-2 that its config.json describes "
            f"({shown}). Use a GPT2LMHeadModel or GPT2Model directory whose files belong together."
        )


def _refuse_untied(head: Tensor | None, W_E: Tensor, tied: bool, folder: Path) -> None:
    if tied and head is None:
        return
    if head is None or not torch.equal(head.float(), W_E):
        raise ValueError(
            f"the lm_head of {folder} is {'missing' if head is None else 'not the same as wte'}, "
            "so its unembedding is not tied to its embedding, and in gptlab W_U is W_E.T. Use a "
            "model with tie_word_embeddings=true."
        )
