"""Two processes under `torchrun` do what one does on the same global batch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from safetensors.torch import load_file
from torch import Tensor, nn

from gptlab import distributed

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "tests" / "distributed_run.py"
TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def ran(launcher: list[str], out: Path, batch_size: int = 8) -> subprocess.CompletedProcess[str]:
    out.mkdir()
    return subprocess.run(
        [sys.executable, *launcher, str(SCRIPT), str(out), str(batch_size)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        timeout=200,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One process in `one`, two in `two`."""
    folder = tmp_path_factory.mktemp("distributed")
    for name, launcher in (("one", []), ("two", TORCHRUN)):
        run = ran(launcher, folder / name)
        assert run.returncode == 0, run.stderr
    return folder


def with_prefix(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in tensors.items() if name.startswith(prefix)}


@pytest.mark.slow
def test_two_processes_compute_the_gradient_of_one(folder: Path):
    """After the same clipping, on the same eight windows: four and four against eight."""
    one, two = (
        with_prefix(load_file(folder / n / "rank0.safetensors"), "grad") for n in ("one", "two")
    )
    assert len(one) == 36
    torch.testing.assert_close(two, one, atol=1e-6, rtol=0)


@pytest.mark.slow
def test_two_processes_reach_the_loss_of_one(folder: Path):
    one, two = (load_file(folder / name / "rank0.safetensors") for name in ("one", "two"))
    assert one["losses"].shape == (20,)
    assert (
        one["losses"][-1] < one["losses"][0] - 0.1
    )  # it learned, so there is something to agree on
    torch.testing.assert_close(two["losses"], one["losses"], atol=1e-3, rtol=0)
    torch.testing.assert_close(two["validation"], one["validation"], atol=1e-3, rtol=0)


@pytest.mark.slow
def test_both_processes_hold_one_model_and_one_clock(folder: Path):
    first, second = (load_file(folder / "two" / f"rank{r}.safetensors") for r in (0, 1))
    for name in ("losses", "seconds", *with_prefix(first, "weight")):
        assert torch.equal(first[name], second[name]), name


@pytest.mark.slow
def test_an_uneven_batch_is_refused(tmp_path: Path):
    run = ran(TORCHRUN, tmp_path / "uneven", batch_size=7)
    assert run.returncode != 0
    expected = "a batch of 7 windows does not divide evenly among 2 processes. Choose a batch size"
    assert expected in run.stderr


def test_one_process_alone_needs_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    model, batch = nn.Linear(2, 2), (torch.ones(3, 2), torch.zeros(3, 2))
    with distributed.processes():
        assert not dist.is_initialized()
        assert distributed.rank() == 0
        assert distributed.wrapped(model) is model
        assert distributed.share_of(batch) is batch
        assert distributed.mean(torch.tensor(2.5)).item() == 2.5
        assert distributed.from_first(1.25) == 1.25


@pytest.fixture
def second_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, answer in {"is_initialized": True, "get_world_size": 2, "get_rank": 1}.items():
        monkeypatch.setattr(dist, name, lambda answer=answer: answer)


@pytest.mark.usefixtures("second_of_two")
def test_the_second_process_takes_the_second_half():
    rows = torch.arange(6)[:, None]
    inputs, targets = distributed.share_of((rows, rows + 1))
    assert (inputs.flatten().tolist(), targets.flatten().tolist()) == ([3, 4, 5], [4, 5, 6])
    assert distributed.rank() == 1


@pytest.mark.usefixtures("second_of_two")
def test_rows_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match=r"7 windows .* among 2 processes.* a multiple of 2"):
        distributed.share_of((torch.ones(7, 1), torch.ones(7, 1)))
