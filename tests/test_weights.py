"""Hugging Face in and out: equal logits, equal names, and clear words where it cannot be."""

import itertools
import json
import re
from functools import partial
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2Model,
    GPTNeoXForCausalLM,
)

from gptlab.config import GPTConfig
from gptlab.files import write_atomically
from gptlab.gpt import GPT
from gptlab.layers import NORMS, replace
from gptlab.masks import SlidingWindow
from gptlab.positions import POSITIONS, RotaryPositions
from gptlab.tokenizers import ByteBPE, CharTokenizer, train_bpe
from gptlab.weights import NAMES, SIZES, WEIGHTS, from_hf, to_hf
from gptlab.weights import writing as writing_module

# d_vocab, n_ctx, d_model, n_layers, n_heads, d_mlp, epsilon
SHAPES = [
    (11, 8, 16, 1, 1, 64, 1e-5),  # one layer, one head
    (50, 16, 24, 2, 4, 96, 1e-5),
    (7, 5, 9, 3, 3, 36, 1e-5),  # odd widths
    (101, 33, 30, 2, 5, 17, 1e-5),  # a narrow MLP
    (2, 1, 4, 1, 4, 16, 1e-5),  # heads of width 1, a single position
    (64, 12, 20, 1, 2, 81, 1e-3),  # another epsilon
    (19, 7, 6, 4, 6, 1, 1e-12),
    (300, 40, 48, 5, 3, 200, 1e-5),
]
EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES, ids=str)
SMALL = SHAPES[1]


def shaken(model: nn.Module, seed: int = 0) -> None:
    """Make every number random, biases and norms too, so that no two could change places."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn(weight.shape, generator=generator), alpha=0.3)


def gpt(shape: tuple = SMALL, **parts) -> GPT:
    d_vocab, n_ctx, d_model, n_layers, n_heads, d_mlp, epsilon = shape
    cfg = GPTConfig(
        d_vocab=d_vocab,
        n_ctx=n_ctx,
        d_model=d_model,
        n_layers=n_layers,
        n_heads=n_heads,
        d_mlp=d_mlp,
    )
    if epsilon != 1e-5:
        parts["norm"] = partial(nn.LayerNorm, eps=epsilon)
    model = GPT(cfg, generator=torch.Generator().manual_seed(1), **parts)
    shaken(model)
    return model.eval()


def hugging_face(shape: tuple = SMALL, **settings) -> GPT2LMHeadModel:
    d_vocab, n_ctx, d_model, n_layers, n_heads, d_mlp, epsilon = shape
    sizes = {
        "vocab_size": d_vocab,
        "n_positions": n_ctx,
        "n_embd": d_model,
        "n_layer": n_layers,
        "n_head": n_heads,
        "n_inner": None if d_mlp == 4 * d_model else d_mlp,
        "layer_norm_epsilon": epsilon,
        "bos_token_id": None,
        "eos_token_id": None,
    }
    model = GPT2LMHeadModel(GPT2Config(**(sizes | settings)))
    shaken(model)
    return model.eval()


def tokens(shape: tuple) -> Tensor:
    return torch.randint(shape[0], (3, shape[1]), generator=torch.Generator().manual_seed(2))


def assert_same_logits(ours: GPT, theirs: GPT2LMHeadModel, ids: Tensor) -> None:
    with torch.no_grad():
        torch.testing.assert_close(ours(ids), theirs(ids).logits, rtol=1e-5, atol=1e-5)
        exact = ours.double()(ids), theirs.double()(ids).logits
        torch.testing.assert_close(*exact, rtol=1e-12, atol=1e-12)


def edit_config(folder: Path, **changes) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def edit_weights(folder: Path, **changes: Tensor | None) -> None:
    """Change tensors of model.safetensors by name; None removes one."""
    file = folder / "model.safetensors"
    tensors = safetensors.torch.load(file.read_bytes()) | changes
    kept = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    file.write_bytes(safetensors.torch.save(kept, metadata={"format": "pt"}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory that Hugging Face wrote."""
    hugging_face().save_pretrained(tmp_path)
    return tmp_path


