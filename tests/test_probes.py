"""Reading and replacing activations inside a running model."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.positions import POSITIONS
from gptlab.probes import Probe, capture, patched, probes

CFG = GPTConfig(d_vocab=11, n_ctx=8, d_model=12, n_layers=1, n_heads=3)
TOKENS = torch.tensor([[1, 5, 2, 7]])
READING_ORDER = [
    "embed",
    "pos_embed",
    "blocks.0.resid_pre",
    "blocks.0.attn.q",
    "blocks.0.attn.k",
    "blocks.0.attn.v",
    "blocks.0.attn.scores",
    "blocks.0.attn.pattern",
    "blocks.0.attn.z",
    "blocks.0.attn_out",
    "blocks.0.resid_mid",
    "blocks.0.mlp.pre",
    "blocks.0.mlp.post",
    "blocks.0.mlp_out",
    "blocks.0.resid_post",
    "ln_final",
]


@pytest.fixture
def model() -> GPT:
    return GPT(CFG, generator=torch.Generator().manual_seed(0)).eval()


def hooks_of(model: nn.Module) -> int:
    return sum(probe.watched for probe in probes(model).values())


def test_the_names_of_a_one_layer_model_in_reading_order(model: GPT):
    assert list(probes(model)) == READING_ORDER


def test_a_forward_pass_meets_the_probes_in_reading_order(model: GPT):
    with capture(model) as cache:
        model(TOKENS)
    assert list(cache) == READING_ORDER


def test_every_activation_has_the_axes_that_its_probe_declares(model: GPT):
    sizes = {"batch": 1, "pos": 4, "query": 4, "key": 4, "head": 3, "d_head": 4} | {
        "d_model": 12,
        "d_mlp": 48,
    }
    with capture(model) as cache:
        model(TOKENS)
    for name, probe in probes(model).items():
        assert cache[name].shape == tuple(sizes[axis] for axis in probe.axes.split()), name


def test_a_star_crosses_dots(model: GPT):
    assert list(probes(model, "*.pattern")) == ["blocks.0.attn.pattern"]
    assert len(probes(model, "blocks.?.attn.[qkv]")) == 3


def test_capturing_changes_no_logit_beyond_rounding(model: GPT):
    plain = model(TOKENS)
    with capture(model) as cache:
        watched = model(TOKENS)
    torch.testing.assert_close(watched, plain, atol=1e-6, rtol=0)
    assert torch.equal(cache["ln_final"] @ model.W_U, watched)


def test_what_is_captured_carries_no_gradient(model: GPT):
    with capture(model, "embed") as cache:
        model(TOKENS).sum().backward()
    assert not cache["embed"].requires_grad
    assert model.W_E.grad is not None


def test_capture_takes_its_hooks_away(model: GPT):
    with capture(model):
        assert hooks_of(model) == len(READING_ORDER)
    assert hooks_of(model) == 0


def test_capture_takes_its_hooks_away_after_an_exception(model: GPT):
    with pytest.raises(RuntimeError, match="halfway"), capture(model):
        raise RuntimeError("halfway")
    assert hooks_of(model) == 0


def test_a_patch_takes_its_hooks_away_after_an_exception(model: GPT):
    with pytest.raises(RuntimeError, match="halfway"), patched(model, {"*": torch.zeros_like}):
        raise RuntimeError("halfway")
    assert hooks_of(model) == 0


def test_a_refused_patch_leaves_no_hook_behind(model: GPT):
    edits: dict[str, Callable[[Tensor], Tensor]] = {"embed": torch.zeros_like, "typo": torch.relu}
    with pytest.raises(KeyError, match="typo"), patched(model, edits):
        pass
    assert hooks_of(model) == 0


def test_an_edit_sees_the_activation_and_the_model_goes_on_with_the_replacement(model: GPT):
    seen = []

    def silence_head_1(z: Tensor) -> Tensor:
        seen.append(z)
        return z * torch.tensor([1.0, 0.0, 1.0])[:, None]

    with capture(model, "*.z") as cache:
        model(TOKENS)
    with capture(model, "*.attn_out") as full:
        model(TOKENS)
    with patched(model, {"blocks.0.attn.z": silence_head_1}), capture(model, "*.attn_out") as cut:
        model(TOKENS)
    torch.testing.assert_close(seen[0], cache["blocks.0.attn.z"], atol=1e-6, rtol=0)
    head_1 = cache["blocks.0.attn.z"][:, :, 1] @ model.blocks[0].attn.W_O[1]
    lost = full["blocks.0.attn_out"] - cut["blocks.0.attn_out"]
    torch.testing.assert_close(lost, head_1.detach(), atol=1e-6, rtol=0)


def test_a_patch_is_gone_after_its_block(model: GPT):
    before = model(TOKENS)
    with patched(model, {"ln_final": torch.zeros_like}):
        assert not model(TOKENS).any()
    assert torch.equal(model(TOKENS), before)


def test_one_glob_edits_every_probe_that_it_matches(model: GPT):
    with patched(model, {"*_out": torch.zeros_like}), capture(model, "*resid*") as cache:
        model(TOKENS)
    assert torch.equal(cache["blocks.0.resid_pre"], cache["blocks.0.resid_post"])


def test_a_capture_outside_the_patch_records_the_replacement(model: GPT):
    with capture(model, "*.mlp_out") as cache, patched(model, {"*.mlp_out": torch.ones_like}):
        model(TOKENS)
    assert torch.equal(cache["blocks.0.mlp_out"], torch.ones(1, 4, 12))


def test_a_capture_inside_the_patch_records_the_replacement(model: GPT):
    with patched(model, {"*.mlp_out": torch.ones_like}), capture(model, "*.mlp_out") as cache:
        model(TOKENS)
    assert torch.equal(cache["blocks.0.mlp_out"], torch.ones(1, 4, 12))


def test_a_patched_pattern_decides_what_attention_mixes(model: GPT):
    """Everybody looking at position 0 alone receives position 0's value."""
    first = torch.zeros(1, 3, 4, 4)
    first[..., 0] = 1
    with patched(model, {"*.pattern": lambda _: first}), capture(model, "*.[vz]") as cache:
        model(TOKENS)
    v, z = cache["blocks.0.attn.v"], cache["blocks.0.attn.z"]
    torch.testing.assert_close(z, v[:, :1].expand_as(z))


