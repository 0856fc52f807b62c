"""One step's gradient and twenty steps' losses, for `torchrun` or for one process alone.

usage: distributed_run.py OUT [batch_size]
"""

import sys
from pathlib import Path
from unittest import mock

import torch
from safetensors.torch import save_file

from gptlab import distributed
from gptlab.config import GPTConfig
from gptlab.data import Split, Splits
from gptlab.gpt import GPT
from gptlab.schedule import Steps
from gptlab.training import Recipe, Training, train


def training(batch_size: int, n_steps: int) -> Training:
    cfg = GPTConfig(d_vocab=16, n_ctx=16, d_model=16, n_layers=2, n_heads=2)
    model = GPT(cfg, generator=torch.Generator().manual_seed(0))
    ids = torch.arange(400)
    part = Split(ids * ids // 3 % 16, 399)
    recipe = Recipe(batch_size=batch_size, evaluations=1)
    return Training(model, Splits(part, part, part), budget=Steps(n_steps), recipe=recipe, seed=3)


def main(out: Path, batch_size: int) -> None:
    with distributed.processes():
        one = training(batch_size, 20)
        one.take_step()
        tensors = {
            f"grad.{n}": w.grad for n, w in one.model.named_parameters() if w.grad is not None
        }
        run = training(batch_size, 20)
        results = list(train(run))
        tensors["losses"] = torch.tensor([result.loss for result in results])
        tensors["validation"] = torch.tensor(results[-1].validation.loss)
        tensors["seconds"] = torch.tensor([result.seconds for result in results])
        tensors |= {f"weight.{n}": w.detach() for n, w in run.model.named_parameters()}
        name = f"rank{distributed.rank()}.safetensors"
        save_file({n: t.contiguous() for n, t in tensors.items()}, out / name)


def in_float32(device: torch.device) -> bool:
    """Say that bfloat16 does not pay: in its 8 bits, sums in another order differ visibly."""
    return False


if __name__ == "__main__":
    torch.set_num_threads(1)
    with (
        mock.patch("gptlab.devices.bf16_pays", in_float32),
        mock.patch("gptlab.training.bf16_pays", in_float32),
    ):
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8)