# --- reference ------------------------------------------------------------------------------


@EVERY_SHAPE
def test_a_model_from_hugging_face_has_the_same_logits(shape: tuple, tmp_path: Path):
    theirs = hugging_face(shape)
    theirs.save_pretrained(tmp_path)
    assert_same_logits(from_hf(tmp_path), theirs, tokens(shape))


@EVERY_SHAPE
def test_a_model_for_hugging_face_has_the_same_logits(shape: tuple, tmp_path: Path):
    ours = gpt(shape)
    to_hf(ours, tmp_path)
    theirs, info = GPT2LMHeadModel.from_pretrained(tmp_path, output_loading_info=True)
    assert not any(info.values()), info
    assert theirs.config.n_inner == shape[5]
    assert_same_logits(ours, theirs.eval(), tokens(shape))


@EVERY_SHAPE
def test_rotary_positions_give_the_same_logits_in_gpt_neox(shape: tuple, tmp_path: Path):
    if (shape[2] // shape[4]) % 2:
        pytest.skip("pairs of coordinates turn: a head needs an even width")
    ours = gpt(shape, positions=partial(RotaryPositions, base=500.0))
    to_hf(ours, tmp_path)
    theirs, info = AutoModelForCausalLM.from_pretrained(tmp_path, output_loading_info=True)
    assert isinstance(theirs, GPTNeoXForCausalLM) and not any(info.values()), info
    ids = tokens(shape)
    with torch.no_grad():
        torch.testing.assert_close(ours(ids), theirs.eval()(ids).logits, rtol=1e-4, atol=1e-4)
        halves = ids[:, : shape[1] // 2 + 1]
        cached = theirs(halves, use_cache=True)
        rest = theirs(ids[:, halves.shape[1] :], past_key_values=cached.past_key_values).logits
    if rest.numel():
        torch.testing.assert_close(ours(ids)[:, halves.shape[1] :], rest, rtol=1e-4, atol=1e-4)


@EVERY_SHAPE
def test_there_and_back_changes_no_number(shape: tuple, tmp_path: Path):
    ours = gpt(shape)
    to_hf(ours, tmp_path)
    again = from_hf(tmp_path)
    assert again.cfg == ours.cfg
    assert again.ln_f.eps == ours.ln_f.eps
    assert again.state_dict().keys() == ours.state_dict().keys()
    for name, weight in ours.state_dict().items():
        assert torch.equal(again.state_dict()[name], weight), name


def test_back_and_there_changes_no_number(folder: Path, tmp_path: Path):
    to_hf(from_hf(folder), tmp_path / "again")
    first = safetensors.torch.load_file(folder / "model.safetensors")
    second = safetensors.torch.load_file(tmp_path / "again" / "model.safetensors")
    first.pop("lm_head.weight", None)
    assert first.keys() == second.keys()
    for name, weight in first.items():
        assert torch.equal(second[name], weight), name


def test_the_table_names_what_hugging_face_has():
    theirs = hugging_face(SMALL)
    assert {name for row in WEIGHTS for name in spelled_out(row.hugging_face)} == {
        name for name in theirs.state_dict() if name != "lm_head.weight"
    }
    for row in SIZES:
        for name in re.findall(r"[a-z_]+", row.hugging_face):
            assert hasattr(theirs.config, name), name


def test_the_table_names_what_gptlab_has():
    ours = gpt(SMALL)
    names = [name for row in WEIGHTS for name in spelled_out(row.gptlab)]
    assert sorted(names) == sorted(ours.state_dict())
    assert all(hasattr(ours.cfg, row.gptlab) for row in SIZES)
    assert NAMES[-1].gptlab == "W_U" and ours.W_U.shape == (24, 50)
    assert len({row.gptlab for row in NAMES}) == len(NAMES)


def test_the_table_names_what_nanogpt_has():
    """The names of nanoGPT's model.py; a matrix is transposed when it is an nn.Linear there."""
    names = {row.nanogpt.removesuffix(".T") for row in WEIGHTS}
    assert names == {
        "transformer.wte.weight", "transformer.wpe.weight",
        "transformer.h.{i}.ln_1.weight", "transformer.h.{i}.ln_1.bias",
        "transformer.h.{i}.attn.c_attn.weight", "transformer.h.{i}.attn.c_attn.bias",
        "transformer.h.{i}.attn.c_proj.weight", "transformer.h.{i}.attn.c_proj.bias",
        "transformer.h.{i}.ln_2.weight", "transformer.h.{i}.ln_2.bias",
        "transformer.h.{i}.mlp.c_fc.weight", "transformer.h.{i}.mlp.c_fc.bias",
        "transformer.h.{i}.mlp.c_proj.weight", "transformer.h.{i}.mlp.c_proj.bias",
        "transformer.ln_f.weight", "transformer.ln_f.bias",
    }  # fmt: skip
    linear = {row.nanogpt for row in WEIGHTS if row.nanogpt.endswith(".T")}
    assert all(re.search(r"\.(c_attn|c_proj|c_fc)\.weight\.T$", name) for name in linear)
    assert len(linear) == 4


def spelled_out(name: str, n_layers: int = SMALL[3]) -> list[str]:
    return sorted({name.format(i=i) for i in range(n_layers)})


def test_thirds_of_c_attn_by_hand(tmp_path: Path):
    """Two heads of width 2: columns 0–3 are Q of head 0 and 1, 4–7 are K, 8–11 are V."""
    hugging_face((5, 3, 4, 1, 2, 16, 1e-5)).save_pretrained(tmp_path)
    columns = torch.arange(12.0)
    rows = 100 * torch.arange(4.0)[:, None]
    edit_weights(tmp_path, **{"transformer.h.0.attn.c_attn.weight": rows + columns})
    edit_weights(tmp_path, **{"transformer.h.0.attn.c_attn.bias": columns})
    attn = from_hf(tmp_path).blocks[0].attn
    assert attn.b_Q.tolist() == [[0, 1], [2, 3]]
    assert attn.b_K.tolist() == [[4, 5], [6, 7]]
    assert attn.b_V.tolist() == [[8, 9], [10, 11]]
    assert attn.W_Q[1].tolist() == [[2, 3], [102, 103], [202, 203], [302, 303]]
    assert attn.W_V[0, 3].tolist() == [308, 309]


# --- directories of every shape -----------------------------------------------------------------


def test_a_directory_in_shards_is_read(tmp_path: Path):
    theirs = hugging_face()
    theirs.save_pretrained(tmp_path, max_shard_size="20KB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    assert not (tmp_path / "model.safetensors").exists()
    assert_same_logits(from_hf(tmp_path), theirs, tokens(SMALL))


def test_names_without_the_transformer_prefix_are_read(tmp_path: Path):
    """GPT2Model writes them so, and so did OpenAI's own upload."""
    theirs = hugging_face()
    theirs.transformer.save_pretrained(tmp_path)
    assert "wte.weight" in safetensors.torch.load_file(tmp_path / "model.safetensors")
    assert isinstance(GPT2Model.from_pretrained(tmp_path), GPT2Model)
    assert_same_logits(from_hf(str(tmp_path)), theirs, tokens(SMALL))


def test_stored_causal_masks_are_passed_over(folder: Path):
    mask = torch.ones(1, 1, 16, 16).tril()
    edit_weights(
        folder,
        **{"transformer.h.0.attn.bias": mask.bool(), "h.1.attn.masked_bias": torch.tensor(-1e4)},
    )
    assert from_hf(folder).cfg.n_layers == 2


def test_a_stored_lm_head_that_equals_wte_is_read(folder: Path):
    stored = safetensors.torch.load((folder / "model.safetensors").read_bytes())
    wte = stored["transformer.wte.weight"]
    edit_weights(folder, **{"lm_head.weight": wte.clone()})
    edit_config(folder, tie_word_embeddings=False)
    assert torch.equal(from_hf(folder).W_E, wte)


def test_half_precision_is_read_as_float32(folder: Path):
    theirs = GPT2LMHeadModel.from_pretrained(folder).bfloat16()
    theirs.save_pretrained(folder)
    ours = from_hf(folder)
    assert {weight.dtype for weight in ours.parameters()} == {torch.float32}
    assert_same_logits(ours, theirs.float().eval(), tokens(SMALL))


def test_sizes_that_the_config_leaves_out_are_those_of_gpt2(tmp_path: Path):
    theirs = hugging_face((11, 1024, 12, 1, 12, 48, 1e-5))
    theirs.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    names = ("n_positions", "n_head", "n_inner", "layer_norm_epsilon", "activation_function")
    for name in names:
        config.pop(name, None)
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert_same_logits(from_hf(tmp_path), theirs, torch.arange(11)[None])


def test_a_model_that_was_read_can_be_trained(folder: Path):
    model = from_hf(folder)
    assert not model.training
    model(tokens(SMALL)).square().mean().backward()
    assert all(weight.grad is not None for weight in model.parameters())
    assert model.cfg.dropout == 0.1  # Hugging Face's resid_pdrop


def test_a_model_outlives_the_file_it_was_read_from(folder: Path):
    model, ids = from_hf(folder), tokens(SMALL)
    before = model(ids)
    file = folder / "model.safetensors"
    with file.open("r+b") as opened:
        opened.write(b"\0" * file.stat().st_size)
    assert torch.equal(model(ids), before)


def test_dropout_goes_to_all_three_of_hugging_faces(tmp_path: Path):
    cfg = GPTConfig(d_vocab=5, n_ctx=4, d_model=4, n_layers=1, n_heads=1, dropout=0.25)
    to_hf(GPT(cfg), tmp_path)
    config = GPT2Config.from_pretrained(tmp_path)
    assert (config.embd_pdrop, config.attn_pdrop, config.resid_pdrop) == (0.25, 0.25, 0.25)


def test_a_second_export_replaces_the_first(tmp_path: Path):
    to_hf(gpt(SHAPES[0]), tmp_path)
    ours = gpt(SMALL)
    to_hf(ours, tmp_path)
    assert torch.equal(from_hf(tmp_path).W_E, ours.W_E)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]


# --- what GPT-2 cannot express ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"positions": POSITIONS["NoPositions"]}, "positions is NoPositions"),
        ({"mask": SlidingWindow(3)}, r"mask is SlidingWindow\(width=3\)"),
        ({"norm": NORMS["RMSNorm"]}, "norm is RMSNorm"),
        ({"norm": NORMS["NoNorm"]}, "norm is NoNorm"),
        ({"residual": replace}, "residual is replace"),
    ],
)
def test_a_part_that_gpt2_does_not_have_is_named(parts: dict, message: str, tmp_path: Path):
    with pytest.raises(ValueError, match=f"GPT-2 cannot express this model: its {message}"):
        to_hf(gpt(**parts), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_norms_that_differ_are_named(tmp_path: Path):
    model = gpt()
    model.blocks[1].ln2.eps = 0.1
    with pytest.raises(ValueError, match=r"its epsilon is different in its norms"):
        to_hf(model, tmp_path)


def test_a_weight_that_gpt2_has_no_place_for_is_named(tmp_path: Path):
    model = gpt()
    model.blocks[0].attn.register_parameter("lora_A", nn.Parameter(torch.zeros(2, 2)))
    with pytest.raises(ValueError, match=r"no place for blocks\.0\.attn\.lora_A and needs nothing"):
        to_hf(model, tmp_path)


def test_norms_without_a_bias_are_refused(tmp_path: Path):
    model = gpt(norm=partial(nn.LayerNorm, bias=False))
    with pytest.raises(ValueError, match=r"needs blocks\.0\.ln1\.bias"):
        to_hf(model, tmp_path)


# --- broken and foreign directories -------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("model_type", "gpt_neo"),
        ("activation_function", "relu"),
        ("activation_function", "gelu"),
        ("scale_attn_weights", False),
        ("scale_attn_by_inverse_layer_idx", True),
        ("reorder_and_upcast_attn", True),
        ("add_cross_attention", True),
    ],
)
def test_a_setting_that_gptlab_does_not_compute_is_named(folder: Path, setting: str, value):
    edit_config(folder, **{setting: value})
    with pytest.raises(ValueError, match=rf"config\.json asks for {setting}={value!r}, but gptlab"):
        from_hf(folder)


