"""Recurrent cells against torch's own, the causal convolution, and the language model of them."""

from functools import partial
from itertools import pairwise

import pytest
import torch
from einops import rearrange
from torch import nn

from gptlab import capture, patched
from gptlab.probes import probes
from gptlab.rnn import (
    CELLS,
    LSTM,
    CausalConvolution,
    Cell,
    Elman,
    Memory,
    RecurrentLM,
    RNNConfig,
    loss_on,
    pieces,
    rotation,
    study,
    write,
)

TORCHS = {"tanh": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}
EVERY = [*CELLS.values(), partial(CausalConvolution, n_taps=3, dilation=2)]
CFG = RNNConfig(d_vocab=11, n_ctx=8, d_model=6, n_layers=2)


def seed(n: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(n)


def drawn(kind: str, d_in: int = 3, d_hidden: int = 5) -> Cell:
    cell = CELLS[kind](d_in, d_hidden)
    with torch.no_grad():
        cell.draw_weights(seed())
        for name, weight in cell.named_parameters():
            if name.startswith("b"):
                weight.normal_(generator=seed(1))
    return cell.double()


def torchs(kind: str, cell: Cell) -> nn.RNNBase:
    """torch's cell with the weights of ours."""
    other = TORCHS[kind](cell.d_in, cell.d_hidden, batch_first=True).double()
    weights = {
        "weight_ih_l0": rearrange(cell.W_x, "g i o -> (g o) i"),
        "weight_hh_l0": rearrange(cell.W_h, "g i o -> (g o) i"),
        "bias_ih_l0": cell.b.flatten(),
        "bias_hh_l0": torch.zeros_like(cell.b).flatten(),
    }
    if kind == "GRU":
        weights["bias_hh_l0"][-cell.d_hidden :] = cell.b_hn
    other.load_state_dict({name: weight.detach() for name, weight in weights.items()})
    return other


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("step_by_step", [False, True])
def test_a_cell_equals_torchs(kind: str, step_by_step: bool) -> None:
    cell, x = drawn(kind), torch.randn(2, 7, 3, generator=seed(2), dtype=torch.float64)
    state = tuple(
        torch.randn(2, 5, generator=seed(n), dtype=torch.float64) for n in range(cell.n_states)
    )
    hx = tuple(part[None] for part in state)
    expected, after = torchs(kind, cell)(x, hx if len(hx) > 1 else hx[0])
    read = cell._step_by_step if step_by_step else cell._at_once
    hidden, state = read(x, state)
    torch.testing.assert_close(hidden, expected, rtol=0, atol=1e-12)
    for part, other in zip(state, after if len(hx) > 1 else (after,), strict=True):
        torch.testing.assert_close(part, other[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", CELLS)
def test_gradients_are_equal_watched_and_not(kind: str) -> None:
    cell, x = drawn(kind), torch.randn(2, 7, 3, generator=seed(2), dtype=torch.float64)
    gradients = []
    for read in (cell._step_by_step, cell._at_once):
        cell.zero_grad()
        read(x, cell.start(x))[0].pow(2).sum().backward()
        gradients.append({name: weight.grad.clone() for name, weight in cell.named_parameters()})
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], gradient, rtol=0, atol=1e-10)


def test_an_elman_cell_by_hand() -> None:
    """One number wide: tanh(1 · 2 + 0.5 · 0 − 1) = tanh 1, then tanh(0 · 2 + 0.5 · tanh 1 − 1)."""
    cell = Elman(1, 1).double()
    with torch.no_grad():
        cell.W_x[:], cell.W_h[:], cell.b[:] = 2.0, 0.5, -1.0
    hidden, _ = cell(torch.tensor([[[1.0], [0.0]]], dtype=torch.float64))
    first = torch.tensor(1.0, dtype=torch.float64).tanh()
    expected = torch.stack((first, (0.5 * first - 1).tanh()))
    torch.testing.assert_close(hidden.flatten(), expected)


def test_an_lstm_with_open_gates_counts() -> None:
    """Forget and input gates at 1 and a new value of 1 make c a counter: 1, 2, 3, …"""
    cell = LSTM(1, 1).double()
    with torch.no_grad():
        for weight in cell.parameters():
            weight.zero_()
        cell.b[:] = 40.0
    with capture(cell, "memory") as cache:
        cell(torch.zeros(1, 4, 1, dtype=torch.float64))
    torch.testing.assert_close(cache["memory"].flatten(), torch.arange(1.0, 5.0).double())


def test_a_convolution_equals_the_sum_over_its_taps() -> None:
    layer = CausalConvolution(2, 3, n_taps=3, dilation=2).double()
    with torch.no_grad():
        layer.draw_weights(seed())
        layer.b.normal_(generator=seed(1))
    x = torch.randn(1, 9, 2, generator=seed(2), dtype=torch.float64)
    expected = torch.zeros(9, 3, dtype=torch.float64) + layer.b
    for t in range(9):
        for j in range(3):
            if t - 2 * j >= 0:
                expected[t] += x[0, t - 2 * j] @ layer.W_x[j]
    expected = nn.functional.gelu(expected, approximate="tanh")
    torch.testing.assert_close(layer(x)[0][0], expected)
    assert layer.reach == 4


def test_a_convolution_sees_its_reach_and_nothing_before() -> None:
    layer = CausalConvolution(1, 1, n_taps=3).double()
    with torch.no_grad():
        layer.W_x[:] = 1.0
    x = torch.zeros(1, 6, 1, dtype=torch.float64, requires_grad=True)
    layer(x)[0][0, 5].backward()
    assert (x.grad.flatten() != 0).tolist() == [False] * 3 + [True] * 3


@pytest.mark.parametrize("cell", EVERY)
def test_reading_in_pieces_is_reading_at_once(cell: type[Cell]) -> None:
    model = RecurrentLM(CFG, cell=cell, generator=seed()).double()
    tokens = torch.randint(11, (2, 20), generator=seed(1))
    memory = Memory()
    pieces = [model(part, memory) for part in tokens.split([1, 7, 2, 10], dim=1)]
    torch.testing.assert_close(torch.cat(pieces, dim=1), model(tokens), rtol=0, atol=1e-12)
    assert memory.n_pos == 20


@pytest.mark.parametrize("cell", EVERY)
def test_future_tokens_do_not_change_the_past(cell: type[Cell]) -> None:
    model = RecurrentLM(CFG, cell=cell, generator=seed()).double()
    tokens = torch.randint(11, (1, 9), generator=seed(1))
    changed = tokens.clone()
    changed[0, 6:] = (tokens[0, 6:] + 1) % 11
    off = (model(tokens) - model(changed)).abs().amax((0, 2))
    torch.testing.assert_close(off[:6], torch.zeros(6).double(), rtol=0, atol=1e-14)
    assert (off[6:] > 1e-8).all()


@pytest.mark.parametrize("cell", EVERY)
def test_the_memory_does_not_grow(cell: type[Cell]) -> None:
    model = RecurrentLM(CFG, cell=cell, generator=seed())
    memory, sizes = Memory(), set()
    for length in (1, 5, 50):
        model(torch.zeros(1, length, dtype=torch.long), memory)
        sizes.add(memory.n_numbers)
    assert len(sizes) == 1


def test_a_seed_gives_the_same_model() -> None:
    one, same, other = (RecurrentLM(CFG, cell=LSTM, generator=seed(n)) for n in (0, 0, 1))
    for name, weight in one.named_parameters():
        assert torch.equal(weight, same.get_parameter(name))
    assert not torch.equal(one.W_E, other.W_E)
    assert one.n_parameters == 11 * 6 + 2 * 4 * (6 * 6 + 6 * 6 + 6)


def test_probes_have_the_names_of_the_gates() -> None:
    model = RecurrentLM(CFG, cell=LSTM, generator=seed())
    tokens = torch.zeros(1, 4, dtype=torch.long)
    with capture(model) as cache:
        watched = model(tokens)
    assert {f"layers.1.{name}" for name in ("hidden", "memory", "gates.forget")} < set(cache)
    assert cache["layers.0.gates.forget"].shape == (1, 4, 6)
    shown = cache["layers.1.gates.output"] * cache["layers.1.memory"].tanh()
    torch.testing.assert_close(shown, cache["layers.1.hidden"])
    torch.testing.assert_close(model(tokens), watched)
    assert probes(model, "layers.0.hidden")["layers.0.hidden"].axes == "batch pos d_hidden"


def test_a_hidden_state_can_be_replaced_and_a_gate_only_read() -> None:
    model, tokens = RecurrentLM(CFG, cell=LSTM, generator=seed()), torch.zeros(1, 4).long()
    with patched(model, {"layers.1.hidden": torch.zeros_like}):
        assert model(tokens).abs().max() == 0
    with (
        patched(model, {"layers.0.gates.forget": torch.zeros_like}),
        pytest.raises(ValueError, match="read, not replaced"),
    ):
        model(tokens)


def test_detached_memory_ends_the_gradient() -> None:
    model = RecurrentLM(CFG, generator=seed())
    memory = Memory()
    model(torch.zeros(1, 4).long(), memory)
    assert memory.states[0][0].requires_grad
    memory.detach()
    assert not memory.states[0][0].requires_grad


def test_a_rotation_keeps_lengths() -> None:
    matrix = rotation(5, seed(), radius=0.9).double()
    torch.testing.assert_close(matrix @ matrix.T, 0.81 * torch.eye(5).double(), atol=1e-6, rtol=0)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="d_model counts"):
        RNNConfig(d_vocab=3, n_ctx=2, d_model=0)
    with pytest.raises(ValueError, match="one for each"):
        RecurrentLM(CFG, cell=(Elman,))
    model = RecurrentLM(CFG, generator=seed())
    for tokens in (torch.zeros(1, 0).long(), torch.full((1, 2), 11)):
        with pytest.raises(ValueError, match="token"):
            model(tokens)
    with pytest.raises(ValueError, match="at least 1"):
        CausalConvolution(1, 1, n_taps=0)


