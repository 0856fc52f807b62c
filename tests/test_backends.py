"""One reading for every kind of model: the numbers that a widget shows are the model's own."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

import gptlab
from gptlab import GPT, GPTConfig, checkpoints, masks, weights
from gptlab.checkpoints import Checkpoint
from gptlab.tokenizers import CharTokenizer, Tokenizer, gpt2
from gptlab.widgets.backends import (
    Backend,
    GPTBackend,
    HuggingFaceBackend,
    Reading,
    newest,
    open_models,
)
from gptlab.widgets.backends.huggingface import HuggingFaceTokenizer

SIZES = GPTConfig(d_vocab=9, n_ctx=8, d_model=8, n_layers=2, n_heads=2)
LETTERS = CharTokenizer(alphabet="abcdefghi")
IDS = [3, 1, 4, 1, 5]


def small(seed: int = 0, mask: masks.Mask = masks.Causal()) -> GPT:  # noqa: B008 (frozen)
    generator = torch.Generator().manual_seed(seed)
    model = GPT(SIZES, mask=mask, generator=generator)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(
                torch.randn(weight.shape, generator=torch.Generator().manual_seed(seed)) / 4
            )
    return model


@pytest.fixture(scope="module")
def backend() -> GPTBackend:
    return GPTBackend(small(), LETTERS)


def test_a_reading_holds_what_the_probes_say(backend: GPTBackend) -> None:
    reading = backend.read(IDS)
    with gptlab.capture(backend.model) as seen:
        logits = backend.model(torch.tensor([IDS]))
    for layer in range(2):
        for name in ("pattern", "scores"):
            mine, theirs = getattr(reading, name)[layer], seen[f"blocks.{layer}.attn.{name}"][0]
            np.testing.assert_array_equal(mine, theirs.numpy())
        for name in ("q", "k", "v", "z"):
            mine, theirs = getattr(reading, name)[layer], seen[f"blocks.{layer}.attn.{name}"][0]
            np.testing.assert_array_equal(mine, theirs.transpose(0, 1).numpy())
    np.testing.assert_allclose(reading.logits, logits[0, -1].detach().numpy(), atol=1e-6)


def test_the_lens_ends_in_the_logits_and_begins_with_the_embedding(backend: GPTBackend) -> None:
    reading = backend.read(IDS)
    assert reading.lens is not None
    np.testing.assert_allclose(reading.lens[-1], reading.logits, atol=1e-5)
    model = backend.model
    first = model.W_E[IDS[-1]] + model.positions.added(torch.tensor([4]))[0]
    expected = (model.ln_f(first) @ model.W_U).detach().numpy()
    np.testing.assert_allclose(reading.lens[0], expected, atol=1e-5)


def test_a_head_that_is_switched_off_adds_nothing(backend: GPTBackend) -> None:
    """By hand: the same model with that head's W_O set to 0."""
    off = small()
    with torch.no_grad():
        off.blocks[1].attn.W_O[0] = 0
    expected = GPTBackend(off, LETTERS).read(IDS)
    reading = backend.read(IDS, without=[(1, 0)])
    np.testing.assert_allclose(reading.logits, expected.logits, atol=1e-6)
    assert not np.allclose(reading.logits, backend.read(IDS).logits)
    assert reading.z is not None
    assert (reading.z[1, 0] == 0).all()


def test_several_heads_of_one_layer_can_be_switched_off(backend: GPTBackend) -> None:
    reading = backend.read(IDS, without=[(0, 0), (0, 1)])
    assert reading.z is not None
    assert (reading.z[0] == 0).all()


@pytest.mark.parametrize("head", [(2, 0), (0, 2), (-1, 0)])
def test_a_head_that_does_not_exist_is_named(backend: GPTBackend, head: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"layers go from 0 to 1 and heads from 0 to 1; got layer"):
        backend.read(IDS, without=[head])


def test_the_untrained_twin_is_the_same_each_time(backend: GPTBackend) -> None:
    first, again = (
        backend.untrained().read(IDS),
        GPTBackend(small(1), LETTERS).untrained().read(IDS),
    )
    np.testing.assert_array_equal(first.logits, again.logits)
    assert np.abs(first.logits).max() < 1


def test_a_model_that_sees_later_positions_says_so(backend: GPTBackend) -> None:
    assert backend.is_causal
    assert not GPTBackend(small(mask=masks.Bidirectional()), LETTERS).is_causal


def test_the_newest_tokens_are_kept() -> None:
    assert newest([1, 2, 3], 3) == ([1, 2, 3], 0)
    assert newest([1, 2, 3], 2) == ([2, 3], 1)


# Hugging Face


@pytest.fixture(scope="module")
def gpt2_shaped(tmp_path_factory: pytest.TempPathFactory) -> tuple[GPTBackend, HuggingFaceBackend]:
    folder = tmp_path_factory.mktemp("hf")
    ours = GPT(
        GPTConfig(d_vocab=50_257, n_ctx=16, d_model=8, n_layers=2, n_heads=2),
        generator=torch.Generator().manual_seed(0),
    )
    weights.to_hf(ours, folder)
    return GPTBackend(ours, gpt2()), HuggingFaceBackend(
        GPT2LMHeadModel.from_pretrained(folder), gpt2()
    )