def test_pytorchs_name_of_the_same_activation_is_read(folder: Path):
    edit_config(folder, activation_function="gelu_pytorch_tanh")
    theirs = GPT2LMHeadModel.from_pretrained(folder).eval()
    assert_same_logits(from_hf(folder), theirs, tokens(SMALL))


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("transformer.ln_f.bias", None, r"ln_f\.bias: expected \(24,\), got none"),
        (
            "transformer.h.1.attn.c_attn.weight",
            torch.zeros(72, 24),
            r"h\.1\.attn\.c_attn\.weight: expected \(24, 72\), got \(72, 24\)",
        ),
        ("transformer.wte.weight", torch.zeros(51, 24), r"expected \(50, 24\), got \(51, 24\)"),
        (
            "transformer.h.2.ln_1.bias",
            torch.zeros(24),
            r"h\.2\.ln_1\.bias: expected no such weight, got \(24,\)",
        ),
        (
            "transformer.h.0.mlp.c_fc.weight",
            torch.zeros(24, 96, dtype=torch.int8),
            r"h\.0\.mlp\.c_fc\.weight: expected \(24, 96\), got torch\.int8",
        ),
    ],
)
def test_a_weight_that_does_not_fit_is_named(
    folder: Path, name: str, change: Tensor | None, message: str
):
    edit_weights(folder, **{name: change})
    with pytest.raises(ValueError, match=message):
        from_hf(folder)


