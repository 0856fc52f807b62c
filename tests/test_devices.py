"""Which processor does the work, and in which number format."""

import pytest
import torch

from gptlab.devices import (
    autocast,
    best_device,
    bf16_pays,
    busy_cores,
    choose,
    describe,
    why,
)


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_the_fastest_device_there_is_chosen(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, expected: str
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert best_device().type == expected


@pytest.fixture
def only_a_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    for backend in (torch.cuda, torch.backends.mps):
        monkeypatch.setattr(backend, "is_available", lambda: False)


@pytest.mark.usefixtures("only_a_processor")
def test_a_device_is_chosen_by_name_or_left_to_the_machine():
    assert choose("cpu") == choose(None) == torch.device("cpu")


@pytest.mark.usefixtures("only_a_processor")
@pytest.mark.parametrize("name", ["cuda", "cuda:1", "mps", "gpu", ""])
def test_a_device_that_is_not_here_is_refused_with_those_that_are(name: str):
    with pytest.raises(ValueError, match=rf"here \(cpu\), got {name!r}\. Leave --device out"):
        choose(name)


def test_a_device_says_what_it_is_and_why():
    assert describe(torch.device("cpu")) == f"processor (CPU), {torch.get_num_threads()} threads"
    reasons = {why(torch.device(kind)) for kind in ("cpu", "cuda", "mps")}
    assert len(reasons) == 3


@pytest.mark.parametrize(
    ("capabilities", "pays"),
    [
        ({"amx_bf16": True, "avx512_bf16": False}, True),
        ({"amx_bf16": False, "avx512_bf16": True}, True),
        ({"amx_bf16": False, "avx512_bf16": False, "avx2": True}, False),
        ({"neon": True}, False),
    ],
)
def test_bfloat16_pays_on_a_processor_that_multiplies_it(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], pays: bool
):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert bf16_pays(torch.device("cpu")) is pays


@pytest.mark.parametrize("native", [True, False])
def test_bfloat16_pays_on_cuda_unless_emulated(monkeypatch: pytest.MonkeyPatch, native: bool):
    monkeypatch.setattr(
        torch.cuda, "is_bf16_supported", lambda including_emulation: native or including_emulation
    )
    assert bf16_pays(torch.device("cuda")) is native


def test_bfloat16_does_not_pay_on_apple():
    assert not bf16_pays(torch.device("mps"))


@pytest.mark.parametrize(("pays", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_autocast_multiplies_in_bfloat16_where_that_pays(
    monkeypatch: pytest.MonkeyPatch, pays: bool, expected: torch.dtype
):
    monkeypatch.setattr("gptlab.devices.bf16_pays", lambda device: pays)
    x = torch.ones(2, 2)
    with autocast(torch.device("cpu")):
        assert (x @ x).dtype == expected
    assert (x @ x).dtype == torch.float32


@pytest.mark.parametrize(("load", "busy"), [(0.2, 0), (0.8, 1), (2.2, 2), (99.0, 4)])
def test_busy_cores_are_told_from_the_load(monkeypatch: pytest.MonkeyPatch, load: float, busy: int):
    monkeypatch.setattr("os.getloadavg", lambda: (load, 0.0, 0.0), raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert busy_cores() == busy


def test_where_the_load_is_unknown_no_core_counts_as_busy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr("os.getloadavg", raising=False)
    assert busy_cores() == 0
