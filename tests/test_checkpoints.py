import errno
import json
import os
import pickle
from dataclasses import replace

import pytest
import torch

from gptlab import checkpoints, rounding
from gptlab.checkpoints import Checkpoint
from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.layers import NoNorm, add
from gptlab.layers import replace as without_residual
from gptlab.masks import Bidirectional, Causal, SlidingWindow
from gptlab.positions import AlibiPositions, LearnedPositions, NoPositions, RotaryPositions
from gptlab.tokenizers import CharTokenizer

SIZES = GPTConfig(d_vocab=7, n_ctx=8, d_model=12, n_layers=2, n_heads=3)
TOKENIZER = CharTokenizer(alphabet="abcdefg")
TOKENS = torch.tensor([[0, 3, 6, 1]])


def model_of(seed=0, **parts):
    return GPT(SIZES, generator=torch.Generator().manual_seed(seed), **parts)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.safetensors"
    checkpoints.save(Checkpoint(model_of(), TOKENIZER, {"seed": 0}), path)
    return path


def test_what_was_saved_comes_back_bit_for_bit(saved):
    read = checkpoints.read(saved)
    assert read.info == {"seed": 0}
    assert read.tokenizer == TOKENIZER
    assert torch.equal(read.model(TOKENS), model_of()(TOKENS))


@pytest.mark.parametrize(
    "parts",
    [
        {"positions": RotaryPositions, "mask": SlidingWindow(3)},
        {"positions": AlibiPositions, "mask": Bidirectional()},
        {"positions": NoPositions, "norm": NoNorm, "residual": without_residual},
        {
            "positions": LearnedPositions,
            "mask": Causal(),
            "norm": torch.nn.RMSNorm,
            "residual": add,
        },
    ],
    ids=str,
)
def test_every_part_is_rebuilt(tmp_path, parts):
    model = model_of(**parts)
    checkpoints.save(Checkpoint(model, TOKENIZER), tmp_path / "m.safetensors")
    again = checkpoints.read(tmp_path / "m.safetensors").model
    assert checkpoints.describe(again) == checkpoints.describe(model)
    assert torch.equal(again(TOKENS), model(TOKENS))


def test_a_part_that_could_not_be_rebuilt_is_refused_before_anything_is_written(tmp_path):
    model = model_of(norm=lambda width: torch.nn.LayerNorm(width, bias=False))
    with pytest.raises(ValueError, match="not in the table of parts"):
        checkpoints.save(Checkpoint(model, TOKENIZER), tmp_path / "m.safetensors")
    assert not list(tmp_path.iterdir())


def test_a_rounded_file_holds_the_rounded_model_in_a_quarter_of_the_size(tmp_path, saved):
    sizes = replace(SIZES, d_model=96, d_vocab=7)
    model = GPT(sizes, generator=torch.Generator().manual_seed(0))
    for rounded in (False, True):
        file = tmp_path / f"{rounded}.safetensors"
        checkpoints.save(Checkpoint(model, TOKENIZER), file, rounded=rounded)
    full, small = ((tmp_path / f"{r}.safetensors").stat().st_size for r in (False, True))
    assert small < 0.32 * full
    again = checkpoints.read(tmp_path / "True.safetensors").model
    assert torch.equal(again(TOKENS), rounding.rounded(model)(TOKENS))


def test_a_truncated_file_is_refused(saved):
    saved.write_bytes(saved.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"not a whole safetensors file.*cut short"):
        checkpoints.read(saved)


def test_an_empty_file_is_refused(saved):
    saved.write_bytes(b"")
    with pytest.raises(ValueError, match="not a whole safetensors file"):
        checkpoints.read(saved)


class Bomb:
    def __reduce__(self):
        return (os.remove, ("/definitely/not/there",))


@pytest.mark.parametrize("protocol", [2, 5])
def test_a_pickle_is_refused_and_never_opened(tmp_path, protocol):
    file = tmp_path / "model.safetensors"
    file.write_bytes(pickle.dumps(Bomb(), protocol=protocol))
    with pytest.raises(ValueError, match="is a pickle"):
        checkpoints.read(file)


def test_a_file_of_torch_save_is_refused(tmp_path):
    file = tmp_path / "model.pt"
    torch.save(model_of().state_dict(), file)
    with pytest.raises(ValueError, match=r"is a pickle.*safetensors"):
        checkpoints.read(file)


def test_a_checkpoint_of_another_shape_names_the_tensor(saved, tmp_path):
    from safetensors import safe_open
    from safetensors.torch import save_file

    with safe_open(saved, framework="pt") as opened:
        header = json.loads(opened.metadata()["gptlab"])
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    header["model"]["sizes"]["n_ctx"] = 9
    changed = tmp_path / "changed.safetensors"
    save_file(tensors, changed, metadata={"gptlab": json.dumps(header)})
    with pytest.raises(ValueError, match=r"positions\.W_pos: expected \(9, 12\), got \(8, 12\)"):
        checkpoints.read(changed)


def test_a_safetensors_file_from_elsewhere_is_refused_with_the_way_in(tmp_path):
    from safetensors.torch import save_file

    save_file({"wte": torch.zeros(2)}, tmp_path / "hf.safetensors")
    with pytest.raises(ValueError, match=r"gptlab\.weights\.from_hf"):
        checkpoints.read(tmp_path / "hf.safetensors")


def test_a_full_disk_leaves_the_earlier_checkpoint(saved, monkeypatch):
    before = saved.read_bytes()

    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left.*earlier file is unharmed.*Make room"):
        checkpoints.save(Checkpoint(model_of(seed=1), TOKENIZER), saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_an_unknown_model_names_the_way_to_one():
    with pytest.raises(FileNotFoundError, match=r"gptlab train --out nowhere"):
        checkpoints.load("nowhere")


def test_state_is_read_only_when_asked_for(tmp_path):
    state = {"generator": torch.arange(3)}
    checkpoints.save(Checkpoint(model_of(), TOKENIZER, {}, state), tmp_path)
    assert checkpoints.read(tmp_path).state == {}
    assert torch.equal(
        checkpoints.read(tmp_path, with_state=True).state["generator"], torch.arange(3)
    )