def test_a_config_of_another_model_is_noticed(folder: Path):
    edit_config(folder, n_inner=95)
    with pytest.raises(ValueError, match=r"expected \(24, 95\), got \(24, 96\)"):
        from_hf(folder)


def test_heads_that_do_not_divide_the_width_are_named(folder: Path):
    edit_config(folder, n_head=5)
    with pytest.raises(ValueError, match="d_model=24 does not divide into n_heads=5 equal heads"):
        from_hf(folder)


def test_an_untied_unembedding_is_refused(tmp_path: Path):
    hugging_face(tie_word_embeddings=False).save_pretrained(tmp_path)
    with pytest.raises(
        ValueError, match=r"the lm_head of .* is not the same as wte.*W_U is W_E\.T"
    ):
        from_hf(tmp_path)


def test_an_untied_unembedding_that_is_missing_is_refused(folder: Path):
    edit_weights(folder, **{"lm_head.weight": None})
    edit_config(folder, tie_word_embeddings=False)
    with pytest.raises(ValueError, match=r"the lm_head of .* is missing"):
        from_hf(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "pytorch_model.bin.index.json"])
def test_a_pickle_is_never_opened(folder: Path, name: str):
    (folder / "model.safetensors").unlink()
    (folder / name).write_bytes(b"\x80\x02 would run code")
    with pytest.raises(ValueError, match=r"pickle only .*never does.*safe_serialization=True"):
        from_hf(folder)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_file_that_was_cut_short_is_named(folder: Path, share: float):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    with pytest.raises(ValueError, match=r"model\.safetensors is not a whole safetensors file"):
        from_hf(folder)