def test_a_gradient_flows_through_a_patch(model: GPT):
    with patched(model, {"*.attn_out": lambda x: 2 * x}):
        model(TOKENS).square().sum().backward()
    assert all(weight.grad is not None for weight in model.parameters())


def test_an_edit_that_changes_the_shape_is_refused(model: GPT):
    with patched(model, {"*.attn.z": lambda z: z[:, :2]}):
        expected = r"blocks\.0\.attn\.z turned shape \(1, 4, 3, 4\) into \(1, 2, 3, 4\)\. Return"
        with pytest.raises(ValueError, match=expected):
            model(TOKENS)


@pytest.mark.parametrize("name", ["block.0.attn.pattern", "blocks.1.*", "", "EMBED"])
def test_an_unknown_name_is_an_error_that_lists_names(model: GPT, name: str):
    expected = "no probe matches .*embed, pos_embed, blocks"
    with pytest.raises(KeyError, match=expected), capture(model, name):
        pass
    with pytest.raises(KeyError, match=expected), patched(model, {name: torch.relu}):
        pass


def test_a_model_without_probes_says_so():
    with pytest.raises(KeyError, match="no probes at all"):
        probes(nn.Linear(2, 2))


def by_function(module: nn.Module) -> nn.Module:
    compiled = torch.compile(module, backend="eager")  # the default one loads for seconds
    assert isinstance(compiled, nn.Module)
    return compiled


def by_method(module: nn.Module) -> nn.Module:
    module.compile(backend="eager")
    return module


@pytest.mark.parametrize("compiled", [by_function, by_method])
def test_a_compiled_model_is_refused(model: GPT, compiled: Callable[[nn.Module], nn.Module]):
    """Compiled, not run: nothing is built here."""
    module = compiled(model)
    with (
        pytest.raises(TypeError, match=r"Pass the model as it was before torch\.compile"),
        capture(module),
    ):
        pass
    with (
        pytest.raises(TypeError, match="nothing would be recorded"),
        patched(module, {"*": torch.relu}),
    ):
        pass


@pytest.mark.parametrize("compiled", [by_function, by_method])
def test_a_model_with_a_compiled_part_is_refused(
    model: GPT, compiled: Callable[[nn.Module], nn.Module]
):
    model.blocks[0] = compiled(model.blocks[0])
    with pytest.raises(TypeError, match="compiled"), capture(model):
        pass


def test_a_model_with_probes_can_be_copied(model: GPT):
    twin = copy.deepcopy(model)
    with capture(twin, "embed") as cache:
        model(TOKENS)
        assert not cache
        twin(TOKENS)
    assert list(cache) == ["embed"]


@pytest.mark.parametrize("scheme", POSITIONS)
def test_only_schemes_that_add_positions_record_them(scheme: str):
    model = GPT(CFG, positions=POSITIONS[scheme])
    with capture(model) as cache:
        model(TOKENS)
    assert ("pos_embed" in cache) == (scheme in ("LearnedPositions", "SinusoidalPositions"))


def test_a_probe_prints_its_axes():
    assert repr(Probe("batch head query key")) == "Probe(batch head query key)"
