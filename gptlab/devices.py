"""Which processor does the work, in which number format, and why."""

import os
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec

import torch

from gptlab.catalogue import text as _


def best_device() -> torch.device:
    """Choose the fastest processor that is there: CUDA, then Apple's MPS, then the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def choose(name: str | None) -> torch.device:
    """Return the device of a name, or the best one if there is none.

    Raises:
        ValueError: If the name is unknown, or this machine has no such device.
    """
    if name is None:
        return best_device()
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    kind = name.partition(":")[0]
    if not there.get(kind):
        raise ValueError(
            f"expected a device that is here ({', '.join(k for k, v in there.items() if v)}), "
            f"got {name!r}. Leave --device out to take the fastest."
        )
    return torch.device(name)


def bf16_pays(device: torch.device) -> bool:
    """Tell whether this device multiplies bfloat16 matrices faster than float32 ones.

    True for CUDA from Ampere on and for processors with AMX tiles or AVX-512's bfloat16 products;
    elsewhere bfloat16 is emulated or not worth its rounding.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    can = torch.cpu.get_capabilities()
    return device.type == "cpu" and any(can.get(f"{unit}_bf16") for unit in ("amx", "avx512"))


def compiling_pays(device: torch.device) -> bool:
    """Tell whether torch.compile works here and makes long runs faster."""
    return device.type == "cuda" and find_spec("triton") is not None


def autocast(device: torch.device) -> AbstractContextManager[object]:
    """Open a region that multiplies in bfloat16 where that pays, and changes nothing elsewhere.

    Source: Micikevicius et al. 2018 (mixed precision), section 3; bfloat16 needs no loss scaling.
    """
    if bf16_pays(device):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()


def busy_cores() -> int:
    """Estimate how many cores other programs kept busy in the last minute; 0 where unknown.

    Threads of one product wait for each other, so one busy core can make all of them slow.
    """
    try:
        load, _five, _fifteen = os.getloadavg()
    except (AttributeError, OSError):  # Windows
        return 0
    return min(round(load), os.cpu_count() or 1)


def describe(device: torch.device) -> str:
    """Name a device with its size, as the command line shows it."""
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        return _("{name}, {gib:.0f} GiB", name=properties.name, gib=properties.total_memory / 2**30)
    if device.type == "mps":
        return _("Apple GPU (MPS)")
    return _("processor (CPU), {n} threads", n=torch.get_num_threads())


def why(device: torch.device) -> str:
    """Say why this device was chosen."""
    if device.type == "cuda":
        return _("a CUDA GPU is there, and it is the fastest")
    if device.type == "mps":
        return _("no CUDA GPU, but Apple's is there")
    return _("neither a CUDA nor an Apple GPU is there")


def why_format(device: torch.device) -> str:
    """Say which number format training multiplies in, and why."""
    if bf16_pays(device):
        return _("bfloat16 in matrix products: this device has hardware for it")
    return _("float32: this device has no fast bfloat16")


def why_compiling(device: torch.device) -> str:
    """Say whether long runs are compiled, and why."""
    if compiling_pays(device):
        return _("from 2 minutes on: Triton is there")
    return _("off: it pays on CUDA GPUs with Triton only")


class threads:
    """Let torch use so many threads of the processor while the `with` block runs."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __enter__(self) -> None:
        self.before = torch.get_num_threads()
        torch.set_num_threads(self.n)

    def __exit__(self, *_exception: object) -> None:
        torch.set_num_threads(self.before)
