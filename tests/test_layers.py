"""The MLP, the block, and the parts that the ablation lessons leave out."""

from typing import TypeVar

import pytest
import torch
from torch import Tensor, nn

from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.layers import MLP, NORMS, RESIDUALS, Block, NoNorm, add, replace
from gptlab.masks import Causal
from gptlab.positions import NoPositions

Module = TypeVar("Module", bound=nn.Module)
CFG = GPTConfig(d_vocab=11, n_ctx=8, d_model=12, n_layers=2, n_heads=3)
GENERATOR = torch.Generator().manual_seed(0)
STREAM = torch.randn(2, 5, 12, generator=GENERATOR)


def drawn(module: Module) -> Module:
    for weight in module.parameters():
        nn.init.normal_(weight, std=0.3, generator=GENERATOR)
    return module


def test_the_mlp_equals_torch_layers():
    mlp = drawn(MLP(CFG))
    reference = nn.Sequential(nn.Linear(12, 48), nn.GELU(approximate="tanh"), nn.Linear(48, 12))
    with torch.no_grad():
        reference[0].weight.copy_(mlp.W_in.T)
        reference[0].bias.copy_(mlp.b_in)
        reference[2].weight.copy_(mlp.W_out.T)
        reference[2].bias.copy_(mlp.b_out)
    torch.testing.assert_close(mlp(STREAM), reference(STREAM))


def test_the_mlp_by_hand():
    """x = 1, W_in = (1, −1): gelu(1) = .8412, gelu(−1) = −.1588; W_out = (1, 1) adds them."""
    mlp = MLP(GPTConfig(d_vocab=2, n_ctx=1, d_model=1, n_layers=1, n_heads=1, d_mlp=2))
    with torch.no_grad():
        mlp.W_in.copy_(torch.tensor([[1.0, -1.0]]))
        mlp.W_out.fill_(1.0)
    assert mlp(torch.ones(1, 1, 1)).item() == pytest.approx(0.8412 - 0.1588, abs=1e-4)


def test_the_mlp_works_on_each_position_alone():
    mlp = drawn(MLP(CFG))
    changed = STREAM.clone()
    changed[:, 3] += 1
    others = [0, 1, 2, 4]
    torch.testing.assert_close(mlp(STREAM)[:, others], mlp(changed)[:, others])


@pytest.mark.parametrize("residual", [add, replace])
def test_a_block_is_attention_then_mlp_each_after_a_norm(residual):
    block = drawn(Block(CFG, NoPositions(CFG), Causal(), residual=residual))
    keep = 1 if residual is add else 0
    mid = keep * STREAM + block.attn(block.ln1(STREAM))
    expected = keep * mid + block.mlp(block.ln2(mid))
    torch.testing.assert_close(block(STREAM), expected)


def test_residual_functions_by_hand():
    stream, output = torch.tensor([1.0]), torch.tensor([10.0])
    assert (add(stream, output).item(), replace(stream, output).item()) == (11.0, 10.0)


def test_no_norm_changes_nothing_and_has_no_weights():
    assert torch.equal(NoNorm(12)(STREAM), STREAM)
    assert not list(NoNorm(12).parameters())


@pytest.mark.parametrize("residual", RESIDUALS)
@pytest.mark.parametrize("norm", NORMS)
def test_every_variant_runs_and_every_weight_learns(norm: str, residual: str):
    model = drawn(GPT(CFG, norm=NORMS[norm], residual=RESIDUALS[residual]))
    logits = model(torch.tensor([[1, 2, 3]]))
    assert logits.isfinite().all()
    logits.square().mean().backward()
    still = {"b_K"}  # shifts all scores of a query alike, which softmax does not see
    for name, weight in model.named_parameters():
        assert weight.grad is not None and weight.grad.isfinite().all(), name
        if name.rpartition(".")[2] not in still:
            assert weight.grad.any(), name


def test_a_key_bias_cannot_be_seen():
    """Softmax ignores what is the same for all keys: q · b_K is."""
    block = drawn(Block(CFG, NoPositions(CFG), Causal()))
    before: Tensor = block(STREAM)
    with torch.no_grad():
        block.attn.b_K += 1.0
    torch.testing.assert_close(block(STREAM), before, atol=1e-5, rtol=1e-5)


def test_dropout_acts_in_training_only():
    block = drawn(Block(GPTConfig(**{**vars(CFG), "dropout": 0.5}), NoPositions(CFG), Causal()))
    assert not torch.equal(block(STREAM), block(STREAM))
    block.eval()
    assert torch.equal(block(STREAM), block(STREAM))