def test_a_missing_shard_is_named(tmp_path: Path):
    hugging_face().save_pretrained(tmp_path, max_shard_size="20KB")
    gone = sorted(tmp_path.glob("model-*.safetensors"))[1]
    gone.unlink()
    with pytest.raises(FileNotFoundError, match=f"{gone.name} is named in the index, but missing"):
        from_hf(tmp_path)


@pytest.mark.parametrize("index", [{}, {"weight_map": {"wte.weight": "../other/x.safetensors"}}])
def test_an_index_that_leads_elsewhere_is_refused(folder: Path, index: dict):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ValueError, match="needs a weight_map from weights to files in its own"):
        from_hf(folder)


def test_a_directory_without_weights_is_named(folder: Path):
    (folder / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"no weights in .*expected model\.safetensors"):
        from_hf(folder)


def test_a_directory_without_a_config_is_named(folder: Path, tmp_path: Path):
    (folder / "config.json").unlink()
    for place in (folder, tmp_path / "nowhere"):
        with pytest.raises(FileNotFoundError, match=r"there is no .*config\.json.*gptlab\.load"):
            from_hf(place)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "is not JSON"), (b"\xff\xfe", "is not JSON"), (b"[1]", "JSON object, got list")],
)
def test_a_config_that_is_not_json_is_named(folder: Path, content: bytes, message: str):
    (folder / "config.json").write_bytes(content)
    with pytest.raises(ValueError, match=rf"config\.json.*{message}"):
        from_hf(folder)


