"""One small GPT, trained in front of you and looked at from every side."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

__version__ = "0.1.0"

# Each name and the module that defines it, which is imported when the name is first asked for:
# `gptlab --help` must not wait for torch. Modules (`gptlab.weights`) are found without an entry.
_HOME = {
    "GPT": "gpt",
    "GPTConfig": "config",
    "capture": "probes",
    "evaluate": "evaluation",
    "generate": "decoding",
    "load": "checkpoints",
    "patched": "probes",
    "train": "training",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(f"gptlab.{_HOME[name]}"), name)
        globals()[name] = value  # so that the next look-up does not come here
        return value
    if not name.startswith("_") and find_spec(f"gptlab.{name}"):
        return import_module(f"gptlab.{name}")
    raise AttributeError(f"gptlab has no {name!r}. It has: {', '.join(__all__)}.")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