def test_a_gpt2_of_hugging_face_reads_like_ours(
    gpt2_shaped: tuple[GPTBackend, HuggingFaceBackend],
) -> None:
    ours, theirs = gpt2_shaped
    ids = gpt2().encode("The cat 牡丹")
    for without in ([], [(1, 0)], [(0, 1), (1, 1)]):
        a, b = ours.read(ids, without), theirs.read(ids, without)
        np.testing.assert_allclose(a.pattern, b.pattern, atol=1e-5)
        np.testing.assert_allclose(a.logits, b.logits, atol=1e-4)
    assert (b.q, b.scores, b.lens, theirs.untrained()) == (None, None, None, None)
    assert theirs.model.config._attn_implementation != "eager"  # as it was before


def test_another_architecture_is_read_too() -> None:
    """Llama: other names, fewer keys than queries; a switched-off head is one without its rows."""
    config = LlamaConfig(
        vocab_size=9,
        hidden_size=8,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=16,
    )
    torch.manual_seed(0)
    model = LlamaForCausalLM(config).eval()
    theirs = HuggingFaceBackend(model, LETTERS)
    reading = theirs.read(IDS, without=[(0, 1)])
    assert reading.pattern.shape == (2, 2, 5, 5)
    with torch.no_grad():
        model.model.layers[0].self_attn.o_proj.weight[:, 4:] = 0
    np.testing.assert_allclose(reading.logits, theirs.read(IDS).logits, atol=1e-6)
    with pytest.raises(ValueError, match=r"expected 1 to \d+ tokens, got 0"):
        theirs.read([])


def test_a_model_whose_heads_are_not_found_says_so() -> None:
    config = GPT2Config(vocab_size=9, n_positions=8, n_embd=8, n_layer=1, n_head=2)
    odd = HuggingFaceBackend(GPT2LMHeadModel(config), LETTERS)
    assert odd.read(IDS).pattern.shape == (1, 2, 5, 5)
    odd.n_layers = 2  # so that one matrix is missing
    with pytest.raises(ValueError, match="joins the heads in each of 2 layers, found 1"):
        odd.read(IDS, without=[(0, 0)])


def test_tokens_of_hugging_face_spell_their_bytes(tmp_path: Path) -> None:
    ours = gptlab.load("shakespeare", device="cpu")[1]
    weights.to_hf(small(), tmp_path)  # sizes do not matter: only the tokenizer is read
    gptlab.weights.to_hf(gptlab.load("shakespeare", device="cpu")[0], tmp_path / "s", ours)
    theirs = HuggingFaceTokenizer(PreTrainedTokenizerFast.from_pretrained(tmp_path / "s"))
    text = "The cat 牡丹 👩‍🚀"
    ids = theirs.encode(text)
    assert theirs.decode(ids) == text
    assert b"".join(map(theirs.token_bytes, ids)) == text.encode()
    assert isinstance(theirs, Tokenizer)


# Opening


def test_the_shipped_model_answers_in_a_page_too() -> None:
    models = open_models("shakespeare")
    assert (models.assets, models.steps) == (["model/shakespeare"], ())
    assert models.open(0).n_ctx == 256


def test_the_first_lessons_snapshots_are_in_order() -> None:
    models = open_models("lesson")
    assert models.steps == tuple(checkpoints.snapshots())
    assert models.assets == [f"model/lesson@{step}" for step in models.steps]
    assert isinstance(models.open(7), Backend)
    assert models.open(7) is models.open(7)


def test_a_run_is_opened_with_its_snapshots(tmp_path: Path) -> None:
    checkpoints.save(Checkpoint(small(), LETTERS), tmp_path / "checkpoint.safetensors")
    assert open_models(tmp_path).steps == ()
    for step in (0, 10):
        saved = Checkpoint(small(step), LETTERS)
        checkpoints.save(saved, tmp_path / "snapshots" / f"step-{step:06d}.safetensors")
    models = open_models(str(tmp_path))
    assert (models.steps, models.assets) == ((0, 10), None)
    ten = open_models({10: tmp_path / "snapshots" / "step-000010.safetensors"})
    assert_same(models.open(1).read(IDS), ten.open(0).read(IDS))


def test_a_file_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    checkpoints.save(Checkpoint(small(0), LETTERS), file)
    before = open_models(file).open(0).read(IDS)
    checkpoints.save(Checkpoint(small(1), LETTERS), file)
    assert not np.allclose(before.logits, open_models(file).open(0).read(IDS).logits)


def test_an_object_needs_its_tokenizer_and_a_name_needs_none(backend: GPTBackend) -> None:
    assert open_models(small(), LETTERS).assets is None
    assert open_models(backend).open(0) is backend
    with pytest.raises(ValueError, match="needs its tokenizer"):
        open_models(small())
    with pytest.raises(ValueError, match="Leave the tokenizer out"):
        open_models("shakespeare", LETTERS)
    with pytest.raises(FileNotFoundError, match="there is no model 'nobody'"):
        open_models("nobody")
    with pytest.raises(TypeError, match=r"expected a model's name, .* got int"):
        open_models(3)
    with pytest.raises(ValueError, match="no snapshot to open"):
        open_models({})


def assert_same(a: Reading, b: Reading) -> None:
    np.testing.assert_array_equal(a.logits, b.logits)