@pytest.mark.parametrize("n_written", [0, 1, 2, 3])
def test_a_directory_written_in_part_opens_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_written: int
):
    """A disk that fills up after some of the four files."""
    count = itertools.count()

    def until_full(path: Path, data: bytes) -> None:
        if next(count) == n_written:
            raise OSError(28, "No space left on device")
        write_atomically(path, data)

    monkeypatch.setattr(writing_module, "write_atomically", until_full)
    with pytest.raises(OSError, match="No space left"):
        to_hf(gpt((300, 8, 8, 1, 1, 32, 1e-5)), tmp_path, BPE)
    with pytest.raises(FileNotFoundError):
        from_hf(tmp_path)


# --- tokenizer ----------------------------------------------------------------------------------

SCENE = "ROMEO:\nBut, soft! what light through yonder window breaks? It is the east, the east.\n"
BPE = train_bpe(SCENE * 3, vocab_size=290)
WITH_SPECIAL = ByteBPE(name="special", merges=BPE.merges, specials=("<|endoftext|>",))
# Libraries disagree about the classes of characters that no Unicode version has assigned yet, so
# these are old ones: all scripts and signs below U+0500, Chinese, Japanese, and emoji.
ALPHABET = st.characters(max_codepoint=0x4FF, exclude_categories=["Cn", "Cs"]) | st.sampled_from(
    "牡丹亭，。「」あア가👩👧🏽🎭\u200d\ufe0f\u3000\u2028\u0301\ufeff\ufffd"
)
TEXTS = st.text(ALPHABET) | st.lists(
    st.sampled_from(
        ["light", " the", "\n\n", "  ", "<|endoftext|>", "'ll", "soft!", "\u00a0", "42"]
    )
).map("".join)


@pytest.fixture(scope="module", params=[BPE, WITH_SPECIAL], ids=["plain", "special"])
def both_tokenizers(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    ours = request.param
    to_hf(gpt((300, 8, 8, 1, 1, 32, 1e-5)), folder, ours)
    return ours, AutoTokenizer.from_pretrained(folder)


@given(text=TEXTS)
def test_hugging_face_cuts_text_into_the_same_ids(both_tokenizers, text: str):
    ours, theirs = both_tokenizers
    ids = ours.encode(text)
    assert theirs(text)["input_ids"] == ids
    assert theirs.decode(ids) == text


def test_hugging_face_knows_the_same_tokens(both_tokenizers):
    ours, theirs = both_tokenizers
    assert len(theirs) == ours.vocab_size
    assert theirs.model_max_length == 8
    for token in range(ours.vocab_size):
        shown = ours.token_bytes(token).decode(errors="replace")
        assert theirs.decode([token]) == shown


def test_a_tokenizer_that_does_not_fit_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match=r"bpe-290 has 290 tokens, but the model knows 50"):
        to_hf(gpt(), tmp_path, BPE)
    with pytest.raises(ValueError, match=r"only a byte-level BPE .* got 'chars'"):
        to_hf(gpt(), tmp_path, CharTokenizer.from_text("abc"))
    twice = ByteBPE(name="twice", merges=BPE.merges, specials=("a",))
    with pytest.raises(ValueError, match=r"special token of twice \(a\) is spelled like"):
        to_hf(gpt((300, 8, 8, 1, 1, 32, 1e-5)), tmp_path, twice)
    assert not list(tmp_path.iterdir())