def test_pieces_follow_each_other_in_every_stream() -> None:
    ids = torch.arange(43)
    text = pieces(ids, n_streams=2, n_pos=4)
    assert len(text) == 5
    for (inputs, targets), (after, _more) in pairwise(text):
        assert torch.equal(targets, inputs + 1)
        assert torch.equal(after[:, 0], inputs[:, -1] + 1)
    with pytest.raises(ValueError, match="3 tokens make no piece of 4"):
        pieces(torch.arange(3), n_streams=1, n_pos=4)


def test_a_text_read_in_pieces_has_the_loss_of_the_whole() -> None:
    model = RecurrentLM(CFG, cell=LSTM, generator=seed()).double()
    ids = torch.randint(11, (33,), generator=seed(1))
    (whole,) = pieces(ids, n_streams=1, n_pos=32)
    text = pieces(ids, n_streams=1, n_pos=4)
    expected = nn.functional.cross_entropy(model(whole[0])[0], whole[1][0]).item()
    assert loss_on(model, text) == pytest.approx(expected, abs=1e-12)
    assert loss_on(model, text, carried=False) != pytest.approx(expected, abs=1e-3)


def test_studying_a_text_that_repeats_lowers_the_loss() -> None:
    model = RecurrentLM(CFG, cell=LSTM, generator=seed())
    text = pieces(torch.arange(4000) % 7, n_streams=4, n_pos=8)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    losses = list(study(model, text, optimizer))
    assert len(losses) == len(text)
    assert losses[-1] < 0.3 * losses[0]


def test_writing_goes_on_from_the_memory() -> None:
    model = RecurrentLM(CFG, cell=LSTM, generator=seed())
    memory = Memory()
    whole = write(model, [1, 2, 3], 6, memory=memory, generator=seed(1))
    assert memory.n_pos == 3 + 5
    memory, draws = Memory(), seed(1)
    first = write(model, [1, 2, 3], 2, memory=memory, generator=draws)
    assert first + write(model, first[-1:], 4, memory=memory, generator=draws) == whole
    cold = write(model, [1, 2, 3], 4, memory=Memory(), generator=seed(2), temperature=1e-4)
    assert cold == write(model, [1, 2, 3], 4, memory=Memory(), generator=seed(3), temperature=1e-4)
    with pytest.raises(ValueError, match="it is above 0"):
        write(model, [1], 1, memory=Memory(), generator=seed(), temperature=0.0)
